#include "match/condition.h"

#include "base/input.h"
#include "base/num.h"
#include "match/value.h"

/* A node as it was read once. Its operands are the nodes from `next` to `end`. */
struct cursor {
	enum ir_op op;
	uint64_t value;
	uint32_t next, end;
	uint32_t depth;
};

static struct value evaluate(const struct condition *c, uint32_t at, uint32_t end, uint32_t depth);

static bool charge(const struct condition *c, uint64_t units)
{
	if (units > c->found->work) {
		c->found->work = 0;
		return false;
	}
	c->found->work -= units;
	return true;
}

static bool read_node(const struct condition *c, uint32_t at, uint32_t end, uint32_t depth,
		      struct cursor *ret)
{
	if (at >= end || depth >= IMAGE_DEPTH_MAX || !charge(c, 1))
		return false;
	struct image_condition node = c->t->conditions[at];
	if (node.skip == 0 || node.skip > end - at)
		return false;
	*ret = (struct cursor){(enum ir_op)node.op, node.value, at + 1, at + node.skip, depth};
	return true;
}

/* The value of the next operand; UNKNOWN when there is none, which no sound image has. */
static struct value operand(const struct condition *c, struct cursor *node)
{
	if (node->next >= node->end)
		return VALUE_OF_UNKNOWN;
	uint32_t at = node->next, skip = c->t->conditions[at].skip;
	if (skip == 0 || skip > node->end - at) {
		node->next = node->end; /* a damaged image: there is nothing to go on with */
		return VALUE_OF_UNKNOWN;
	}
	node->next = at + skip;
	return evaluate(c, at, at + skip, node->depth + 1);
}

static void skip_operand(const struct condition *c, struct cursor *node)
{
	uint32_t skip = node->next < node->end ? c->t->conditions[node->next].skip : 0;

	node->next = skip > 0 && skip <= node->end - node->next ? node->next + skip : node->end;
}

/* An operand that has to be an offset or a number of something. */
static bool number(const struct condition *c, struct cursor *node, int64_t *ret,
		   struct value *ret_missing)
{
	struct value v = operand(c, node);

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

static struct value of_fact(const struct fact *f)
{
	if (f == NULL)
		return VALUE_OF_UNDEFINED;
	switch (f->kind) {
	case FACT_INT:
		return value_int(f->integer);
	case FACT_FLOAT:
		return value_float(f->real);
	case FACT_TEXT:
		return value_text(f->text);
	case FACT_UNDEFINED:
		break;
	}
	return VALUE_OF_UNDEFINED;
}

/* Whether the facts of a part are known. */
static bool need(const struct condition *c, enum fact_part part)
{
	return c->object->facts == NULL || part == PART_COUNT ||
	       fact_need(c->object->facts, part) == OK;
}

static struct value fact(const struct condition *c, struct cursor *node)
{
	struct value missing;
	int64_t row = 0;

	if (node->value >= FACT_COUNT)
		return VALUE_OF_UNKNOWN;
	enum fact_id id = (enum fact_id)node->value;
	if (!need(c, fact_info(id)->part))
		return VALUE_OF_UNKNOWN;
	if (node->next < node->end && !number(c, node, &row, &missing))
		return missing;
	return row < 0 ? VALUE_OF_UNDEFINED : of_fact(fact_get(c->object->facts, id, row));
}

/* The row around, for a group inside a LIST or DICT; 0 is that of a module. */
static bool row_around(const struct condition *c, struct cursor *node, enum fact_group group,
		       int64_t *ret, struct value *ret_missing)
{
	enum fact_group parent = group_info(group)->parent;

	*ret = 0;
	if (parent == GROUP_NONE || group_info(parent)->kind == GROUP_ONE)
		return true;
	return number(c, node, ret, ret_missing);
}

static struct value row(const struct condition *c, struct cursor *node)
{
	enum fact_group group = (enum fact_group)node->value;
	struct value missing, v;
	uint32_t first, count, found;
	int64_t around;

	if (node->value >= GROUP_COUNT || !need(c, group_part(group)))
		return VALUE_OF_UNKNOWN;
	if (!row_around(c, node, group, &around, &missing))
		return missing;
	if (node->op == OP_ROWS) {
		fact_rows(c->object->facts, group, (uint64_t)around, &first, &count);
		return value_int(count);
	}
	v = operand(c, node);
	if (v.kind == VALUE_UNKNOWN || c->object->facts == NULL)
		return v.kind == VALUE_UNKNOWN ? v : VALUE_OF_UNDEFINED;
	if (node->op == OP_ROW_KEY)
		return v.kind == VALUE_TEXT && fact_find(c->object->facts, group,
							 (uint64_t)around, v.text, &found)
			       ? value_int(found)
			       : VALUE_OF_UNDEFINED;
	fact_rows(c->object->facts, group, (uint64_t)around, &first, &count);
	return v.kind == VALUE_INT && v.integer >= 0 && v.integer < count
		       ? value_int(first + v.integer)
		       : VALUE_OF_UNDEFINED;
}

static int64_t assemble(const uint8_t *p, uint32_t width, uint64_t flags)
{
	uint64_t v = 0;
	unsigned spare = 64 - 8 * width;

	for (uint32_t i = 0; i < width; i++)
		v = v << 8 | p[(flags & READ_BIG_ENDIAN) != 0 ? i : width - 1 - i];
	if ((flags & READ_SIGNED) != 0)
		return (int64_t)(v << spare) >> spare;
	return (int64_t)v;
}

/* A number in the object; undefined when it is not all inside. */
static struct value read_bytes(const struct condition *c, struct cursor *node)
{
	uint32_t width = (node->value & READ_BITS_8) != 0    ? 1
			 : (node->value & READ_BITS_16) != 0 ? 2
							     : 4;
	struct value missing;
	uint8_t bytes[4];
	int64_t at;

	if (!number(c, node, &at, &missing))
		return missing;
	if (at < 0 || !range_fits((uint64_t)at, width, c->object->size))
		return VALUE_OF_UNDEFINED;
	if (c->object->input == NULL || !charge(c, 64))
		return VALUE_OF_UNKNOWN;
	if (input_exact(c->object->input, (uint64_t)at, bytes, width) != OK)
		return VALUE_OF_UNDEFINED;
	return value_int(assemble(bytes, width, node->value));
}

/* The range that an operator of one or two operands speaks of; an empty one when low > high. */
struct range {
	uint64_t low, high;
};

static bool range_operands(const struct condition *c, struct cursor *node, bool is_point,
			   struct range *ret, struct value *ret_missing)
{
	int64_t low, high;

	if (!number(c, node, &low, ret_missing))
		return false;
	high = low;
	if (!is_point && !number(c, node, &high, ret_missing))
		return false;
	/* nothing starts before 0 */
	*ret = high < 0 ? (struct range){1, 0}
			: (struct range){low < 0 ? 0 : (uint64_t)low, (uint64_t)high};
	return true;
}

static struct value nth(const struct condition *c, struct cursor *node)
{
	struct value missing;
	struct match_span span = {0};
	int64_t n;

	if (!number(c, node, &n, &missing))
		return missing;
	if (n < 1)
		return VALUE_OF_UNDEFINED;
	switch (found_nth(c->found, (uint32_t)node->value, (uint64_t)n, &span)) {
	case KNOWN_NO:
		return VALUE_OF_UNDEFINED;
	case KNOWN_YES:
		return value_int((int64_t)(node->op == OP_OFFSET ? span.start : span.length));
	case UNKNOWN:
		break;
	}
	return VALUE_OF_UNKNOWN;
}

static struct value pattern(const struct condition *c, struct cursor *node)
{
	uint32_t id = (uint32_t)node->value;
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
static bool contribution(const struct condition *c, enum ir_op op, uint32_t id,
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

static struct value pattern_set(const struct condition *c, struct cursor *node)
{
	uint64_t first = (uint32_t)node->value, count = node->value >> 32, sum = 0, one;
	struct range r = {0};
	struct value missing;

	if (!range_fits(first, count, c->t->set_count) || !charge(c, count))
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

/* One operand can decide even when others are not known. */
static struct value all_or_any(const struct condition *c, struct cursor *node)
{
	bool is_and = node->op == OP_AND, is_open = false;

	while (node->next < node->end) {
		struct value v = operand(c, node);

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

static struct value logic(const struct condition *c, struct cursor *node)
{
	struct value v;

	if (node->op == OP_AND || node->op == OP_OR)
		return all_or_any(c, node);
	v = operand(c, node);
	if (v.kind == VALUE_UNKNOWN)
		return v;
	switch (node->op) {
	case OP_NOT:
		return v.kind == VALUE_UNDEFINED ? v : value_int(!value_holds(v));
	case OP_DEFINED:
		return value_int(v.kind != VALUE_UNDEFINED);
	default: /* OP_IF */
		if (!value_holds(v))
			skip_operand(c, node);
		return operand(c, node);
	}
}

static struct value evaluate(const struct condition *c, uint32_t at, uint32_t end, uint32_t depth)
{
	struct cursor node;
	struct value a;

	if (!read_node(c, at, end, depth, &node))
		return VALUE_OF_UNKNOWN;
	switch (node.op) {
	case OP_UNDEFINED ... OP_TEXT:
		return constant(c, &node);
	case OP_SIZE:
		return value_int((int64_t)c->object->size);
	case OP_IS_TYPE:
		return value_int(node.value == (uint64_t)c->object->type);
	case OP_PARENT_TYPE:
		return value_int(node.value == (uint64_t)c->object->parent);
	case OP_FACT:
		return fact(c, &node);
	case OP_ROW:
	case OP_ROW_KEY:
	case OP_ROWS:
		return row(c, &node);
	case OP_READ:
		return read_bytes(c, &node);
	case OP_MATCHED ... OP_LENGTH:
		return pattern(c, &node);
	case OP_SUM ... OP_DISTINCT_IN:
		return pattern_set(c, &node);
	case OP_AND ... OP_DEFINED:
		return logic(c, &node);
	case OP_NEG:
	case OP_BIT_NOT:
		return value_unary(node.op, operand(c, &node));
	case OP_EQ ... OP_IEQUALS:
	case OP_ADD ... OP_MOD:
	case OP_BIT_AND ... OP_SHR:
		a = operand(c, &node);
		return value_binary(node.op, a, operand(c, &node));
	default:
		return VALUE_OF_UNKNOWN; /* the planner refuses such rules */
	}
}

enum known condition_holds(const struct condition *c, uint32_t node)
{
	struct value v = evaluate(c, node, c->t->condition_count, 0);

	if (v.kind == VALUE_UNKNOWN)
		return UNKNOWN;
	return value_holds(v) ? KNOWN_YES : KNOWN_NO;
}
