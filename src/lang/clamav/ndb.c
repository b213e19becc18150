/*
 * Byte patterns. docs/formats/clamav.md, "Patterns".
 *
 *	name:target:offset:pattern[:min[:max]]
 */
#include "lang/clamav/hexpattern.h"
#include "lang/clamav/offset.h"

static enum status add(struct signature *s, const struct target *target,
		       struct ir_pattern *pattern)
{
	struct arena *a = s->rs->arena;
	struct ir_pattern **list = arena_new_array(a, struct ir_pattern *, 1);
	struct ir_rule rule = {
		.view = target->view,
		.types = target->types,
		.patterns = list,
		.pattern_count = 1,
		.condition = ir_indexed(a, OP_MATCHED, 0),
	};

	if (list == NULL || rule.condition == NULL)
		return E_LIMIT;
	list[0] = pattern;
	return signature_add_rule(s, &rule);
}

enum status ndb_read(struct signature *s)
{
	struct target target = {0};
	struct ir_pattern *pattern = arena_new_object(s->rs->arena, struct ir_pattern);

	if (pattern == NULL)
		return E_LIMIT;
	pattern->rule = MATCH_RISING_START;
	enum status status = signature_levels(s, 4);
	if (status == OK)
		status = target_read(s, s->fields[1], &target);
	if (status == OK)
		status = offset_read(s, s->fields[2], &target, &pattern->place);
	if (status == OK)
		status = hexpattern_read(s->rs->arena, s->fields[3], 0, &s->fault, &pattern->body);
	return status == OK ? add(s, &target, pattern) : status;
}
