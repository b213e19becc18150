/*
 * Sorting millions of items by keys of any length.
 *
 * A key is cut into levels of 64 bits. A level is sorted by radix; groups of
 * items that are equal so far go on to the next one. Equal items keep their
 * order, so the result depends on nothing but the input.
 */
#pragma once

#include "base/error.h"

struct sort_item {
	uint64_t key;   /* at the level that was sorted last */
	uint32_t index; /* the caller's number */
	bool is_first;  /* differs from the item before it */
};

struct sort_keys {
	/* The key of item `index` at `level`; asked for while no level before it was the last. */
	uint64_t (*at)(const struct sort_keys *keys, uint32_t index, unsigned level);
	/* Whether items whose key at `level` is `key` have no further levels. */
	bool (*is_last)(const struct sort_keys *keys, uint64_t key, unsigned level);
};

/** Sort by the keys of `index` and set is_first of every item. E_NOMEM. */
MUST_CHECK enum status sort_items(struct sort_item *items, size_t count,
				  const struct sort_keys *keys);
