/*
 * What the words and the grammar of YARA's rules allow, what is said of what
 * they do not, and where; and that one error is told of once, and hides none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "yara-parse.h"

static const struct {
	const char *name, *source, *want;
} cases[] = {
	{"empty", "", ""},
	{"nothing but comments", "\xef\xbb\xbf// a\n/* b\n */ /**/", ""},
	{"a rule of each section",
	 "private global rule a : t u { meta: m = -1 strings: $ = { 01 } condition: any of them }",
	 ""},
	/* words */
	{"text", "rule a { meta: m = \"x\n condition: true }",
	 "error 1:20+2: unterminated string (a text ends with \" on the line on which it "
	 "begins)\n"},
	{"escape", "rule a { meta: m = \"x\\q\" condition: true }",
	 "error 1:22+2: illegal escape sequence (escapes are \\t \\n \\r \\\" \\\\ and \\xHH)\n"},
	{"regular expression", "rule a { strings: $a = /x\n condition: $a }",
	 "error 1:24+2: unterminated regular expression (a regular expression ends with / on "
	 "its line)\n"},
	{"empty regular expression", "rule a { condition: \"a\" matches // }\n}",
	 "error 2:1+1: expected an expression, found '}'\n"},
	{"hex string", "rule a { strings: $a = { 01",
	 "error 1:25+3: unterminated hex string (a "
	 "hex string ends with })\n"},
	{"comment", "rule a { condition: true }\n/* x",
	 "error 2:1+4: unterminated comment (a comment ends with */)\n"},
	{"number", "rule a { condition: 9223372036854775808 }",
	 "error 1:21+19: integer overflow (the largest is 9223372036854775807)\n"},
	{"digits", "rule a { condition: 0x }", "error 1:21+2: a number without digits\n"},
	{"non-ascii", "rule a { condition: \xc3\xa4 }",
	 "error 1:21+1: non-ascii character (only texts and regular expressions hold such "
	 "characters)\n"},
	{"character", "rule a { condition: ; }", "error 1:21+1: unexpected character\n"},
	/* grammar */
	{"item", "condition",
	 "error 1:1+9: expected a rule, an import or an include, found "
	 "'condition'\n"},
	{"misspelt", "rul a { condition: true }",
	 "error 1:1+3: expected a rule, an import or an "
	 "include, found 'rul' (did you mean rule?)\n"},
	{"name", "rule { condition: true }",
	 "error 1:6+1: expected the name of a rule, found "
	 "'{'\n"},
	{"tag", "rule a : { condition: true }", "error 1:10+1: expected a tag, found '{'\n"},
	{"no condition", "rule a { }", "error 1:10+1: expected 'condition', found '}'\n"},
	{"meta", "rule a { meta: m = 1.5 condition: true }",
	 "error 1:20+3: expected a text, an integer, true or false, found '1.5'\n"},
	{"value", "rule a { strings: $a = 1 condition: $a }",
	 "error 1:24+1: expected a text, a hex string or a regular expression, found '1'\n"},
	{"parenthesis", "rule a { condition: (true }", "error 1:27+1: expected ')', found '}'\n"},
	{"set", "rule a { condition: any of 1 }",
	 "error 1:28+1: expected 'them' or a set of "
	 "strings in parentheses, found '1'\n"},
	{"end", "rule a { condition: true",
	 "error 1:25+1: expected '}', found the end of the "
	 "file\n"},
	{"end behind CR", "rule a { condition: true\r",
	 "error 1:25+1: expected '}', found the "
	 "end of the file\n"},
	{"include", "include \"b.yar\"", "error 1:9+7: includes are not allowed here\n"},
	{"import", "import pe",
	 "error 1:8+2: expected the name of a module in quotes, found "
	 "'pe'\n"},
	/* one behind another */
	{"all strings",
	 "rule a { strings:\n$a = 1\n$b = \"\\z\"\n$c = \"c\"\n$d* = \"d\"\n"
	 "condition: all of them }",
	 "error 2:6+1: expected a text, a hex string or a regular expression, found '1'\n"
	 "error 3:7+2: illegal escape sequence (escapes are \\t \\n \\r \\\" \\\\ and \\xHH)\n"
	 "error 5:1+3: expected the name of a string without '*', found '$d'\n"},
	{"all sections", "rule a {\nmeta: 1\nstrings: 1\ncondition: ) }",
	 "error 2:7+1: expected the name of a metadata entry, found '1'\n"
	 "error 3:10+1: expected a string such as $a = \"text\", found '1'\n"
	 "error 4:12+1: expected an expression, found ')'\n"},
	{"no echo", "rule a { strings: $a =\nrule b { condition: true }",
	 "error 2:1+4: expected a text, a hex string or a regular expression, found 'rule'\n"},
	{"all rules",
	 "rule { condition: true }\nrule b { condition: ) }\nimport 1\nrule c { }\n"
	 "rule d { condition: true }",
	 "error 1:6+1: expected the name of a rule, found '{'\n"
	 "error 2:21+1: expected an expression, found ')'\n"
	 "error 3:8+1: expected the name of a module in quotes, found '1'\n"
	 "error 4:10+1: expected 'condition', found '}'\n"},
};

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct parsed p;

		parsed_init(&p, str_of(cases[i].source), NULL);
		assert_text(cases[i].name, &p.messages, cases[i].want);
		parsed_done(&p);
	}
}

/* Sources that are large where nothing should be: each is told of once, in time. */
static void test_depth(void **state)
{
	static const struct {
		const char *before, *repeated, *behind, *want;
	} deep[] = {
		{"", "(", "", "error 1:121+1: the condition is nested more than 100 deep\n"},
		{"", "not ", "true", "error 1:421+3: the condition is nested more than 100 deep\n"},
		{"1 == ", "-", "1", "error 1:126+1: the condition is nested more than 100 deep\n"},
		{"true", " or true", "", ""},
		{"true", " and filesize > 1", "", ""},
	};

	(void)state;
	for (size_t i = 0; i < LEN(deep); i++) {
		struct parsed p;
		struct buf source;

		buf_init(&source, 4 << 20);
		buf_addf(&source, "rule a { condition: %s", deep[i].before);
		for (int n = 0; n < 100000; n++)
			buf_addf(&source, "%s", deep[i].repeated);
		buf_addf(&source, "%s }", deep[i].behind);
		assert_false(source.bad);
		parsed_init(&p, buf_str(&source), NULL);
		assert_text(deep[i].repeated, &p.messages, deep[i].want);
		parsed_done(&p);
		buf_done(&source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
