#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "scan/scan.h"

static void presets_are_in_range(void **state)
{
	struct scan_limits l;

	(void)state;
	scan_limits_preset(&l);
	assert_int_equal(l.depth, 16);
	assert_int_equal(l.member_bytes, 128 << 20);
	for (const struct limit_info *i = scan_limits_all(); i->name != NULL; i++) {
		if (i->preset < i->least || i->preset > i->most)
			fail_msg("%s: its own preset is out of range", i->name);
	}
}

static void values(void **state)
{
	static const struct {
		struct str name, value;
		enum status want;
		uint64_t depth, member_bytes;
	} cases[] = {
		{STR("depth"), STR("3"), OK, 3, 128 << 20},
		{STR("depth"), STR("0"), OK, 0, 128 << 20},
		{STR("depth"), STR("65"), E_SYNTAX, 16, 128 << 20},
		{STR("depth"), STR("1K"), E_SYNTAX, 16, 128 << 20},
		{STR("depth"), STR(""), E_SYNTAX, 16, 128 << 20},
		{STR("depth"), STR("-1"), E_SYNTAX, 16, 128 << 20},
		{STR("member-bytes"), STR("12"), OK, 16, 12},
		{STR("member-bytes"), STR("2k"), OK, 16, 2048},
		{STR("member-bytes"), STR("3M"), OK, 16, 3 << 20},
		{STR("member-bytes"), STR("1G"), OK, 16, 1 << 30},
		{STR("member-bytes"), STR("1T"), OK, 16, 1ull << 40},
		{STR("member-bytes"), STR("2T"), E_SYNTAX, 16, 128 << 20},
		{STR("member-bytes"), STR("M"), E_SYNTAX, 16, 128 << 20},
		{STR("member-bytes"), STR("1MB"), E_SYNTAX, 16, 128 << 20},
		{STR("member-bytes"), STR("18446744073709551615T"), E_SYNTAX, 16, 128 << 20},
		{STR("member-bytes"), STR("0"), E_SYNTAX, 16, 128 << 20},
		{STR("no-such"), STR("1"), E_SYNTAX, 16, 128 << 20},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct scan_limits l;
		struct error e = {0};

		scan_limits_preset(&l);
		enum status status = scan_limits_set(&l, cases[i].name, cases[i].value, &e);
		if (status != cases[i].want || e.code != status)
			fail_msg("%s=%s: %s", cases[i].name.data, cases[i].value.data,
				 status_name(status));
		if (l.depth != cases[i].depth || l.member_bytes != cases[i].member_bytes)
			fail_msg("%s=%s: wrong value", cases[i].name.data, cases[i].value.data);
	}
}

static void seconds_grow_with_the_file(void **state)
{
	static const struct {
		const char *name;
		uint64_t size, want;
	} cases[] = {
		{"empty", 0, 120},
		{"below the step", (64u << 20) - 1, 120},
		{"one step", 64u << 20, 121},
		{"sparse", UINT64_C(60) << 30, 120 + 960},
		{"any size", UINT64_MAX, UINT64_MAX / SECOND_NS / 4},
	};
	struct scan_limits l;

	(void)state;
	scan_limits_preset(&l);
	for (size_t i = 0; i < LEN(cases); i++) {
		uint64_t got = scan_limits_seconds(&l, cases[i].size);

		if (got != cases[i].want)
			fail_msg("%s: got %llu, want %llu", cases[i].name,
				 (unsigned long long)got, (unsigned long long)cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_grow_with_the_file),
		cmocka_unit_test(presets_are_in_range),
		cmocka_unit_test(values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
