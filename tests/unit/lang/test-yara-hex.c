#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "yara-pattern-cases.h"

static const struct pattern_case good[] = {
	{"bytes", "{ 41 42 43 }", "\"ABC\""},
	{"without blanks", "{414243}", "\"ABC\""},
	{"nibbles", "{ 4? ?2 ?""? FF }", "4?.?2.?""?.ff"},
	{"not a byte", "{ 00 ~41 01 }", "(concat 00 [00-40 42-ff] 01)"},
	{"not a nibble", "{ 00 ~4? ~?1 01 }",
	 "(concat 00 [00-3f 50-ff] [00 02-10 12-20 22-30 32-40 42-50 52-60 "
	 "62-70 72-80 82-90 92-a0 a2-b0 b2-c0 c2-d0 d2-e0 e2-f0 f2-ff] 01)"},
	{"jump", "{ 41 [3] 42 }", "(concat \"A\" (gap 3 3) \"B\")"},
	{"range", "{ 41 [ 1 - 30 ] 42 }", "(concat \"A\" (gap 1 30) \"B\")"},
	{"no bytes at all", "{ 41 [0-0] 42 }", "(concat \"A\" (gap 0 0) \"B\")"},
	{"open range", "{ 41 [5-] 42 }", "(concat \"A\" (gap 5 *) \"B\")"},
	{"any range", "{ 41 [-] 42 }", "(concat \"A\" (gap 0 *) \"B\")"},
	{"two jumps", "{ 41 [1] [2-3] 42 }", "(concat \"A\" (gap 1 1) (gap 2 3) \"B\")"},
	{"long jump", "{ 41 [201-2147483647] 42 }",
	 "(concat \"A\" (gap 201 2147483647) \"B\")"},
	{"alternatives", "{ 41 ( 42 | 43 44 | ?""? ) 45 }",
	 "ordered (concat \"A\" (alt \"B\" \"CD\" ?""?) \"E\")"},
	{"one alternative", "{ ( 41 ) }", "\"A\""},
	{"nested", "{ ( 41 | ( 42 [0-200] 43 | 44 ) 45 ) }",
	 "ordered (alt \"A\" (concat (alt (concat \"B\" (gap 0 200) \"C\") \"D\") "
	 "\"E\"))"},
	{"comments", "{ 41 /* } [ */ 42 // ( }\n 43 /***/ }", "\"ABC\""},
	{"any byte first and last", "{ ?""? 41 ?""? }", "?""?.41.?""?"},
	{"private", "{ 41 } private", "\"A\""},
};

static const struct pattern_case bad[] = {
	{"empty", "{ }", "error 1:26+1: expected a byte such as 4D or 4?\n"},
	{"odd digits", "{ 41 4 }",
	 "error 1:29+1: uneven number of digits in hex string (a byte has two "
	 "digits or '?')\n"},
	{"digits apart", "{ 4 1 }",
	 "error 1:26+1: uneven number of digits in hex string (a byte has two "
	 "digits or '?')\n"},
	{"half a mask", "{ 41 ? ? }",
	 "error 1:29+1: uneven number of digits in hex string (a byte has two "
	 "digits or '?')\n"},
	{"no hex", "{ 41 G1 }", "error 1:29+1: invalid character in hex string\n"},
	{"not any byte", "{ 41 ~?""? }",
	 "error 1:29+3: '~' of any byte (it would match nothing)\n"},
	{"not nothing", "{ 41 ~ }",
	 "error 1:29+1: expected a byte behind '~' (such as ~4D, ~4? or ~?D)\n"},
	{"not alternatives", "{ 41 ~(41) }",
	 "error 1:29+1: expected a byte behind '~' (such as ~4D, ~4? or ~?D)\n"},
	{"jump first", "{ [1] 41 }",
	 "error 1:26+1: a hex string begins with a jump (begin with a byte)\n"},
	{"jump last", "{ 41 [1-2] }",
	 "error 1:29+6: a hex string ends with a jump (end with a byte)\n"},
	{"jump first of an alternative", "{ 41 ( [1] 42 | 43 ) }",
	 "error 1:31+1: a hex string begins with a jump (begin with a byte)\n"},
	{"jump last of an alternative", "{ 41 ( 42 [1] | 43 ) }",
	 "error 1:34+4: a hex string ends with a jump (end with a byte)\n"},
	{"jump of nothing", "{ 41 [0] 42 }", "error 1:29+3: invalid jump length: 0\n"},
	{"jump backwards", "{ 41 [3-2] 42 }",
	 "error 1:29+5: invalid jump range (the smaller number comes first)\n"},
	{"jump without numbers", "{ 41 [] 42 }",
	 "error 1:29+1: invalid character in hex string jump (jumps are [n], "
	 "[n-m], [n-] and [-])\n"},
	{"jump without a start", "{ 41 [-5] 42 }",
	 "error 1:29+3: invalid character in hex string jump (jumps are [n], "
	 "[n-m], [n-] and [-])\n"},
	{"jump in hex", "{ 41 [0x1] 42 }",
	 "error 1:29+2: invalid character in hex string jump (jumps are [n], "
	 "[n-m], [n-] and [-])\n"},
	{"jump with a comment", "{ 41 [1/**/] 42 }",
	 "error 1:29+2: invalid character in hex string jump (jumps are [n], "
	 "[n-m], [n-] and [-])\n"},
	{"jump too large", "{ 41 [0-2147483648] 42 }",
	 "error 1:32+10: jump too large (at most 2147483647 bytes)\n"},
	{"jump much too large", "{ 41 [99999999999999999999] 42 }",
	 "error 1:30+20: jump too large (at most 2147483647 bytes)\n"},
	{"long jump inside", "{ 41 ( 42 [0-201] 43 | 44 ) }",
	 "error 1:34+7: jumps over 200 not allowed inside alternation (|)\n"},
	{"open jump inside", "{ 41 ( 42 [1-] 43 | 44 ) }",
	 "error 1:34+4: unbounded jumps not allowed inside alternation (|)\n"},
	{"nothing in parentheses", "{ 41 () }",
	 "error 1:30+1: expected a byte such as 4D or 4?\n"},
	{"an alternative of nothing", "{ 41 (42|) }",
	 "error 1:33+1: expected a byte such as 4D or 4?\n"},
	{"not closed", "{ 41 ( 42 }", "error 1:29+5: a '(' without its ')'\n"},
	{"not opened", "{ 41 ) 42 }", "error 1:29+1: a ')' without its '('\n"},
	{"bar outside", "{ 41 | 42 }",
	 "error 1:29+1: a '|' outside of alternatives (alternatives stand in "
	 "parentheses: ( 41 | 42 ))\n"},
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(good); i++)
		check_pattern_case(&good[i], NULL);
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(bad); i++)
		check_pattern_case(&bad[i], NULL);
}

/* 31 alternatives in each other are too many; there is no way to use up the stack. */
static void test_nesting(void **state)
{
	static const struct {
		const char *name;
		size_t depth;
		const char *want;
	} cases[] = {
		{"30", 30, ""},
		{"31", 31, "error 1:55+1: alternatives are nested too deeply\n"},
		{"100,000", 100000, "error 1:55+1: alternatives are nested too deeply\n"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf text;
		struct parsed p;

		buf_init(&text, 1 << 20);
		buf_add_str(&text, STR("rule a { strings: $a = {"));
		for (size_t k = 0; k < cases[i].depth; k++)
			buf_add_u8(&text, '(');
		buf_add_str(&text, STR("41"));
		for (size_t k = 0; k < cases[i].depth; k++)
			buf_add_u8(&text, ')');
		buf_add_str(&text, STR("} condition: $a }"));
		parsed_init(&p, buf_str(&text), NULL);
		struct ir_pattern *pattern =
			yara_pattern(&p.y, p.y.arena, p.ast.items->rule->strings);
		assert_int_equal(pattern != NULL, cases[i].want[0] == '\0');
		assert_text(cases[i].name, &p.messages, cases[i].want);
		parsed_done(&p);
		buf_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
