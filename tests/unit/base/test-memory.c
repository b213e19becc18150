#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/vec.h"

static void arena_keeps_its_ceiling(void **state)
{
	struct arena *a = arena_new(100000);
	size_t total = 0;

	(void)state;
	while (arena_alloc(a, 1000) != NULL)
		total += 1000;
	assert_int_equal(total, 100000);
	assert_null(arena_alloc(a, 1));
	assert_null(arena_array(a, SIZE_MAX / 2, 3));
	arena_clear(a);
	assert_int_equal(arena_used(a), 0);
	assert_non_null(arena_alloc(a, 100000));
	assert_null(arena_alloc(a, SIZE_MAX));
	arena_free(a);
	arena_free(NULL);
}

static void arena_objects_are_apart(void **state)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t *objects[1000];

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		size_t size = i % 40 + 1;

		objects[i] = i % 3 ? arena_alloc(a, size) : arena_bytes(a, size);
		if (i % 3 != 0)
			assert_int_equal((uintptr_t)objects[i] % _Alignof(max_align_t), 0);
		memset(objects[i], (int)(i & 0xff), size);
	}
	for (size_t i = 0; i < 1000; i++) {
		for (size_t k = 0; k < i % 40 + 1; k++)
			assert_int_equal(objects[i][k], i & 0xff);
	}
	assert_string_equal(arena_format(a, "%d-%s", 7, "x").data, "7-x");
	assert_string_equal(arena_str(a, STR("abc")).data, "abc");
	arena_free(a);
}

static void buf_stops_at_its_ceiling(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 10);
	buf_add_str(&b, STR("12345678"));
	buf_addf(&b, "%d", 9);
	assert_false(b.bad);
	buf_add_u16le(&b, 0);
	assert_true(b.bad);
	assert_int_equal(b.len, 9);
	buf_add_u8(&b, 0); /* would fit, but a writer checks once */
	assert_int_equal(b.len, 9);
	buf_clear(&b);
	buf_add_u64le(&b, 0x0807060504030201);
	assert_memory_equal(b.data, "\1\2\3\4\5\6\7\10", 8);
	buf_done(&b);
}

static void map_finds_what_was_put(void **state)
{
	static char names[5000][8];
	struct map m;

	(void)state;
	map_init(&m);
	assert_null(map_get(&m, STR("0")));
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(names[i], sizeof names[i], "%u", i);
		assert_true(map_put(&m, str_of(names[i]), i));
	}
	assert_true(map_put(&m, STR("17"), 99));
	assert_int_equal(m.count, 5000);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(*map_get(&m, str_of(names[i])), i == 17 ? 99 : i);
	assert_null(map_get(&m, STR("5000")));
	assert_null(map_get(&m, STR("")));
	assert_true(map_put(&m, STR(""), 3));
	assert_int_equal(*map_get(&m, STR("")), 3);
	map_done(&m);
}

static void vec_grows(void **state)
{
	struct { VEC(uint32_t); } v = {0};

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		assert_true(vec_push(&v, &i));
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(v.items[i], i);
	assert_false(vec_reserve(&v, SIZE_MAX));
	assert_int_equal(v.len, 1000);
	vec_done(&v);
	assert_null(v.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_keeps_its_ceiling),
		cmocka_unit_test(arena_objects_are_apart),
		cmocka_unit_test(buf_stops_at_its_ceiling),
		cmocka_unit_test(map_finds_what_was_put),
		cmocka_unit_test(vec_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
