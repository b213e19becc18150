/*
 * "2 of them", "any of ($a*) in (0..10)", "50% of (rule*)".
 */
#include "lang/yara/check.h"

static struct quantifier constant(struct check *c, int64_t value)
{
	struct quantifier q = {.is_constant = true, .value = value};

	q.tree = check_tree(c, ir_int(c->rs->arena, value));
	return q;
}

static struct quantifier percentage(struct check *c, const struct ast_quantifier *ast)
{
	struct operand o = check_integer(c, ast->expr, "a percentage");
	struct quantifier q = {.is_bad = o.type == OPERAND_BAD,
			       .is_constant = o.is_constant,
			       .value = o.integer,
			       .tree = o.tree};

	if (q.is_constant && (q.value < 1 || q.value > 100)) {
		yara_error(c->y, ast->span, NULL,
			   "percentage must be between 1 and 100 (inclusive)");
		q.is_bad = true;
	}
	return q;
}

struct quantifier check_quantifier(struct check *c, const struct ast_quantifier *ast)
{
	struct quantifier q = {0};

	switch (ast->kind) {
	case AST_ALL:
		q.is_all = true;
		q.tree = check_tree(c, ir_op(c->rs->arena, OP_UNDEFINED, NULL, 0));
		return q;
	case AST_ANY:
		return constant(c, 1);
	case AST_NONE:
		return constant(c, 0);
	case AST_PERCENT:
		return percentage(c, ast);
	case AST_AT_LEAST:
		break;
	}
	struct operand o = check_expr(c, ast->expr);
	q.is_bad = o.type == OPERAND_BAD;
	if (!q.is_bad && (o.type != OPERAND_INT || (o.is_constant && o.integer < 0))) {
		yara_error(c->y, ast->span, NULL, "invalid value: a quantifier must be %s",
			   o.type == OPERAND_INT ? "0 or more" : "an integer");
		q.is_bad = true;
	}
	q.is_constant = o.type == OPERAND_INT && o.is_constant;
	q.value = o.integer;
	q.tree = o.tree;
	if (q.is_constant && q.value == 0)
		yara_warning(c->y, ast->span, "consider \"none\"",
			     "a quantifier of 0 means exactly none");
	return q;
}

static struct ir_expr *integer(struct check *c, int64_t value)
{
	return check_tree(c, ir_int(c->rs->arena, value));
}

/* At least p percent of n: a whole number of them, rounded up. */
static struct ir_expr *at_least_percent(struct check *c, const struct quantifier *q, uint32_t n,
					struct ir_expr *found)
{
	if (q->is_constant)
		return check_op2(c, OP_GE, found, integer(c, (q->value * n + 99) / 100));
	struct ir_expr *product = check_op2(c, OP_MUL, q->tree, integer(c, n));
	struct ir_expr *up = check_op2(c, OP_ADD, product, integer(c, 99));
	return check_op2(c, OP_GE, found, check_op2(c, OP_DIV, up, integer(c, 100)));
}

static struct ir_expr *compare(struct check *c, const struct ast_quantifier *ast,
			       const struct quantifier *q, uint32_t n, struct ir_expr *found)
{
	if (ast->kind == AST_PERCENT)
		return at_least_percent(c, q, n, found);
	if (q->is_all)
		return check_op2(c, OP_EQ, found, integer(c, n));
	if (q->is_constant)
		return check_op2(c, q->value == 0 ? OP_EQ : OP_GE, found, integer(c, q->value));
	struct ir_expr *tree = check_op2(c, OP_QUANTIFIED, q->tree, found);
	if (tree != NULL)
		tree->index = n;
	return tree;
}

static void warn(struct check *c, const struct ast_expr *expr, const struct quantifier *q,
		 const struct set *set)
{
	const struct ast_quantifier *ast = &expr->quantifier;

	if (ast->kind == AST_AT_LEAST && q->is_constant && q->value > set->count)
		yara_warning(c->y, ast->span, NULL,
			     "this never holds: %lld of a set of %u are asked for",
			     (long long)q->value, set->count);
	if (expr->kind != AST_OF || expr->place.kind != AST_AT)
		return;
	if ((q->is_all && set->count > 1) ||
	    (ast->kind == AST_AT_LEAST && q->is_constant && q->value > 1))
		yara_warning(c->y, expr->span, NULL,
			     "several strings at one offset: this hardly ever holds");
}

struct operand check_of(struct check *c, const struct ast_expr *expr)
{
	static const enum ir_op ops[] = {OP_DISTINCT, OP_DISTINCT_AT, OP_DISTINCT_IN};
	struct quantifier q = check_quantifier(c, &expr->quantifier);
	struct set set = check_set(c, &expr->set);
	struct range_trees place = check_place(c, &expr->place);

	if (q.is_bad || set.is_bad || place.is_bad)
		return operand_bad();
	warn(c, expr, &q, &set);
	if (set.is_rules && place.count > 0) {
		yara_error(c->y, expr->span, NULL, "only strings have a place, rules do not");
		return operand_bad();
	}
	struct ir_expr *found = check_over_set(c, set.is_rules ? OP_RULES : ops[place.count], &set);
	if (found == NULL)
		return operand_bad();
	found->args = arena_new_array(c->rs->arena, struct ir_expr *, 2);
	if (found->args == NULL) {
		c->is_full = true;
		return operand_bad();
	}
	memcpy((void *)found->args, place.args, sizeof place.args);
	found->arg_count = place.count;
	return operand_of(OPERAND_BOOL, compare(c, &expr->quantifier, &q, set.count, found));
}
