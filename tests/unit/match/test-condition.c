/* Conditions: loops, quantifiers, references, variables, functions, regular expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tiny-condition.h"

struct run {
	struct tiny_image image;
	struct matcher *m;
	struct arena *arena;
	struct fact_set facts;
	struct match_object object;
	const struct match_hit *hits;
	size_t count;
	enum status ended;
};

static void begin(struct run *r, struct ruleset *rs)
{
	*r = (struct run){.object = {.type = TYPE_DATA, .parent = TYPE_COUNT}};
	tiny_open(rs, &r->image);
	assert_int_equal(image_verify(r->image.img, NULL), OK);
	assert_int_equal(matcher_new(r->image.img, &r->m, NULL), OK);
	r->arena = arena_new(1 << 20);
	fact_set_init(&r->facts, r->arena, NULL);
	r->object.facts = &r->facts;
}

static void scan(struct run *r, const char *text)
{
	struct memory_input input;
	struct match_window w = {.data = (const uint8_t *)text, .len = strlen(text), .last = true};

	memory_input_init(&input, text, w.len);
	r->object.size = w.len;
	r->object.input = &input.in;
	assert_int_equal(matcher_begin(r->m, &r->object), OK);
	assert_int_equal(matcher_feed(r->m, &w), OK);
	r->ended = matcher_end(r->m, &r->hits, &r->count);
}

static bool hit(const struct run *r, uint32_t rule)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->hits[i].rule == rule)
			return true;
	}
	return false;
}

static void end(struct run *r)
{
	matcher_free(r->m);
	tiny_close(&r->image);
	arena_free(r->arena);
}

/* $0 "ab" matches at 0, 4, 8; $1 "cd" at 2; $2 "xy" nowhere. */
#define TEXT "abcdabefab"

static const struct {
	const char *condition;
	bool want;
} condition_cases[] = {
	{"(quantified:3 (undefined) 3)", true},
	{"(quantified:3 (undefined) 2)", false},
	{"(quantified:3 0 0)", true},
	{"(quantified:3 0 1)", false},
	{"(quantified:3 2 3)", true},
	{"(quantified:3 (offset:2 1) (distinct:0,1,2))", false},
	{"(quantified:2 (offset:2 1) (distinct:0,1))", true},
	{"(defined (quantified:2 1 (distinct-at:0,1 (undefined))))", false},
	{"(for-range:0 1 1 9 (eq (loop-value:0) 7))", true},
	{"(for-range:0 (undefined) 1 9 (gt (loop-value:0) 0))", true},
	{"(for-range:0 (undefined) 1 9 (gt (loop-value:0) 1))", false},
	{"(for-range:0 0 1 9 (gt (loop-value:0) 9))", true},
	{"(for-range:0 0 1 9 (gt (loop-value:0) 8))", false},
	{"(for-range:0 3 1 9 (gt (loop-value:0) 6))", true},
	{"(for-range:0 4 1 9 (gt (loop-value:0) 6))", false},
	{"(for-range:0 (undefined) 9 1 (bool:1))", false},
	{"(for-range:0 0 9 1 (bool:1))", false},
	{"(for-range:0 (undefined) (undefined) 1 (bool:1))", false},
	{"(defined (for-range:0 (undefined) (undefined) 1 (bool:1)))", true},
	{"(for-range:0 (offset:2 1) 1 3 (gt (loop-value:0) 0))", true},
	{"(for-range:0 1 0x7ffffffffffffffe 0x7fffffffffffffff (eq 1 2))", false},
	{"(for-range:0 2 1 3 (for-range:1 1 5 6 (eq (add (loop-value:0) "
	 "(loop-value:1)) 7)))",
	 true},
	{"(for-range:0 1 1 (count:0) (eq (offset:0 (loop-value:0)) 8))", true},
	{"(for-values:0 1 (matched-at:1 (loop-value:0)) 1 2 3)", true},
	{"(for-values:0 (undefined) (matched-at:1 (loop-value:0)) 2 2)", true},
	{"(for-values:0 1 (matched-at:1 (loop-value:0)) (undefined) 3)", false},
	{"(for-values:0 1 (eq (loop-value:0) \"b\") \"a\" \"b\")", true},
	{"(for-set:0,1 (undefined) (matched:*))", true},
	{"(for-set:0,1,2 (undefined) (matched:*))", false},
	{"(for-set:0,1,2 2 (matched:*))", true},
	{"(for-set:0,1,2 2 (gt (count:*) 1))", false},
	{"(for-set:0,1,2 1 (gt (count:*) 2))", true},
	{"(for-set:0,0 2 (gt (count:*) 2))", true},
	{"(for-set:0,1,2 1 (eq (offset:* 2) 4))", true},
	{"(for-set:0,1,2 1 (eq (length:* 1) 2))", true},
	{"(for-set:2 0 (matched:*))", true},
	{"(for-set:0,1 1 (matched-in:* 1 3))", true},
	{"(for-set:0,1 2 (matched-in:* 1 3))", false},
	{"(for-set:0,1 1 (for-range:0 1 1 (count:*) (eq (offset:* (loop-value:0)) 8)))", true},
	{"(regex{'b' 63} \"abcd\")", true},
	{"(regex{'bd'} \"abcd\")", false},
	{"(regex{^'b'} \"abcd\")", false},
	{"(regex{^'ab'*'d'$} \"abxxd\")", true},
	{"(regex{<2-3 [61 62]>} \"xaby\")", true},
	{"(regex{} \"\")", true},
	{"(regex{$} \"abc\")", true},
	{"(defined (regex{'a'} (undefined)))", false},
	{"(eq (call:0 -5) 5)", true},
	{"(defined (call:0 (undefined)))", false},
	{"(lt 1.0 (div 1.0 0.0))", true},
	{"(eq 0.1 (sub 0.3 0.2))", true},
	{"(defined (bit-xor (neg 1) 0x5452505452500))", false},
	{"(eq (variable:0) 7)", true},
	{"(eq (variable:1) \"text\")", true},
	{"(gt (variable:2) 1.4)", true},
	{"(variable:3)", true},
};
static const struct ir_variable some_variables[] = {
	{.name = STR("number"), .type = VARIABLE_INT, .integer = 7},
	{.name = STR("text"), .type = VARIABLE_TEXT, .text = STR("text")},
	{.name = STR("real"), .type = VARIABLE_FLOAT, .real = 1.5},
	{.name = STR("flag"), .type = VARIABLE_BOOL, .integer = 1},
};

static void conditions(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p[] = {tiny_pattern(rs->arena, "'ab'"), tiny_pattern(rs->arena, "'cd'"),
				  tiny_pattern(rs->arena, "'xy'")};
	struct run r;

	(void)state;
	for (size_t i = 0; i < LEN(some_variables); i++)
		assert_int_equal(ruleset_add_variable(rs, &some_variables[i]), OK);
	for (size_t i = 0; i < LEN(condition_cases); i++) {
		struct ir_expr *e = tiny_condition(rs->arena, condition_cases[i].condition);

		if (e->op == OP_EQ && e->args[0]->op == OP_CALL)
			e->args[0]->index = FUNCTION_math_abs;
		else if (e->op == OP_DEFINED && e->args[0]->op == OP_CALL)
			e->args[0]->index = FUNCTION_math_abs;
		tiny_rule(rs, "rule", p, 3, e);
	}
	begin(&r, rs);
	scan(&r, TEXT);
	assert_int_equal(r.ended, OK);
	for (uint32_t i = 0; i < LEN(condition_cases); i++) {
		if (hit(&r, i) != condition_cases[i].want)
			fail_msg("%s: got %d, want %d", condition_cases[i].condition,
				 !condition_cases[i].want, condition_cases[i].want);
	}
	end(&r);
}

static struct ir_rule *last_rule(struct ruleset *rs)
{
	return &rs->rules.items[rs->rules.len - 1];
}

static void references(void **state)
{
	static const struct {
		const char *name, *condition;
		bool want[2]; /* on "abcd", on "xxxx" */
	} cases[] = {
		{"found", "(matched:0)", {true, false}},
		{"same", "(rule:0)", {true, false}},
		{"other", "(not (rule:0))", {false, true}},
		{"chain", "(rule:1)", {true, false}},
		{"undefined", "(eq (offset:1 1) 0)", {false, false}},
		{"is defined", "(defined (rule:4))", {true, true}},
		{"some", "(quantified:3 2 (rules:0,1,2))", {true, false}},
		{"all", "(quantified:2 (undefined) (rules:0,3))", {true, false}},
		{"with a match", "(and (matched:0) (rule:2))", {false, false}},
	};
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p[] = {tiny_pattern(rs->arena, "'ab'"), tiny_pattern(rs->arena, "'qq'")};
	struct run r;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		tiny_rule(rs, cases[i].name, p, 2, tiny_condition(rs->arena, cases[i].condition));
	begin(&r, rs);
	for (size_t k = 0; k < 2; k++) {
		scan(&r, k == 0 ? "abcd" : "xxxx");
		assert_int_equal(r.ended, OK);
		for (uint32_t i = 0; i < LEN(cases); i++) {
			if (hit(&r, i) != cases[i].want[k])
				fail_msg("%s: text %zu", cases[i].name, k);
		}
	}
	end(&r);
}

/* A reference to a rule is as deep as the chain is long, but nothing recurses. */
static void long_chain(void **state)
{
	enum { CHAIN = 10000 };
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p = tiny_pattern(rs->arena, "'ab'");
	struct run r;

	(void)state;
	tiny_rule(rs, "first", &p, 1, ir_indexed(rs->arena, OP_MATCHED, 0));
	for (uint32_t i = 0; i < CHAIN; i++)
		tiny_rule(rs, "next", NULL, 0, ir_indexed(rs->arena, OP_RULE, i));
	begin(&r, rs);
	scan(&r, "xxab");
	assert_int_equal(r.ended, OK);
	assert_int_equal(r.count, CHAIN + 1);
	scan(&r, "xxxx");
	assert_int_equal(r.count, 0);
	end(&r);
}

static void global_rules(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p[] = {tiny_pattern(rs->arena, "'ab'"), tiny_pattern(rs->arena, "'cd'")};
	struct rule_extra extra;
	struct run r;
	uint32_t other;

	(void)state;
	assert_int_equal(ruleset_space(rs, STR("other"), &other), OK);
	tiny_rule(rs, "global", p, 2, tiny_condition(rs->arena, "(matched:0)"));
	last_rule(rs)->is_global = true;
	tiny_rule(rs, "under it", p, 2, tiny_condition(rs->arena, "(matched:1)"));
	tiny_rule(rs, "elsewhere", p, 2, tiny_condition(rs->arena, "(matched:1)"));
	last_rule(rs)->space = other;
	tiny_rule(rs, "hidden", p, 2, tiny_condition(rs->arena, "(matched:1)"));
	last_rule(rs)->effect = EFFECT_NONE;
	tiny_rule(rs, "raw result", p, 2, tiny_condition(rs->arena, "(rule:1)"));
	last_rule(rs)->space = other;
	begin(&r, rs);
	scan(&r, "abcd");
	assert_int_equal(r.ended, OK);
	assert_int_equal(r.count, 4);
	assert_true(hit(&r, 0) && hit(&r, 1) && hit(&r, 2) && hit(&r, 4));
	scan(&r, "cd");
	assert_int_equal(r.count, 2);
	assert_true(hit(&r, 2) && hit(&r, 4));
	scan(&r, "ab");
	assert_int_equal(r.count, 1);
	assert_true(hit(&r, 0));
	assert_int_equal(image_rule_extra(r.image.img, 0, &extra), OK);
	assert_true(extra.is_global && !extra.is_private);
	assert_int_equal(image_rule_extra(r.image.img, 3, &extra), OK);
	assert_true(extra.is_private && !extra.is_global);
	assert_int_equal(image_rule_extra(r.image.img, 2, &extra), OK);
	assert_true(str_eq(extra.space, STR("other")));
	end(&r);
}

/* A loop without end uses up its own work: the rule is not decided, the others are. */
static void endless_loop(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p = tiny_pattern(rs->arena, "'ab'");
	struct run r;

	(void)state;
	tiny_rule(rs, "before", &p, 1, tiny_condition(rs->arena, "(matched:0)"));
	for (int i = 0; i < 3; i++)
		tiny_rule(
			rs, "endless", &p, 1,
			tiny_condition(rs->arena, "(for-range:0 1 0 0x7fffffffffffffff (eq 1 2))"));
	tiny_rule(rs, "behind", &p, 1, tiny_condition(rs->arena, "(matched:0)"));
	tiny_rule(rs, "refers", &p, 1, tiny_condition(rs->arena, "(not (rule:1))"));
	tiny_rule(rs, "decided", &p, 1, tiny_condition(rs->arena, "(or (rule:1) (matched:0))"));
	begin(&r, rs);
	scan(&r, "ab");
	assert_int_equal(r.ended, E_LIMIT);
	assert_int_equal(r.count, 3);
	assert_true(hit(&r, 0) && hit(&r, 4) && hit(&r, 6));
	end(&r);
}

static bool other_value(struct match_environment *env, struct str name, struct value *ret)
{
	(void)env;
	*ret = value_int(9);
	return str_eq(name, STR("number"));
}

static void environment(void **state)
{
	struct match_environment env = {.variable = other_value};
	struct ir_variable variables[] = {
		{.name = STR("unused"), .type = VARIABLE_INT},
		{.name = STR("number"), .type = VARIABLE_INT, .integer = 7},
	};
	struct ruleset *rs = made_rules(1);
	struct ir_variable got;
	struct run r;

	(void)state;
	for (size_t i = 0; i < LEN(variables); i++)
		assert_int_equal(ruleset_add_variable(rs, &variables[i]), OK);
	tiny_rule(rs, "seven", NULL, 0, tiny_condition(rs->arena, "(eq (variable:1) 7)"));
	tiny_rule(rs, "nine", NULL, 0, tiny_condition(rs->arena, "(eq (variable:1) 9)"));
	begin(&r, rs);
	assert_int_equal(image_variable_count(r.image.img), 1);
	assert_int_equal(image_variable_at(r.image.img, 0, &got), OK);
	assert_true(str_eq(got.name, STR("number")));
	assert_int_equal(got.integer, 7);
	scan(&r, "x");
	assert_true(hit(&r, 0) && !hit(&r, 1));
	r.object.env = &env;
	scan(&r, "x");
	assert_true(!hit(&r, 0) && hit(&r, 1));
	end(&r);
}

static void rows(void **state)
{
	struct ruleset *rs = made_rules(1);
	struct arena *a = rs->arena;
	struct ir_expr *current = ir_op(a, OP_LOOP_VALUE, NULL, 0);
	struct ir_expr *name = ir_indexed_op(a, OP_FACT, FACT_ELF_SECTION_NAME, &current, 1);
	struct ir_expr *is_text[] = {name, ir_text(a, STR(".text"))};
	struct ir_expr *args[] = {ir_int(a, 1), ir_op(a, OP_EQ, is_text, 2)};
	struct ir_expr *all[] = {ir_op(a, OP_UNDEFINED, NULL, 0), args[1]};
	struct ir_expr *any_row = ir_op(a, OP_FOR_ROWS, args, 2);
	struct ir_expr *all_rows = ir_op(a, OP_FOR_ROWS, all, 2);
	struct run r;

	(void)state;
	any_row->loop.group = all_rows->loop.group = GROUP_ELF_SECTION;
	tiny_rule(rs, "any", NULL, 0, any_row);
	tiny_rule(rs, "all", NULL, 0, all_rows);
	begin(&r, rs);
	assert_true(image_uses_module(r.image.img, MODULE_elf));
	assert_false(image_uses_module(r.image.img, MODULE_pe));
	scan(&r, "x");
	assert_int_equal(r.count, 0);
	assert_int_equal(fact_row(&r.facts, GROUP_ELF_SECTION), OK);
	assert_int_equal(fact_set_text(&r.facts, FACT_ELF_SECTION_NAME, STR(".text")), OK);
	scan(&r, "x");
	assert_int_equal(r.count, 2);
	assert_int_equal(fact_row(&r.facts, GROUP_ELF_SECTION), OK);
	scan(&r, "x");
	assert_int_equal(r.count, 1);
	assert_true(hit(&r, 0));
	end(&r);
}

static void explains(void **state)
{
	static const char want[] = "either holds\n"
				   "  ($a or (#b > 1)) = true\n"
				   "    $a = false\n"
				   "    (#b > 1) = true\n"
				   "      #b = 3\n"
				   "  $a: not found\n"
				   "  $b: 3 at 0x0, 0x4, 0x8\n";
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *p[] = {tiny_pattern(rs->arena, "'zz'"), tiny_pattern(rs->arena, "'ab'")};
	struct run r;
	struct buf got;

	(void)state;
	p[0]->name = STR("$a");
	p[1]->name = STR("$b");
	tiny_rule(rs, "either", p, 2,
		  tiny_condition(rs->arena, "(or (matched:0) (gt (count:1) 1))"));
	tiny_rule(rs, "loop", p, 2,
		  tiny_condition(rs->arena,
				 "(for-range:0 1 1 3 (for-set:0,1 (undefined) (matched-at:* 4)))"));
	begin(&r, rs);
	scan(&r, TEXT);
	buf_init(&got, 4096);
	assert_int_equal(matcher_explain(r.m, 0, &got), OK);
	buf_add_u8(&got, 0);
	assert_string_equal((const char *)got.data, want);
	buf_clear(&got);
	assert_int_equal(matcher_explain(r.m, 1, &got), OK);
	buf_add_u8(&got, 0);
	assert_non_null(strstr((const char *)got.data,
			       "for 1 i0 in (1..3) : (for all of ($a, $b) : ($ at 4)) = false"));
	buf_done(&got);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conditions),	cmocka_unit_test(references),
		cmocka_unit_test(long_chain),	cmocka_unit_test(global_rules),
		cmocka_unit_test(endless_loop), cmocka_unit_test(environment),
		cmocka_unit_test(rows),		cmocka_unit_test(explains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
