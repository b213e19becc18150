/*
 * What this version can run. The IR expresses more than that: all of YARA and
 * of ClamAV's logical signatures.
 */
#include "image/code.h"
#include "image/plan.h"

/* Bytes beside a match that look-arounds in `node` see, `outer` of them already by those around. */
static bool sees_too_far(const struct ir_node *node, uint64_t outer)
{
	uint32_t min = 0, max = 0;

	if (node->kind == NODE_LOOK) {
		ir_width(node->children[0], &min, &max);
		outer += max;
		if (outer > IMAGE_LOOK_MAX)
			return true;
	}
	for (uint32_t i = 0; i < node->count; i++) {
		if (sees_too_far(node->children[i], outer))
			return true;
	}
	return false;
}

static bool has_gap(const struct ir_node *node)
{
	if (node->kind == NODE_GAP || node->kind == NODE_REPEAT)
		return true;
	for (uint32_t i = 0; i < node->count; i++) {
		if (has_gap(node->children[i]))
			return true;
	}
	return false;
}

/* Whether it may take more than one part. */
static bool is_cut(const struct ir_node *node)
{
	uint32_t min, max;

	ir_width(node, &min, &max);
	return max > IMAGE_PART_MAX || (max > IMAGE_GAP_MAX && has_gap(node));
}

static const char *pattern_reason(const struct ir_pattern *p)
{
	if (p->place.base == PLACE_VERSION_INFO)
		return "an offset in the version information";
	if (p->place.base == PLACE_MACRO)
		return "a macro group";
	if (p->body == NULL)
		return NULL;
	/* one key is tried at a time, on one part */
	if (p->has_xor && is_cut(p->body))
		return "xor on a pattern with long gaps";
	if (sees_too_far(p->body, 0))
		return "a look-around at more than 32 bytes";
	return NULL;
}

static const char *expr_reason(const struct ir_expr *expr)
{
	const char *reason = NULL;

	if (expr->op == OP_REGEX || expr->op == OP_PATTERN)
		reason = pattern_reason(expr->pattern);
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
