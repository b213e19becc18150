#include "lang/clamav/signature.h"

#include <stdio.h>

struct str signature_field(const struct signature *s, unsigned index)
{
	if (index < s->field_count)
		return s->fields[index];
	return str_from(s->line.text, s->line.text.len);
}

void signature_skip(struct signature *s, const char *fmt, ...)
{
	va_list args;

	if (s->skip[0] != '\0')
		return;
	va_start(args, fmt);
	vsnprintf(s->skip, sizeof s->skip, fmt, args);
	va_end(args);
}

enum status signature_check_levels(struct signature *s, uint64_t min, uint64_t max)
{
	if (min > CLAMAV_LEVEL)
		signature_skip(s, "for functionality levels above %d", CLAMAV_LEVEL);
	else if (max < CLAMAV_LEVEL)
		signature_skip(s, "for functionality levels below %d", CLAMAV_LEVEL);
	else
		return OK;
	return E_UNSUPPORTED;
}

/* An absent or empty level is no limit. */
static enum status read_level(struct signature *s, unsigned index, uint64_t *level)
{
	struct str field = signature_field(s, index);

	if (field.len == 0 || str_u64(field, level))
		return OK;
	return fault_at(&s->fault, field, "a functionality level is a decimal number");
}

enum status signature_levels(struct signature *s, unsigned first)
{
	uint64_t min = 0, max = UINT64_MAX;
	enum status status = read_level(s, first, &min);

	if (status == OK)
		status = read_level(s, first + 1, &max);
	return status == OK ? signature_check_levels(s, min, max) : status;
}

enum status signature_add_hash(struct signature *s, struct ir_hash *hash)
{
	if (s->skip[0] != '\0')
		return E_UNSUPPORTED;
	hash->name = s->name;
	hash->source = s->source;
	hash->line = s->line.number;
	hash->effect = (uint8_t)s->effect;
	return ruleset_add_hash(s->rs, hash);
}

enum status signature_add_rule(struct signature *s, struct ir_rule *rule)
{
	if (s->skip[0] != '\0')
		return E_UNSUPPORTED;
	rule->name = s->name;
	rule->source = s->source;
	rule->line = s->line.number;
	rule->effect = s->effect;
	return ruleset_add_rule(s->rs, rule);
}
