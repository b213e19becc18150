/*
 * Which trees the conditions of YARA's rules become.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "compile.h"

#define ABC "$a = \"abc\" $b = \"def\" $c = \"ghi\""

static const struct {
	const char *strings, *condition, *want;
} cases[] = {
	/* constants are computed */
	{"", "1 + 2 * 3 == 7", "(eq (int 7) (int 7))"},
	{"", "7 \\ 2 == -7 % 4", "(eq (int 3) (int -3))"},
	{"", "1 << 64 == ~0", "(eq (int 0) (int -1))"},
	{"", "1.5 + 1 == 2.5", "(eq (add (float 1.5) (int 1)) (float 2.5))"},
	{"", "1 + 2 + filesize + 1 - 2 == 0",
	 "(eq (sub (add (add (int 3) (size)) (int 1)) (int 2)) (int 0))"},
	/* what is long is no deeper for that */
	{"", "filesize + 1 - 2 + 3 - 4 + 5 - 6 + 7 - 8 + 9 * 2 == 0",
	 "(eq (chain (size) (step add (int 1)) (step sub (int 2)) (step add (int 3)) "
	 "(step sub (int 4)) (step add (int 5)) (step sub (int 6)) (step add (int 7)) "
	 "(step sub (int 8)) (step add (int 18))) (int 0))"},
	/* one comparison is false instead of undefined */
	{"", "1.5 < filesize", "(or (lt (float 1.5) (size)))"},
	{"", "filesize > 1.5", "(gt (size) (float 1.5))"},
	{"", "filesize < 10 and true", "(and (lt (size) (int 10)) (bool 1))"},
	{"", "not defined entrypoint", "(not (defined (fact exe.start)))"},
	{"", "uint16be(0) == 0x4D5A", "(eq (read 18 (int 0)) (int 19802))"},
	{"", "\"abc\" icontains \"B\"", "(icontains (text \"abc\") (text \"B\"))"},
	/* strings */
	{ABC, "$a and $b at 1+1 and $c in (1..filesize)",
	 "(and (matched 0) (matched-at 1 (int 2)) (matched-in 2 (int 1) (size)))"},
	{ABC, "#a == 1 and #b in (1..2) == 1 and @c[2] == !c and @c == 1",
	 "(and (eq (count 0) (int 1)) (eq (count-in 1 (int 1) (int 2)) (int 1)) "
	 "(eq (offset 2 (int 2)) (length 2 (int 1))) (eq (offset 2 (int 1)) (int 1)))"},
	/* quantifiers */
	{ABC, "all of them", "(eq (distinct 0 1 2) (int 3))"},
	{ABC, "any of them", "(ge (distinct 0 1 2) (int 1))"},
	{ABC, "none of them", "(eq (distinct 0 1 2) (int 0))"},
	{ABC, "2 of ($a, $a, $b*, $c)", "(ge (distinct 0 0 1 2) (int 2))"},
	{ABC, "50% of them", "(ge (distinct 0 1 2) (int 2))"},
	{ABC, "filesize of them", "(quantified 3 (size) (distinct 0 1 2))"},
	{ABC, "any of them in (0..9)", "(ge (distinct-in 0 1 2 (int 0) (int 9)) (int 1))"},
	{ABC, "any of them at 5", "(ge (distinct-at 0 1 2 (int 5)) (int 1))"},
	{ABC, "for all of them : ($ at 0 and # > 1 and @[1] < !)",
	 "(for-set 0 1 2 (undefined) (and (matched-at 4294967295 (int 0)) "
	 "(gt (count 4294967295) (int 1)) "
	 "(lt (offset 4294967295 (int 1)) (length 4294967295 (int 1)))))"},
	/* loops */
	{"", "for any i in (1..3) : (i == 2)",
	 "(for-range 0 (int 1) (int 1) (int 3) (eq (loop-value 0) (int 2)))"},
	{"", "for none s in (\"a\", \"b\") : (s == \"b\")",
	 "(for-values 0 (int 0) (eq (loop-value 0) (text \"b\")) (text \"a\") (text \"b\"))"},
	{"", "for any i in (1..3) : (for all k in (i..4) : (k > i))",
	 "(for-range 0 (int 1) (int 1) (int 3) (for-range 1 (undefined) (loop-value 0) (int 4) "
	 "(gt (loop-value 1) (loop-value 0))))"},
	{"", "for any x in tests.integer_array : (x == 2)",
	 "(for-rows 0 tests.integer_array[] (int 1) "
	 "(eq (fact tests.integer_array[] (loop-value 0)) (int 2)))"},
	{"", "for all x in tests.struct_array : (x.i == 2)",
	 "(for-rows 0 tests.struct_array[] (undefined) "
	 "(eq (fact tests.struct_array[].i (loop-value 0)) (int 2)))"},
	{"", "for any k, v in tests.struct_dict : (k == v.s)",
	 "(for-rows 0 tests.struct_dict[] (int 1) "
	 "(eq (fact tests.struct_dict[].#key (loop-value 0)) "
	 "(fact tests.struct_dict[].s (loop-value 0))))"},
	{"", "for any k, v in tests.empty_struct_array[1].struct_dict : (v.unused == k)",
	 "(for-rows 0 tests.empty_struct_array[].struct_dict[] (int 1) "
	 "(eq (fact tests.empty_struct_array[].struct_dict[].unused (loop-value 0)) "
	 "(fact tests.empty_struct_array[].struct_dict[].#key (loop-value 0))) "
	 "(row tests.empty_struct_array[] (int 1)))"},
	/* modules */
	{"", "tests.constants.one == tests.isum(1, 2)",
	 "(eq (int 1) (call tests.isum (int 1) (int 2)))"},
	{"", "tests.integer_dict[\"foo\"] == 1",
	 "(eq (fact tests.integer_dict[] (row-key tests.integer_dict[] (text \"foo\"))) (int 1))"},
	{"", "tests.undefined.i", "(fact tests.undefined.i)"},
	{"", "filename == \"x\"", "(eq (variable 0) (text \"x\"))"},
	/* other rules */
	{"", "first", "(rule 0)"},
	{"", "any of (first, sec*)", "(ge (rules 0 1) (int 1))"},
	{"", "1% of (first, second)", "(ge (rules 0 1) (int 1))"},
};

static void conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		char source[1024];
		struct told told;

		snprintf(source, sizeof source,
			 "import \"tests\" rule first { condition: true } "
			 "rule second { condition: true } rule r { %s %s condition: %s }",
			 cases[i].strings[0] != '\0' ? "strings:" : "", cases[i].strings,
			 cases[i].condition);
		told_init(&told);
		told_compile(&told, "x.yar", str_of(source));
		assert_int_equal(told.text.len, 0);
		assert_int_equal(told.rs->rules.len, 3);
		ir_print_expr(&told.text, told.rs->rules.items[2].condition);
		buf_add_u8(&told.text, 0);
		assert_string_equal((const char *)told.text.data, cases[i].want);
		told_done(&told);
	}
}

static const struct {
	const char *name, *condition;
	bool is_fixed;
} places[] = {
	{"once", "$a at 4", true},
	{"the same twice", "$a at 4 or ($a at 2+2 and true)", true},
	{"two places", "$a at 4 or $a at 5", false},
	{"three places", "$a at 4 or $a at 5 or $a at 4", false},
	{"counted", "$a at 4 and #a == 1", false},
	{"in a set", "$a at 4 and any of them", false},
	{"not constant", "$a at filesize", false},
	{"beside a loop over strings", "$a at 4 and for all of ($b) : ($)", false},
	{"beside a loop that asks for its place", "$a at 4 and for all of ($b) : ($ at 4)", true},
};

static const struct {
	const char *string;
	bool is_fixed;
} placed[] = {
	{"{ 61 62 63 }", true}, {"{ 61 ?? 63 }", false}, {"{ 61 6? 63 }", false},
	{"/abc/", true},	{"/ab.c/", false},	 {"/abc/i", true},
};

/* Only what is compared as it stands is bound to its place. */
static void placed_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(placed); i++) {
		char source[256];
		struct told told;

		snprintf(source, sizeof source, "rule r { strings: $a = %s condition: $a at 4 }",
			 placed[i].string);
		told_init(&told);
		told_compile(&told, "x.yar", str_of(source));
		const struct ir_place *place = &told.rs->rules.items[0].patterns[0]->place;
		if (placed[i].is_fixed != (place->base == PLACE_START))
			fail_msg("%s", placed[i].string);
		told_done(&told);
	}
}

static void fixed_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(places); i++) {
		char source[256];
		struct told told;

		snprintf(source, sizeof source,
			 "rule r { strings: $a = \"abc\" $b = \"x\" condition: %s or $b }",
			 places[i].condition);
		told_init(&told);
		told_compile(&told, "x.yar", str_of(source));
		const struct ir_place *place = &told.rs->rules.items[0].patterns[0]->place;
		if (places[i].is_fixed !=
		    (place->base == PLACE_START && place->delta == 4 && place->range == 0))
			fail_msg("%s", places[i].name);
		told_done(&told);
	}
}

static void rules(void **state)
{
	const char *source = "private global rule r : x y { meta: a = \"t\" b = -3 a = true "
			     "strings: $a = \"abc\" private condition: $a }";
	struct told told;

	(void)state;
	told_init(&told);
	told_compile(&told, "x.yar", str_of(source));
	assert_int_equal(told.rs->rules.len, 1);
	const struct ir_rule *r = &told.rs->rules.items[0];
	assert_int_equal(r->effect, EFFECT_NONE);
	assert_true(r->is_global);
	assert_int_equal(r->tag_count, 2);
	assert_true(str_eq(r->tags[1], STR("y")));
	assert_int_equal(r->meta_count, 3);
	assert_true(str_eq(r->meta[0].text, STR("t")));
	assert_int_equal(r->meta[1].integer, -3);
	assert_int_equal(r->meta[2].kind, META_BOOL);
	assert_true(str_eq(r->meta[2].key, STR("a")));
	assert_true(r->patterns[0]->is_private);
	assert_int_equal(r->patterns[0]->rule, MATCH_EVERY_START);
	assert_true(str_eq(r->patterns[0]->name, STR("$a")));
	told_done(&told);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions),
		cmocka_unit_test(fixed_places),
		cmocka_unit_test(placed_strings),
		cmocka_unit_test(rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
