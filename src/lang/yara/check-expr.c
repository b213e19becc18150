#include "lang/yara/check.h"

static struct operand read_integer(struct check *c, const struct ast_expr *expr)
{
	struct operand at = check_integer(c, expr->args, "the offset");

	if (at.type == OPERAND_BAD)
		return at;
	return operand_of(OPERAND_INT, check_tree(c, ir_indexed_op(c->rs->arena, OP_READ,
								   expr->read_flags, &at.tree, 1)));
}

static struct operand regex(struct check *c, const struct ast_expr *expr)
{
	struct ir_expr *tree = check_tree(c, ir_indexed(c->rs->arena, OP_PATTERN, 0));
	const struct ir_pattern *pattern = check_regex(c, &expr->regex);

	if (tree == NULL || pattern == NULL)
		return operand_bad();
	tree->pattern = pattern;
	return operand_of(OPERAND_REGEX, tree);
}

static struct operand text(struct check *c, const struct ast_expr *expr)
{
	struct operand o =
		operand_of(OPERAND_TEXT, check_tree(c, ir_text(c->rs->arena, expr->text)));

	o.is_constant = true;
	return o;
}

struct operand check_expr(struct check *c, const struct ast_expr *expr)
{
	struct arena *a = c->rs->arena;

	switch (expr->kind) {
	case AST_BOOL:
		return operand_of(OPERAND_BOOL, check_tree(c, ir_bool(a, expr->integer != 0)));
	case AST_INT:
		return operand_int(c, expr->integer);
	case AST_FLOAT:
		return operand_of(OPERAND_FLOAT, check_tree(c, ir_float(a, expr->real)));
	case AST_TEXT:
		return text(c, expr);
	case AST_REGEX:
		return regex(c, expr);
	case AST_FILESIZE:
		return operand_of(OPERAND_INT, check_tree(c, ir_op(a, OP_SIZE, NULL, 0)));
	case AST_ENTRYPOINT:
		return operand_of(OPERAND_INT,
				  check_tree(c, ir_indexed(a, OP_FACT, FACT_EXE_START)));
	case AST_READ:
		return read_integer(c, expr);
	case AST_STRING:
	case AST_COUNT:
	case AST_OFFSET:
	case AST_LENGTH:
		return check_string(c, expr);
	case AST_NAME:
		return check_name(c, expr);
	case AST_MEMBER:
		return check_member(c, expr);
	case AST_INDEX:
		return check_index(c, expr);
	case AST_CALL:
		return check_call(c, expr);
	case AST_GROUP:
		return check_expr(c, expr->args);
	case AST_UNARY:
	case AST_BINARY:
		return check_operator(c, expr);
	case AST_OF:
		return check_of(c, expr);
	case AST_FOR_OF:
	case AST_FOR_IN:
		return check_for(c, expr);
	}
	return operand_bad();
}

struct ir_expr *check_condition(struct check *c, const struct ast_expr *expr)
{
	struct operand o = check_expr(c, expr);

	switch (o.type) {
	case OPERAND_BAD:
		return NULL;
	case OPERAND_TEXT:
		if (o.is_constant)
			yara_warning(c->y, expr->span, "a string holds when it is not empty",
				     "a literal string stands where yes or no is asked for");
		return o.tree;
	case OPERAND_BOOL:
	case OPERAND_INT:
	case OPERAND_FLOAT:
		return o.tree;
	case OPERAND_REGEX:
		yara_warning(c->y, expr->span, "write: text matches /…/",
			     "a regular expression by itself always holds");
		return check_tree(c, ir_bool(c->rs->arena, true));
	case OPERAND_FUNCTION:
		yara_error(c->y, expr->span, "functions are called with (…)",
			   "wrong usage: this is a function");
		return NULL;
	default:
		yara_error(c->y, expr->span, NULL, "wrong usage: %s is neither true nor false",
			   operand_type_name(o.type));
		return NULL;
	}
}

struct operand check_integer(struct check *c, const struct ast_expr *expr, const char *what)
{
	struct operand o = check_expr(c, expr);

	if (o.type == OPERAND_INT || o.type == OPERAND_BAD)
		return o;
	yara_error(c->y, expr->span, NULL, "%s must be an integer, not %s", what,
		   operand_type_name(o.type));
	return operand_bad();
}
