#include "image/plan-condition.h"

static bool takes_pattern(enum ir_op op)
{
	return op >= OP_MATCHED && op <= OP_LENGTH;
}

static bool takes_set(enum ir_op op)
{
	return op >= OP_SUM && op <= OP_DISTINCT_IN;
}

static enum status set_value(struct plan *p, const struct ir_expr *expr, uint32_t first,
			     uint64_t *ret)
{
	uint64_t bits;
	uint32_t at = 0;

	if (takes_set(expr->op)) {
		*ret = p->sets.len | (uint64_t)expr->set.count << 32;
		for (uint32_t i = 0; i < expr->set.count; i++) {
			uint32_t pattern = first + expr->set.items[i];

			if (!vec_push(&p->sets, &pattern))
				return E_NOMEM;
		}
		return p->sets.len <= UINT32_MAX ? OK : E_LIMIT;
	}
	if (expr->op == OP_TEXT) {
		enum status status = plan_add_bytes(p, expr->text.data, expr->text.len, &at);

		*ret = at | (uint64_t)expr->text.len << 32;
		return status;
	}
	if (expr->op == OP_FLOAT) {
		memcpy(&bits, &expr->real, sizeof bits);
		*ret = bits;
	} else if (expr->op == OP_INT || expr->op == OP_BOOL) {
		*ret = (uint64_t)expr->integer;
	} else {
		*ret = takes_pattern(expr->op) ? first + expr->index : expr->index;
	}
	return OK;
}

static bool has_value(enum ir_op op)
{
	return (op >= OP_BOOL && op <= OP_TEXT) || takes_pattern(op) || takes_set(op) ||
	       (op >= OP_IS_TYPE && op <= OP_ROWS) || op == OP_READ;
}

/* Recursion is bounded: ir_check() allows IR_DEPTH_MAX levels. */
enum status condition_add(struct plan *p, const struct ir_expr *expr, uint32_t pattern_first)
{
	struct image_condition node = {.op = (uint8_t)expr->op};
	size_t here = p->conditions.len;
	enum status status = OK;

	if (has_value(expr->op))
		status = set_value(p, expr, pattern_first, &node.value);
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

void condition_mark_counted(struct plan *p, const struct ir_expr *expr, uint32_t pattern_first)
{
	struct image_pattern *patterns = p->patterns.items + pattern_first;

	if (takes_pattern(expr->op) && expr->op != OP_MATCHED)
		patterns[expr->index].flags |= PATTERN_COUNTED;
	if (takes_set(expr->op) && expr->op != OP_DISTINCT) {
		for (uint32_t i = 0; i < expr->set.count; i++)
			patterns[expr->set.items[i]].flags |= PATTERN_COUNTED;
	}
	for (uint32_t i = 0; i < expr->arg_count; i++)
		condition_mark_counted(p, expr->args[i], pattern_first);
}

bool condition_needs_facts(const struct ir_expr *expr)
{
	if (expr->op >= OP_FACT && expr->op <= OP_ROWS)
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (condition_needs_facts(expr->args[i]))
			return true;
	}
	return false;
}

/*
 * What an expression is worth while no pattern has matched and nothing is
 * known of the object. UNKNOWN stands for every value, undefined included.
 */
struct guess {
	enum { GUESS_UNKNOWN, GUESS_UNDEFINED, GUESS_INT } kind;
	int64_t integer;
};

static struct guess guess_int(int64_t value)
{
	return (struct guess){GUESS_INT, value};
}

static struct guess guess_of(const struct ir_expr *expr);

static bool is_false(struct guess g)
{
	return g.kind == GUESS_UNDEFINED || (g.kind == GUESS_INT && g.integer == 0);
}

static struct guess guess_logic(const struct ir_expr *expr)
{
	bool is_and = expr->op == OP_AND, is_open = false;

	for (uint32_t i = 0; i < expr->arg_count; i++) {
		struct guess g = guess_of(expr->args[i]);

		if (g.kind == GUESS_UNKNOWN)
			is_open = true;
		else if (is_false(g) == is_and)
			return guess_int(!is_and);
	}
	return is_open ? (struct guess){0} : guess_int(is_and);
}

static struct guess guess_comparison(const struct ir_expr *expr)
{
	struct guess a = guess_of(expr->args[0]), b = guess_of(expr->args[1]);

	if (a.kind == GUESS_UNDEFINED || b.kind == GUESS_UNDEFINED)
		return (struct guess){GUESS_UNDEFINED, 0};
	if (a.kind == GUESS_UNKNOWN || b.kind == GUESS_UNKNOWN)
		return (struct guess){0};
	switch (expr->op) {
	case OP_EQ:
		return guess_int(a.integer == b.integer);
	case OP_NE:
		return guess_int(a.integer != b.integer);
	case OP_LT:
		return guess_int(a.integer < b.integer);
	case OP_LE:
		return guess_int(a.integer <= b.integer);
	case OP_GT:
		return guess_int(a.integer > b.integer);
	default:
		return guess_int(a.integer >= b.integer);
	}
}

/* An undefined operand makes the whole undefined, which is as false as no match. */
static struct guess guess_no_match(const struct ir_expr *expr)
{
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (guess_of(expr->args[i]).kind != GUESS_INT)
			return (struct guess){0};
	}
	return guess_int(0);
}

static struct guess guess_if(const struct ir_expr *expr)
{
	struct guess test = guess_of(expr->args[0]);

	if (test.kind == GUESS_UNKNOWN)
		return test;
	return guess_of(expr->args[is_false(test) ? 2 : 1]);
}

static struct guess guess_of(const struct ir_expr *expr)
{
	struct guess g;

	switch (expr->op) {
	case OP_UNDEFINED:
	case OP_OFFSET:
	case OP_LENGTH:
		return (struct guess){GUESS_UNDEFINED, 0};
	case OP_BOOL:
	case OP_INT:
		return guess_int(expr->integer);
	case OP_MATCHED ... OP_COUNT_IN:
	case OP_SUM ... OP_DISTINCT_IN:
		return guess_no_match(expr);
	case OP_AND:
	case OP_OR:
		return guess_logic(expr);
	case OP_NOT:
		g = guess_of(expr->args[0]);
		return g.kind == GUESS_INT ? guess_int(g.integer == 0) : g;
	case OP_IF:
		return guess_if(expr);
	case OP_DEFINED:
		g = guess_of(expr->args[0]);
		return g.kind == GUESS_UNKNOWN ? g : guess_int(g.kind == GUESS_INT);
	case OP_EQ ... OP_GE:
		return guess_comparison(expr);
	default:
		return (struct guess){0};
	}
}

bool condition_can_hold_unmatched(const struct ir_expr *expr)
{
	return !is_false(guess_of(expr));
}
