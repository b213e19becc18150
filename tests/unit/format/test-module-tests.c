/*
 * The facts of the module "tests", and that a full arena is told of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/parts.h"

static enum status find(size_t ceiling, struct arena **ret_arena, struct fact_set *set)
{
	struct error e = {0};

	*ret_arena = arena_new(ceiling);
	fact_set_init(set, *ret_arena, NULL);
	return facts_tests(NULL, set, &e);
}

static void values(void **state)
{
	struct fact_set *set = calloc(1, sizeof *set);
	struct arena *arena;
	uint32_t first, count, row;

	(void)state;
	assert_int_equal(find(1 << 20, &arena, set), OK);
	fact_rows(set, GROUP_TESTS_INTEGER_ARRAY, 0, &first, &count);
	assert_int_equal(count, 257);
	assert_int_equal(fact_get(set, FACT_TESTS_INTEGER_ARRAY, 256)->integer, 256);
	assert_null(fact_get(set, FACT_TESTS_INTEGER_ARRAY, 3));
	assert_int_equal(fact_get(set, FACT_TESTS_STRING_ARRAY, 3)->text.len, 7);
	assert_null(fact_get(set, FACT_TESTS_STRUCT_ARRAY_I, 0));
	assert_int_equal(fact_get(set, FACT_TESTS_STRUCT_ARRAY_I, 1)->integer, 1);
	assert_true(fact_find(set, GROUP_TESTS_STRING_DICT, 0, STR("bar"), &row));
	assert_true(str_eq(fact_get(set, FACT_TESTS_STRING_DICT, row)->text, STR("bar")));
	assert_true(fact_find(set, GROUP_TESTS_STRUCT_DICT, 0, STR("foo"), &row));
	assert_int_equal(fact_get(set, FACT_TESTS_STRUCT_DICT_I, row)->integer, 1);
	fact_rows(set, GROUP_TESTS_EMPTY_STRUCT_ARRAY, 0, &first, &count);
	assert_int_equal(count, 0);
	assert_null(fact_get(set, FACT_TESTS_UNDEFINED_I, 0));
	arena_free(arena);
	free(set);
}

static void full_arena(void **state)
{
	struct fact_set *set = calloc(1, sizeof *set);
	struct arena *arena;

	(void)state;
	assert_int_equal(find(1024, &arena, set), E_LIMIT);
	arena_free(arena);
	free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(full_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
