#include "image/sort.h"

#include <stdlib.h>
#include <string.h>

/* Up to this many items inserting is faster than counting 8 times 256 digits. */
enum { INSERT_MAX = 48, DIGITS = 8 };

static void sort_few(struct sort_item *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct sort_item moved = items[i];
		size_t to = i;

		while (to > 0 && items[to - 1].key > moved.key) {
			items[to] = items[to - 1];
			to--;
		}
		items[to] = moved;
	}
}

static void place(const struct sort_item *from, struct sort_item *to, size_t count, unsigned shift,
		  size_t next[256])
{
	for (size_t i = 0; i < count; i++)
		to[next[from[i].key >> shift & 0xff]++] = from[i];
}

/* Counts to positions; false when all items have the same digit. */
static bool prepare(size_t counts[256], size_t count)
{
	size_t at = 0;

	for (size_t d = 0; d < 256; d++) {
		size_t here = counts[d];

		if (here == count)
			return false;
		counts[d] = at;
		at += here;
	}
	return true;
}

/* Least significant digit first, skipping digits that all items share. */
static void sort_many(struct sort_item *items, size_t count, struct sort_item *spare)
{
	size_t counts[DIGITS][256] = {{0}};
	struct sort_item *from = items, *to = spare;

	for (size_t i = 0; i < count; i++) {
		for (unsigned d = 0; d < DIGITS; d++)
			counts[d][items[i].key >> 8 * d & 0xff]++;
	}
	for (unsigned d = 0; d < DIGITS; d++) {
		if (!prepare(counts[d], count))
			continue;
		place(from, to, count, 8 * d, counts[d]);
		struct sort_item *swap = from;
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof *items);
}

static void sort_group(struct sort_item *items, size_t count, const struct sort_keys *keys,
		       unsigned level, struct sort_item *spare)
{
	for (size_t i = 0; i < count; i++) {
		items[i].key = keys->at(keys, items[i].index, level);
		items[i].is_first = false;
	}
	if (count <= INSERT_MAX)
		sort_few(items, count);
	else
		sort_many(items, count, spare);
	items[0].is_first = true;
	for (size_t i = 1; i < count; i++)
		items[i].is_first = items[i].key != items[i - 1].key;
}

static size_t group_end(const struct sort_item *items, size_t count, size_t start)
{
	size_t end = start + 1;

	while (end < count && !items[end].is_first)
		end++;
	return end;
}

enum status sort_items(struct sort_item *items, size_t count, const struct sort_keys *keys)
{
	bool is_done = count == 0;

	if (is_done)
		return OK;
	struct sort_item *spare = calloc(count, sizeof *spare);
	if (spare == NULL)
		return E_NOMEM;
	sort_group(items, count, keys, 0, spare);
	for (unsigned level = 1; !is_done; level++) {
		is_done = true;
		for (size_t start = 0, end; start < count; start = end) {
			end = group_end(items, count, start);
			if (end - start < 2 || keys->is_last(keys, items[start].key, level - 1))
				continue;
			sort_group(items + start, end - start, keys, level, spare);
			is_done = false;
		}
	}
	free(spare);
	return OK;
}
