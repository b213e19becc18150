#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "lang/front.h"
#include "lang/lines.h"

#define MD5_TEXT "0123456789abcdef0123456789abcdef"

static void choice(void **state)
{
	static const struct {
		const char *name, *text, *want; /* front end, or NULL */
		bool known;
		int rank;
	} cases[] = {
		{"a.hdb", "", "clamav", true, 100},
		{"A.NDB", "", "clamav", true, 100},
		{"x/y.hdb/a.Ldb", "", "clamav", true, 100},
		{"a.ign", "", "clamav", true, 0},
		{"local.IGN2", "", "clamav", true, 0},
		{"daily.cvd", "", NULL, true, 50}, /* a container, no text */
		{"a.sha256", "", "list", true, 100},
		{"a.md5", "", "list", true, 100},
		{"a.txt", MD5_TEXT "\n", "list", false, 100},
		{"a.txt", "\n# c\n" MD5_TEXT "  name\n", "list", false, 100},
		{"a", "MD5 (f) = " MD5_TEXT "\n", "list", false, 100},
		{"a.txt", "hello\n", NULL, false, 100},
		{"a.txt", MD5_TEXT ":1:Name\n", NULL, false, 100},
		{"a.txt", "# nothing\n", NULL, false, 100},
		{"", "", NULL, false, 100},
		{"hdb", "", NULL, false, 100},
		{"a.hdb/", "", NULL, false, 100},
		{"a.hdb.gz", "", NULL, false, 100},
		{"a.hd", "", NULL, false, 100},
		{"a.hdbx", "", NULL, false, 100},
		{"a.", "", NULL, false, 100},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct source_text src = {str_of(cases[i].name), str_of(cases[i].text)};
		const struct front *front = front_for(&src);
		const char *got = front ? front->name : "none";

		if (strcmp(got, cases[i].want ? cases[i].want : "none") != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, got, cases[i].want);
		if (front_knows_suffix(src.name) != cases[i].known)
			fail_msg("%s: known %d", cases[i].name, !cases[i].known);
		if (front_rank(src.name) != cases[i].rank)
			fail_msg("%s: rank %d", cases[i].name, front_rank(src.name));
	}
}

static void names(void **state)
{
	static const struct {
		const char *name, *suffix, *stem;
	} cases[] = {
		{"a.hdb", "hdb", "a"},     {"x/a.b.hdb", "hdb", "a.b"}, {"x.y/a", "", "a"},
		{".hdb", "hdb", ".hdb"},   {"a.", "", "a."},           {"", "", ""},
		{"x/", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct str suffix = source_suffix(str_of(cases[i].name));
		struct str stem = source_stem(str_of(cases[i].name));

		if (!str_eq(suffix, str_of(cases[i].suffix)) ||
		    !str_eq(stem, str_of(cases[i].stem)))
			fail_msg("%s: got %.*s and %.*s", cases[i].name, STR_ARG(suffix),
				 STR_ARG(stem));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choice),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
