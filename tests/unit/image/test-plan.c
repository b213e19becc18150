#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../match/tiny.h"
#include "image/plan.h"

static void *section(const struct image *img, uint32_t tag, size_t size, uint64_t *ret_count)
{
	return (void *)image_section(img, tag, size, ret_count);
}

static bool lists(const struct image *img, uint32_t tag, uint32_t value)
{
	uint64_t count;
	const uint32_t *items = section(img, tag, sizeof *items, &count);

	for (uint64_t i = 0; i < count; i++) {
		if (items[i] == value)
			return true;
	}
	return false;
}

/* Bytes of the grams that a part is found by. */
static uint32_t gram_width(const struct image *img, uint32_t part, uint32_t *ret_grams)
{
	uint64_t rows, entries;
	const struct image_grams *row = section(img, IMAGE_TAG_GRAMS, sizeof *row, &rows);
	const struct image_gram *list =
		section(img, IMAGE_TAG_GRAM_ENTRIES, sizeof *list, &entries);
	uint32_t width = 0;

	*ret_grams = 0;
	for (uint64_t r = 0; r < rows; r++) {
		for (uint32_t i = 0; i < row[r].entry_count; i++) {
			if (list[row[r].entry_first + i].part == part) {
				width = row[r].width;
				++*ret_grams;
			}
		}
	}
	return width;
}

/* "gap 0-5: width 3-7, 4 bytes at 1, 16 grams" for each part. */
static void print_parts(const struct image *img, struct buf *to)
{
	uint64_t count;
	const struct image_part *parts = section(img, IMAGE_TAG_PARTS, sizeof *parts, &count);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t grams, width = gram_width(img, i, &grams);

		if (i > 0) {
			buf_addf(to, " | %llu-", (unsigned long long)parts[i].gap_min);
			if (parts[i].gap_max != IMAGE_GAP_UNBOUNDED)
				buf_addf(to, "%llu", (unsigned long long)parts[i].gap_max);
			buf_add_str(to, STR(" | "));
		}
		buf_addf(to, "%u-%u", parts[i].min, parts[i].max);
		if (width > 0)
			buf_addf(to, " %ux%u@%u", grams, width, parts[i].anchor);
		else
			buf_addf(to, " %s",
				 lists(img, IMAGE_TAG_EVERYWHERE, i) ? "everywhere" : "placed");
	}
	buf_add_u8(to, 0);
}

static void parts(void **state)
{
	static const struct {
		const char *name, *pattern, *want;
		bool is_placed;
	} cases[] = {
		{"the rarest window", "'    '9a9b9c9d'    '", "12-12 1x4@4", false},
		{"no run of one byte", "00 00 00 00 00 00 9a", "7-7 1x4@3", false},
		{"nothing but a run", "00 00 00 00 00 00", "6-6 1x4@0", false},
		{"letters of both cases", "[41 61][42 62][43 63][44 64]", "4-4 16x4@0", false},
		{"too many combinations", "[41 61 31][42 62 32][43 63 33][44 64]", "4-4 9x2@1",
		 false},
		{"two bytes", "41 42", "2-2 1x2@0", false},
		{"a byte", "41", "1-1 1x1@0", false},
		{"half a byte", "4?", "1-1 16x1@0", false},
		{"nothing to search for", "?? ??", "2-2 everywhere", false},
		{"behind a fixed gap", "?? ?? 'abcd'", "6-6 1x4@2", false},
		{"before a gap", "41 {1-2} 'abcdefgh'", "10-11 2x4@3", false},
		{"an optional word", "<0-1 'SYSTEM '>'Elevation'", "9-16 2x4@0", false},
		{"words of many lengths", "('To'|'From')': '[20 09]'x'", "6-8 2x4@0", false},
		{"words of one length", "('SAM'|'SYS'|'DEF')'-%s'", "6-6 3x4@2", false},
		{"forks that do not help", "(41|4142)<0-1 43>[00 01 02 03]", "2-4 6x2@0", false},
		{"in a chain only one", "<0-1 'SYSTEM '>'Elev'*'ation'",
		 "4-11 everywhere | 0- | 5-5 1x4@0", false},
		{"alternatives of one length", "(9a9b9c9d|9e9f9092)", "4-4 16x4@0", false},
		{"alternatives of many", "(9a9b9c9d9e|9e)41", "2-6 2x2@1", false},
		{"fixed repetition", "<4-4 [9a 9b]>", "4-4 16x4@0", false},
		{"looks take nothing", "~(20)'abcd'=(20)", "4-4 1x4@0", false},
		{"longer than any part", "<300-300 <300-300 (9a|9b)>>'abcd'",
		 "65536-65536 16x4@0 | 0-0 | 4-4 1x4@0", false},
		{"short gaps stay", "'abcd'{0-1024}'efgh'", "8-1032 1x4@0", false},
		{"long gaps cut", "'abcd'{0-1025}'efgh'", "4-4 1x4@0 | 0-1025 | 4-4 1x4@0", false},
		{"gaps without a bound cut", "'abcd'*'efgh'", "4-4 1x4@0 | 0- | 4-4 1x4@0", false},
		{"gaps add up", "'abcd'*{5-7}??*'efgh'", "4-4 1x4@0 | 6- | 4-4 1x4@0", false},
		{"repeated any byte is a gap", "'abcd'<3- ?? >'efgh'", "4-4 1x4@0 | 3- | 4-4 1x4@0",
		 false},
		{"gaps at the ends", "*'abcd'*",
		 "0-0 everywhere | 0- | 4-4 1x4@0 | 0- | 0-0 everywhere", false},
		{"without a bound", "'abcd'<1- [61 62]>'efgh'", "9-8192 1x4@0", false},
		{"compared at its place", "41 42", "2-2 placed", true},
		{"searched though it has a place", "9a9b9c9d", "4-4 1x4@0", true},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct ruleset *rs = made_rules(1);
		struct ir_pattern *p = tiny_pattern(rs->arena, cases[i].pattern);
		struct tiny_image image;
		struct buf got;

		buf_init(&got, 4096);
		p->place.base = cases[i].is_placed ? PLACE_START : PLACE_ANYWHERE;
		tiny_rule(rs, "rule", &p, 1, ir_indexed(rs->arena, OP_MATCHED, 0));
		tiny_open(rs, &image);
		print_parts(image.img, &got);
		if (strcmp((char *)got.data, cases[i].want) != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, (char *)got.data,
				 cases[i].want);
		buf_done(&got);
		tiny_close(&image);
	}
}

static struct ir_expr *compare(struct arena *a, enum ir_op op, struct ir_expr *left, int64_t right)
{
	struct ir_expr *args[] = {left, ir_int(a, right)};

	return ir_op(a, op, args, 2);
}

static struct ir_expr *negate(struct arena *a, struct ir_expr *e)
{
	return ir_op(a, OP_NOT, &e, 1);
}

static struct ir_expr *both(struct arena *a, enum ir_op op, struct ir_expr *x, struct ir_expr *y)
{
	struct ir_expr *args[] = {x, y};

	return ir_op(a, op, args, 2);
}

/* Rules that have to be evaluated even when nothing was found. */
static void always(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_pattern *p = tiny_pattern(a, "'abcd'");
	struct ir_expr *matched = ir_indexed(a, OP_MATCHED, 0), *count = ir_indexed(a, OP_COUNT, 0);
	struct ir_expr *small = compare(a, OP_LT, ir_op(a, OP_SIZE, NULL, 0), 100);
	struct ir_expr *one = ir_int(a, 1);
	const struct {
		const char *name;
		struct ir_expr *condition;
		bool want;
	} cases[] = {
		{"a match", matched, false},
		{"no match", negate(a, matched), true},
		{"some matches", compare(a, OP_GT, count, 0), false},
		{"few matches", compare(a, OP_LT, count, 2), true},
		{"an exact number", compare(a, OP_EQ, count, 0), true},
		{"a size", small, true},
		{"a match and a size", both(a, OP_AND, small, matched), false},
		{"a match or a size", both(a, OP_OR, small, matched), true},
		{"the place of a match", compare(a, OP_LT, ir_op(a, OP_OFFSET, &one, 1), 5), false},
		{"no place of a match",
		 negate(a, compare(a, OP_LT, ir_op(a, OP_OFFSET, &one, 1), 5)), false},
		{"never", ir_bool(a, false), false},
		{"ever", ir_bool(a, true), true},
	};
	struct tiny_image image;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		tiny_rule(rs, cases[i].name, &p, 1, cases[i].condition);
	tiny_open(rs, &image);
	for (uint32_t i = 0; i < LEN(cases); i++) {
		bool got = lists(image.img, IMAGE_TAG_ALWAYS, i);

		if (got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].name, got, cases[i].want);
	}
	tiny_close(&image);
}

static void unsupported(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_pattern *good = tiny_pattern(a, "'abcd'"), *xored = tiny_pattern(a, "61*62");
	struct ir_pattern *macro = tiny_pattern(a, "'abcd'");
	struct ir_expr *matched = ir_indexed(a, OP_MATCHED, 0);
	const struct {
		const char *want; /* NULL: it is supported */
		struct ir_pattern *pattern;
		struct ir_expr *condition;
		enum view view;
		uint32_t types;
		bool is_global;
	} cases[] = {
		{NULL, good, matched, VIEW_RAW, 1u << TYPE_ELF, false},
		{NULL, good, matched, VIEW_RAW, 0, true},
		{"a view that is not made", good, matched, VIEW_VBA, 0, false},
		{"a type of object that is not identified", good, matched, VIEW_RAW,
		 1u << TYPE_SWF, false},
		{"xor on a pattern with long gaps", xored, matched, VIEW_RAW, 0, false},
		{"a macro group", macro, matched, VIEW_RAW, 0, false},
		{NULL, tiny_pattern(a, "(61|<90000-90000 62 63>)"), matched, VIEW_RAW, 0, false},
		{"a look-around at more than 32 bytes",
		 tiny_pattern(a, "=('this is more than a look-around will see')"), matched,
		 VIEW_RAW, 0, false},
		{NULL, tiny_pattern(a, "=(61 =(62))"), matched, VIEW_RAW, 0, false},
		{"a look-around at more than 32 bytes",
		 tiny_pattern(a, "=('this is 20 characters' =('this is 20 characters'))"), matched,
		 VIEW_RAW, 0, false},
	};

	(void)state;
	xored->has_xor = true;
	macro->place.base = PLACE_MACRO;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct ir_pattern *const patterns[] = {cases[i].pattern};
		struct ir_rule rule = {.name = STR("rule"), .patterns = patterns,
				       .pattern_count = 1, .condition = cases[i].condition,
				       .view = cases[i].view, .types = cases[i].types,
				       .is_global = cases[i].is_global};
		const char *want = cases[i].want, *reason = "supported";
		enum status status = plan_supports(&rule, &reason);

		if (status != (want ? E_UNSUPPORTED : OK) || (want && strcmp(want, reason) != 0))
			fail_msg("got %s, want %s", reason, want ? want : "supported");
	}
	ruleset_free(rs);
}

/* What cannot be run is counted with all that refers to it, and the rest is built. */
static void skipped(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p = tiny_pattern(rs->arena, "'abcd'"), *bad;
	struct ir_expr *refers[] = {ir_indexed(rs->arena, OP_RULE, 0),
				    ir_indexed(rs->arena, OP_RULE, 1),
				    ir_indexed(rs->arena, OP_RULE, 2),
				    ir_indexed(rs->arena, OP_RULE, 9)};
	const struct image_condition *conditions;
	struct image_skip skip;
	struct image_source source;
	struct tiny_image image;
	uint64_t count;

	(void)state;
	bad = tiny_pattern(rs->arena, "=('this is more than a look-around will see')");
	tiny_rule(rs, "bad", &bad, 1, ir_indexed(rs->arena, OP_MATCHED, 0));
	tiny_rule(rs, "refers", &p, 1, refers[0]);
	tiny_rule(rs, "good", &p, 1, ir_indexed(rs->arena, OP_MATCHED, 0));
	tiny_rule(rs, "and again", &p, 1, refers[1]);
	tiny_rule(rs, "refers to good", &p, 1, refers[2]);
	tiny_rule(rs, "refers ahead", &p, 1, refers[3]);
	tiny_open(rs, &image);
	assert_int_equal(image.made.result.condition_rules, 2);
	assert_int_equal(image_skip_count(image.img), 3);
	assert_int_equal(image_skip_at(image.img, 0, &skip), OK);
	assert_int_equal(image_skip_at(image.img, 1, &skip), OK);
	assert_true(str_eq(skip.reason, STR("a rule that is not defined before it")) ||
		    str_eq(skip.reason, STR("a rule that is skipped itself")) ||
		    str_eq(skip.reason, STR("a look-around at more than 32 bytes")));
	assert_int_equal(image_source_at(image.img, 0, &source), OK);
	assert_int_equal(source.accepted, 2);
	assert_int_equal(source.skipped, 4);
	conditions = section(image.img, IMAGE_TAG_CONDITIONS, sizeof *conditions, &count);
	assert_int_equal(count, 2);
	assert_int_equal(conditions[1].op, OP_RULE);
	assert_int_equal(conditions[1].value, 0);
	assert_int_equal(image_verify(image.img, NULL), OK);
	tiny_close(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),
		cmocka_unit_test(always),
		cmocka_unit_test(unsupported),
		cmocka_unit_test(skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
