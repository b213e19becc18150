/*
 * "at offset" and "in (low..high)".
 */
#include "lang/yara/check.h"

static void check_range(struct check *c, const struct ast_place *place, struct operand low,
			struct operand high)
{
	if (low.is_constant && low.integer < 0)
		yara_error(c->y, place->low->span, NULL, "invalid range: it begins before 0 (%lld)",
			   (long long)low.integer);
	else if (low.is_constant && high.is_constant && low.integer > high.integer)
		yara_error(
			c->y, place->low->span, NULL,
			"invalid range: the lower bound is greater than the upper one (%lld..%lld)",
			(long long)low.integer, (long long)high.integer);
}

struct range_trees check_place(struct check *c, const struct ast_place *place)
{
	struct range_trees r = {0};

	if (place->kind == AST_AT_NONE)
		return r;
	bool is_range = place->kind == AST_IN;
	struct operand low = check_integer(c, place->low,
					   is_range ? "the lower bound of a range"
						    : "what stands behind \"at\"");
	struct operand high =
		is_range ? check_integer(c, place->high, "the upper bound of a range") : low;
	r.is_bad = low.type == OPERAND_BAD || high.type == OPERAND_BAD;
	if (r.is_bad)
		return r;
	if (is_range)
		check_range(c, place, low, high);
	r.args[0] = low.tree;
	r.args[1] = high.tree;
	r.count = is_range ? 2 : 1;
	r.is_constant = !is_range && low.is_constant;
	r.offset = low.integer;
	return r;
}
