#include "lang/yara/check.h"

struct ir_expr *check_tree(struct check *c, struct ir_expr *made)
{
	if (made == NULL)
		c->is_full = true;
	return made;
}

struct ir_expr *check_op1(struct check *c, enum ir_op op, struct ir_expr *a)
{
	return a == NULL ? NULL : check_tree(c, ir_op(c->rs->arena, op, &a, 1));
}

struct ir_expr *check_op2(struct check *c, enum ir_op op, struct ir_expr *a, struct ir_expr *b)
{
	struct ir_expr *args[] = {a, b};

	return a == NULL || b == NULL ? NULL : check_tree(c, ir_op(c->rs->arena, op, args, 2));
}

struct operand operand_bad(void)
{
	return (struct operand){.type = OPERAND_BAD};
}

struct operand operand_of(enum operand_type type, struct ir_expr *tree)
{
	/* without memory there is no tree, and nothing more to say */
	return (struct operand){.type = tree == NULL ? OPERAND_BAD : type, .tree = tree};
}

struct operand operand_int(struct check *c, int64_t value)
{
	struct operand o = operand_of(OPERAND_INT, check_tree(c, ir_int(c->rs->arena, value)));

	o.is_constant = true;
	o.integer = value;
	return o;
}

const char *operand_type_name(enum operand_type type)
{
	static const char *const names[] = {
		[OPERAND_BAD] = "nothing",	  [OPERAND_BOOL] = "a boolean",
		[OPERAND_INT] = "an integer",	  [OPERAND_FLOAT] = "a float",
		[OPERAND_TEXT] = "a string",	  [OPERAND_REGEX] = "a regular expression",
		[OPERAND_STRUCT] = "a structure", [OPERAND_ARRAY] = "an array",
		[OPERAND_DICT] = "a dictionary",  [OPERAND_FUNCTION] = "a function",
	};

	return names[type];
}
