/* Rules: which are evaluated, what is told of them, and what happens at the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tiny.h"

enum { BIG = 1200000 };

static struct ir_expr *op2(struct arena *a, enum ir_op op, struct ir_expr *x, struct ir_expr *y)
{
	struct ir_expr *args[] = {x, y};

	return ir_op(a, op, args, 2);
}

static struct ir_expr *nth(struct arena *a, enum ir_op op, int64_t n)
{
	struct ir_expr *arg = ir_int(a, n);

	return ir_op(a, op, &arg, 1);
}

static struct ir_expr *not(struct arena *a, struct ir_expr *x)
{
	return ir_op(a, OP_NOT, &x, 1);
}

struct run {
	struct tiny_image image;
	struct matcher *m;
	const struct match_hit *hits;
	size_t count;
	enum status fed, ended;
};

static void start(struct run *r, struct ruleset *rs)
{
	tiny_open(rs, &r->image);
	assert_int_equal(matcher_new(r->image.img, &r->m, NULL), OK);
}

static void scan(struct run *r, const void *text, size_t len, enum object_type type)
{
	struct memory_input input;
	struct match_object object = {.size = len, .type = type, .parent = TYPE_COUNT,
				      .input = &input.in};
	struct match_window w = {.data = text, .len = len, .last = true};

	memory_input_init(&input, text, len);
	assert_int_equal(matcher_begin(r->m, &object), OK);
	r->fed = matcher_feed(r->m, &w);
	r->ended = matcher_end(r->m, &r->hits, &r->count);
}

static void finish(struct run *r)
{
	matcher_free(r->m);
	tiny_close(&r->image);
}

static void hits(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_pattern *p[] = {tiny_pattern(a, "'none'"), tiny_pattern(a, "'some'")};
	struct run r;

	(void)state;
	tiny_rule(rs, "either", p, 2,
		  op2(a, OP_OR, ir_indexed(a, OP_MATCHED, 0), ir_indexed(a, OP_MATCHED, 1)));
	tiny_rule(rs, "both", p, 2,
		  op2(a, OP_AND, ir_indexed(a, OP_MATCHED, 0), ir_indexed(a, OP_MATCHED, 1)));
	tiny_rule(rs, "small", p, 2, op2(a, OP_LT, ir_op(a, OP_SIZE, NULL, 0), ir_int(a, 100)));
	start(&r, rs);
	scan(&r, "there is some text", 18, TYPE_DATA);
	assert_int_equal(r.ended, OK);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.hits[0].rule, 0);
	assert_true(r.hits[0].has_match);
	assert_int_equal(r.hits[0].offset, 9);
	assert_int_equal(r.hits[0].length, 4);
	assert_int_equal(r.hits[1].rule, 2);

	/* nothing of the last object is left */
	scan(&r, "nothing here", 12, TYPE_DATA);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.hits[0].rule, 2);
	assert_false(r.hits[0].has_match);
	assert_int_equal(r.hits[0].offset, 0);
	scan(&r, "", 0, TYPE_DATA);
	assert_int_equal(r.count, 1);
	finish(&r);
}

static void types(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p = tiny_pattern(rs->arena, "'some'");
	struct run r;

	(void)state;
	tiny_rule(rs, "for ELF", &p, 1, ir_indexed(rs->arena, OP_MATCHED, 0));
	rs->rules.items[0].types = 1u << TYPE_ELF;
	start(&r, rs);
	assert_true(matcher_wants(r.m, TYPE_ELF, VIEW_RAW));
	assert_false(matcher_wants(r.m, TYPE_PE, VIEW_RAW));
	assert_false(matcher_wants(r.m, TYPE_ELF, VIEW_HTML));
	scan(&r, "some", 4, TYPE_ELF);
	assert_int_equal(r.count, 1);
	scan(&r, "some", 4, TYPE_PE);
	assert_int_equal(r.count, 0);
	finish(&r);
}

/* An image without rules with conditions wants nothing and finds nothing. */
static void no_rules(void **state)
{
	struct run r;

	(void)state;
	start(&r, made_rules(1));
	assert_false(matcher_wants(r.m, TYPE_DATA, VIEW_RAW));
	scan(&r, "some", 4, TYPE_DATA);
	assert_int_equal(r.ended, OK);
	assert_int_equal(r.count, 0);
	finish(&r);
}

/* Counting ends at a million matches, all of which are known; the rules are decided by them. */
static void many_matches(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_pattern *p = tiny_pattern(a, "61");
	struct {
		struct ir_expr *condition;
		bool want;
	} cases[] = {
		{op2(a, OP_EQ, ir_indexed(a, OP_COUNT, 0), ir_int(a, 1000000)), true},
		{op2(a, OP_EQ, nth(a, OP_OFFSET, 1000000), ir_int(a, 999999)), true},
		{op2(a, OP_EQ, nth(a, OP_OFFSET, 1000001), ir_int(a, 1000000)), false},
		{nth(a, OP_MATCHED_AT, 999999), true},
		{nth(a, OP_MATCHED_AT, 1000000), false},
		{op2(a, OP_MATCHED_IN, ir_int(a, 5), ir_int(a, 1 << 20)), true},
	};
	const struct match_span *spans;
	uint8_t *text = malloc(BIG);
	struct run r;

	(void)state;
	memset(text, 'a', BIG);
	cases[3].condition->index = cases[4].condition->index = 0;
	for (size_t k = 0; k < LEN(cases); k++) {
		struct ruleset *one = made_rules(1);

		tiny_rule(one, "rule", &p, 1, cases[k].condition);
		start(&r, one);
		scan(&r, text, BIG, TYPE_DATA);
		assert_int_equal(r.fed, OK);
		assert_int_equal(r.ended, OK);
		if ((r.count == 1) != cases[k].want)
			fail_msg("rule %zu: want %d", k, cases[k].want);
		assert_true(matcher_is_overrun(r.m, 0, 0));
		assert_int_equal(matcher_spans(r.m, 0, 0, &spans), 1000000);
		assert_int_equal(spans[999999].start, 999999);
		scan(&r, "b", 1, TYPE_DATA);
		assert_false(matcher_is_overrun(r.m, 0, 0));
		assert_int_equal(matcher_spans(r.m, 0, 0, &spans), 0);
		finish(&r);
	}
	ruleset_free(rs);
	free(text);
}

/* What is kept of matches that no condition counts. */
static void wishes(void **state)
{
	static const struct {
		struct match_wishes wishes;
		size_t want, want_counted;
	} cases[] = {
		{{false, false}, 1, 3},
		{{true, false}, 3, 3},
		{{true, true}, 1, 3},
	};
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p[] = {tiny_pattern(rs->arena, "'ab'"), tiny_pattern(rs->arena, "'ab'")};
	const struct match_span *spans;
	struct run r;

	(void)state;
	p[0]->has_xor = true;
	p[0]->xor_first = 1;
	p[0]->xor_last = 9;
	tiny_rule(rs, "rule", p, 2,
		  op2(rs->arena, OP_OR, ir_indexed(rs->arena, OP_MATCHED, 0),
		      ir_indexed(rs->arena, OP_COUNT, 1)));
	start(&r, rs);
	for (size_t i = 0; i < LEN(cases); i++) {
		matcher_wish(r.m, &cases[i].wishes);
		/* "ab" under the keys 2, 3 and 9, and as it is */
		scan(&r, "c`.ba.hk.ab.ab.ab", 17, TYPE_DATA);
		assert_int_equal(matcher_spans(r.m, 0, 0, &spans), cases[i].want);
		assert_int_equal(spans[0].start, 0);
		assert_int_equal(spans[0].length, 2);
		assert_int_equal(spans[0].key, 2);
		if (cases[i].want == 3)
			assert_int_equal(spans[2].key, 9);
		assert_int_equal(matcher_spans(r.m, 0, 1, &spans), cases[i].want_counted);
		assert_int_equal(spans[1].start, 12);
		assert_int_equal(matcher_spans(r.m, 0, 2, &spans), 0);
		assert_int_equal(matcher_spans(r.m, 1, 0, &spans), 0);
	}
	finish(&r);
}

/* Regions of a process: no match spans two, an edge is that of a region, gaps join them. */
static void regions(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_pattern *p[] = {tiny_pattern(a, "'ab'"), tiny_pattern(a, "^'b'"),
				  tiny_pattern(a, "'a'$"), tiny_pattern(a, "'xy'*'zz'"),
				  tiny_pattern(a, "'zz'")};
	const char *const texts[] = {"xyaba", "bczz", "zzab"};
	const uint64_t addresses[] = {0x1000, 0x1005, 0x200000};
	static const uint64_t want[5][3] = {
		{0x1002, 0x200002}, {0x1005}, {0x1004}, {0x1000}, {0x1007, 0x200000},
	};
	struct match_object object = {.size = 0x200004, .is_process = true, .type = TYPE_DATA};
	const struct match_span *spans;
	const struct match_hit *hits;
	size_t count;
	struct run r;

	(void)state;
	p[4]->place = (struct ir_place){.base = PLACE_START, .delta = 0x1007, .range = 1u << 30};
	for (int i = 0; i < 5; i++)
		tiny_rule(rs, "rule", &p[i], 1, ir_indexed(a, OP_COUNT, 0));
	tiny_rule(rs, "size", NULL, 0,
		  ir_op(a, OP_DEFINED, (struct ir_expr *[]){ir_op(a, OP_SIZE, NULL, 0)}, 1));
	start(&r, rs);
	assert_int_equal(matcher_begin(r.m, &object), OK);
	for (size_t i = 0; i < 3; i++) {
		struct match_window w = {.data = (const uint8_t *)texts[i],
					 .len = strlen(texts[i]),
					 .start = addresses[i],
					 .fresh = addresses[i],
					 .last = true};

		assert_int_equal(matcher_feed(r.m, &w), OK);
	}
	assert_int_equal(matcher_end(r.m, &hits, &count), OK);
	assert_int_equal(count, 5);
	for (uint32_t i = 0; i < 5; i++) {
		size_t found = matcher_spans(r.m, i, 0, &spans);

		for (size_t k = 0; k < 3; k++) {
			uint64_t got = k < found ? spans[k].start : 0;

			if (got != want[i][k])
				fail_msg("pattern %u, match %zu: at %llx", i, k,
					 (unsigned long long)got);
		}
	}
	finish(&r);
}

/*
 * A pattern that is too much work is given up, and only what depends on it is not known;
 * all others are searched for to the end.
 */
static void too_much_work(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_pattern *p[] = {tiny_pattern(a, "'wxyz'"),
				  tiny_pattern(a, "<1- <1- [61 62]> <1- [61 62]>> 63"),
				  tiny_pattern(a, "'efgh'")};
	uint8_t *text = malloc(BIG);
	struct run r;

	(void)state;
	tiny_rule(rs, "found before", p, 3, ir_indexed(a, OP_MATCHED, 0));
	tiny_rule(rs, "there is no other", p, 3, not(a, ir_indexed(a, OP_MATCHED, 2)));
	tiny_rule(rs, "too much", p, 3, ir_indexed(a, OP_MATCHED, 1));
	tiny_rule(rs, "decided all the same", p, 3,
		  op2(a, OP_OR, ir_indexed(a, OP_MATCHED, 1), ir_indexed(a, OP_MATCHED, 0)));
	start(&r, rs);
	memset(text, 'a', BIG);
	memcpy(text, "wxyz", 4);
	scan(&r, text, BIG, TYPE_DATA);
	assert_int_equal(r.fed, OK);
	assert_int_equal(r.ended, E_LIMIT);
	assert_int_equal(r.count, 3);
	assert_int_equal(r.hits[0].rule, 0);
	assert_int_equal(r.hits[1].rule, 1);
	assert_int_equal(r.hits[2].rule, 3);
	const uint32_t *undecided;
	assert_int_equal(matcher_undecided(r.m, &undecided), 1);
	assert_int_equal(undecided[0], 2);

	/* and the next object is searched as if nothing had been */
	scan(&r, "xxwxyz", 6, TYPE_DATA);
	assert_int_equal(r.fed, OK);
	assert_int_equal(r.ended, OK);
	assert_int_equal(r.count, 3);
	finish(&r);
	free(text);
}

/* A hole between windows is a mistake of the caller, not an absent match. */
static void hole(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p = tiny_pattern(rs->arena, "'some'");
	static uint8_t text[40000];
	struct match_object object = {.size = sizeof text, .type = TYPE_DATA};
	struct match_window w = {.data = text, .len = 20000};
	struct run r;

	(void)state;
	tiny_rule(rs, "rule", &p, 1, ir_indexed(rs->arena, OP_MATCHED, 0));
	start(&r, rs);
	assert_int_equal(matcher_begin(r.m, &object), OK);
	assert_int_equal(matcher_feed(r.m, &w), OK);
	w.start = w.fresh = 20000;
	w.last = true;
	assert_int_equal(matcher_feed(r.m, &w), E_INTERNAL);
	finish(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hits),         cmocka_unit_test(types),
		cmocka_unit_test(no_rules),     cmocka_unit_test(many_matches),
		cmocka_unit_test(too_much_work), cmocka_unit_test(hole),
		cmocka_unit_test(wishes),       cmocka_unit_test(regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
