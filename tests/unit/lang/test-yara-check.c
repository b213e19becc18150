/*
 * What the checker of YARA's rules says, and where.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "compile.h"

#define RULE(strings, condition) "rule r { strings: " strings " condition:\n" condition " }\n"

static const struct {
	const char *name, *source, *want;
} cases[] = {
	/* operators */
	{"type of +", "rule r { condition:\n1 + \"a\" == 2 }",
	 "2:5+3 wrong type: a string for the \"+\" operator\n"},
	{"type of &", "rule r { condition:\n1.5 & 2 == 2 }",
	 "2:1+3 wrong type: a float for the \"&\" operator\n"},
	{"both sides are told of", "rule r { condition:\n-\"a\" == 1 and ~1.0 == 1 }",
	 "2:2+3 wrong type: a string for the \"-\" operator\n"
	 "2:16+3 wrong type: a float for the \"~\" operator\n"},
	{"comparison", "rule r { condition:\nfilesize == \"a\" }",
	 "2:1+15 type mismatch: an integer == a string\n"},
	{"contains", "rule r { condition:\n\"a\" contains 1 }",
	 "2:14+1 wrong type: an integer for the \"contains\" operator\n"},
	{"overflow", "rule r { condition:\n0x7FFFFFFFFFFFFFFF + 1 > 0 }",
	 "2:1+22 integer overflow in \"9223372036854775807 + 1\"\n"},
	{"division", "rule r { condition:\n1 \\ 0 == 1 }", "2:1+5 division by zero\n"},
	{"remainder", "rule r { condition:\n1 % (1 - 1) == 1 }", "2:1+11 division by zero\n"},
	{"shift", "rule r { condition:\n1 << -1 == 0 }",
	 "2:6+2 invalid operand: a shift by a negative number\n"},
	/* strings */
	{"undefined", RULE("$abc = \"abc\"", "$abd or $abc"),
	 "2:1+4 undefined string \"$abd\" (did you mean $abc?)\n"},
	{"undefined count", RULE("$abc = \"abc\"", "#x == 1 or $abc"),
	 "2:1+2 undefined string \"$x\"\n"},
	{"unreferenced", "rule r {\nstrings: $a = \"abc\" condition: true }",
	 "2:10+2 unreferenced string \"$a\" (names that begin with $_ may be unused)\n"},
	{"unreferenced by intent", RULE("$_a = \"abc\"", "true"), ""},
	{"anonymous", RULE("$ = \"abc\"", "$"),
	 "2:1+1 wrong use of an anonymous string (it stands for the strings of a \"for … of\" "
	 "loop)\n"},
	{"anonymous, unreferenced", RULE("$ = \"abc\"", "true"),
	 "1:19+1 unreferenced string \"$\" (use it with \"them\" or ($*))\n"},
	{"duplicate", RULE("$a = \"abc\" $a = \"abd\"", "any of them"),
	 "1:30+2 duplicated string identifier \"$a\"\n"},
	{"offset", RULE("$a = \"abc\"", "$a at \"x\""),
	 "2:7+3 what stands behind \"at\" must be an integer, not a string\n"},
	{"range", RULE("$a = \"abc\"", "$a in (5..2)"),
	 "2:8+1 invalid range: the lower bound is greater than the upper one (5..2)\n"},
	/* modifiers */
	{"clash", RULE("$a = \"abc\" xor nocase", "$a"),
	 "1:34+6 invalid modifier combination: xor nocase\n"},
	{"twice", RULE("$a = \"abc\" wide wide", "$a"), "1:35+4 duplicated modifier\n"},
	{"alphabet", RULE("$a = \"abc\" base64(\"x\")", "$a"),
	 "1:30+11 length of base64 alphabet must be 64, not 1\n"},
	{"empty", RULE("$a = \"\"", "$a"), "1:24+2 empty string \"$a\"\n"},
	/* quantifiers */
	{"negative", RULE("$a = \"abc\"", "-1 of them"),
	 "2:1+2 invalid value: a quantifier must be 0 or more\n"},
	{"text", RULE("$a = \"abc\"", "\"a\" of them"),
	 "2:1+3 invalid value: a quantifier must be an integer\n"},
	{"percentage", RULE("$a = \"abc\"", "101% of them"),
	 "2:1+3 percentage must be between 1 and 100 (inclusive)\n"},
	{"zero", RULE("$a = \"abc\"", "0 of them"),
	 "2:1+1 a quantifier of 0 means exactly none (consider \"none\")\n"},
	{"too many", RULE("$a = \"abc\"", "2 of them"),
	 "2:1+1 this never holds: 2 of a set of 1 are asked for\n"},
	{"no such strings", RULE("$a = \"abc\"", "$a and any of ($b*)"),
	 "2:16+3 undefined string \"$b*\"\n"},
	{"no strings", "rule r { condition:\nany of them }", "2:8+4 undefined string \"$*\"\n"},
	{"shadow", "rule r { condition:\nfor any i in (1..2) : (for any i in (1..2) : (true)) }",
	 "2:32+1 duplicated loop identifier \"i\"\n"},
	/* names */
	{"import", "rule r { condition:\nmath.abs(1) == 1 }",
	 "2:1+4 undefined identifier \"math\" (import \"math\" before the rule)\n"},
	{"module", "import \"mathh\"\n", "1:8+7 unknown module \"mathh\" (did you mean math?)\n"},
	{"member", "import \"math\" rule r { condition:\nmath.abss(1) == 1 }",
	 "2:6+4 invalid field name \"abss\" (did you mean abs?)\n"},
	{"arguments", "import \"math\" rule r { condition:\nmath.abs(1.5) == 1 }",
	 "2:1+13 wrong arguments for function \"abs\" (it takes (integer))\n"},
	{"index", "import \"tests\" rule r { condition:\ntests.integer_array[\"a\"] == 1 }",
	 "2:21+3 an array is indexed by an integer, not by a string\n"},
	{"dictionary",
	 "import \"tests\" rule r { condition:\nfor any v in tests.struct_dict : (true) }",
	 "2:9+1 the loop has 1 variables instead of 2 "
	 "(a dictionary gives a key and a value: for any k, v in …)\n"},
	{"structure", "import \"tests\" rule r { condition:\ntests.constants }",
	 "2:1+15 wrong usage: a structure is neither true nor false\n"},
	{"variable", "rule r { condition:\nfilenam == \"a\" }",
	 "2:1+7 undefined identifier \"filenam\" (did you mean filename?)\n"},
	{"no module", "import \"\" import rule r { condition: true }",
	 "1:18+4 expected the name of a module in quotes, found 'rule'\n"
	 "1:8+2 invalid module name \"\"\n"},
	{"wildcard of a string", "rule r { strings: $a* = \"abc\" condition: true }",
	 "1:19+3 expected the name of a string without '*', found '$a'\n"},
	/* rules */
	{"same name", "rule r { condition: true }\nrule r { condition: true }",
	 "2:6+1 duplicated identifier \"r\"\n"},
	{"same tag", "rule r : a a { condition: true }",
	 "1:12+1 duplicated tag identifier \"a\"\n"},
	{"malformed", "rule a { condition: x }\nrule r { condition: a }",
	 "1:21+1 undefined identifier \"x\"\n2:21+1 rule \"a\" has errors of its own\n"},
	{"wildcard",
	 "rule a1 { condition: true } rule b { condition: any of (a*) }\n"
	 "rule a2 { condition: true }",
	 "2:6+2 rule identifier \"a2\" matches previously used wildcard rule set "
	 "(define it before the set is used)\n"},
	/* warnings */
	{"literal", "rule r { condition:\n\"a\" or true }",
	 "2:1+3 a literal string stands where yes or no is asked for "
	 "(a string holds when it is not empty)\n"},
	{"slow", RULE("$a = \"a\"", "$a"),
	 "1:24+3 string \"$a\" may slow down scanning "
	 "(make it longer, or fewer of its bytes variable)\n"},
	{"not slow", RULE("$a = \"MZ\"", "$a"), ""},
	{"one byte", RULE("$a = { 4d }", "$a"),
	 "1:24+6 string \"$a\" may slow down scanning "
	 "(make it longer, or fewer of its bytes variable)\n"},
	{"endless", RULE("$a = /.*abcd/", "$a"),
	 "1:24+8 string \"$a\" contains .*, .+ or .{n,} (use .{,N} with a reasonable N)\n"},
	{"only dots", RULE("$a = /.*x/", "$a"),
	 "1:24+5 string \"$a\" contains .*, .+ or .{n,} (use .{,N} with a reasonable N)\n"
	 "1:24+5 string \"$a\" may slow down scanning "
	 "(make it longer, or fewer of its bytes variable)\n"},
	/* loops over nothing are no rules */
	{"empty range", "rule r { condition:\nfor all i in (2..1) : (i == 2) }",
	 "2:15+1 invalid range: the lower bound is greater than the upper one (2..1)\n"},
	{"empty set", RULE("$a = \"abc\"", "$a and for all of ($b*) : ($)"),
	 "2:20+3 undefined string \"$b*\"\n"},
	{"empty set of rules", "rule r { condition:\nall of (x*) }",
	 "2:9+2 undefined identifier \"x\"\n"},
	{"no advice unless it is asked for", RULE("$a = \"abc\" $b = \"abc\"", "any of them"), ""},
};

/* What is told beside, to those who want advice. */
static const struct {
	const char *name, *source, *want;
} advice_cases[] = {
	{"equal texts", RULE("$a = \"abc\" $b = \"\\x61bc\" ascii", "any of them"),
	 "1:35+8 string \"$b\" is the same as \"$a\" (one of them is enough)\n"},
	{"equal but for a modifier", RULE("$a = \"abc\" $b = \"abc\" nocase", "any of them"), ""},
	{"equal but for the order",
	 RULE("$a = \"abc\" wide ascii $b = \"abc\" ascii wide", "all of them"),
	 "1:46+5 string \"$b\" is the same as \"$a\" (one of them is enough)\n"},
	{"equal but for the keys",
	 RULE("$a = \"abcd\" xor(1-2) $b = \"abcd\" xor(1-3)", "all of them"), ""},
	{"equal bytes", RULE("$a = { 6a 6b ?? 6C } $b = {6A6B ?? 6c}", "any of them"),
	 "1:45+12 string \"$b\" is the same as \"$a\" (one of them is enough)\n"},
	{"equal expressions", RULE("$a = /abcd/i $b = /abcd/ $c = /abcd/i", "any of them"),
	 "1:49+7 string \"$c\" is the same as \"$a\" (one of them is enough)\n"},
	{"a text is no expression", RULE("$a = /abcd/ $b = \"abcd\"", "any of them"), ""},
	{"private rule", "private rule p { condition: true }\nrule r { condition: true }",
	 "1:14+1 no rule asks the private rule \"p\" (private rules are for others to ask them)\n"},
	{"private rule that is asked",
	 "private rule p { condition: true } private rule q1 { condition: true }\n"
	 "rule r { condition: p and any of (q*) }", ""},
	{"private rule that is asked of all", "global private rule p { condition: true }", ""},
	{"long loop", "rule r { condition:\nfor all i in (1..1000001) : (i > 0) }",
	 "2:15+10 this is a loop over 1000001 numbers (what takes too much work is not decided)\n"},
	{"not so long", "rule r { condition:\nfor all i in (1..1000000) : (i > 0) }", ""},
};

static void advice(void **state)
{
	const struct front_settings settings = {.advice = true};
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < LEN(advice_cases); i++) {
		const struct source_text src = {STR("x.yar"), str_of(advice_cases[i].source),
						STR(""), &settings};
		struct told told;

		told_init(&told);
		assert_int_equal(front_for(&src)->compile(&src, told.rs, &told.report), OK);
		buf_add_u8(&told.text, 0);
		if (strcmp((const char *)told.text.data, advice_cases[i].want) != 0) {
			print_error("%s: got\n%s instead of\n%s", advice_cases[i].name,
				    (const char *)told.text.data, advice_cases[i].want);
			bad++;
		}
		told_done(&told);
	}
	assert_int_equal(bad, 0);
}

static void diagnostics(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct told told;

		told_init(&told);
		told_compile(&told, "x.yar", str_of(cases[i].source));
		buf_add_u8(&told.text, 0);
		if (strcmp((const char *)told.text.data, cases[i].want) != 0) {
			print_error("%s: got\n%s instead of\n%s", cases[i].name,
				    (const char *)told.text.data, cases[i].want);
			bad++;
		}
		told_done(&told);
	}
	assert_int_equal(bad, 0);
}

static void counts(void **state)
{
	const char *source = "rule a { condition: x } rule b { condition: true }\n"
			     "rule c { condition: a } rule d { condition: b }";
	struct told told;

	(void)state;
	told_init(&told);
	told_compile(&told, "x.yar", str_of(source));
	assert_int_equal(told.rs->sources.items[0].accepted, 2);
	assert_int_equal(told.rs->sources.items[0].malformed, 2);
	assert_int_equal(told.rs->rules.len, 2);
	told_done(&told);
}

/* Compile a text into a namespace; how many rules the set has then. */
static size_t into(struct told *told, const char *file, const char *space, const char *text)
{
	struct source_text src = {str_of(file), str_of(text), str_of(space), NULL};

	assert_int_equal(front_for(&src)->compile(&src, told->rs, &told->report), OK);
	return told->rs->rules.len;
}

static void namespaces(void **state)
{
	struct told told;

	(void)state;
	told_init(&told);
	assert_int_equal(into(&told, "1.yar", "s", "import \"math\" rule a { condition: true }"),
			 1);
	/* names and imports of earlier files of the namespace are known */
	assert_int_equal(into(&told, "2.yar", "s", "rule b { condition: a and math.abs(1) == 1 }"),
			 2);
	assert_int_equal(into(&told, "3.yar", "s", "rule a { condition: true }"), 2);
	/* and no others */
	assert_int_equal(into(&told, "4.yar", "", "rule a { condition: true }"), 3);
	assert_int_equal(into(&told, "5.yar", "", "rule b { condition: a }"), 3);
	assert_int_equal(told.rs->spaces.len, 4);
	assert_int_equal(told.rs->rules.items[1].space, told.rs->rules.items[0].space);
	assert_true(str_eq(told.rs->spaces.items[told.rs->rules.items[2].space], STR("4.yar")));
	told_done(&told);
}

/* Whatever allocation of the rule set fails, compilation ends with E_LIMIT and nothing worse. */
static void full_arenas(void **state)
{
	const char *source =
		"import \"tests\" rule a : t { meta: m = \"x\" condition: filename == \"a\" }\n"
		"rule r { strings: $a = \"abc\" nocase $b = /abc[bc]d/ $c = { 61 62 63 ?? (62 | "
		"63) }\n"
		"condition: 2 of them and for any of ($a*) : ($ at 1 and #b > @c[1]) and a and\n"
		"for any k, v in tests.struct_dict : (v.s matches /x+/i) and any of (a*) and\n"
		"for all i in (1, 2) : (tests.isum(i, -filesize) < 1.5 * uint8(i)) }";
	struct source_text src = {STR("x.yar"), str_of(source), STR(""), NULL};
	enum status status = E_LIMIT;
	unsigned refused = 0, bad = 0;

	(void)state;
	for (size_t ceiling = 64; status != OK; ceiling += 24) {
		struct told told;

		told_init(&told);
		arena_free(told.rs->arena);
		told.rs->arena = arena_new(ceiling);
		status = front_for(&src)->compile(&src, told.rs, &told.report);
		bool is_right = (status == OK && told.rs->rules.len == 2) || status == E_LIMIT;
		if (!is_right || told.text.len > 0)
			print_error("ceiling %zu: %s, %zu rules\n%.*s", ceiling,
				    status_name(status), told.rs->rules.len, (int)told.text.len,
				    (const char *)told.text.data);
		bad += !is_right || told.text.len > 0;
		refused += status != OK;
		told_done(&told);
	}
	assert_int_equal(bad, 0);
	assert_true(refused > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diagnostics),
		cmocka_unit_test(advice),
		cmocka_unit_test(counts),
		cmocka_unit_test(namespaces),
		cmocka_unit_test(full_arenas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
