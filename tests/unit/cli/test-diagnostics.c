#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <locale.h>

#include "cli/diagnostics.h"

#define X10 "xxxxxxxxxx"
#define T10 "~~~~~~~~~~"
#define X50 X10 X10 X10 X10 X10

static void prints(void **state)
{
	static const struct {
		const char *name;
		struct diagnostic d;
		bool has_colour;
		const char *want;
	} cases[] = {
		{"place and hint",
		 {.line = 3, .col = 5, .width = 2, .text = STR("abc:zz:d"),
		  .message = "no", .hint = "yes"},
		 false, "p:3:5: error: no\n  abc:zz:d\n      ^~\n  hint: yes\n"},
		{"warning, no text",
		 {.severity = SEVERITY_WARNING, .line = 1, .col = 1, .message = "m"},
		 false, "p:1:1: warning: m\n"},
		{"no line", {.message = "m"}, false, "p: error: m\n"},
		{"end of the line",
		 {.line = 1, .col = 4, .width = 1, .text = STR("abc"), .message = "m"},
		 false, "p:1:4: error: m\n  abc\n     ^\n"},
		{"column behind the line",
		 {.line = 1, .col = 90, .width = 9, .text = STR("abc"), .message = "m"},
		 false, "p:1:90: error: m\n  abc\n     ^\n"},
		{"hostile bytes",
		 {.line = 1, .col = 3, .width = 1, .text = STR("\x1b\tq"), .message = "\x1b[2J"},
		 false, "p:1:3: error: \\x1b[2J\n  \\x1b\\tq\n        ^\n"},
		{"wide characters",
		 {.line = 1, .col = 4, .width = 3, .text = STR("\xe6\xbc\xa2\xe5\xad\x97"),
		  .message = "m"},
		 false, "p:1:4: error: m\n  \xe6\xbc\xa2\xe5\xad\x97\n    ^~\n"},
		{"long line",
		 {.line = 1, .col = 51, .width = 500, .text = STR(X50 "y" X50 X50), .message = "m"},
		 false,
		 "p:1:51: error: m\n  …" X10 X10 X10 X10 "y" X50 X10 X10 X10 X10 "xxxxxxxxx…\n"
		 "                                           ^~~~~~~~~~" T10 T10 T10 T10 T10 T10 T10
		 T10 T10 "\n"},
		{"colour", {.line = 1, .col = 1, .width = 1, .text = STR("a"), .message = "m"},
		 true,
		 "\x1b[1mp:1:1:\x1b[0m \x1b[1;31merror\x1b[0m: m\n  a\n  \x1b[1;31m^\x1b[0m\n"},
	};
	struct buf got;

	(void)state;
	buf_init(&got, 4096);
	for (size_t i = 0; i < LEN(cases); i++) {
		struct diagnostic d = cases[i].d;

		d.source = STR("p");
		buf_clear(&got);
		diagnostic_print(&got, &d, cases[i].has_colour);
		if (!str_eq(buf_str(&got), str_of(cases[i].want)))
			fail_msg("%s: got\n%.*swant\n%s", cases[i].name, STR_ARG(buf_str(&got)),
				 cases[i].want);
	}
	buf_done(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(prints)};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
