/*
 * What a condition is worth while no pattern of its rule has matched and nothing
 * is known of the object: whether the rule has to be evaluated even then.
 */
#include "image/plan-condition.h"

struct guess {
	enum {
		GUESS_UNKNOWN,   /* every value, undefined included */
		GUESS_UNDEFINED,
		GUESS_FALSE,     /* 0 or undefined */
		GUESS_INT,
	} kind;
	int64_t integer; /* 0 unless GUESS_INT */
};

static const struct guess unknown = {GUESS_UNKNOWN, 0}, undefined = {GUESS_UNDEFINED, 0};
static const struct guess not_true = {GUESS_FALSE, 0};

static struct guess guess_int(int64_t value)
{
	return (struct guess){GUESS_INT, value};
}

/* Recursion is bounded: ir_check() allows IR_DEPTH_MAX levels. */
static struct guess guess_of(const struct ir_expr *expr);

static bool is_false(struct guess g)
{
	return g.kind == GUESS_UNDEFINED || g.kind == GUESS_FALSE ||
	       (g.kind == GUESS_INT && g.integer == 0);
}

/* `value` was computed with 0 for what can be undefined as well. */
static struct guess unless_undefined(struct guess of, bool value)
{
	if (of.kind == GUESS_INT)
		return guess_int(value);
	return value ? unknown : not_true;
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
	return is_open ? unknown : guess_int(is_and);
}

static bool compare(enum ir_op op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	default:
		return a >= b;
	}
}

static struct guess guess_comparison(const struct ir_expr *expr)
{
	struct guess a = guess_of(expr->args[0]), b = guess_of(expr->args[1]);

	if (a.kind == GUESS_UNDEFINED || b.kind == GUESS_UNDEFINED)
		return undefined;
	if (a.kind == GUESS_UNKNOWN || b.kind == GUESS_UNKNOWN)
		return unknown;
	return unless_undefined(a.kind == GUESS_INT ? b : a,
				compare(expr->op, a.integer, b.integer));
}

/* No match: 0, or undefined as an operand can be. */
static struct guess guess_no_match(const struct ir_expr *expr)
{
	struct guess result = guess_int(0);

	for (uint32_t i = 0; i < expr->arg_count; i++) {
		struct guess g = guess_of(expr->args[i]);

		if (g.kind == GUESS_UNDEFINED)
			return undefined;
		if (g.kind != GUESS_INT)
			result = not_true;
	}
	return result;
}

static struct guess guess_if(const struct ir_expr *expr)
{
	struct guess test = guess_of(expr->args[0]);

	if (test.kind == GUESS_UNKNOWN)
		return test;
	return guess_of(expr->args[is_false(test) ? 2 : 1]);
}

static struct guess guess_not(const struct ir_expr *expr)
{
	struct guess g = guess_of(expr->args[0]);

	if (g.kind == GUESS_FALSE)
		return unknown;
	return g.kind == GUESS_INT ? guess_int(g.integer == 0) : g;
}

static struct guess guess_defined(const struct ir_expr *expr)
{
	struct guess g = guess_of(expr->args[0]);

	if (g.kind == GUESS_FALSE || g.kind == GUESS_UNKNOWN)
		return unknown;
	return guess_int(g.kind == GUESS_INT);
}

/* Whether a quantifier is content with `count` of `total`. */
static struct guess guess_quantifier(struct guess quantifier, struct guess count, int64_t total)
{
	int64_t least = quantifier.kind == GUESS_UNDEFINED ? total : quantifier.integer;

	if (count.kind == GUESS_UNDEFINED)
		return undefined;
	if (count.kind == GUESS_UNKNOWN || quantifier.kind == GUESS_UNKNOWN ||
	    quantifier.kind == GUESS_FALSE)
		return unknown;
	if (quantifier.kind == GUESS_INT && least == 0)
		return unless_undefined(count, count.integer == 0);
	return unless_undefined(count, count.integer >= least);
}

/* Nothing is known of a loop's variable; a loop that never runs does not hold. */
static struct guess guess_loop(const struct ir_expr *expr, uint32_t body)
{
	struct guess quantifier = guess_of(expr->args[0]), inside = guess_of(expr->args[body]);
	bool wants_some = quantifier.kind == GUESS_UNDEFINED ||
			  (quantifier.kind == GUESS_INT && quantifier.integer > 0);

	return is_false(inside) && wants_some ? guess_int(0) : unknown;
}

static struct guess guess_for_set(const struct ir_expr *expr)
{
	struct guess inside = guess_of(expr->args[1]);
	int64_t total = expr->set.count;

	if (total == 0)
		return guess_int(0);
	if (inside.kind == GUESS_UNKNOWN)
		return unknown;
	return guess_quantifier(guess_of(expr->args[0]), guess_int(is_false(inside) ? 0 : total),
				total);
}

/* Arithmetic and whatever else is undefined when an operand is. */
static struct guess guess_strict(const struct ir_expr *expr)
{
	int64_t numbers[2] = {0, 0}, sum;
	bool is_known = expr->op == OP_ADD;

	for (uint32_t i = 0; i < expr->arg_count; i++) {
		struct guess g = guess_of(expr->args[i]);

		if (g.kind == GUESS_UNDEFINED)
			return undefined;
		is_known &= g.kind == GUESS_INT;
		if (i < 2)
			numbers[i] = g.integer;
	}
	if (is_known && !__builtin_add_overflow(numbers[0], numbers[1], &sum))
		return guess_int(sum);
	return unknown;
}

static struct guess guess_of(const struct ir_expr *expr)
{
	switch (expr->op) {
	case OP_UNDEFINED:
	case OP_OFFSET:
	case OP_LENGTH:
		return undefined;
	case OP_BOOL:
	case OP_INT:
		return guess_int(expr->integer);
	case OP_MATCHED ... OP_COUNT_IN:
	case OP_SUM ... OP_DISTINCT_IN:
		return guess_no_match(expr);
	case OP_AND:
	case OP_OR:
		return guess_logic(expr);
	case OP_STEP:
		return guess_of(expr->args[0]);
	case OP_NOT:
		return guess_not(expr);
	case OP_IF:
		return guess_if(expr);
	case OP_DEFINED:
		return guess_defined(expr);
	case OP_EQ ... OP_GE:
		return guess_comparison(expr);
	case OP_CONTAINS ... OP_REGEX:
	case OP_NEG ... OP_SHR:
	case OP_READ:
	case OP_CALL:
	case OP_CHAIN:
		return guess_strict(expr);
	case OP_QUANTIFIED:
		return guess_quantifier(guess_of(expr->args[0]), guess_of(expr->args[1]),
					expr->index);
	case OP_FOR_RANGE:
		return guess_loop(expr, 3);
	case OP_FOR_VALUES:
	case OP_FOR_ROWS:
		return expr->arg_count >= 2 ? guess_loop(expr, 1) : unknown;
	case OP_FOR_SET:
		return guess_for_set(expr);
	default:
		return unknown;
	}
}

/* Whether a condition does something beside having a value: YARA shows it whatever that is. */
static bool has_effect(const struct ir_expr *expr)
{
	if (expr->op == OP_CALL && expr->index < FUNCTION_COUNT &&
	    function_info((enum function_id)expr->index)->group == GROUP_CONSOLE)
		return true;
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		if (has_effect(expr->args[i]))
			return true;
	}
	return false;
}

bool condition_matters_unmatched(const struct ir_expr *expr)
{
	return !is_false(guess_of(expr)) || has_effect(expr);
}
