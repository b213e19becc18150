#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/num.h"
#include "base/str.h"

static void decimal(void **state)
{
	static const struct {
		struct str text;
		bool good;
		uint64_t value;
	} cases[] = {
		{STR("0"), true, 0},
		{STR("007"), true, 7},
		{STR("18446744073709551615"), true, UINT64_MAX},
		{STR("18446744073709551616"), false, 0},
		{STR(""), false, 0},
		{STR("+1"), false, 0},
		{STR("1 "), false, 0},
		{STR("1\0"), false, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		uint64_t value = 42;
		bool good = str_u64(cases[i].text, &value);

		if (good != cases[i].good || value != (good ? cases[i].value : 42))
			fail_msg("%.*s: got %d, %llu", STR_ARG(cases[i].text), good,
				 (unsigned long long)value);
	}
}

static void fields(void **state)
{
	struct str rest = STR("a::bc:"), field;
	const char *const want[] = {"a", "", "bc", ""};
	size_t n = 0;

	(void)state;
	while (str_next_field(&rest, ':', &field)) {
		assert_true(n < 4);
		assert_true(str_eq(field, str_of(want[n])));
		n++;
	}
	assert_int_equal(n, 4);
	rest = STR("");
	assert_true(str_next_field(&rest, ':', &field));
	assert_false(str_next_field(&rest, ':', &field));
}

static void hex(void **state)
{
	uint8_t bytes[3] = {9, 9, 9};
	char text[7];

	(void)state;
	assert_true(hex_decode(STR("00fFa5"), bytes, 3));
	assert_int_equal(bytes[1], 0xff);
	hex_encode(bytes, 3, text);
	assert_string_equal(text, "00ffa5");
	assert_false(hex_decode(STR("00ff"), bytes, 3));
	assert_false(hex_decode(STR("00ffg0"), bytes, 3));
}

static void comparing(void **state)
{
	(void)state;
	assert_true(str_cmp(STR("a"), STR("ab")) < 0);
	assert_true(str_cmp(STR("b"), STR("ab")) > 0);
	assert_true(str_cmp(STR(""), STR("")) == 0);
	assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_false(str_starts(STR("a"), STR("ab")));
	assert_true(str_ends_nocase(STR("X.NDB"), STR(".ndb")));
	assert_false(str_ends_nocase(STR("b"), STR(".ndb")));
	assert_true(str_eq(str_trim(STR(" \t a b\r\n")), STR("a b")));
	assert_true(str_eq(str_trim(STR(" \n")), STR("")));
	assert_int_equal(str_find(STR("abc"), 'c'), 2);
	assert_int_equal(str_find(STR("abc"), 'x'), 3);
}

static void ranges(void **state)
{
	uint64_t sum = 5;

	(void)state;
	assert_true(range_fits(3, 4, 7));
	assert_false(range_fits(3, 5, 7));
	assert_true(range_fits(7, 0, 7));
	assert_false(range_fits(8, 0, 7));
	assert_false(range_fits(1, UINT64_MAX, 7));
	assert_false(add_u64(UINT64_MAX, 1, &sum));
	assert_int_equal(sum, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal),   cmocka_unit_test(fields), cmocka_unit_test(hex),
		cmocka_unit_test(comparing), cmocka_unit_test(ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
