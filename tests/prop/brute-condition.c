#include <float.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "brute.h"

struct val {
	enum { UNDEF, INT, REAL, TEXT } kind;
	int64_t i;
	double d;
	struct str s;
};

struct eval {
	const struct brute_object *o;
	const struct brute_result *results;
};

static const struct val undefined = {.kind = UNDEF};

static struct val integer(int64_t i)
{
	return (struct val){.kind = INT, .i = i};
}

static struct val real(double d)
{
	return (struct val){.kind = REAL, .d = d};
}

static bool truth(struct val v)
{
	return (v.kind == INT && v.i != 0) || (v.kind == REAL && (v.d < 0 || v.d > 0)) ||
	       (v.kind == TEXT && v.s.len > 0);
}

static struct val value_of(const struct eval *e, const struct ir_expr *x);

/* Matches of a pattern that start in low .. high. */
static int64_t count_in(const struct brute_result *r, int64_t low, int64_t high)
{
	int64_t n = 0;

	for (size_t i = 0; i < r->count; i++) {
		int64_t start = (int64_t)r->matches[i].start;

		n += start >= low && start <= high;
	}
	return n;
}

static struct val read_number(const struct eval *e, const struct ir_expr *x, int64_t at)
{
	uint32_t width = (x->index & READ_BITS_8) != 0 ? 1 : (x->index & READ_BITS_16) != 0 ? 2 : 4;
	bool is_big = (x->index & READ_BIG_ENDIAN) != 0, is_signed = (x->index & READ_SIGNED) != 0;
	uint32_t n = 0;

	if (at < 0 || (uint64_t)at > e->o->len || e->o->len - (uint64_t)at < width)
		return undefined;
	for (uint32_t i = 0; i < width; i++)
		n |= (uint32_t)e->o->text[at + i] << 8 * (is_big ? width - 1 - i : i);
	if (!is_signed)
		return integer(n);
	return integer(width == 1 ? (int8_t)n : width == 2 ? (int16_t)n : (int32_t)n);
}

static struct val of_pattern(const struct eval *e, const struct ir_expr *x, const int64_t *n)
{
	const struct brute_result *r = &e->results[x->index];

	switch (x->op) {
	case OP_MATCHED:
		return integer(r->count > 0);
	case OP_COUNT:
		return integer((int64_t)r->count);
	case OP_MATCHED_AT:
		return integer(count_in(r, n[0], n[0]) > 0);
	case OP_MATCHED_IN:
		return integer(count_in(r, n[0], n[1]) > 0);
	case OP_COUNT_IN:
		return integer(count_in(r, n[0], n[1]));
	default:
		if (n[0] < 1 || n[0] > (int64_t)r->count)
			return undefined;
		return integer((int64_t)(x->op == OP_OFFSET ? r->matches[n[0] - 1].start
							    : r->matches[n[0] - 1].length));
	}
}

static struct val of_set(const struct eval *e, const struct ir_expr *x, const int64_t *n)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < x->set.count; i++) {
		const struct brute_result *r = &e->results[x->set.items[i]];

		if (x->op == OP_SUM)
			sum += (int64_t)r->count;
		else if (x->op == OP_DISTINCT)
			sum += r->count > 0;
		else
			sum += count_in(r, n[0], x->op == OP_DISTINCT_AT ? n[0] : n[1]) > 0;
	}
	return integer(sum);
}

/* Operators whose operands must all be integers. */
static struct val with_numbers(const struct eval *e, const struct ir_expr *x)
{
	int64_t n[2] = {0, 0};

	for (uint32_t i = 0; i < x->arg_count; i++) {
		struct val v = value_of(e, x->args[i]);

		if (v.kind != INT)
			return undefined;
		n[i] = v.i;
	}
	if (x->op == OP_READ)
		return read_number(e, x, n[0]);
	return x->op >= OP_SUM ? of_set(e, x, n) : of_pattern(e, x, n);
}

static int sign(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static struct val order(enum ir_op op, int s)
{
	return integer(op == OP_EQ   ? s == 0
		       : op == OP_NE ? s != 0
		       : op == OP_LT ? s < 0
		       : op == OP_LE ? s <= 0
		       : op == OP_GT ? s > 0
				     : s >= 0);
}

static bool same(struct str a, struct str b, bool nocase)
{
	return a.len == b.len && (nocase ? strncasecmp(a.data, b.data, a.len)
					 : strncmp(a.data, b.data, a.len)) == 0;
}

static struct val text_op(enum ir_op op, struct str a, struct str b)
{
	bool found = false;

	switch (op) {
	case OP_CONTAINS:
	case OP_ICONTAINS:
		for (size_t i = 0; i + b.len <= a.len; i++)
			found |= same((struct str){a.data + i, b.len}, b, op == OP_ICONTAINS);
		return integer(found);
	case OP_STARTS:
	case OP_ISTARTS:
		return integer(same(str_first(a, b.len), b, op == OP_ISTARTS));
	case OP_ENDS:
	case OP_IENDS:
		return integer(b.len <= a.len &&
			       same(str_from(a, a.len - b.len), b, op == OP_IENDS));
	case OP_IEQUALS:
		return integer(same(a, b, true));
	default:
		return order(op, str_cmp(a, b));
	}
}

static struct val of_integers(enum ir_op op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_ADD:
		return integer((int64_t)((uint64_t)a + (uint64_t)b));
	case OP_SUB:
		return integer((int64_t)((uint64_t)a - (uint64_t)b));
	case OP_MUL:
		return integer((int64_t)((uint64_t)a * (uint64_t)b));
	case OP_DIV:
	case OP_MOD:
		if (b == 0 || (b == -1 && a == INT64_MIN))
			return undefined;
		return integer(op == OP_DIV ? a / b : a % b);
	case OP_BIT_AND:
		return integer(a & b);
	case OP_BIT_OR:
		return integer(a | b);
	case OP_BIT_XOR:
		return integer(a ^ b);
	case OP_SHL:
		return b < 0 ? undefined : integer(b > 63 ? 0 : (int64_t)((uint64_t)a << b));
	case OP_SHR:
		return b < 0 ? undefined : integer(b > 63 ? 0 : a >> b);
	default:
		return order(op, sign(a, b));
	}
}

static struct val of_reals(enum ir_op op, double a, double b)
{
	switch (op) {
	case OP_ADD:
		return real(a + b);
	case OP_SUB:
		return real(a - b);
	case OP_MUL:
		return real(a * b);
	case OP_DIV:
		return real(a / b);
	case OP_EQ:
		return integer(fabs(a - b) < DBL_EPSILON);
	case OP_NE:
		return integer(fabs(a - b) >= DBL_EPSILON);
	case OP_LT:
		return integer(a < b);
	case OP_LE:
		return integer(a <= b);
	case OP_GT:
		return integer(a > b);
	case OP_GE:
		return integer(a >= b);
	default:
		return undefined;
	}
}

static struct val of_two(const struct eval *e, const struct ir_expr *x)
{
	struct val a = value_of(e, x->args[0]), b = value_of(e, x->args[1]);

	if (a.kind == TEXT && b.kind == TEXT)
		return x->op >= OP_EQ && x->op <= OP_IEQUALS ? text_op(x->op, a.s, b.s) : undefined;
	if (a.kind == UNDEF || b.kind == UNDEF || a.kind == TEXT || b.kind == TEXT ||
	    (x->op >= OP_CONTAINS && x->op <= OP_IEQUALS))
		return undefined;
	if (a.kind == INT && b.kind == INT)
		return of_integers(x->op, a.i, b.i);
	return of_reals(x->op, a.kind == INT ? (double)a.i : a.d,
			b.kind == INT ? (double)b.i : b.d);
}

static struct val fact_value(const struct eval *e, const struct ir_expr *x)
{
	struct val index = x->arg_count ? value_of(e, x->args[0]) : integer(0);
	const struct fact *fact = index.kind == INT && index.i >= 0
					  ? fact_get(e->o->facts, x->index, (uint64_t)index.i)
					  : NULL;

	if (fact == NULL)
		return undefined;
	if (fact->kind == FACT_TEXT)
		return (struct val){.kind = TEXT, .s = fact->text};
	return integer(fact->integer);
}

static struct val row_value(const struct eval *e, const struct ir_expr *x)
{
	struct val index = value_of(e, x->args[0]);

	if (index.kind != INT || index.i < 0 || index.i >= e->o->facts->groups[x->index].len)
		return undefined;
	return index;
}

static struct val of_logic(const struct eval *e, const struct ir_expr *x)
{
	bool all = true, one = false;
	struct val v = undefined;

	if (x->op == OP_AND || x->op == OP_OR) {
		for (uint32_t i = 0; i < x->arg_count; i++) {
			bool t = truth(value_of(e, x->args[i]));

			all &= t;
			one |= t;
		}
		return integer(x->op == OP_AND ? all : one);
	}
	v = value_of(e, x->args[0]);
	if (x->op == OP_NOT)
		return v.kind == UNDEF ? undefined : integer(!truth(v));
	if (x->op == OP_DEFINED)
		return integer(v.kind != UNDEF);
	return value_of(e, x->args[truth(v) ? 1 : 2]);
}

static struct val of_one(const struct eval *e, const struct ir_expr *x)
{
	struct val v = value_of(e, x->args[0]);

	if (v.kind == REAL && x->op == OP_NEG)
		return real(-v.d);
	if (v.kind != INT)
		return undefined;
	return integer(x->op == OP_NEG ? (int64_t)-(uint64_t)v.i : ~v.i);
}

static struct val value_of(const struct eval *e, const struct ir_expr *x)
{
	switch (x->op) {
	case OP_UNDEFINED:
		return undefined;
	case OP_BOOL:
	case OP_INT:
		return integer(x->integer);
	case OP_FLOAT:
		return real(x->real);
	case OP_TEXT:
		return (struct val){.kind = TEXT, .s = x->text};
	case OP_SIZE:
		return integer((int64_t)e->o->len);
	case OP_IS_TYPE:
		return integer(x->index == e->o->type);
	case OP_PARENT_TYPE:
		return integer(x->index == e->o->parent);
	case OP_FACT:
		return fact_value(e, x);
	case OP_ROW:
		return row_value(e, x);
	case OP_ROWS:
		return integer(e->o->facts->groups[x->index].len);
	case OP_AND ... OP_DEFINED:
		return of_logic(e, x);
	case OP_NEG:
	case OP_BIT_NOT:
		return of_one(e, x);
	case OP_READ:
	case OP_MATCHED ... OP_DISTINCT_IN:
		return with_numbers(e, x);
	default:
		return of_two(e, x);
	}
}

bool brute_holds(const struct brute_object *o, const struct brute_result *results,
		 const struct ir_expr *condition)
{
	struct eval e = {o, results};

	return truth(value_of(&e, condition));
}
