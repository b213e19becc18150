#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "match/value.h"

#define INT(n) {.kind = VALUE_INT, .integer = (n)}
#define REAL(x) {.kind = VALUE_FLOAT, .real = (x)}
#define NUL_TEXT {.kind = VALUE_TEXT, .text = {"a\0b", 3}}
#define TEXT(s) {.kind = VALUE_TEXT, .text = {"" s, sizeof(s) - 1}}
#define UNDEFINED {.kind = VALUE_UNDEFINED}
#define UNKNOWN {.kind = VALUE_UNKNOWN}

static const struct {
	const char *name;
	enum ir_op op;
	struct value a, b, want;
} cases[] = {
	{"sum", OP_ADD, INT(2), INT(3), INT(5)},
	{"sum that wraps", OP_ADD, INT(INT64_MAX), INT(1), INT(INT64_MIN)},
	{"difference that wraps", OP_SUB, INT(INT64_MIN), INT(1), INT(INT64_MAX)},
	{"product that wraps", OP_MUL, INT(INT64_MIN), INT(-1), INT(INT64_MIN)},
	{"quotient", OP_DIV, INT(-7), INT(4), INT(-1)},
	{"remainder", OP_MOD, INT(-7), INT(4), INT(-3)},
	{"division by 0", OP_DIV, INT(1), INT(0), UNDEFINED},
	{"remainder by 0", OP_MOD, INT(1), INT(0), UNDEFINED},
	{"quotient that does not fit", OP_DIV, INT(INT64_MIN), INT(-1), UNDEFINED},
	{"integer and float", OP_ADD, INT(1), REAL(0.5), REAL(1.5)},
	{"float divided by 0", OP_DIV, REAL(1), REAL(0), REAL(HUGE_VAL)},
	{"floats that are close", OP_EQ, REAL(0.1), REAL(0.1 + 1e-17), INT(1)},
	{"floats that are close, unequal", OP_NE, REAL(0.3), REAL(0.1 + 0.2), INT(0)},
	{"floats that are not close", OP_EQ, REAL(0.1), REAL(0.1 + 1e-15), INT(0)},
	{"no number", OP_EQ, REAL(NAN), REAL(NAN), INT(0)},
	{"no number is not less", OP_LE, REAL(NAN), REAL(1), INT(0)},
	{"YARA's undefined", OP_BIT_XOR, INT(-1), INT(0x5452505452500), UNDEFINED},
	{"YARA's undefined from a shift", OP_SUB, INT(-0x5452505452500), INT(1), UNDEFINED},
	{"contains with a NUL", OP_CONTAINS, NUL_TEXT, TEXT("b"), INT(1)},
	{"bits of a float", OP_BIT_AND, REAL(1), INT(1), UNDEFINED},
	{"shift left", OP_SHL, INT(1), INT(63), INT(INT64_MIN)},
	{"shift left by all bits", OP_SHL, INT(1), INT(64), INT(0)},
	{"shift right", OP_SHR, INT(-8), INT(1), INT(-4)},
	{"shift right by all bits", OP_SHR, INT(-8), INT(64), INT(0)},
	{"shift by less than nothing", OP_SHL, INT(1), INT(-1), UNDEFINED},
	{"undefined operand", OP_ADD, UNDEFINED, INT(1), UNDEFINED},
	{"unknown beats undefined", OP_ADD, UNDEFINED, UNKNOWN, UNKNOWN},
	{"less", OP_LT, INT(-1), INT(0), INT(1)},
	{"less, mixed", OP_LT, INT(1), REAL(1.5), INT(1)},
	{"equal, mixed", OP_EQ, INT(1), REAL(1), INT(1)},
	{"texts in order", OP_LT, TEXT("ab"), TEXT("abc"), INT(1)},
	{"text and number", OP_EQ, TEXT("1"), INT(1), UNDEFINED},
	{"contains", OP_CONTAINS, TEXT("abc"), TEXT("bc"), INT(1)},
	{"contains minds case", OP_CONTAINS, TEXT("abc"), TEXT("BC"), INT(0)},
	{"contains in any case", OP_ICONTAINS, TEXT("aBc"), TEXT("Bc"), INT(1)},
	{"contains nothing", OP_CONTAINS, TEXT(""), TEXT(""), INT(1)},
	{"contains more than there is", OP_ICONTAINS, TEXT("a"), TEXT("aa"), INT(0)},
	{"starts", OP_STARTS, TEXT("abc"), TEXT("ab"), INT(1)},
	{"starts in any case", OP_ISTARTS, TEXT("abc"), TEXT("AB"), INT(1)},
	{"ends", OP_ENDS, TEXT("abc"), TEXT("bc"), INT(1)},
	{"ends with more than there is", OP_ENDS, TEXT("c"), TEXT("bc"), INT(0)},
	{"ends in any case", OP_IENDS, TEXT("abc"), TEXT("BC"), INT(1)},
	{"equals in any case", OP_IEQUALS, TEXT("aBc"), TEXT("AbC"), INT(1)},
	{"only ASCII has cases", OP_IEQUALS, TEXT("\xe4"), TEXT("\xc4"), INT(0)},
};

static bool same(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == VALUE_INT)
		return a.integer == b.integer;
	return a.kind != VALUE_FLOAT || !(a.real < b.real || a.real > b.real);
}

static void binary(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct value got = value_binary(cases[i].op, cases[i].a, cases[i].b);

		if (!same(got, cases[i].want))
			fail_msg("%s: got kind %d, %lld; want kind %d, %lld", cases[i].name,
				 got.kind, (long long)got.integer, cases[i].want.kind,
				 (long long)cases[i].want.integer);
	}
}

static void unary(void **state)
{
	(void)state;
	assert_true(same(value_unary(OP_NEG, (struct value)INT(INT64_MIN)),
			 (struct value)INT(INT64_MIN)));
	assert_true(same(value_unary(OP_NEG, (struct value)REAL(2)), (struct value)REAL(-2)));
	assert_true(same(value_unary(OP_BIT_NOT, (struct value)INT(0)), (struct value)INT(-1)));
	assert_true(same(value_unary(OP_BIT_NOT, (struct value)REAL(0)), (struct value)UNDEFINED));
	assert_true(same(value_unary(OP_NEG, (struct value)TEXT("a")), (struct value)UNDEFINED));
	assert_true(same(value_unary(OP_NEG, (struct value)UNKNOWN), (struct value)UNKNOWN));
}

static void truth(void **state)
{
	(void)state;
	assert_true(value_holds((struct value)INT(-1)));
	assert_false(value_holds((struct value)INT(0)));
	assert_true(value_holds((struct value)REAL(0.5)));
	assert_false(value_holds((struct value)REAL(0)));
	assert_true(value_holds((struct value)TEXT("a")));
	assert_false(value_holds((struct value)TEXT("")));
	assert_false(value_holds((struct value)UNDEFINED));
	assert_false(value_holds((struct value)UNKNOWN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binary),
		cmocka_unit_test(unary),
		cmocka_unit_test(truth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
