#include "image/plan-condition.h"

#include "image/plan-code.h"

static bool takes_pattern(enum ir_op op)
{
	return op >= OP_MATCHED && op <= OP_LENGTH;
}

static bool takes_pattern_set(enum ir_op op)
{
	return (op >= OP_SUM && op <= OP_DISTINCT_IN) || op == OP_FOR_SET;
}

/* Where a rule stands that this condition refers to. */
static enum status find_rule(struct plan *p, uint32_t rule, uint32_t *ret)
{
	if (rule >= p->current) {
		p->reason = "a rule that is not defined before it";
		return E_UNSUPPORTED;
	}
	*ret = p->rule_at[rule];
	if (*ret != PLAN_NONE)
		return OK;
	p->reason = "a rule that is skipped itself";
	return E_UNSUPPORTED;
}

static enum status set_member(struct plan *p, const struct ir_expr *expr, uint32_t first,
			      uint32_t i, uint32_t *ret)
{
	if (expr->op == OP_RULES)
		return find_rule(p, expr->set.items[i], ret);
	*ret = first + expr->set.items[i];
	return OK;
}

/* By what is in it, not by its address: the same rules make the same image. */
static struct plan_set *slot_of(struct plan *p, const uint32_t *items, uint32_t count)
{
	uint32_t hash = count;

	if (count > 0)
		hash += items[0] * 31 + items[count - 1] * 131;
	return &p->known_sets[hash % PLAN_SETS];
}

static enum status add_set(struct plan *p, const struct ir_expr *expr, uint32_t first,
			   uint64_t *ret)
{
	struct plan_set *known = slot_of(p, expr->set.items, expr->set.count);
	/* rules are numbered alike for all conditions, strings from those of the rule on */
	uint32_t member = 0, base = expr->op == OP_RULES ? PLAN_NONE : first;
	enum status status = OK;

	if (p->sets.len > UINT32_MAX - expr->set.count)
		return E_LIMIT;
	*ret = p->sets.len | (uint64_t)expr->set.count << 32;
	if (expr->set.items != NULL && known->items == expr->set.items && known->base == base &&
	    known->count == expr->set.count) {
		*ret = known->at | (uint64_t)expr->set.count << 32;
		return OK;
	}
	*known = (struct plan_set){expr->set.items, expr->set.count, base, (uint32_t)p->sets.len};
	for (uint32_t i = 0; status == OK && i < expr->set.count; i++) {
		status = set_member(p, expr, first, i, &member);
		if (status == OK && !vec_push(&p->sets, &member))
			status = E_NOMEM;
	}
	return status;
}

static enum status find_variable(struct plan *p, uint32_t variable, uint64_t *ret)
{
	if (variable >= p->rules_of->variables.len)
		return E_INTERNAL;
	if (p->variable_at[variable] == PLAN_NONE) {
		p->variable_at[variable] = (uint32_t)p->variables.len;
		if (!vec_push(&p->variables, &variable))
			return E_NOMEM;
	}
	*ret = p->variable_at[variable];
	return OK;
}

static void note_module(struct plan *p, enum fact_group group)
{
	_Static_assert((int)MODULE_COUNT <= 32, "a bit for each");

	while (group_info(group)->parent != GROUP_NONE)
		group = group_info(group)->parent;
	for (unsigned i = 0; i < MODULE_COUNT; i++) {
		if (module_info((enum module_id)i)->group == group)
			p->modules |= (uint32_t)1 << i;
	}
}

static void note_modules(struct plan *p, const struct ir_expr *expr)
{
	switch (expr->op) {
	case OP_FACT:
		note_module(p, fact_info((enum fact_id)expr->index)->group);
		break;
	case OP_ROW:
	case OP_ROW_KEY:
	case OP_ROWS:
		note_module(p, (enum fact_group)expr->index);
		break;
	case OP_FOR_ROWS:
		note_module(p, (enum fact_group)expr->loop.group);
		break;
	case OP_CALL:
		note_module(p, function_info((enum function_id)expr->index)->group);
		break;
	default:
		break;
	}
}

static enum status constant_value(struct plan *p, const struct ir_expr *expr, uint64_t *ret)
{
	enum status status;
	uint32_t at = 0;

	switch (expr->op) {
	case OP_TEXT:
		if (expr->text.len > UINT32_MAX)
			return E_LIMIT;
		status = plan_add_bytes(p, expr->text.data, expr->text.len, &at);
		*ret = at | (uint64_t)expr->text.len << 32;
		return status;
	case OP_FLOAT:
		memcpy(ret, &expr->real, sizeof *ret);
		return OK;
	default:
		*ret = (uint64_t)expr->integer;
		return OK;
	}
}

static enum status set_value(struct plan *p, const struct ir_expr *expr, uint32_t first,
			     uint64_t *ret)
{
	enum status status;
	uint32_t at = 0;

	switch (expr->op) {
	case OP_BOOL:
	case OP_INT:
	case OP_FLOAT:
	case OP_TEXT:
		return constant_value(p, expr, ret);
	case OP_MATCHED ... OP_LENGTH:
		*ret = expr->index == IR_CURRENT_PATTERN ? expr->index : first + expr->index;
		return OK;
	case OP_SUM ... OP_DISTINCT_IN:
	case OP_RULES:
	case OP_FOR_SET:
		return add_set(p, expr, first, ret);
	case OP_RULE:
		status = find_rule(p, expr->index, &at);
		*ret = at;
		return status;
	case OP_VARIABLE:
		return find_variable(p, expr->index, ret);
	case OP_REGEX:
	case OP_PATTERN:
		status = plan_add_tree(p, expr->pattern->body, &at);
		*ret = at;
		return status;
	case OP_LOOP_VALUE:
	case OP_FOR_RANGE:
	case OP_FOR_VALUES:
		*ret = expr->loop.slot;
		return OK;
	case OP_FOR_ROWS:
		*ret = expr->loop.slot | (uint64_t)expr->loop.group << 32;
		return OK;
	case OP_IS_TYPE ... OP_ROWS:
	case OP_CALL:
	case OP_READ:
	case OP_QUANTIFIED:
	case OP_STEP:
		*ret = expr->index;
		return OK;
	default:
		return OK;
	}
}

/* Recursion is bounded: ir_check() allows IR_DEPTH_MAX levels. */
enum status condition_add(struct plan *p, const struct ir_expr *expr, uint32_t pattern_first)
{
	struct image_condition node = {.op = (uint8_t)expr->op};
	size_t here = p->conditions.len;
	enum status status = set_value(p, expr, pattern_first, &node.value);

	note_modules(p, expr);
	if (status == OK && !vec_push(&p->conditions, &node))
		status = E_NOMEM;
	for (uint32_t i = 0; status == OK && i < expr->arg_count; i++)
		status = condition_add(p, expr->args[i], pattern_first);
	if (status != OK)
		return status;
	if (p->conditions.len > UINT32_MAX)
		return E_LIMIT;
	p->conditions.items[here].skip = (uint32_t)(p->conditions.len - here);
	return OK;
}

static void mark_set(struct image_pattern *patterns, const struct ir_expr *set)
{
	for (uint32_t i = 0; set != NULL && i < set->set.count; i++)
		patterns[set->set.items[i]].flags |= PATTERN_COUNTED;
}

/* `around` is the FOR_SET around, whose pattern IR_CURRENT_PATTERN is. */
static void mark(struct image_pattern *patterns, const struct ir_expr *expr,
		 const struct ir_expr *around)
{
	if (takes_pattern(expr->op) && expr->op != OP_MATCHED) {
		if (expr->index == IR_CURRENT_PATTERN)
			mark_set(patterns, around);
		else
			patterns[expr->index].flags |= PATTERN_COUNTED;
	}
	if (takes_pattern_set(expr->op) && expr->op != OP_DISTINCT && expr->op != OP_FOR_SET)
		mark_set(patterns, expr);
	if (expr->op == OP_FOR_SET)
		around = expr;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		mark(patterns, expr->args[i], around);
}

void condition_mark_counted(struct plan *p, const struct ir_expr *expr, uint32_t pattern_first)
{
	mark(p->patterns.items + pattern_first, expr, NULL);
}
