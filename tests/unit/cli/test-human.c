#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/error.h"
#include "cli/human.h"

static void numbers(void **state)
{
	static const struct {
		void (*put)(struct buf *to, uint64_t n);
		uint64_t n;
		const char *want;
	} cases[] = {
		{human_count, 0, "0"},
		{human_count, 999, "999"},
		{human_count, 1000, "1,000"},
		{human_count, 1234567, "1,234,567"},
		{human_count, UINT64_MAX, "18,446,744,073,709,551,615"},
		{human_bytes, 0, "0 B"},
		{human_bytes, 999, "999 B"},
		{human_bytes, 1000, "1.00 kB"},
		{human_bytes, 9994, "9.99 kB"},
		{human_bytes, 9996, "10.0 kB"},
		{human_bytes, 99960, "100 kB"},
		{human_bytes, 999499, "999 kB"},
		{human_bytes, 999501, "1.00 MB"},
		{human_bytes, UINT64_MAX, "18.4 EB"},
		{human_time, 0, "0.000 s"},
		{human_time, 4000000, "0.004 s"},
		{human_time, 1200000000, "1.2 s"},
		{human_time, 185000000000, "3 min 5 s"},
		{human_time, 7800000000000, "2 h 10 min"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf b;

		buf_init(&b, 64);
		cases[i].put(&b, cases[i].n);
		if (!str_eq(buf_str(&b), str_of(cases[i].want)))
			fail_msg("%ju: got %.*s, want %s", (uintmax_t)cases[i].n,
				 STR_ARG(buf_str(&b)), cases[i].want);
		buf_done(&b);
	}
	assert_int_equal(human_rate(100, 2000000000), 50);
	assert_int_equal(human_rate(100, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(numbers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
