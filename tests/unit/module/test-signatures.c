#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "module/module.h"

static enum status nothing(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	(void)source, (void)set, (void)part;
	return OK;
}

static const struct {
	const char *name;
	int64_t row, at;
	enum value_kind kind;
	int64_t want;
} cases[] = {
	{"good: first moment", 0, 100, VALUE_INT, 1},
	{"good: last moment", 0, 200, VALUE_INT, 1},
	{"good: too early", 0, 99, VALUE_INT, 0},
	{"good: too late", 0, 201, VALUE_INT, 0},
	{"bad: without an end", 1, 100, VALUE_UNDEFINED, 0},
	{"bad: no such signature", 2, 100, VALUE_UNDEFINED, 0},
	{"bad: below the first", -1, 100, VALUE_UNDEFINED, 0},
	{"bad: beyond any", INT64_C(1) << 32, 100, VALUE_UNDEFINED, 0},
};

static void test_valid_on(void **state)
{
	static struct fact_source source = {nothing};
	struct arena *arena = arena_new(1 << 16);
	struct fact_set facts;

	(void)state;
	assert_non_null(arena);
	fact_set_init(&facts, arena, &source);
	assert_int_equal(fact_row(&facts, GROUP_PE_SIGNATURE), OK);
	assert_int_equal(fact_set_int(&facts, FACT_PE_SIGNATURE_NOT_BEFORE, 100), OK);
	assert_int_equal(fact_set_int(&facts, FACT_PE_SIGNATURE_NOT_AFTER, 200), OK);
	assert_int_equal(fact_row(&facts, GROUP_PE_SIGNATURE), OK);
	assert_int_equal(fact_set_int(&facts, FACT_PE_SIGNATURE_NOT_BEFORE, 100), OK);
	for (size_t i = 0; i < LEN(cases); i++) {
		const struct value args[] = {value_int(cases[i].row), value_int(cases[i].at)};
		struct module_call call = {.facts = &facts, .args = args, .arg_count = 2};
		struct value v = module_call(FUNCTION_pe_valid_on, &call);

		if (v.kind != cases[i].kind ||
		    (v.kind == VALUE_INT && v.integer != cases[i].want))
			fail_msg("%s", cases[i].name);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_valid_on)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
