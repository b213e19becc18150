#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "base/num.h"
#include "image/sort.h"

/* Items with keys of two levels; a first key of 0 has no second. */
struct two_levels {
	struct sort_keys keys;
	uint64_t (*of)[2];
};

static uint64_t key_at(const struct sort_keys *keys, uint32_t index, unsigned level)
{
	assert_true(level < 2);
	return ((const struct two_levels *)keys)->of[index][level];
}

static bool is_last(const struct sort_keys *keys, uint64_t key, unsigned level)
{
	(void)keys;
	return level == 1 || key == 0;
}

static int compare(const uint64_t a[2], const uint64_t b[2])
{
	if (a[0] != b[0])
		return a[0] < b[0] ? -1 : 1;
	if (a[0] == 0 || a[1] == b[1])
		return 0;
	return a[1] < b[1] ? -1 : 1;
}

static void orders(void **state)
{
	static const struct {
		const char *name;
		size_t count;
		uint64_t modulus[2]; /* of the random keys */
		unsigned shift;
	} cases[] = {
		{"one", 1, {10, 10}, 0},
		{"two", 2, {10, 10}, 0},
		{"all equal", 3000, {1, 1}, 0},
		{"equal first keys", 3000, {2, 100}, 0},
		{"few groups", 5000, {5, 3}, 60},
		{"small groups", 5000, {1000, 1000}, 8},
		{"no groups", 5000, {UINT64_MAX, UINT64_MAX}, 0},
	};

	(void)state;
	srand(1);
	for (size_t c = 0; c < LEN(cases); c++) {
		size_t count = cases[c].count;
		uint64_t(*of)[2] = calloc(count, sizeof *of);
		struct sort_item *items = calloc(count, sizeof *items);
		struct two_levels keys = {{key_at, is_last}, of};

		for (size_t i = 0; i < count; i++) {
			items[i].index = (uint32_t)i;
			for (unsigned l = 0; l < 2; l++)
				of[i][l] = (uint64_t)rand() * (uint64_t)rand() %
					   cases[c].modulus[l] << cases[c].shift;
		}
		assert_int_equal(sort_items(items, count, &keys.keys), OK);
		for (size_t i = 1; i < count; i++) {
			int order = compare(of[items[i - 1].index], of[items[i].index]);

			if (order > 0 || (order == 0 && items[i - 1].index > items[i].index) ||
			    items[i].is_first != (order != 0))
				fail_msg("%s: item %zu is out of place", cases[c].name, i);
		}
		free(of);
		free(items);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(orders)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
