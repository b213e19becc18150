#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "lang/clamav/logic.h"

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
	const char *expression, *want;
} good[] = {
	{"((0&1)|2)>2",
	 "(gt (add (if (and (matched 0) (matched 1)) (sum 0 1) (int 0)) (count 2)) (int "
	 "2))"},
	{"((0&1)|2)>2,2",
	 "(and (gt (add (if (and (matched 0) (matched 1)) (sum 0 1) (int 0)) (count 2)) "
	 "(int 2)) (ge (add (if (and (and (matched 0) (matched 1)) (matched 0)) (int 1) "
	 "(int 0)) (add (if (and (and (matched 0) (matched 1)) (matched 1)) (int 1) "
	 "(int 0)) (if (matched 2) (int 1) (int 0)))) (int 2)))"},
	{"((0))", "(matched 0)"},
	{"((0|1)=0)", "(eq (sum 0 1) (int 0))"},
	{"((0|1)>1)&2", "(and (gt (sum 0 1) (int 1)) (matched 2))"},
	{"((0|1)>1|2)=2",
	 "(eq (add (if (gt (sum 0 1) (int 1)) (sum 0 1) (int 0)) (count 2)) (int 2))"},
	{"((0|1)>1|2)>0,2",
	 "(and (gt (add (if (gt (sum 0 1) (int 1)) (sum 0 1) (int 0)) (count 2)) (int "
	 "0)) (ge (if (matched 2) (int 1) (int 0)) (int 2)))"},
	{"((0|1)>2,2&2)>3,1",
	 "(and (gt (if (and (and (gt (sum 0 1) (int 2)) (ge (distinct 0 1) (int 2))) "
	 "(matched 2)) (add (if (and (gt (sum 0 1) (int 2)) (ge (distinct 0 1) (int "
	 "2))) (sum 0 1) (int 0)) (count 2)) (int 0)) (int 3)) (ge (if (and (and (and "
	 "(gt (sum 0 1) (int 2)) (ge (distinct 0 1) (int 2))) (matched 2)) (matched 2)) "
	 "(int 1) (int 0)) (int 1)))"},
	{"(0&1&2)>2,2",
	 "(and (gt (if (and (matched 0) (matched 1) (matched 2)) (sum 0 1 2) (int 0)) "
	 "(int 2)) (ge (if (and (matched 0) (matched 1) (matched 2)) (distinct 0 1 2) "
	 "(int 0)) (int 2)))"},
	{"(0&1)>2", "(gt (if (and (matched 0) (matched 1)) (sum 0 1) (int 0)) (int 2))"},
	{"(0&1)>2,2",
	 "(and (gt (if (and (matched 0) (matched 1)) (sum 0 1) (int 0)) (int 2)) (ge "
	 "(if (and (matched 0) (matched 1)) (distinct 0 1) (int 0)) (int 2)))"},
	{"(0&1)|2", "(or (and (matched 0) (matched 1)) (matched 2))"},
	{"(0&1|2&3)", "(and (matched 0) (or (matched 1) (matched 2)) (matched 3))"},
	{"(0&1|2)", "(or (and (matched 0) (matched 1)) (matched 2))"},
	{"(0=0|1)>0,2",
	 "(and (gt (add (if (not (matched 0)) (count 0) (int 0)) (count 1)) (int 0)) "
	 "(ge (add (if (not (matched 0)) (int 1) (int 0)) (if (matched 1) (int 1) (int "
	 "0))) (int 2)))"},
	{"(0|0)>1", "(gt (add (count 0) (count 0)) (int 1))"},
	{"(0|0)>1,2",
	 "(and (gt (add (count 0) (count 0)) (int 1)) (ge (if (or (matched 0) (matched "
	 "0)) (int 1) (int 0)) (int 2)))"},
	{"(0|1&2)=3",
	 "(eq (if (and (or (matched 0) (matched 1)) (matched 2)) (add (sum 0 1) (count "
	 "2)) (int 0)) (int 3))"},
	{"(0|1&2)>2",
	 "(gt (if (and (or (matched 0) (matched 1)) (matched 2)) (add (sum 0 1) (count "
	 "2)) (int 0)) (int 2))"},
	{"(0|1)&(2|3)",
	 "(and (or (matched 0) (matched 1)) (or (matched 2) (matched 3)))"},
	{"(0|1)<2", "(lt (sum 0 1) (int 2))"},
	{"(0|1)=0", "(eq (sum 0 1) (int 0))"},
	{"(0|1)>2", "(gt (sum 0 1) (int 2))"},
	{"(0|1)>2,2", "(and (gt (sum 0 1) (int 2)) (ge (distinct 0 1) (int 2)))"},
	{"(0|1|2)>2", "(gt (sum 0 1 2) (int 2))"},
	{"0", "(matched 0)"},
	{"0 & ( 1 | 2 )", "(and (matched 0) (or (matched 1) (matched 2)))"},
	{"0&(1&2)", "(and (matched 0) (matched 1) (matched 2))"},
	{"0&1", "(and (matched 0) (matched 1))"},
	{"0&1&2", "(and (matched 0) (matched 1) (matched 2))"},
	{"0&1|2", "(and (matched 0) (or (matched 1) (matched 2)))"},
	{"0,1-4&1", "(and (matched 0) (matched 1))"},
	{"007", "(matched 7)"},
	{"0<2", "(lt (count 0) (int 2))"},
	{"0=0", "(not (matched 0))"},
	{"0=2", "(eq (count 0) (int 2))"},
	{"0>0", "(matched 0)"},
	{"0>2", "(gt (count 0) (int 2))"},
	{"0>2,1", "(gt (count 0) (int 2))"},
	{"0|1", "(or (matched 0) (matched 1))"},
	{"0|1&2", "(or (matched 0) (and (matched 1) (matched 2)))"},
};

static void conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(good); i++) {
		struct logic logic = {0};
		struct fault fault = {0};
		struct ir_expr *condition = NULL;
		struct buf b;

		buf_init(&b, 4096);
		if (logic_read(arena, str_of(good[i].expression), &fault, &logic) != OK ||
		    logic_condition(arena, &logic, &condition) != OK)
			fail_msg("%s: refused: %s", good[i].expression, fault.message);
		ir_print_expr(&b, condition);
		buf_add_u8(&b, 0);
		if (strcmp((char *)b.data, good[i].want) != 0)
			fail_msg("%s: got %s, want %s", good[i].expression, (char *)b.data,
				 good[i].want);
		buf_done(&b);
	}
}

static const struct {
	const char *expression;
	size_t at, width;
	const char *message;
} bad[] = {
	{"", 0, 0, "expected the number of a sub-signature or ("},
	{"0&", 2, 0, "expected the number of a sub-signature or ("},
	{"&0", 0, 1, "expected the number of a sub-signature or ("},
	{"0&&1", 2, 1, "expected the number of a sub-signature or ("},
	{"(0", 0, 1, "this bracket is never closed"},
	{"0)", 1, 1, "expected &, | or the end of the expression"},
	{"()", 1, 1, "expected the number of a sub-signature or ("},
	{"0()", 1, 1, "expected &, | or the end of the expression"},
	{"(0)(1)", 3, 1, "expected &, | or the end of the expression"},
	{"(0|1)2", 5, 1, "expected &, | or the end of the expression"},
	{"0!1", 1, 1, "expected &, | or the end of the expression"},
	{"64", 0, 2, "sub-signatures are numbered from 0 to 63"},
	{"99999999999", 0, 11, "this number is too large"},
	{"0>", 2, 0, "expected a number"},
	{"0>x", 2, 1, "expected a number"},
	{"0>99999999999", 2, 11, "this number is too large"},
	{"(0|1)>1,", 8, 0, "expected a number"},
	{"(0)>3", 3, 1, "a comparison stands behind a block with & or | inside"},
	{"((0|1)>1)>2", 9, 1, "a comparison stands behind a block with & or | inside"},
	{"0x", 1, 1, "expected &, | or the end of the expression"},
	{"-0", 0, 1, "expected the number of a sub-signature or ("},
	{"0=1=1", 3, 1, "expected &, | or the end of the expression"},
	{"0,", 2, 0, "expected a number"},
	{"0,1-", 4, 0, "expected a number"},
};

static void faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(bad); i++) {
		struct str text = str_of(bad[i].expression);
		struct logic logic = {0};
		struct fault f = {0};

		if (logic_read(arena, text, &f, &logic) != E_SYNTAX || f.message == NULL)
			fail_msg("%s: not refused", bad[i].expression);
		if (f.at.data != text.data + bad[i].at || f.at.len != bad[i].width ||
		    strcmp(f.message, bad[i].message) != 0)
			fail_msg("%s: got %zd+%zu %s, want %zu+%zu %s", bad[i].expression,
				 f.at.data - text.data, f.at.len, f.message, bad[i].at,
				 bad[i].width, bad[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(conditions, setup, teardown),
		cmocka_unit_test_setup_teardown(faults, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
