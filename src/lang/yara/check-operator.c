/*
 * Operators: types of their operands, and arithmetic with constants.
 */
#include "lang/yara/check.h"

static bool is_number(enum operand_type type)
{
	return type == OPERAND_INT || type == OPERAND_FLOAT;
}

/* How an operator is written. */
static struct str written(const struct check *c, struct span at)
{
	const struct ast_file *file = &c->y->ast->files.items[at.file];

	return str_first(str_from(file->text, at.start), at.end - at.start);
}

static struct operand wrong_type(struct check *c, struct span at, struct span op,
				 enum operand_type type)
{
	yara_error(c->y, at, NULL, "wrong type: %s for the \"%.*s\" operator",
		   operand_type_name(type), STR_ARG(written(c, op)));
	return operand_bad();
}

/* An operator with what stands on both of its sides. */
struct operation {
	struct link link;
	struct span left, right;
};

static struct span both(const struct operation *o)
{
	return (struct span){o->left.file, o->left.start, o->right.end};
}

static struct operand logic(struct check *c, const struct ast_expr *expr)
{
	uint32_t count = 0, i = 0;

	for (const struct ast_expr *a = expr->args; a != NULL; a = a->next)
		count++;
	struct ir_expr **args = arena_new_array(c->rs->arena, struct ir_expr *, count);
	if (args == NULL) {
		c->is_full = true;
		return operand_bad();
	}
	bool is_bad = false;
	for (const struct ast_expr *a = expr->args; a != NULL; a = a->next, i++) {
		args[i] = check_condition(c, a);
		is_bad |= args[i] == NULL;
	}
	return is_bad ? operand_bad()
		      : operand_of(OPERAND_BOOL,
				   check_tree(c, ir_op(c->rs->arena, expr->op, args, count)));
}

static struct operand unary(struct check *c, const struct ast_expr *expr)
{
	struct operand a;

	if (expr->op == OP_NOT || expr->op == OP_DEFINED)
		return operand_of(OPERAND_BOOL,
				  check_op1(c, expr->op, check_condition(c, expr->args)));
	a = check_expr(c, expr->args);
	if (a.type == OPERAND_BAD)
		return a;
	if (a.type != OPERAND_INT && !(a.type == OPERAND_FLOAT && expr->op == OP_NEG))
		return wrong_type(c, expr->args->span, expr->op_span, a.type);
	if (a.type == OPERAND_INT && a.is_constant)
		return operand_int(c, expr->op == OP_NEG ? (int64_t)(0 - (uint64_t)a.integer)
							 : ~a.integer);
	return operand_of(a.type, check_op1(c, expr->op, a.tree));
}

/* A sum, difference or product of constants; false when it does not fit. */
static bool fits(enum ir_op op, int64_t a, int64_t b, int64_t *ret)
{
	switch (op) {
	case OP_ADD:
		return !__builtin_add_overflow(a, b, ret);
	case OP_SUB:
		return !__builtin_sub_overflow(a, b, ret);
	default:
		/* the least of all numbers is no product for YARA */
		return !__builtin_mul_overflow(a, b, ret) && *ret != INT64_MIN;
	}
}

static int64_t shifted(enum ir_op op, int64_t a, int64_t by)
{
	if (by >= 64)
		return 0;
	return op == OP_SHL ? (int64_t)((uint64_t)a << by) : a >> by;
}

/* Both operands are constants, and the operation is sound. */
static struct operand folded(struct check *c, enum ir_op op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_DIV:
		return operand_int(c, a / b);
	case OP_MOD:
		return operand_int(c, a % b);
	case OP_BIT_AND:
		return operand_int(c, a & b);
	case OP_BIT_OR:
		return operand_int(c, a | b);
	case OP_BIT_XOR:
		return operand_int(c, a ^ b);
	default:
		return operand_int(c, shifted(op, a, b));
	}
}

/* What is wrong with an integer operation before it is computed. */
static bool is_unsound(struct check *c, const struct operation *o, struct operand b)
{
	bool divides = o->link.op == OP_DIV || o->link.op == OP_MOD;
	bool shifts = o->link.op == OP_SHL || o->link.op == OP_SHR;

	if (b.is_constant && divides && b.integer == 0) {
		yara_error(c->y, both(o), NULL, "division by zero");
		return true;
	}
	if (b.is_constant && shifts && b.integer < 0) {
		yara_error(c->y, o->right, NULL, "invalid operand: a shift by a negative number");
		return true;
	}
	return false;
}

static struct operand arithmetic(struct check *c, const struct operation *o, struct operand a,
				 struct operand b)
{
	enum ir_op op = o->link.op;
	bool takes_floats = op >= OP_ADD && op <= OP_DIV;
	int64_t value;

	if (a.type != OPERAND_INT && !(takes_floats && a.type == OPERAND_FLOAT))
		return wrong_type(c, o->left, o->link.span, a.type);
	if (b.type != OPERAND_INT && !(takes_floats && b.type == OPERAND_FLOAT))
		return wrong_type(c, o->right, o->link.span, b.type);
	if (a.type == OPERAND_FLOAT || b.type == OPERAND_FLOAT)
		return operand_of(OPERAND_FLOAT, check_op2(c, op, a.tree, b.tree));
	if (is_unsound(c, o, b))
		return operand_bad();
	/* the smallest number divided by -1 is left to the evaluator: it is undefined */
	if (!a.is_constant || !b.is_constant ||
	    ((op == OP_DIV || op == OP_MOD) && a.integer == INT64_MIN && b.integer == -1))
		return operand_of(OPERAND_INT, check_op2(c, op, a.tree, b.tree));
	if (op != OP_ADD && op != OP_SUB && op != OP_MUL)
		return folded(c, op, a.integer, b.integer);
	if (fits(op, a.integer, b.integer, &value))
		return operand_int(c, value);
	yara_error(c->y, both(o), NULL, "integer overflow in \"%lld %.*s %lld\"",
		   (long long)a.integer, STR_ARG(written(c, o->link.span)), (long long)b.integer);
	return operand_bad();
}

/* So many operators are nested; what is longer becomes one operator of many operands. */
enum { NESTED_MAX = 8 };

/* A tree that grew to the left, `count` operators high, as OP_CHAIN: only its height changes. */
static struct ir_expr *flat(struct check *c, struct ir_expr *tree, uint32_t count)
{
	struct ir_expr **args = arena_new_array(c->rs->arena, struct ir_expr *, count + 1);

	if (args == NULL) {
		c->is_full = true;
		return NULL;
	}
	for (uint32_t i = count; i > 0; i--) {
		struct ir_expr *right = tree->args[1];

		args[i] = check_tree(c, ir_indexed_op(c->rs->arena, OP_STEP, tree->op, &right, 1));
		if (args[i] == NULL)
			return NULL;
		tree = tree->args[0];
	}
	args[0] = tree;
	return check_tree(c, ir_op(c->rs->arena, OP_CHAIN, args, count + 1));
}

/* Operators that bind alike, from left to right. */
static struct operand chain(struct check *c, const struct ast_expr *expr)
{
	struct operation o = {.left = expr->args->span};
	struct operand a = check_expr(c, expr->args);
	uint32_t height = 0;

	for (const struct ast_expr *next = expr->args->next; next != NULL; next = next->next) {
		struct operand b = check_expr(c, next);

		o.link = next->link;
		o.right = next->span;
		a = a.type == OPERAND_BAD || b.type == OPERAND_BAD ? operand_bad()
								   : arithmetic(c, &o, a, b);
		o.left.end = o.right.end;
		/* constants are computed at once, which happens at the beginning only */
		height = a.type == OPERAND_BAD || a.is_constant ? 0 : height + 1;
	}
	if (height > NESTED_MAX)
		a.tree = flat(c, a.tree, height);
	return a.tree != NULL ? a : operand_bad();
}

static struct operand comparison(struct check *c, const struct ast_expr *expr, struct operand a,
				 struct operand b)
{
	bool texts = a.type == OPERAND_TEXT && b.type == OPERAND_TEXT;
	bool numbers = is_number(a.type) && is_number(b.type);

	if (!texts && !numbers) {
		yara_error(c->y, expr->span, NULL, "type mismatch: %s %.*s %s",
			   operand_type_name(a.type), STR_ARG(written(c, expr->op_span)),
			   operand_type_name(b.type));
		return operand_bad();
	}
	struct ir_expr *tree = check_op2(c, expr->op, a.tree, b.tree);
	/* where an operand is undefined this one comparison is false, not undefined */
	if (expr->op == OP_LT && (a.type == OPERAND_FLOAT || b.type == OPERAND_FLOAT))
		tree = check_op1(c, OP_OR, tree);
	return operand_of(OPERAND_BOOL, tree);
}

static struct operand text_operator(struct check *c, const struct ast_expr *expr, struct operand a,
				    struct operand b)
{
	enum operand_type right = expr->op == OP_REGEX ? OPERAND_REGEX : OPERAND_TEXT;

	if (a.type != OPERAND_TEXT)
		return wrong_type(c, expr->args->span, expr->op_span, a.type);
	if (b.type != right)
		return wrong_type(c, expr->args->next->span, expr->op_span, b.type);
	if (expr->op != OP_REGEX)
		return operand_of(OPERAND_BOOL, check_op2(c, expr->op, a.tree, b.tree));
	struct ir_expr *tree = check_op1(c, OP_REGEX, a.tree);
	if (tree != NULL)
		tree->pattern = b.tree->pattern;
	return operand_of(OPERAND_BOOL, tree);
}

struct operand check_operator(struct check *c, const struct ast_expr *expr)
{
	if (expr->kind == AST_UNARY)
		return unary(c, expr);
	if (expr->op == OP_AND || expr->op == OP_OR)
		return logic(c, expr);
	if (expr->op >= OP_ADD && expr->op <= OP_SHR)
		return chain(c, expr);
	struct operand a = check_expr(c, expr->args);
	struct operand b = check_expr(c, expr->args->next);
	if (a.type == OPERAND_BAD || b.type == OPERAND_BAD)
		return operand_bad();
	if (expr->op >= OP_EQ && expr->op <= OP_GE)
		return comparison(c, expr, a, b);
	return text_operator(c, expr, a, b);
}
