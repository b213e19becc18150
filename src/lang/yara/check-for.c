/*
 * "for Q of them : (…)", "for Q x in … : (…)".
 */
#include "lang/yara/check.h"

/* An operator with the operands of a loop. */
static struct ir_expr *loop(struct check *c, enum ir_op op, struct ir_expr *const *args,
			    uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (args[i] == NULL)
			return NULL;
	}
	return check_tree(c, ir_op(c->rs->arena, op, args, count));
}

static bool enter_loop(struct check *c, struct span span)
{
	if (c->loop_count >= LOOPS_MAX) {
		yara_error(c->y, span, NULL, "loops are nested more than %d deep", LOOPS_MAX);
		return false;
	}
	c->loop_count++;
	return true;
}

static struct operand for_of(struct check *c, const struct ast_expr *expr)
{
	struct quantifier q = check_quantifier(c, &expr->quantifier);
	struct set set = check_set(c, &expr->set);

	if (c->in_for_of) {
		yara_error(c->y, expr->span, NULL, "a \"for … of\" loop inside another one");
		return operand_bad();
	}
	if (!enter_loop(c, expr->span))
		return operand_bad();
	if (!q.is_bad && !set.is_bad && expr->quantifier.kind == AST_AT_LEAST && q.is_constant &&
	    q.value > set.count)
		yara_warning(c->y, expr->quantifier.span, NULL,
			     "this never holds: %lld of a set of %u are asked for",
			     (long long)q.value, set.count);
	c->in_for_of = true;
	struct ir_expr *body = check_condition(c, expr->args);
	c->in_for_of = false;
	c->loop_count--;
	if (q.is_bad || set.is_bad || body == NULL)
		return operand_bad();
	struct ir_expr *tree = loop(c, OP_FOR_SET, (struct ir_expr *[]){q.tree, body}, 2);
	if (tree != NULL) {
		tree->set.items = set.items;
		tree->set.count = set.count;
	}
	return operand_of(OPERAND_BOOL, tree);
}

/* What a loop goes over, before its body is looked at. */
struct iteration {
	bool is_bad;
	enum ir_op op;
	enum operand_type type;	 /* of the variable of a range or list */
	struct operand over;	 /* array or dictionary */
	struct ir_expr **values; /* of a range: two */
	uint32_t count;
};

static struct iteration over_range(struct check *c, const struct ast_iterator *it)
{
	struct ast_place place = {AST_IN, it->low, it->high};
	struct range_trees range = check_place(c, &place);
	struct iteration r = {.is_bad = range.is_bad,
			      .op = OP_FOR_RANGE,
			      .type = OPERAND_INT,
			      .values = arena_new_array(c->rs->arena, struct ir_expr *, 2),
			      .count = 2};

	if (r.values == NULL) {
		c->is_full = true;
		return (struct iteration){.is_bad = true};
	}
	memcpy(r.values, range.args, sizeof range.args);
	check_rounds(c, it, &range);
	return r;
}

static struct iteration over_list(struct check *c, const struct ast_iterator *it)
{
	struct iteration r = {.op = OP_FOR_VALUES};
	uint32_t count = 0;

	for (const struct ast_expr *e = it->items; e != NULL; e = e->next)
		count++;
	r.values = arena_new_array(c->rs->arena, struct ir_expr *, count);
	if (r.values == NULL) {
		c->is_full = true;
		return (struct iteration){.is_bad = true};
	}
	for (const struct ast_expr *e = it->items; e != NULL; e = e->next) {
		struct operand o = check_expr(c, e);

		r.values[r.count++] = o.tree;
		if (o.type == OPERAND_BAD) {
			r.is_bad = true;
		} else if (o.type != OPERAND_INT && o.type != OPERAND_TEXT) {
			yara_error(c->y, e->span, NULL, "wrong type: %s in a list of a loop",
				   operand_type_name(o.type));
			r.is_bad = true;
		} else if (r.type != OPERAND_BAD && r.type != o.type) {
			yara_error(c->y, e->span, NULL,
				   "wrong type: integers and strings in one list");
			r.is_bad = true;
		}
		if (r.type == OPERAND_BAD)
			r.type = o.type;
	}
	return r;
}

static struct iteration over_rows(struct check *c, const struct ast_iterator *it)
{
	struct iteration r = {.op = OP_FOR_ROWS, .over = check_expr(c, it->low)};

	r.is_bad = r.over.type == OPERAND_BAD;
	if (r.is_bad || r.over.type == OPERAND_ARRAY || r.over.type == OPERAND_DICT)
		return r;
	yara_error(c->y, it->span, "loops go over arrays, dictionaries, ranges and lists",
		   "%s cannot be gone over", operand_type_name(r.over.type));
	r.is_bad = true;
	return r;
}

static bool check_variable_names(struct check *c, const struct ast_expr *expr,
				 const struct iteration *it)
{
	uint32_t count = 0, expected = it->over.type == OPERAND_DICT ? 2 : 1;

	for (const struct ast_name *v = expr->variables; v != NULL; v = v->next) {
		count++;
		for (uint32_t i = 0; i < c->variable_count; i++) {
			if (!str_eq(c->variables[i].name, v->name))
				continue;
			yara_error(c->y, v->span, NULL, "duplicated loop identifier \"%.*s\"",
				   STR_ARG(v->name));
			return false;
		}
	}
	if (count == expected)
		return true;
	yara_error(c->y, expr->variables->span,
		   expected == 2 ? "a dictionary gives a key and a value: for any k, v in …" : NULL,
		   count > LOOP_VARIABLES_MAX ? "too many loop variables"
					      : "the loop has %u variables instead of %u",
		   count, expected);
	return false;
}

static void add_variable(struct check *c, struct str name, struct operand value)
{
	c->variables[c->variable_count++] = (struct loop_variable){name, value};
}

static void add_variables(struct check *c, const struct ast_expr *expr, const struct iteration *it,
			  uint32_t slot)
{
	const struct ast_name *name = expr->variables;
	struct ir_expr *current = check_tree(c, ir_op(c->rs->arena, OP_LOOP_VALUE, NULL, 0));

	if (current == NULL)
		return;
	current->loop.slot = slot;
	if (it->op != OP_FOR_ROWS) {
		add_variable(c, name->name, operand_of(it->type, current));
		return;
	}
	if (it->over.type == OPERAND_DICT) {
		struct ir_expr *key =
			check_tree(c, ir_indexed_op(c->rs->arena, OP_FACT, fact_key(it->over.group),
						    &current, 1));

		add_variable(c, name->name, operand_of(OPERAND_TEXT, key));
		name = name->next;
	}
	add_variable(c, name->name, check_element(c, it->over.group, current));
}

static struct ir_expr *build(struct check *c, const struct iteration *it,
			     struct ir_expr *quantifier, struct ir_expr *body, uint32_t slot)
{
	uint32_t count = 0;
	struct ir_expr **args = arena_new_array(c->rs->arena, struct ir_expr *, it->count + 3);
	struct ir_expr *tree;

	if (args == NULL) {
		c->is_full = true;
		return NULL;
	}
	args[count++] = quantifier;
	if (it->op != OP_FOR_RANGE)
		args[count++] = body;
	for (uint32_t i = 0; i < it->count; i++)
		args[count++] = it->values[i];
	if (it->op == OP_FOR_RANGE)
		args[count++] = body;
	if (it->op == OP_FOR_ROWS && it->over.row != NULL)
		args[count++] = it->over.row;
	tree = loop(c, it->op, args, count);
	if (tree != NULL) {
		tree->loop.slot = slot;
		tree->loop.group = it->over.group;
	}
	return tree;
}

static struct operand for_in(struct check *c, const struct ast_expr *expr)
{
	struct quantifier q = check_quantifier(c, &expr->quantifier);
	const struct ast_iterator *ast = &expr->iterator;
	struct iteration it = ast->kind == AST_RANGE  ? over_range(c, ast)
			      : ast->kind == AST_LIST ? over_list(c, ast)
						      : over_rows(c, ast);
	uint32_t variable_count = c->variable_count, slot = c->loop_count;

	if (it.is_bad || !check_variable_names(c, expr, &it) || !enter_loop(c, expr->span))
		return operand_bad();
	add_variables(c, expr, &it, slot);
	struct ir_expr *body = c->is_full ? NULL : check_condition(c, expr->args);
	c->variable_count = variable_count;
	c->loop_count--;
	if (q.is_bad || body == NULL)
		return operand_bad();
	return operand_of(OPERAND_BOOL, build(c, &it, q.tree, body, slot));
}

struct operand check_for(struct check *c, const struct ast_expr *expr)
{
	return expr->kind == AST_FOR_OF ? for_of(c, expr) : for_in(c, expr);
}
