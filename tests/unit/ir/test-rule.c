#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "ir/rule.h"

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

static struct ir_node *text(const char *s)
{
	return ir_bytes(arena, (const uint8_t *)s, NULL, (uint32_t)strlen(s));
}

static struct ir_node *class_of(const char *members)
{
	uint8_t set[32] = {0};

	for (; *members != '\0'; members++)
		set[(uint8_t)*members / 8] |= (uint8_t)(1u << ((uint8_t)*members % 8));
	return ir_class(arena, set);
}

static struct ir_node *pair(enum node_kind kind, struct ir_node *a, struct ir_node *b)
{
	struct ir_node *both[] = {a, b};

	return kind == NODE_ALT ? ir_alt(arena, both, 2) : ir_concat(arena, both, 2);
}

static void widths_and_text(void **state)
{
	static const uint8_t value[] = {0x41, 0x50, 0x02, 0x00}, mask[] = {0xdf, 0xf0, 0x0f, 0};
	const struct {
		const char *name;
		struct ir_node *node;
		uint32_t min, max;
		const char *text;
	} cases[] = {
		{"text", text("abc"), 3, 3, "\"abc\""},
		{"masks", ir_bytes(arena, value, mask, 4), 4, 4, "41&df.5?.?2.??"},
		{"class", class_of("abcx"), 1, 1, "[61-63 78]"},
		{"gap", ir_gap(arena, 2, 5), 2, 5, "(gap 2 5)"},
		{"open gap", ir_gap(arena, 0, IR_UNBOUNDED), 0, IR_UNBOUNDED, "(gap 0 *)"},
		{"alternatives", pair(NODE_ALT, text("a"), text("bcd")), 1, 3,
		 "(alt \"a\" \"bcd\")"},
		{"sequence", pair(NODE_CONCAT, text("a"), ir_gap(arena, 1, 4)), 2, 5,
		 "(concat \"a\" (gap 1 4))"},
		{"repeat", ir_repeat(arena, text("ab"), 2, 3, true), 4, 6,
		 "(repeat 2 3 greedy \"ab\")"},
		{"repeat overflows", ir_repeat(arena, text("ab"), 0, 0x80000000, false), 0,
		 IR_UNBOUNDED, "(repeat 0 2147483648 \"ab\")"},
		{"empty repeated", ir_repeat(arena, text(""), 0, IR_UNBOUNDED, false), 0, 0,
		 "(repeat 0 * \"\")"},
		{"look", ir_look(arena, text("a"), true, true), 0, 0, "(look not-behind \"a\")"},
		{"edge", ir_edge(arena, true), 0, 0, "(edge end)"},
		{"not", ir_not(arena, text("ab"), 2), 2, 2, "(not \"ab\")"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		uint32_t min, max;
		struct buf b;

		ir_width(cases[i].node, &min, &max);
		if (min != cases[i].min || max != cases[i].max)
			fail_msg("%s: got %u..%u, want %u..%u", cases[i].name, min, max,
				 cases[i].min, cases[i].max);
		buf_init(&b, 1000);
		ir_print_node(&b, cases[i].node);
		buf_add_u8(&b, 0);
		if (strcmp((char *)b.data, cases[i].text) != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, (char *)b.data,
				 cases[i].text);
		buf_done(&b);
	}
}

static struct ir_node *nested(uint32_t depth)
{
	struct ir_node *node = text("a");

	for (uint32_t i = 0; i < depth; i++)
		node = ir_concat(arena, &node, 1);
	return node;
}

static void checks(void **state)
{
	struct ir_node *loose = pair(NODE_ALT, text("a"), text("bc"));
	const struct {
		const char *name;
		const struct ir_node *body;
		const struct ir_expr *condition;
		enum status want;
	} cases[] = {
		{"good", text("a"), ir_indexed(arena, OP_MATCHED, 0), OK},
		{"pattern out of range", text("a"), ir_indexed(arena, OP_MATCHED, 1), E_MALFORMED},
		{"set out of range", text("a"), ir_over_set(arena, OP_SUM, (uint32_t[]){0, 7}, 2),
		 E_MALFORMED},
		{"missing operand", text("a"), ir_op(arena, OP_NOT, NULL, 0), E_MALFORMED},
		{"empty class", ir_class(arena, (uint8_t[32]){0}), ir_bool(arena, true),
		 E_MALFORMED},
		{"inverted gap", ir_gap(arena, 5, 2), ir_bool(arena, true), E_MALFORMED},
		{"loose look", ir_look(arena, loose, false, false), ir_bool(arena, true),
		 E_MALFORMED},
		{"wrong width", ir_not(arena, text("ab"), 3), ir_bool(arena, true), E_MALFORMED},
		{"deepest", nested(IR_DEPTH_MAX), ir_bool(arena, true), OK},
		{"too deep", nested(IR_DEPTH_MAX + 1), ir_bool(arena, true), E_MALFORMED},
		{"unknown fact", text("a"), ir_indexed(arena, OP_FACT, FACT_COUNT),
		 E_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct ir_pattern pattern = {.body = cases[i].body};
		struct ir_pattern *patterns[] = {&pattern};
		struct ir_rule rule = {
			.name = STR("R"),
			.patterns = patterns,
			.pattern_count = 1,
			.condition = cases[i].condition,
		};
		struct error e = {0};
		enum status got = ir_check(&rule, &e);

		if (got != cases[i].want || e.code != got)
			fail_msg("%s: got %s (%s), want %s", cases[i].name, status_name(got),
				 e.text, status_name(cases[i].want));
	}
}

static void counts_and_ignores(void **state)
{
	struct ruleset *rs;
	uint32_t source;

	(void)state;
	assert_int_equal(ruleset_new(1 << 20, &rs), OK);
	assert_int_equal(ruleset_add_source(rs, &(struct ir_source){.name = STR("a.hdb")}, &source),
			 OK);
	struct ir_hash hash = {.name = STR("X"), .source = source, .size = 3};
	assert_int_equal(ruleset_add_hash(rs, &hash), OK);
	for (uint32_t line = 2; line < 5; line++)
		assert_int_equal(ruleset_skip(rs, source, line, STR("ndb"), STR("why"), STR("Y")),
				 OK);
	assert_int_equal(ruleset_skip(rs, source, 9, STR("ndb"), STR("other"), STR("Z")), OK);
	assert_int_equal(rs->sources.items[source].accepted, 1);
	assert_int_equal(rs->sources.items[source].skipped, 4);
	assert_int_equal(rs->skips.len, 2);
	assert_int_equal(rs->skips.items[0].count, 3);
	assert_int_equal(rs->skips.items[0].first_line, 2);

	assert_int_equal(ruleset_ignore(rs, STR("Bad.Name"), STR("")), OK);
	/* MD5 of "line" */
	assert_int_equal(
		ruleset_ignore(rs, STR("Other"), STR("6438C669E0D0DE98E6929C2CC0FAC474")), OK);
	assert_true(ruleset_is_ignored(rs, STR("Bad.Name"), STR("anything")));
	assert_false(ruleset_is_ignored(rs, STR("Bad.Name2"), STR("anything")));
	assert_true(ruleset_is_ignored(rs, STR("Other"), STR("line")));
	assert_false(ruleset_is_ignored(rs, STR("Other"), STR("another line")));
	ruleset_free(rs);
}

static void ceiling_is_kept(void **state)
{
	struct ruleset *rs;
	uint32_t source;
	enum status status = OK;

	(void)state;
	assert_int_equal(ruleset_new(4096, &rs), OK);
	assert_int_equal(ruleset_add_source(rs, &(struct ir_source){.name = STR("a.hdb")}, &source),
			 OK);
	struct ir_hash hash = {.name = STR("Some.Name.Of.Twenty"), .source = source};
	for (int i = 0; i < 1000 && status == OK; i++)
		status = ruleset_add_hash(rs, &hash);
	assert_int_equal(status, E_LIMIT);
	ruleset_free(rs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_and_text),
		cmocka_unit_test(checks),
		cmocka_unit_test(counts_and_ignores),
		cmocka_unit_test(ceiling_is_kept),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
