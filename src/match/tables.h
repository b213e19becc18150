/*
 * The sections of an image that the matcher runs (image/code.h), as arrays.
 * That the arrays lie inside the image is checked here, once; an index that
 * is read from one of them is checked where it is used.
 */
#pragma once

#include "image/code.h"
#include "image/image.h"

/* One row of GRAM, ready to be looked at; absent when `entry_count` is 0. */
struct gram_table {
	uint32_t width;
	uint32_t bitmap_shift, bucket_shift; /* of the hash */
	uint32_t entry_count;
	const uint64_t *bits;
	const uint32_t *buckets;
	const struct image_gram *entries;
};

struct match_tables {
	const struct image_rule *rules;
	const struct image_pattern *patterns;
	const struct image_part *parts;
	const struct image_perl *perls;
	const struct image_node *nodes;
	const uint8_t *bytes;
	const struct image_condition *conditions;
	const uint32_t *sets, *everywhere, *placed, *always, *globals, *wants, *spaces;
	uint32_t rule_count, pattern_count, part_count, node_count, byte_count, condition_count;
	uint32_t set_count, everywhere_count, placed_count, always_count, global_count, want_count;
	uint32_t space_count, perl_count;
	uint32_t part_max, anchor_max; /* the longest part, the farthest anchor */
	struct gram_table grams[IMAGE_GRAM_ROWS];
};

/** E_MALFORMED when a table does not fit its section. The image must outlive `ret`. */
MUST_CHECK enum status tables_open(const struct image *img, struct match_tables *ret,
				   struct error *e);

/** Whether the filter of a table lets a gram through. */
static inline bool gram_passes(const struct gram_table *t, uint32_t gram)
{
	uint32_t bit = image_gram_hash(gram) >> t->bitmap_shift;

	return (t->bits[bit / 64] >> bit % 64 & 1) != 0;
}
