#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "yara-pattern-cases.h"

#define ROT "\"nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM0123456789+/\""

static const struct pattern_case cases[] = {
	{"plain", "\"abc\"", "\"abc\""},
	{"escapes", "\"\\x41\\t\\n\\r\\\"\\\\\\x00\"", "41.09.0a.0d.22.5c.00"},
	{"non-ascii", "\"\xc3\xa9\"", "c3.a9"},
	{"ascii", "\"abc\" ascii", "\"abc\""},
	{"wide", "\"ab\" wide", "61.00.62.00"},
	{"both", "\"ab\" ascii wide", "(alt \"ab\" 61.00.62.00)"},
	{"nocase", "\"a1Z\" nocase", "41&df.31.5a&df"},
	{"wide nocase", "\"aZ\" nocase wide", "41&df.00.5a&df.00"},
	{"fullword", "\"ab\" fullword",
	 "(concat (look not-behind [30-39 41-5a 61-7a]) \"ab\" (look not-ahead "
	 "[30-39 41-5a 61-7a]))"},
	{"wide fullword", "\"ab\" wide fullword",
	 "(concat (look not-behind (concat [30-39 41-5a 61-7a] 00)) 61.00.62.00 "
	 "(look not-ahead (concat [30-39 41-5a 61-7a] 00)))"},
	{"both fullword", "\"a\" wide ascii fullword",
	 "(alt (concat (look not-behind [30-39 41-5a 61-7a]) \"a\" (look "
	 "not-ahead [30-39 41-5a 61-7a])) (concat (look not-behind (concat "
	 "[30-39 41-5a 61-7a] 00)) 61.00 (look not-ahead (concat [30-39 41-5a "
	 "61-7a] 00))))"},
	{"xor", "\"ab\" xor", "xor 0-255 \"ab\""},
	{"xor with a key", "\"ab\" xor(0x10)", "xor 16-16 \"ab\""},
	{"xor with keys", "\"ab\" wide xor(1-255)", "xor 1-255 61.00.62.00"},
	{"base64 of three bytes", "\"abc\" base64", "(alt \"YWJj\" \"FiY\" \"hYm\")"},
	{"base64 of two bytes", "\"ab\" base64", "(alt \"YW\" \"Fi\" \"hY\")"},
	{"base64 of a byte", "\"a\" base64", "(alt \"Y\" \"h\")"},
	{"base64 of a text", "\"This program cannot\" base64",
	 "(alt \"VGhpcyBwcm9ncmFtIGNhbm5vd\" \"RoaXMgcHJvZ3JhbSBjYW5ub3\" "
	 "\"UaGlzIHByb2dyYW0gY2Fubm90\")"},
	{"base64wide", "\"ab\" base64wide", "(alt 59.00.57.00 46.00.69.00 68.00.59.00)"},
	{"base64 both", "\"ab\" base64 base64wide",
	 "(alt \"YW\" 59.00.57.00 \"Fi\" 46.00.69.00 \"hY\" 68.00.59.00)"},
	{"wide base64", "\"ab\" wide base64", "(alt \"YQBiA\" \"EAYg\" \"hAGIA\")"},
	{"ascii wide base64", "\"ab\" ascii wide base64",
	 "(alt \"YW\" \"Fi\" \"hY\" \"YQBiA\" \"EAYg\" \"hAGIA\")"},
	{"private", "\"a\" private base64", "(alt \"Y\" \"h\")"},
};

/* The usual alphabet turned by 13 places. */
static const struct pattern_case alphabets[] = {
	{"alphabet", "\"abc\" base64(" ROT ")", "(alt \"ljwW\" \"sVl\" \"UlZ\")"},
	{"wide alphabet", "\"a\" base64wide(" ROT ")", "(alt 6c.00 55.00)"},
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		check_pattern_case(&cases[i], NULL);
	for (size_t i = 0; i < LEN(alphabets); i++)
		check_pattern_case(&alphabets[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
