#include "match/evaluate.h"

#include "base/num.h"
#include "match/value.h"
#include "match/work.h"

bool condition_charge(struct condition *c, uint64_t units)
{
	return work_charge(&c->found->work, units);
}

bool condition_read(struct condition *c, const struct subtree *tree, struct cursor *ret)
{
	uint32_t at = tree->at;

	if (at >= tree->end || tree->depth >= IMAGE_DEPTH_MAX || !condition_charge(c, 1))
		return false;
	struct image_condition node = c->t->conditions[at];
	if (node.skip == 0 || node.skip > tree->end - at)
		return false;
	*ret = (struct cursor){(enum ir_op)node.op, node.value, at + 1, at + node.skip,
			       tree->depth};
	return true;
}

struct subtree condition_next(struct condition *c, struct cursor *node)
{
	struct subtree tree = {node->end, node->end, node->depth + 1};

	if (node->next >= node->end)
		return tree;
	uint32_t at = node->next, skip = c->t->conditions[at].skip;
	if (skip == 0 || skip > node->end - at) {
		node->next = node->end; /* a damaged image: there is nothing to go on with */
		return tree;
	}
	node->next = at + skip;
	return (struct subtree){at, at + skip, node->depth + 1};
}

struct value condition_operand(struct condition *c, struct cursor *node)
{
	struct subtree tree = condition_next(c, node);

	return condition_value(c, &tree);
}

bool condition_number(struct condition *c, struct cursor *node, int64_t *ret,
		      struct value *ret_missing)
{
	struct value v = condition_operand(c, node);

	if (v.kind == VALUE_INT) {
		*ret = v.integer;
		return true;
	}
	*ret_missing = v.kind == VALUE_UNKNOWN ? v : VALUE_OF_UNDEFINED;
	return false;
}

static struct value of_known(enum known k)
{
	return k == UNKNOWN ? VALUE_OF_UNKNOWN : value_int(k == KNOWN_YES);
}

static struct value constant(const struct condition *c, const struct cursor *node)
{
	struct value v = {.kind = VALUE_UNDEFINED};
	uint64_t len = node->value >> 32, at = (uint32_t)node->value;

	switch (node->op) {
	case OP_BOOL:
	case OP_INT:
		return value_int((int64_t)node->value);
	case OP_FLOAT:
		v.kind = VALUE_FLOAT;
		memcpy(&v.real, &node->value, sizeof v.real);
		return v;
	case OP_TEXT:
		if (!range_fits(at, len, c->t->byte_count))
			return VALUE_OF_UNKNOWN;
		v.kind = VALUE_TEXT;
		v.text = (struct str){(const char *)c->t->bytes + at, (size_t)len};
		return v;
	default:
		return v;
	}
}

/* The range that an operator of one or two operands speaks of; an empty one when low > high. */
struct range {
	uint64_t low, high;
};

static bool range_operands(struct condition *c, struct cursor *node, bool is_point,
			   struct range *ret, struct value *ret_missing)
{
	int64_t low, high;

	if (!condition_number(c, node, &low, ret_missing))
		return false;
	high = low;
	if (!is_point && !condition_number(c, node, &high, ret_missing))
		return false;
	/* nothing starts before 0 */
	*ret = high < 0 ? (struct range){1, 0}
			: (struct range){low < 0 ? 0 : (uint64_t)low, (uint64_t)high};
	return true;
}

static uint32_t pattern_of(const struct condition *c, const struct cursor *node)
{
	return node->value == IR_CURRENT_PATTERN ? c->pattern : (uint32_t)node->value;
}

static struct value nth(struct condition *c, struct cursor *node)
{
	struct value missing;
	struct match_span span = {0};
	int64_t n;

	if (!condition_number(c, node, &n, &missing))
		return missing;
	if (n < 1)
		return VALUE_OF_UNDEFINED;
	switch (found_nth(c->found, pattern_of(c, node), (uint64_t)n, &span)) {
	case KNOWN_NO:
		return VALUE_OF_UNDEFINED;
	case KNOWN_YES:
		return value_int((int64_t)(node->op == OP_OFFSET ? span.start : span.length));
	case UNKNOWN:
		break;
	}
	return VALUE_OF_UNKNOWN;
}

static struct value pattern(struct condition *c, struct cursor *node)
{
	uint32_t id = pattern_of(c, node);
	struct value missing;
	struct range r;
	uint64_t count;

	switch (node->op) {
	case OP_MATCHED:
		return of_known(found_matched(c->found, id));
	case OP_COUNT:
		return found_count(c->found, id, &count) ? value_int((int64_t)count)
							 : VALUE_OF_UNKNOWN;
	case OP_OFFSET:
	case OP_LENGTH:
		return nth(c, node);
	default:
		break;
	}
	if (!range_operands(c, node, node->op == OP_MATCHED_AT, &r, &missing))
		return missing;
	if (node->op != OP_COUNT_IN)
		return of_known(found_in(c->found, id, r.low, r.high));
	return found_count_in(c->found, id, r.low, r.high, &count) ? value_int((int64_t)count)
								   : VALUE_OF_UNKNOWN;
}

/* What one pattern of a set adds; false when that is not known. */
static bool contribution(struct condition *c, enum ir_op op, uint32_t id,
			 const struct range *r, uint64_t *ret)
{
	enum known known;

	if (op == OP_SUM)
		return found_count(c->found, id, ret);
	known = op == OP_DISTINCT ? found_matched(c->found, id)
				  : found_in(c->found, id, r->low, r->high);
	*ret = known == KNOWN_YES;
	return known != UNKNOWN;
}

static struct value pattern_set(struct condition *c, struct cursor *node)
{
	uint64_t first = (uint32_t)node->value, count = node->value >> 32, sum = 0, one;
	struct range r = {0};
	struct value missing;

	if (!range_fits(first, count, c->t->set_count) || !condition_charge(c, count))
		return VALUE_OF_UNKNOWN;
	if ((node->op == OP_DISTINCT_AT || node->op == OP_DISTINCT_IN) &&
	    !range_operands(c, node, node->op == OP_DISTINCT_AT, &r, &missing))
		return missing;
	for (uint64_t i = 0; i < count; i++) {
		if (!contribution(c, node->op, c->t->sets[first + i], &r, &one))
			return VALUE_OF_UNKNOWN;
		sum += one;
	}
	return value_int((int64_t)sum);
}

/* A rule that was not evaluated does not hold: it could not without a match, and had none. */
static struct value rule_result(const struct condition *c, uint64_t rule)
{
	if (rule >= c->rule || rule >= c->t->rule_count)
		return VALUE_OF_UNKNOWN;
	if (c->rules[rule] == 0)
		return c->found->is_cut ? VALUE_OF_UNKNOWN : value_int(0);
	return of_known((enum known)(c->rules[rule] - 1));
}

static struct value rule_set(struct condition *c, const struct cursor *node)
{
	uint64_t first = (uint32_t)node->value, count = node->value >> 32, sum = 0;

	if (!range_fits(first, count, c->t->set_count) || !condition_charge(c, count))
		return VALUE_OF_UNKNOWN;
	for (uint64_t i = 0; i < count; i++) {
		struct value v = rule_result(c, c->t->sets[first + i]);

		if (v.kind == VALUE_UNKNOWN)
			return v;
		sum += v.integer != 0;
	}
	return value_int((int64_t)sum);
}

static struct value regex(struct condition *c, struct cursor *node)
{
	struct value text = condition_operand(c, node);

	if (text.kind == VALUE_UNKNOWN)
		return text;
	if (text.kind != VALUE_TEXT)
		return VALUE_OF_UNDEFINED;
	return of_known(confirm_text(c->confirm, (uint32_t)node->value, text.text));
}

/* One operand can decide even when others are not known. */
static struct value all_or_any(struct condition *c, struct cursor *node)
{
	bool is_and = node->op == OP_AND, is_open = false;

	while (node->next < node->end) {
		struct value v = condition_operand(c, node);

		if (v.kind == VALUE_UNKNOWN) {
			is_open = true;
			if (c->found->work == 0)
				break;
		} else if (value_holds(v) != is_and) {
			return value_int(!is_and);
		}
	}
	return is_open ? VALUE_OF_UNKNOWN : value_int(is_and);
}

static struct value logic(struct condition *c, struct cursor *node)
{
	struct value v;

	if (node->op == OP_AND || node->op == OP_OR)
		return all_or_any(c, node);
	v = condition_operand(c, node);
	if (v.kind == VALUE_UNKNOWN)
		return v;
	switch (node->op) {
	case OP_NOT:
		return v.kind == VALUE_UNDEFINED ? v : value_int(!value_holds(v));
	case OP_DEFINED:
		return value_int(v.kind != VALUE_UNDEFINED);
	default: /* OP_IF */
		if (!value_holds(v))
			(void)condition_next(c, node);
		return condition_operand(c, node);
	}
}

/* The first operand, changed by one step after the other. */
static struct value chain(struct condition *c, struct cursor *node)
{
	struct value v = condition_operand(c, node);

	while (node->next < node->end) {
		struct subtree tree = condition_next(c, node);
		struct cursor step;

		if (!condition_read(c, &tree, &step) || step.op != OP_STEP ||
		    step.value < OP_ADD || step.value > OP_SHR)
			return VALUE_OF_UNKNOWN;
		v = value_binary((enum ir_op)step.value, v, condition_operand(c, &step));
		if (v.kind == VALUE_UNKNOWN)
			return v;
	}
	return v;
}

struct value condition_value(struct condition *c, const struct subtree *tree)
{
	struct cursor node;
	struct value a;

	if (!condition_read(c, tree, &node))
		return VALUE_OF_UNKNOWN;
	switch (node.op) {
	case OP_UNDEFINED ... OP_TEXT:
		return constant(c, &node);
	case OP_SIZE:
		return c->object->is_process ? VALUE_OF_UNDEFINED
					     : value_int((int64_t)c->object->size);
	case OP_IS_TYPE:
		return value_int(node.value == (uint64_t)c->object->type);
	case OP_PARENT_TYPE:
		return value_int(node.value == (uint64_t)c->object->parent);
	case OP_FACT:
		return condition_fact(c, &node);
	case OP_ROW:
	case OP_ROW_KEY:
	case OP_ROWS:
		return condition_row(c, &node);
	case OP_VARIABLE:
		return condition_variable(c, node.value);
	case OP_CALL:
		return condition_call(c, &node);
	case OP_READ:
		return condition_bytes(c, &node);
	case OP_MATCHED ... OP_LENGTH:
		return pattern(c, &node);
	case OP_SUM ... OP_DISTINCT_IN:
		return pattern_set(c, &node);
	case OP_RULE:
		return rule_result(c, node.value);
	case OP_RULES:
		return rule_set(c, &node);
	case OP_AND ... OP_DEFINED:
		return logic(c, &node);
	case OP_NEG:
	case OP_BIT_NOT:
		return value_unary(node.op, condition_operand(c, &node));
	case OP_EQ ... OP_IEQUALS:
	case OP_ADD ... OP_MOD:
	case OP_BIT_AND ... OP_SHR:
		a = condition_operand(c, &node);
		return value_binary(node.op, a, condition_operand(c, &node));
	case OP_CHAIN:
		return chain(c, &node);
	case OP_REGEX:
		return regex(c, &node);
	case OP_PATTERN:
		return (struct value){.kind = VALUE_REGEX, .integer = (int64_t)node.value};
	case OP_LOOP_VALUE:
		return node.value < IR_SLOTS_MAX ? c->slots[node.value] : VALUE_OF_UNKNOWN;
	case OP_QUANTIFIED:
	case OP_FOR_RANGE ... OP_FOR_SET:
		return condition_loop(c, &node);
	default:
		return VALUE_OF_UNKNOWN; /* of a damaged image */
	}
}

void condition_begin(struct condition *c, const struct match_object *object)
{
	c->object = object;
	c->block.len = 0;
	c->host.state = object->env != NULL ? object->env->modules : NULL;
	arena_clear(c->texts);
}

enum known condition_holds(struct condition *c, uint32_t rule, uint32_t node)
{
	const struct subtree tree = {node, c->t->condition_count, 0};

	c->rule = rule;
	c->pattern = IR_CURRENT_PATTERN;
	for (size_t i = 0; i < IR_SLOTS_MAX; i++)
		c->slots[i] = VALUE_OF_UNDEFINED;
	struct value v = condition_value(c, &tree);
	if (v.kind == VALUE_UNKNOWN)
		return UNKNOWN;
	return value_holds(v) ? KNOWN_YES : KNOWN_NO;
}
