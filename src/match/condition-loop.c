/*
 * Loops and quantifiers. Iterations whose outcome is not known are counted
 * apart: they matter only where the others do not decide.
 */
#include "match/evaluate.h"

#include "base/num.h"
#include "match/value.h"

struct quantifier {
	bool is_all;
	int64_t least; /* 0: none */
};

struct tally {
	struct quantifier q;
	uint64_t yes, no, open;
};

/* False: *ret_missing comes of the loop. */
static bool read_quantifier(struct condition *c, struct cursor *node, struct quantifier *ret,
			    struct value *ret_missing)
{
	struct value v = condition_operand(c, node);

	*ret_missing = VALUE_OF_UNKNOWN;
	*ret = (struct quantifier){.is_all = v.kind == VALUE_UNDEFINED};
	if (v.kind == VALUE_INT)
		ret->least = v.integer;
	return v.kind == VALUE_INT || v.kind == VALUE_UNDEFINED;
}

/* Whether no further iteration can change the outcome. */
static bool is_decided(const struct tally *t)
{
	if (t->q.is_all)
		return t->no > 0;
	if (t->q.least == 0)
		return t->yes > 0;
	return t->q.least > 0 && t->yes >= (uint64_t)t->q.least;
}

static struct value outcome(const struct tally *t)
{
	if (t->yes + t->no + t->open == 0)
		return value_int(0);
	if (t->q.is_all && t->no > 0)
		return value_int(0);
	if (!t->q.is_all && t->q.least == 0 && t->yes > 0)
		return value_int(0);
	if (t->q.is_all || t->q.least == 0)
		return t->open > 0 ? VALUE_OF_UNKNOWN : value_int(1);
	if (t->q.least < 0 || t->yes >= (uint64_t)t->q.least)
		return value_int(1);
	return t->yes + t->open < (uint64_t)t->q.least ? value_int(0) : VALUE_OF_UNKNOWN;
}

/* Run the body once; whether to go on. */
static bool iterate(struct condition *c, const struct subtree *body, struct tally *t)
{
	struct value v = condition_value(c, body);

	if (v.kind == VALUE_UNKNOWN)
		t->open++;
	else if (value_holds(v))
		t->yes++;
	else
		t->no++;
	/* nobody knows how many more there would have been, and what of them */
	if (c->found->work == 0)
		t->open += UINT64_MAX / 2;
	return c->found->work > 0 && !is_decided(t);
}

static struct value quantified(struct condition *c, struct cursor *node)
{
	struct quantifier q;
	struct value missing;
	int64_t count;

	if (!read_quantifier(c, node, &q, &missing) ||
	    !condition_number(c, node, &count, &missing))
		return missing;
	if (q.is_all)
		return value_int(count >= (int64_t)(uint32_t)node->value);
	return value_int(q.least == 0 ? count == 0 : count >= q.least);
}

static struct value for_range(struct condition *c, struct cursor *node, struct value *variable)
{
	struct tally t = {.yes = 0};
	struct value missing;
	int64_t low, high;

	if (!read_quantifier(c, node, &t.q, &missing))
		return missing;
	/* a bound that is undefined: the loop never runs */
	if (!condition_number(c, node, &low, &missing) ||
	    !condition_number(c, node, &high, &missing))
		return missing.kind == VALUE_UNKNOWN ? missing : value_int(0);
	const struct subtree body = condition_next(c, node);
	for (int64_t i = low; i <= high; i++) {
		*variable = value_int(i);
		if (!iterate(c, &body, &t) || i == INT64_MAX)
			break;
	}
	return outcome(&t);
}

static struct value for_values(struct condition *c, struct cursor *node, struct value *variable)
{
	struct tally t = {.yes = 0};
	struct value missing;

	if (!read_quantifier(c, node, &t.q, &missing))
		return missing;
	const struct subtree body = condition_next(c, node);
	while (node->next < node->end) {
		*variable = condition_operand(c, node);
		if (!iterate(c, &body, &t))
			break;
	}
	return outcome(&t);
}

static struct value for_rows(struct condition *c, struct cursor *node, struct value *variable)
{
	uint64_t group = node->value >> 32;
	struct tally t = {.yes = 0};
	struct value missing;
	uint32_t first, count;

	if (group >= GROUP_COUNT)
		return VALUE_OF_UNKNOWN;
	if (!read_quantifier(c, node, &t.q, &missing))
		return missing;
	const struct subtree body = condition_next(c, node);
	if (!condition_rows(c, node, (enum fact_group)group, &first, &count, &missing))
		return missing.kind == VALUE_UNKNOWN ? missing : value_int(0);
	for (uint32_t i = 0; i < count; i++) {
		*variable = value_int((int64_t)first + i);
		if (!iterate(c, &body, &t))
			break;
	}
	return outcome(&t);
}

static struct value for_set(struct condition *c, struct cursor *node)
{
	uint64_t first = (uint32_t)node->value, count = node->value >> 32;
	uint32_t around = c->pattern;
	struct tally t = {.yes = 0};
	struct value missing;

	if (!range_fits(first, count, c->t->set_count))
		return VALUE_OF_UNKNOWN;
	if (!read_quantifier(c, node, &t.q, &missing))
		return missing;
	const struct subtree body = condition_next(c, node);
	for (uint64_t i = 0; i < count; i++) {
		c->pattern = c->t->sets[first + i];
		if (!iterate(c, &body, &t))
			break;
	}
	c->pattern = around;
	return outcome(&t);
}

struct value condition_loop(struct condition *c, struct cursor *node)
{
	uint32_t slot = (uint32_t)node->value;

	if (node->op == OP_QUANTIFIED)
		return quantified(c, node);
	if (node->op == OP_FOR_SET)
		return for_set(c, node);
	if (slot >= IR_SLOTS_MAX)
		return VALUE_OF_UNKNOWN;
	switch (node->op) {
	case OP_FOR_RANGE:
		return for_range(c, node, &c->slots[slot]);
	case OP_FOR_VALUES:
		return for_values(c, node, &c->slots[slot]);
	case OP_FOR_ROWS:
		return for_rows(c, node, &c->slots[slot]);
	default:
		return VALUE_OF_UNKNOWN;
	}
}
