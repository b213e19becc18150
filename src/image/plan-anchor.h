/*
 * Choosing what a part is searched by: its anchor.
 */
#pragma once

#include "image/plan-code.h"

/* The bytes that can stand at each fixed distance from the start of a part. */
struct prefix {
	uint8_t sets[IMAGE_PART_MAX][32];
	uint32_t len;
};

/* `width` consecutive byte sets at `distance`; a width of 0: no anchor. */
struct anchor {
	uint32_t width, distance;
};

/* Keys that every byte is xored with; first == last == 0 for plain patterns. */
struct key_range {
	uint8_t first, last;
};

/** Fill `prefix` from a piece, up to where its width is no longer fixed. */
void prefix_of(struct prefix *prefix, const struct sequence *s, const struct piece *piece);

/** The anchor that real files have least often. */
struct anchor anchor_choose(const struct prefix *prefix, struct key_range keys);

/** Append every gram that the anchor lets through, for each key, to `to`. */
MUST_CHECK enum status anchor_grams(const struct prefix *prefix, struct anchor anchor,
				    struct key_range keys, uint32_t part, struct plan_grams *to);

/** A distance at which only one byte value is possible; false when there is none. */
bool prefix_fixed_byte(const struct prefix *prefix, uint32_t *ret_at, uint8_t *ret_value);
