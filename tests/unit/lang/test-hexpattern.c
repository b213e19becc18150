#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/clamav/hexpattern.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static const struct {
	const char *pattern;
	unsigned modifiers;
	const char *want;
} good[] = {
	{"616263", 0, "\"abc\""},
	{"4d5a90", 0, "4d.5a.90"},
	{"4D5a?\?0?", 0, "4d.5a.?\?.0?"},
	{"6162*6364", 0, "(concat \"ab\" (gap 0 *) \"cd\")"},
	{"6162{2}6364", 0, "(concat \"ab\" (gap 2 2) \"cd\")"},
	{"6162{0}6364", 0, "(concat \"ab\" (gap 0 0) \"cd\")"},
	{"6162{-5}6364", 0, "(concat \"ab\" (gap 0 5) \"cd\")"},
	{"6162{5-}6364", 0, "(concat \"ab\" (gap 5 *) \"cd\")"},
	{"6162{2-7}6364", 0, "(concat \"ab\" (gap 2 7) \"cd\")"},
	{"6162{200}6364", 0, "(concat \"ab\" (gap 200 200) \"cd\")"},
	{"{1}6162{2}", 0, "(concat (gap 1 1) \"ab\" (gap 2 2))"},
	{"6162{1-2}6364{1}6566", 0, "(concat \"ab\" (gap 1 2) \"cd\" (gap 1 1) \"ef\")"},
	{"6162*{1}6364", 0, "(concat \"ab\" (gap 0 *) (gap 1 1) \"cd\")"},
	{"6162(63|64)65", 0, "(concat \"ab\" [63-64] \"e\")"},
	{"6162(6?|64)", 0, "(concat \"ab\" [60-6f])"},
	{"6162(6364|65)66", 0, "(concat \"ab\" (alt \"cd\" \"e\") \"f\")"},
	{"6162(63|)6465", 0, "(concat \"ab\" (alt \"c\" (concat)) \"de\")"},
	{"6162(63)64", 0, "(concat \"ab\" \"c\" \"d\")"},
	{"6162(63{2}64|65)66", 0,
	 "(concat \"ab\" (alt (concat \"c\" (gap 2 2) \"d\") \"e\") \"f\")"},
	{"6162((63|64)65|66(67|6869))", 0,
	 "(concat \"ab\" (alt (concat [63-64] \"e\") (concat \"f\" (alt \"g\" \"hi\"))))"},
	{"6162!(63|64)", 0, "(concat \"ab\" [00-62 65-ff])"},
	{"6162!(6364|6566)", 0, "(concat \"ab\" (not (alt \"cd\" \"ef\")))"},
	{"6162!(6364)", 0, "(concat \"ab\" (not (alt \"cd\")))"},
	{"61[1-2]6263", 0, "(concat \"a\" (gap 1 2) \"bc\")"},
	{"6162[3]64", 0, "(concat \"ab\" (gap 3 3) \"d\")"},
	{"61[1-2]6263[0-32]64", 0, "(concat \"a\" (gap 1 2) \"bc\" (gap 0 32) \"d\")"},
	{"(B)6162", 0,
	 "(concat (look not-behind [00-1f 21-2c 30-3b 3d-3f 41-5e 60-ff]) \"ab\")"},
	{"6162(B)", 0,
	 "(concat \"ab\" (look not-ahead [00-09 0b-0c 0e-1f 21 23-26 28-2c 2e 30-3c "
	 "3f-5e 60-ff]))"},
	{"6162(B)6364", 0, "(concat \"ab\" [0a 0d 20 22 27 2d-2f 3c-3e 40 5f] \"cd\")"},
	{"!(B)6162!(B)", 0,
	 "(concat (look behind [00-09 0b-0c 0e-1f 21 23-26 28-2c 30-3b 3f 41-5e "
	 "60-ff]) \"ab\" (look ahead [00-09 0b-0c 0e-1f 21 23-26 28-2c 2e 30-3c "
	 "3f-5e 60-ff]))"},
	{"(L)6162(L)", 0,
	 "(concat (look not-behind [00-09 0b-ff]) \"ab\" (alt (look not-ahead "
	 "[00-09 0b-ff]) (look ahead 0d.0a)))"},
	{"6162(L)6364", 0, "(concat \"ab\" (alt 0a 0d.0a) \"cd\")"},
	{"!(L)6162!(L)", 0,
	 "(concat (look behind [00-09 0b-ff]) \"ab\" (concat (look ahead [00-09 "
	 "0b-ff]) (look not-ahead 0d.0a)))"},
	{"6162!(L)6364", 0,
	 "(concat \"ab\" (concat (look not-ahead 0d.0a) [00-09 0b-ff]) \"cd\")"},
	{"(W)6162(W)", 0,
	 "(concat (look not-behind [30-39 41-5a 61-7a]) \"ab\" (look not-ahead "
	 "[30-39 41-5a 61-7a]))"},
	{"!(W)6162!(W)", 0,
	 "(concat (look behind [30-39 41-5a 61-7a]) \"ab\" (look ahead [30-39 41-5a "
	 "61-7a]))"},
	{"6162(W)6364", 0, "(concat \"ab\" [00-2f 3a-40 5b-60 7b-ff] \"cd\")"},
	{"(W)(B)6162", 0,
	 "(concat (look not-behind [30-39 41-5a 61-7a]) [0a 0d 20 22 27 2d-2f "
	 "3c-3e 40 5f] \"ab\")"},
	{"6162(B)*(W)6364", 0,
	 "(concat \"ab\" (look not-ahead [00-09 0b-0c 0e-1f 21 23-26 28-2c 2e 30-3c "
	 "3f-5e 60-ff]) (gap 0 *) (look not-behind [30-39 41-5a 61-7a]) \"cd\")"},
	{"6162(B){1}6364", 0,
	 "(concat \"ab\" [0a 0d 20 22 27 2d-2f 3c-3e 40 5f] (gap 1 1) \"cd\")"},
	{"6162(B){1-2}6364", 0,
	 "(concat \"ab\" (look not-ahead [00-09 0b-0c 0e-1f 21 23-26 28-2c 2e 30-3c "
	 "3f-5e 60-ff]) (gap 1 2) \"cd\")"},
	{"6162!(W)6364", 0, "(concat \"ab\" [30-39 41-5a 61-7a] \"cd\")"},
	{"614142", HEX_NOCASE, "41&df.41&df.42&df"},
	{"6162(41|63)", HEX_NOCASE, "(concat 41&df.42&df [41 43 61 63])"},
	{"6162(4142|63)", HEX_NOCASE, "(concat 41&df.42&df (alt 41&df.42&df 43&df))"},
	{"6?62624?", HEX_NOCASE, "6?.42&df.42&df.4?"},
	{"616263", HEX_WIDE, "61.00.62.00.63.00"},
	{"61", HEX_WIDE, "61.00"},
	{"6162(63|64)65", HEX_WIDE, "(concat 61.00.62.00 [63-64] 00.65.00)"},
	{"6162(6364|65)", HEX_WIDE, "(concat 61.00.62.00 (alt 63.00.64.00 65.00))"},
	{"61[1-2]6263", HEX_WIDE, "(concat 61.00 (gap 1 2) 62.00.63.00)"},
	{"(W)6162(W)", HEX_WIDE,
	 "(concat (look not-behind (concat [30-39 41-5a 61-7a] 00)) 61.00.62.00 "
	 "(look not-ahead (concat [30-39 41-5a 61-7a] 00)))"},
	{"6162{2}63*64", HEX_WIDE,
	 "(concat 61.00.62.00 (gap 2 2) 63.00 (gap 0 *) 64.00)"},
	{"616263", HEX_WIDE | HEX_ASCII, "(alt 61.00.62.00.63.00 \"abc\")"},
	{"616263", HEX_NOCASE | HEX_WIDE | HEX_ASCII,
	 "(alt 41&df.00.42&df.00.43&df.00 41&df.42&df.43&df)"},
	{"616263", HEX_ASCII, "\"abc\""},
	{"616263", HEX_FULLWORD,
	 "(concat (look not-behind [30-39 41-5a 61-7a]) \"abc\" (look not-ahead "
	 "[30-39 41-5a 61-7a]))"},
	{"616263", HEX_WIDE | HEX_FULLWORD,
	 "(concat (look not-behind (concat [30-39 41-5a 61-7a] 00)) "
	 "61.00.62.00.63.00 (look not-ahead (concat [30-39 41-5a 61-7a] 00)))"},
	{"616263", HEX_WIDE | HEX_ASCII | HEX_FULLWORD,
	 "(alt (concat (look not-behind (concat [30-39 41-5a 61-7a] 00)) "
	 "61.00.62.00.63.00 (look not-ahead (concat [30-39 41-5a 61-7a] 00))) "
	 "(concat (look not-behind [30-39 41-5a 61-7a]) \"abc\" (look not-ahead "
	 "[30-39 41-5a 61-7a])))"},
	{"6162*6364", HEX_FULLWORD,
	 "(concat (look not-behind [30-39 41-5a 61-7a]) \"ab\" (gap 0 *) \"cd\" (look "
	 "not-ahead [30-39 41-5a 61-7a]))"},
	{"(B)6162(B)", HEX_FULLWORD,
	 "(concat (look not-behind [30-39 41-5a 61-7a]) [0a 0d 20 22 27 2d-2f "
	 "3c-3e 40 5f] \"ab\" [0a 0d 20 22 27 2d-2f 3c-3e 40 5f] (look not-ahead "
	 "[30-39 41-5a 61-7a]))"},
	{"6162!((64)|65)", 0, "(concat \"ab\" [00-63 66-ff])"},
};

static void trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		const struct ir_node *node = NULL;
		struct fault fault = {0};
		struct buf b;

		buf_init(&b, 4096);
		if (hexpattern_read(arena, str_of(good[i].pattern), good[i].modifiers, &fault,
				    &node) != OK)
			fail_msg("%s: refused: %s", good[i].pattern, fault.message);
		ir_print_node(&b, node);
		buf_add_u8(&b, 0);
		if (strcmp((char *)b.data, good[i].want) != 0)
			fail_msg("%s (%u): got %s, want %s", good[i].pattern, good[i].modifiers,
				 (char *)b.data, good[i].want);
		buf_done(&b);
	}
}

static const struct {
	const char *pattern;
	unsigned modifiers;
	size_t at, width;
	const char *message;
} bad[] = {
	{"61?2", 0, 0, 4, "each part needs two fixed bytes in a row"},
	{"", 0, 0, 0, "the pattern is empty"},
	{"61", 0, 0, 2, "each part needs two fixed bytes in a row"},
	{"6", 0, 0, 1, "a byte has two hex digits"},
	{"61f", 0, 2, 1, "a byte has two hex digits"},
	{"6162zz", 0, 4, 1, "expected a hex digit or ?"},
	{"6162 63", 0, 4, 1, "expected a hex digit or ?"},
	{"61?\?62", 0, 0, 6, "each part needs two fixed bytes in a row"},
	{"6162*63", 0, 5, 2, "each part needs two fixed bytes in a row"},
	{"*6162", 0, 0, 1, "a gap needs bytes on both sides"},
	{"6162*", 0, 4, 1, "a gap needs bytes on both sides"},
	{"6162**6364", 0, 5, 1, "a gap needs bytes on both sides"},
	{"{1-2}6162", 0, 0, 1, "a gap needs bytes on both sides"},
	{"6162{1-2}", 0, 8, 1, "a gap needs bytes on both sides"},
	{"6162{1-2}*6364", 0, 9, 1, "a gap needs bytes on both sides"},
	{"6162{", 0, 4, 1, "this bracket is never closed"},
	{"6162{}6364", 0, 4, 2, "expected n, -m, n- or n-m with decimal numbers"},
	{"6162{-}6364", 0, 4, 3, "expected n, -m, n- or n-m with decimal numbers"},
	{"6162{2-1}6364", 0, 5, 3, "this range ends before it begins"},
	{"6162{a}6364", 0, 4, 3, "expected n, -m, n- or n-m with decimal numbers"},
	{"6162{99999999999999999999}6364", 0, 4, 22,
	 "expected n, -m, n- or n-m with decimal numbers"},
	{"6162(63", 0, 4, 1, "this bracket is never closed"},
	{"6162()63", 0, 4, 2, "there is nothing in these brackets"},
	{"6162(|)63", 0, 4, 3, "there is nothing in these brackets"},
	{"6162)63", 0, 4, 1, "expected a hex digit or ?"},
	{"6162|63", 0, 4, 1, "expected a hex digit or ?"},
	{"6162(63|6)", 0, 8, 1, "a byte has two hex digits"},
	{"6162(63*64)", 0, 7, 1, "this may not stand inside alternatives"},
	{"6162(63{1-2}64)", 0, 7, 5, "only {n} may stand inside alternatives"},
	{"6162(63[1-2]64)", 0, 7, 1, "this may not stand inside alternatives"},
	{"6162(63|!(64))", 0, 8, 1, "this may not stand inside alternatives"},
	{"6162(64(B)|65)", 0, 8, 1, "a byte has two hex digits"},
	{"6162(X)63", 0, 5, 1, "expected a hex digit or ?"},
	{"6162!63", 0, 5, 1, "! stands before ( only"},
	{"6162!", 0, 5, 0, "! stands before ( only"},
	{"6162!(6?|64)", 0, 5, 7, "negated alternatives are fixed bytes of one length"},
	{"6162!(64|6566)", 0, 5, 9, "negated alternatives are fixed bytes of one length"},
	{"6162!(64)", HEX_NOCASE, 4, 1, "a negation cannot be combined with modifiers"},
	{"6162[2-1]64", 0, 5, 3, "this range ends before it begins"},
	{"6162[0-33]64", 0, 4, 6, "expected [n-m] or [n] of at most 32"},
	{"6162[1-2]6465", 0, 11, 1, "one single byte stands before or behind [n-m]"},
	{"6162[1-2]", 0, 9, 0, "expected a hex digit or ?"},
	{"6162[1-", 0, 4, 1, "this bracket is never closed"},
	{"6162[1-2](64|65)", 0, 9, 1, "expected a hex digit or ?"},
	{"6162((((((((((((((((((((((((((((((((63", 0, 34, 1,
	 "alternatives are nested more than 30 deep"},
	{"61(B)62", 0, 0, 7, "each part needs two fixed bytes in a row"},
	{"(61|62)(63|64)", 0, 0, 14, "each part needs two fixed bytes in a row"},
	{"6162 ", 0, 4, 1, "expected a hex digit or ?"},
	{"6162[-2]64", 0, 4, 4, "expected [n-m] or [n] of at most 32"},
};

static void faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		const struct ir_node *node = NULL;
		struct str text = str_of(bad[i].pattern);
		struct fault f = {0};
		enum status status = hexpattern_read(arena, text, bad[i].modifiers, &f, &node);

		if (status != E_SYNTAX || f.message == NULL)
			fail_msg("%s: got %s", bad[i].pattern, status_name(status));
		if (f.at.data != text.data + bad[i].at || f.at.len != bad[i].width ||
		    strcmp(f.message, bad[i].message) != 0)
			fail_msg("%s: got %zd+%zu %s, want %zu+%zu %s", bad[i].pattern,
				 f.at.data - text.data, f.at.len, f.message, bad[i].at,
				 bad[i].width, bad[i].message);
	}
}

/* A pattern is read with arenas of every size until one is large enough. */
static void memory_ends_anywhere(void **state)
{
	static const char pattern[] = "(B)61[1-2]6162!(6364|6566){3}(67|68)*6970(71|7273)(L)";

	(void)state;
	for (size_t ceiling = 0;; ceiling += 16) {
		struct arena *a = arena_new(ceiling);
		const struct ir_node *node = NULL;
		struct fault fault = {0};
		enum status status = hexpattern_read(a, str_of(pattern), 0, &fault, &node);

		arena_free(a);
		assert_true(ceiling < 1 << 20);
		if (status == OK)
			break;
		assert_int_equal(status, E_LIMIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(trees, setup, teardown),
		cmocka_unit_test_setup_teardown(faults, setup, teardown),
		cmocka_unit_test(memory_ends_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
