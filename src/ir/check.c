/*
 * What a rule must keep to before the planner trusts it.
 */
#include "ir/perl.h"
#include "ir/rule.h"

static const int arities[] = {
#define OP(id, name, arity, doc) arity,
#include "ir/ops.def"
#undef OP
};

static enum status refuse(struct error *e, const char *text)
{
	return error_at(e, E_MALFORMED, 0, "%s", text);
}

static bool is_empty_class(const struct ir_node *node)
{
	uint8_t all = 0;

	for (size_t i = 0; i < sizeof node->cls.set; i++)
		all |= node->cls.set[i];
	return all == 0;
}

static enum status check_fixed(const struct ir_node *child, uint32_t *ret_width, struct error *e)
{
	uint32_t min, max;

	ir_width(child, &min, &max);
	if (min != max)
		return refuse(e, "a look-around or negation needs a fixed length");
	*ret_width = min;
	return OK;
}

static enum status check_node_itself(const struct ir_node *node, struct error *e)
{
	uint32_t width = 0;
	enum status status = OK;

	switch (node->kind) {
	case NODE_BYTES:
		for (uint32_t i = 0; i < node->bytes.len; i++) {
			if ((node->bytes.value[i] & ~node->bytes.mask[i]) != 0)
				return refuse(e, "a byte value has bits outside its mask");
		}
		break;
	case NODE_CLASS:
		if (is_empty_class(node))
			return refuse(e, "a class of bytes is empty");
		break;
	case NODE_GAP:
	case NODE_REPEAT:
		if (node->range.min > node->range.max || node->range.min == IR_UNBOUNDED)
			return refuse(e, "a range ends before it begins");
		break;
	case NODE_ALT:
		if (node->count == 0)
			return refuse(e, "there is no alternative");
		break;
	case NODE_LOOK:
		status = check_fixed(node->children[0], &width, e);
		break;
	case NODE_NOT:
		status = check_fixed(node->children[0], &width, e);
		if (status == OK && width != node->width)
			return refuse(e, "a negation has another length than what it negates");
		break;
	case NODE_CONCAT:
	case NODE_EDGE:
		break;
	}
	return status;
}

static enum status check_node(const struct ir_node *node, uint32_t depth, struct error *e)
{
	bool one_child = node->kind == NODE_REPEAT || node->kind == NODE_NOT ||
			 node->kind == NODE_LOOK;

	if (depth > IR_DEPTH_MAX)
		return refuse(e, "the pattern is nested too deeply");
	if (one_child && node->count != 1)
		return refuse(e, "a pattern node needs exactly one child");
	/* children first: widths are only computed of what is known to be shallow */
	for (uint32_t i = 0; i < node->count; i++) {
		enum status status = check_node(node->children[i], depth + 1, e);

		if (status != OK)
			return status;
	}
	return check_node_itself(node, e);
}

static bool takes_pattern(enum ir_op op)
{
	return op >= OP_MATCHED && op <= OP_LENGTH;
}

static bool takes_pattern_set(enum ir_op op)
{
	return (op >= OP_SUM && op <= OP_DISTINCT_IN) || op == OP_FOR_SET;
}

static bool takes_group(enum ir_op op)
{
	return op == OP_ROW || op == OP_ROW_KEY || op == OP_ROWS || op == OP_FOR_ROWS;
}

static uint32_t group_of(const struct ir_expr *expr)
{
	return expr->op == OP_FOR_ROWS ? expr->loop.group : expr->index;
}

static bool has_slot(enum ir_op op)
{
	return op == OP_LOOP_VALUE || op == OP_FOR_RANGE || op == OP_FOR_VALUES ||
	       op == OP_FOR_ROWS;
}

static bool is_step_operator(uint32_t op)
{
	return op >= OP_ADD && op <= OP_SHR && op != OP_BIT_NOT;
}

/* Steps stand behind the first operand of a chain, and nowhere else. */
static enum status check_steps(const struct ir_expr *expr, uint32_t depth, struct error *e)
{
	if (expr->op == OP_CHAIN && expr->arg_count == 0)
		return refuse(e, "an operator has the wrong number of operands");
	if (expr->op == OP_STEP && (depth == 0 || !is_step_operator(expr->index)))
		return refuse(e, "the condition has a step of no chain");
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if ((expr->args[i]->op == OP_STEP) != (expr->op == OP_CHAIN && i > 0))
			return refuse(e, "the condition has a step of no chain");
	}
	return OK;
}

static enum status check_indices(const struct ir_rule *rule, const struct ir_expr *expr,
				 struct error *e)
{
	if (takes_pattern(expr->op) && expr->index >= rule->pattern_count &&
	    expr->index != IR_CURRENT_PATTERN)
		return refuse(e, "the condition names a pattern that is not there");
	if (expr->op == OP_FACT && expr->index >= FACT_COUNT)
		return refuse(e, "the condition names a fact that is not there");
	if (takes_group(expr->op) && group_of(expr) >= GROUP_COUNT)
		return refuse(e, "the condition names a group of facts that is not there");
	if (expr->op == OP_CALL && expr->index >= FUNCTION_COUNT)
		return refuse(e, "the condition names a function that is not there");
	if (has_slot(expr->op) && expr->loop.slot >= IR_SLOTS_MAX)
		return refuse(e, "the condition has too many loop variables");
	if ((expr->op == OP_IS_TYPE || expr->op == OP_PARENT_TYPE) && expr->index >= TYPE_COUNT)
		return refuse(e, "the condition names a type that is not there");
	if (!takes_pattern_set(expr->op))
		return OK;
	for (uint32_t i = 0; i < expr->set.count; i++) {
		if (expr->set.items[i] >= rule->pattern_count)
			return refuse(e, "the condition names a pattern that is not there");
	}
	return OK;
}

static enum status check_expr(const struct ir_rule *rule, const struct ir_expr *expr,
			      uint32_t depth, struct error *e)
{
	if (depth > IR_DEPTH_MAX)
		return refuse(e, "the condition is nested too deeply");
	if ((unsigned)expr->op >= OPS_TOTAL)
		return refuse(e, "the condition has an unknown operator");
	if (arities[expr->op] >= 0 && expr->arg_count != (uint32_t)arities[expr->op])
		return refuse(e, "an operator has the wrong number of operands");
	enum status status = check_indices(rule, expr, e);
	if (status == OK)
		status = check_steps(expr, depth, e);
	for (uint32_t i = 0; status == OK && i < expr->arg_count; i++)
		status = check_expr(rule, expr->args[i], depth + 1, e);
	if (status == OK && (expr->op == OP_REGEX || expr->op == OP_PATTERN))
		status = expr->pattern && expr->pattern->body
				 ? check_node(expr->pattern->body, 0, e)
				 : refuse(e, "a regular expression is missing");
	return status;
}

static enum status check_pattern(const struct ir_rule *rule, uint32_t index, struct error *e)
{
	const struct ir_pattern *p = rule->patterns[index];
	struct ir_rule before = *rule;

	if (p->has_xor && p->xor_first > p->xor_last)
		return refuse(e, "a range of xor keys ends before it begins");
	if (p->body != NULL)
		return check_node(p->body, 0, e);
	if (p->perl.source.len == 0)
		return refuse(e, "a pattern is empty");
	if (p->perl.trigger == NULL)
		return refuse(e, "a Perl expression has no trigger");
	if (p->perl.source.len > PERL_SOURCE_MAX || p->perl.flags >= PERL_FLAGS_END)
		return refuse(e, "a Perl expression is too long or has unknown flags");
	/* a trigger knows of the patterns before its own */
	before.pattern_count = index;
	return check_expr(&before, p->perl.trigger, 0, e);
}

enum status ir_check(const struct ir_rule *rule, struct error *e)
{
	if (rule->name.len == 0)
		return refuse(e, "the rule has no name");
	if ((unsigned)rule->view >= VIEW_COUNT || rule->types >> TYPE_COUNT != 0)
		return refuse(e, "the rule asks for an unknown view or type");
	if (rule->condition == NULL)
		return refuse(e, "the rule has no condition");
	for (uint32_t i = 0; i < rule->pattern_count; i++) {
		enum status status = check_pattern(rule, i, e);

		if (status != OK)
			return status;
	}
	return check_expr(rule, rule->condition, 0, e);
}
