#include "match/value.h"

#include <float.h>
#include <math.h>

bool value_holds(struct value v)
{
	switch (v.kind) {
	case VALUE_INT:
		return v.integer != 0;
	case VALUE_FLOAT:
		return v.real < 0 || v.real > 0;
	case VALUE_TEXT:
		return v.text.len > 0;
	default:
		return false;
	}
}

static double real_of(struct value v)
{
	return v.kind == VALUE_FLOAT ? v.real : (double)v.integer;
}

/* Unknown beats undefined: what is not known may turn out to be anything. */
static bool is_missing(struct value a, struct value b, struct value *ret)
{
	if (a.kind == VALUE_UNKNOWN || b.kind == VALUE_UNKNOWN)
		*ret = VALUE_OF_UNKNOWN;
	else if (a.kind == VALUE_UNDEFINED || b.kind == VALUE_UNDEFINED)
		*ret = VALUE_OF_UNDEFINED;
	else
		return false;
	return true;
}

/* YARA keeps "undefined" as this number among the others: arithmetic that gives it is undefined. */
#define UNDEFINED_NUMBER ((int64_t)UINT64_C(0xfffabadafabadaff))

static struct value computed(int64_t number)
{
	return number == UNDEFINED_NUMBER ? VALUE_OF_UNDEFINED : value_int(number);
}

static bool is_number(struct value v)
{
	return v.kind == VALUE_INT || v.kind == VALUE_FLOAT;
}

struct value value_unary(enum ir_op op, struct value a)
{
	if (a.kind == VALUE_UNKNOWN)
		return a;
	if (a.kind == VALUE_FLOAT && op == OP_NEG)
		return value_float(-a.real);
	if (a.kind != VALUE_INT)
		return VALUE_OF_UNDEFINED;
	/* through unsigned numbers, which wrap */
	return computed(op == OP_NEG ? (int64_t)(0 - (uint64_t)a.integer) : ~a.integer);
}

static struct value compared(enum ir_op op, int order)
{
	switch (op) {
	case OP_EQ:
		return value_int(order == 0);
	case OP_NE:
		return value_int(order != 0);
	case OP_LT:
		return value_int(order < 0);
	case OP_LE:
		return value_int(order <= 0);
	case OP_GT:
		return value_int(order > 0);
	default:
		return value_int(order >= 0);
	}
}

/* Numbers that lie closer together than DBL_EPSILON are equal; what is no number is never true. */
static struct value compare_floats(enum ir_op op, double a, double b)
{
	switch (op) {
	case OP_EQ:
		return value_int(fabs(a - b) < DBL_EPSILON);
	case OP_NE:
		return value_int(fabs(a - b) >= DBL_EPSILON);
	case OP_LT:
		return value_int(a < b);
	case OP_LE:
		return value_int(a <= b);
	case OP_GT:
		return value_int(a > b);
	default:
		return value_int(a >= b);
	}
}

static struct value compare(enum ir_op op, struct value a, struct value b)
{
	if (a.kind == VALUE_TEXT && b.kind == VALUE_TEXT)
		return compared(op, str_cmp(a.text, b.text));
	if (!is_number(a) || !is_number(b))
		return VALUE_OF_UNDEFINED;
	if (a.kind == VALUE_INT && b.kind == VALUE_INT)
		return compared(op, a.integer < b.integer ? -1 : a.integer > b.integer);
	return compare_floats(op, real_of(a), real_of(b));
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_at(struct str text, size_t at, struct str part, bool nocase)
{
	for (size_t i = 0; i < part.len; i++) {
		char a = text.data[at + i], b = part.data[i];

		if (nocase ? fold(a) != fold(b) : a != b)
			return false;
	}
	return true;
}

static bool contains(struct str text, struct str part, bool nocase)
{
	if (part.len == 0)
		return true;
	if (!nocase)
		return text.len > 0 && memmem(text.data, text.len, part.data, part.len) != NULL;
	for (size_t i = 0; part.len <= text.len && i <= text.len - part.len; i++) {
		if (same_at(text, i, part, true))
			return true;
	}
	return false;
}

static struct value compare_text(enum ir_op op, struct value a, struct value b)
{
	bool nocase = op == OP_ICONTAINS || op == OP_ISTARTS || op == OP_IENDS || op == OP_IEQUALS;
	bool fits;

	if (a.kind != VALUE_TEXT || b.kind != VALUE_TEXT)
		return VALUE_OF_UNDEFINED;
	fits = b.text.len <= a.text.len;
	switch (op) {
	case OP_CONTAINS:
	case OP_ICONTAINS:
		return value_int(contains(a.text, b.text, nocase));
	case OP_STARTS:
	case OP_ISTARTS:
		return value_int(fits && same_at(a.text, 0, b.text, nocase));
	case OP_ENDS:
	case OP_IENDS:
		return value_int(fits && same_at(a.text, a.text.len - b.text.len, b.text, nocase));
	default:
		return value_int(a.text.len == b.text.len && same_at(a.text, 0, b.text, true));
	}
}

static struct value divide(enum ir_op op, int64_t a, int64_t b)
{
	/* the quotient of the least number and -1 is no number of 64 bits */
	if (b == 0 || (a == INT64_MIN && b == -1))
		return VALUE_OF_UNDEFINED;
	return value_int(op == OP_DIV ? a / b : a % b);
}

/* By a negative number: undefined. By 64 bits and more: nothing is left. */
static struct value shift(enum ir_op op, int64_t a, int64_t b)
{
	if (b < 0)
		return VALUE_OF_UNDEFINED;
	if (op == OP_SHL)
		return computed(b < 64 ? (int64_t)((uint64_t)a << b) : 0);
	return computed(b < 64 ? a >> b : 0);
}

static struct value compute(enum ir_op op, int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)a, y = (uint64_t)b;

	switch (op) {
	case OP_ADD:
		return computed((int64_t)(x + y));
	case OP_SUB:
		return computed((int64_t)(x - y));
	case OP_MUL:
		return computed((int64_t)(x * y));
	case OP_DIV:
	case OP_MOD:
		return divide(op, a, b);
	case OP_BIT_AND:
		return computed((int64_t)(x & y));
	case OP_BIT_OR:
		return computed((int64_t)(x | y));
	case OP_BIT_XOR:
		return computed((int64_t)(x ^ y));
	default:
		return shift(op, a, b);
	}
}

static struct value compute_float(enum ir_op op, double a, double b)
{
	switch (op) {
	case OP_ADD:
		return value_float(a + b);
	case OP_SUB:
		return value_float(a - b);
	case OP_MUL:
		return value_float(a * b);
	case OP_DIV:
		return value_float(a / b); /* by 0 as well: infinite, or no number */
	default:
		return VALUE_OF_UNDEFINED;
	}
}

struct value value_binary(enum ir_op op, struct value a, struct value b)
{
	struct value missing;

	if (is_missing(a, b, &missing))
		return missing;
	if (op >= OP_EQ && op <= OP_GE)
		return compare(op, a, b);
	if (op >= OP_CONTAINS && op <= OP_IEQUALS)
		return compare_text(op, a, b);
	if (!is_number(a) || !is_number(b))
		return VALUE_OF_UNDEFINED;
	if (a.kind == VALUE_INT && b.kind == VALUE_INT)
		return compute(op, a.integer, b.integer);
	return compute_float(op, real_of(a), real_of(b));
}
