/*
 * Calls of functions of modules.
 */
#include <stdio.h>

#include "lang/yara/check.h"

enum { ARGUMENTS_MAX = 16 };

struct arguments {
	struct ir_expr *trees[ARGUMENTS_MAX + 1]; /* the row first, where there is one */
	char types[ARGUMENTS_MAX + 1];
	uint32_t count, tree_count;
	bool is_bad;
};

static char letter_of(enum operand_type type)
{
	static const char letters[] = {
		[OPERAND_BOOL] = 'b', [OPERAND_INT] = 'i',   [OPERAND_FLOAT] = 'f',
		[OPERAND_TEXT] = 's', [OPERAND_REGEX] = 'r', [OPERAND_FUNCTION] = 0,
	};

	return letters[type];
}

static void add_argument(struct check *c, struct arguments *to, const struct ast_expr *expr)
{
	struct operand o = check_expr(c, expr);

	if (o.type == OPERAND_BAD) {
		to->is_bad = true;
		return;
	}
	if (letter_of(o.type) == 0) {
		yara_error(c->y, expr->span, NULL, "%s cannot be an argument",
			   operand_type_name(o.type));
		to->is_bad = true;
		return;
	}
	to->types[to->count++] = letter_of(o.type);
	to->trees[to->tree_count++] = o.tree;
}

/* The overload of the function that takes these types; FUNCTION_COUNT when none does. */
static uint32_t overload(uint32_t first, const char *types)
{
	const struct function_info *named = function_info((enum function_id)first);

	for (uint32_t i = first; i < FUNCTION_COUNT; i++) {
		const struct function_info *info = function_info((enum function_id)i);

		if (info->group == named->group && strcmp(info->name, named->name) == 0 &&
		    strcmp(info->arguments, types) == 0)
			return i;
	}
	return FUNCTION_COUNT;
}

/* "expected (s, i) or (r)": what the overloads take. */
static const char *expectation(struct check *c, uint32_t first)
{
	static const char *const words[] = {
		['i'] = "integer", ['f'] = "float",   ['s'] = "string",
		['r'] = "regexp",  ['b'] = "boolean",
	};
	const struct function_info *named = function_info((enum function_id)first);
	char text[240];
	size_t len = (size_t)snprintf(text, sizeof text, "it takes");

	for (uint32_t i = first; i < FUNCTION_COUNT; i++) {
		const struct function_info *info = function_info((enum function_id)i);

		if (info->group != named->group || strcmp(info->name, named->name) != 0)
			continue;
		len += (size_t)snprintf(text + len, sizeof text - len, "%s(",
					i == first ? " " : " or ");
		for (const char *a = info->arguments; *a != '\0' && len < sizeof text; a++)
			len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
						a == info->arguments ? "" : ", ",
						words[(unsigned char)*a]);
		if (len >= sizeof text - 16)
			break;
		len += (size_t)snprintf(text + len, sizeof text - len, ")");
	}
	return arena_format(c->y->arena, "%s", text).data;
}

static struct operand result(struct check *c, uint32_t function, const struct arguments *args)
{
	static const enum operand_type types[] = {
		[VALUE_TYPE_INT] = OPERAND_INT,
		[VALUE_TYPE_FLOAT] = OPERAND_FLOAT,
		[VALUE_TYPE_TEXT] = OPERAND_TEXT,
	};

	return operand_of(types[function_info((enum function_id)function)->result],
			  check_tree(c, ir_indexed_op(c->rs->arena, OP_CALL, function, args->trees,
						      args->tree_count)));
}

struct operand check_call(struct check *c, const struct ast_expr *expr)
{
	const struct ast_expr *callee = expr->args;
	struct operand of = check_expr(c, callee);
	struct arguments args = {0};

	if (of.type != OPERAND_BAD && of.type != OPERAND_FUNCTION)
		yara_error(c->y, callee->span, NULL, "%s is no function",
			   operand_type_name(of.type));
	if (of.type == OPERAND_FUNCTION && of.row != NULL)
		args.trees[args.tree_count++] = of.row;
	for (const struct ast_expr *a = callee->next; a != NULL; a = a->next) {
		if (args.count >= ARGUMENTS_MAX) {
			yara_error(c->y, a->span, NULL, "too many arguments");
			return operand_bad();
		}
		add_argument(c, &args, a);
	}
	if (of.type != OPERAND_FUNCTION || args.is_bad)
		return operand_bad();
	uint32_t function = overload(of.index, args.types);
	if (function != FUNCTION_COUNT)
		return result(c, function, &args);
	yara_error(c->y, expr->span, expectation(c, of.index),
		   "wrong arguments for function \"%s\"",
		   function_info((enum function_id)of.index)->name);
	return operand_bad();
}
