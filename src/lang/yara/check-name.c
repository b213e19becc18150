/*
 * Identifiers, and what follows them: members, elements, arguments.
 */
#include "lang/yara/check.h"

static struct operand structure(enum fact_group group, struct str prefix, struct ir_expr *row)
{
	return (struct operand){
		.type = OPERAND_STRUCT, .group = group, .prefix = prefix, .row = row};
}

static struct operand fact(struct check *c, enum fact_id id, struct ir_expr *row)
{
	static const enum operand_type types[] = {
		[VALUE_TYPE_INT] = OPERAND_INT,
		[VALUE_TYPE_FLOAT] = OPERAND_FLOAT,
		[VALUE_TYPE_TEXT] = OPERAND_TEXT,
	};

	return operand_of(
		types[fact_info(id)->type],
		check_tree(c, ir_indexed_op(c->rs->arena, OP_FACT, id, &row, row != NULL ? 1 : 0)));
}

static struct operand constant(struct check *c, uint32_t index)
{
	size_t count;
	const struct constant_info *info = &constant_all(&count)[index];

	switch (info->type) {
	case VALUE_TYPE_INT: {
		struct operand o = operand_int(c, info->integer);

		/* YARA does not compute with constants of modules before a scan */
		o.is_constant = false;
		return o;
	}
	case VALUE_TYPE_FLOAT:
		return operand_of(OPERAND_FLOAT, check_tree(c, ir_float(c->rs->arena, info->real)));
	case VALUE_TYPE_TEXT:
		return operand_of(OPERAND_TEXT,
				  check_tree(c, ir_text(c->rs->arena, str_of(info->text))));
	}
	return operand_bad();
}

static struct operand group(enum fact_group group, struct ir_expr *row)
{
	return (struct operand){.type = group_info(group)->kind == GROUP_DICT ? OPERAND_DICT
									      : OPERAND_ARRAY,
				.group = group,
				.row = row};
}

struct operand check_element(struct check *c, enum fact_group group, struct ir_expr *row)
{
	enum fact_id element = symbols_element(group);

	return element != FACT_COUNT ? fact(c, element, row) : structure(group, STR(""), row);
}

static struct operand variable(struct check *c, uint32_t index)
{
	static const enum operand_type types[] = {
		[VARIABLE_INT] = OPERAND_INT,
		[VARIABLE_FLOAT] = OPERAND_FLOAT,
		[VARIABLE_BOOL] = OPERAND_INT,
		[VARIABLE_TEXT] = OPERAND_TEXT,
	};

	return operand_of(types[c->rs->variables.items[index].type],
			  check_tree(c, ir_indexed(c->rs->arena, OP_VARIABLE, index)));
}

/* External variables that are there even when nobody defines them. */
static const char *const always[] = {"filename", "filepath", "extension", "filetype", "owner"};

static bool find_variable(struct check *c, struct str name, uint32_t *ret_index)
{
	const struct ir_variable *found = NULL;
	struct ir_variable empty = {.name = name, .type = VARIABLE_TEXT, .text = STR("")};

	if (ruleset_find_variable(c->rs, name, ret_index))
		return true;
	for (size_t i = 0; c->y->src->settings != NULL && i < c->y->src->settings->variable_count;
	     i++) {
		if (str_eq(c->y->src->settings->variables[i].name, name))
			found = &c->y->src->settings->variables[i];
	}
	for (size_t i = 0; found == NULL && i < LEN(always); i++) {
		if (str_eq(str_of(always[i]), name))
			found = &empty;
	}
	if (found == NULL)
		return false;
	if (ruleset_add_variable(c->rs, found) != OK) {
		c->is_full = true;
		return false;
	}
	return ruleset_find_variable(c->rs, name, ret_index);
}

static struct operand unknown(struct check *c, const struct ast_expr *expr)
{
	const char *hint = NULL;

	if (symbols_module(expr->name) != MODULE_COUNT) {
		hint = arena_format(c->y->arena, "import \"%.*s\" before the rule",
				    STR_ARG(expr->name))
			       .data;
	} else {
		struct suggestion s = suggest(c->y, expr->name);

		for (uint32_t i = 0; i < c->variable_count; i++)
			suggest_candidate(&s, c->variables[i].name);
		for (size_t i = 0; i < LEN(always); i++)
			suggest_candidate(&s, str_of(always[i]));
		hint = suggest_hint(c->y->arena, &s);
	}
	yara_error(c->y, expr->span, hint, "undefined identifier \"%.*s\"", STR_ARG(expr->name));
	return operand_bad();
}

static struct operand rule(struct check *c, const struct ast_expr *expr)
{
	const uint32_t *known = check_known(c, 'r', expr->name);

	if (known == NULL)
		return unknown(c, expr);
	if (*known == RULE_MALFORMED) {
		yara_error(c->y, expr->span, NULL, "rule \"%.*s\" has errors of its own",
			   STR_ARG(expr->name));
		return operand_bad();
	}
	return operand_of(OPERAND_BOOL, check_tree(c, ir_indexed(c->rs->arena, OP_RULE, *known)));
}

struct operand check_name(struct check *c, const struct ast_expr *expr)
{
	uint32_t index;

	for (uint32_t i = c->variable_count; i > 0; i--) {
		if (str_eq(c->variables[i - 1].name, expr->name))
			return c->variables[i - 1].value;
	}
	enum module_id module = symbols_module(expr->name);
	if (module != MODULE_COUNT && (c->imports >> module & 1) != 0)
		return structure(module_info(module)->group, STR(""), NULL);
	if (find_variable(c, expr->name, &index))
		return variable(c, index);
	return c->is_full ? operand_bad() : rule(c, expr);
}

/* "linker_version" and "major". */
static struct str joined(struct check *c, struct str prefix, struct str name)
{
	if (prefix.len == 0)
		return name;
	return arena_format(c->y->arena, "%.*s.%.*s", STR_ARG(prefix), STR_ARG(name));
}

static struct operand not_a_member(struct check *c, const struct ast_expr *expr,
				   const struct operand *of, struct str name)
{
	struct span span = expr->span;

	struct suggestion s = suggest(c->y, name);

	symbols_suggest(of->group, &s);
	if (expr->name.len < span.end - span.start)
		span.start = span.end - (uint32_t)expr->name.len;
	yara_error(c->y, span, suggest_hint(c->y->arena, &s), "invalid field name \"%.*s\"",
		   STR_ARG(expr->name));
	return operand_bad();
}

struct operand check_member(struct check *c, const struct ast_expr *expr)
{
	struct operand of = check_expr(c, expr->args);

	if (of.type == OPERAND_BAD)
		return of;
	if (of.type != OPERAND_STRUCT) {
		yara_error(c->y, expr->args->span,
			   of.type == OPERAND_ARRAY ? "an element is written [n]" : NULL,
			   "%s has no fields", operand_type_name(of.type));
		return operand_bad();
	}
	struct str name = joined(c, of.prefix, expr->name);
	struct symbol symbol = symbols_find(&c->symbols, of.group, name);
	switch (symbol.kind) {
	case SYMBOL_STRUCT:
		return structure(of.group, name, of.row);
	case SYMBOL_FACT:
		return fact(c, (enum fact_id)symbol.index, of.row);
	case SYMBOL_CONSTANT:
		return constant(c, symbol.index);
	case SYMBOL_GROUP:
		return group((enum fact_group)symbol.index, of.row);
	case SYMBOL_FUNCTION:
		return (struct operand){.type = OPERAND_FUNCTION,
					.index = symbol.index,
					.group = of.group,
					.row = of.row};
	case SYMBOL_NONE:
		break;
	}
	return not_a_member(c, expr, &of, name);
}

struct operand check_index(struct check *c, const struct ast_expr *expr)
{
	struct operand of = check_expr(c, expr->args);
	const struct ast_expr *second = expr->args->next;

	if (of.type == OPERAND_BAD)
		return of;
	if (of.type != OPERAND_ARRAY && of.type != OPERAND_DICT) {
		yara_error(c->y, expr->args->span, NULL, "%s has no elements",
			   operand_type_name(of.type));
		return operand_bad();
	}
	bool is_dict = of.type == OPERAND_DICT;
	struct operand index = check_expr(c, second);
	if (index.type == OPERAND_BAD)
		return index;
	if (index.type != (is_dict ? OPERAND_TEXT : OPERAND_INT)) {
		yara_error(c->y, second->span, NULL, "%s is indexed by %s, not by %s",
			   operand_type_name(of.type), is_dict ? "a string" : "an integer",
			   operand_type_name(index.type));
		return operand_bad();
	}
	struct ir_expr *args[] = {of.row, index.tree};
	struct ir_expr *row = check_tree(
		c, ir_indexed_op(c->rs->arena, is_dict ? OP_ROW_KEY : OP_ROW, of.group,
				 of.row != NULL ? args : args + 1, of.row != NULL ? 2 : 1));
	return row == NULL ? operand_bad() : check_element(c, of.group, row);
}
