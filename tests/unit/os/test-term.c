#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <locale.h>

#include "base/error.h"
#include "os/term.h"

static void widths(void **state)
{
	static const struct {
		const char *name;
		struct str text;
		size_t want;
	} cases[] = {
		{"empty", STR(""), 0},
		{"ASCII", STR("abc"), 3},
		{"umlaut", STR("\xc3\xbc"), 1},
		{"wide", STR("\xe6\xbc\xa2\xe5\xad\x97"), 4},
		{"combining accent", STR("e\xcc\x81"), 1},
		{"invalid byte", STR("a\xff"), 2},
		{"control", STR("\x1b"), 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		size_t got = term_width(cases[i].text);

		if (got != cases[i].want)
			fail_msg("%s: got %zu, want %zu", cases[i].name, got, cases[i].want);
	}
}

static void tails(void **state)
{
	static const struct {
		const char *name;
		struct str text;
		size_t columns;
		const char *want;
	} cases[] = {
		{"fits", STR("abc"), 3, "abc"},
		{"cut", STR("abcdef"), 3, "def"},
		{"nothing fits", STR("abc"), 0, ""},
		{"wide is not halved", STR("\xe6\xbc\xa2\xe5\xad\x97"), 3, "\xe5\xad\x97"},
		{"invalid bytes count", STR("\xff\xfe" "a"), 2, "\xfe" "a"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct str got = term_tail(cases[i].text, cases[i].columns);

		if (!str_eq(got, str_of(cases[i].want)))
			fail_msg("%s: got %.*s, want %s", cases[i].name, STR_ARG(got),
				 cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(widths), cmocka_unit_test(tails)};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
