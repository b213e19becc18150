/*
 * What this version can run. The IR expresses more than that: all of YARA and
 * of ClamAV's logical signatures.
 */
#include "image/code.h"
#include "image/plan.h"

static const char *node_reason(const struct ir_node *node, bool in_look)
{
	uint32_t min = 0, max = 0;

	if (node->kind == NODE_LOOK) {
		if (in_look)
			return "a look-around inside a look-around";
		ir_width(node->children[0], &min, &max);
		if (max > IMAGE_LOOK_MAX)
			return "a look-around at more than 32 bytes";
		in_look = true;
	}
	for (uint32_t i = 0; i < node->count; i++) {
		const char *reason = node_reason(node->children[i], in_look);

		if (reason != NULL)
			return reason;
	}
	return NULL;
}

static bool is_too_long(const struct ir_node *node)
{
	uint32_t min, max;

	ir_width(node, &min, &max);
	if (min > IMAGE_PART_MAX)
		return true;
	for (uint32_t i = 0; i < node->count; i++) {
		if (is_too_long(node->children[i]))
			return true;
	}
	return false;
}

/* Patterns are cut between the members of the outermost concatenation and inside its runs. */
static bool has_uncuttable(const struct ir_node *node)
{
	if (node->kind == NODE_BYTES || node->kind == NODE_GAP)
		return false;
	if (node->kind != NODE_CONCAT)
		return is_too_long(node);
	for (uint32_t i = 0; i < node->count; i++) {
		if (has_uncuttable(node->children[i]))
			return true;
	}
	return false;
}

/* One key is tried at a time, on one part: a pattern with xor must not be cut. */
static bool can_be_cut(const struct ir_node *node)
{
	uint32_t min, max;

	ir_width(node, &min, &max);
	return max > IMAGE_GAP_MAX;
}

static const char *pattern_reason(const struct ir_pattern *p)
{
	if (p->body == NULL)
		return "a Perl regular expression";
	if (p->place.base == PLACE_VERSION_INFO)
		return "an offset in the version information";
	if (p->place.base == PLACE_MACRO)
		return "a macro group";
	if (has_uncuttable(p->body))
		return "a piece of a pattern longer than 8192 bytes";
	if (p->has_xor && can_be_cut(p->body))
		return "xor on a pattern longer than 1024 bytes";
	return node_reason(p->body, false);
}

static const char *op_reason(enum ir_op op)
{
	switch (op) {
	case OP_VARIABLE:
		return "an external variable";
	case OP_CALL:
		return "a function of a module";
	case OP_RULE:
	case OP_RULES:
		return "a reference to another rule";
	case OP_REGEX:
	case OP_PATTERN:
		return "a regular expression on a text";
	case OP_LOOP_VALUE:
	case OP_FOR_RANGE:
	case OP_FOR_VALUES:
	case OP_FOR_ROWS:
	case OP_QUANTIFIED:
	case OP_FOR_SET:
		return "a loop";
	default:
		return NULL;
	}
}

static const char *expr_reason(const struct ir_expr *expr)
{
	const char *reason = op_reason(expr->op);

	for (uint32_t i = 0; reason == NULL && i < expr->arg_count; i++)
		reason = expr_reason(expr->args[i]);
	return reason;
}

static bool is_type_found(uint32_t types)
{
	for (unsigned i = 0; i < TYPE_COUNT; i++) {
		if ((types >> i & 1) != 0 && type_info((enum object_type)i)->found)
			return true;
	}
	return types == 0;
}

static const char *rule_reason(const struct ir_rule *rule)
{
	const char *reason = NULL;

	if (rule->is_global)
		return "a global rule";
	if (!view_info(rule->view)->made)
		return "a view that is not made";
	if (!is_type_found(rule->types))
		return "a type of object that is not identified";
	for (uint32_t i = 0; reason == NULL && i < rule->pattern_count; i++)
		reason = pattern_reason(rule->patterns[i]);
	return reason ? reason : expr_reason(rule->condition);
}

enum status plan_supports(const struct ir_rule *rule, const char **ret_reason)
{
	const char *reason = rule_reason(rule);

	if (reason == NULL)
		return OK;
	*ret_reason = reason;
	return E_UNSUPPORTED;
}
