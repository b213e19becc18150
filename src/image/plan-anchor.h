/*
 * Choosing what a part is searched by: its anchor.
 */
#pragma once

#include "image/plan-code.h"

enum { FORKS_MAX = 4, FORK_OPTIONS_MAX = 16 };

/*
 * A fork is where a pattern can go on in a few ways: alternatives, or how often something is
 * repeated. A path says which way is taken at the first forks, in their order.
 */
struct path {
	uint8_t taken[FORKS_MAX];
	uint32_t len;
};

/* The bytes that can stand at each fixed distance from the start of a part. */
struct prefix {
	uint8_t sets[IMAGE_PART_MAX][32];
	uint32_t len;
	uint32_t cap;     /* most positions that are wanted */
	struct path path; /* that is followed */
	uint32_t fork;    /* forks of the path that were met */
	uint32_t options; /* of the first fork behind the path; 0: there is none */
};

/* `width` consecutive byte sets at `distance`; a width of 0: no anchor. */
struct anchor {
	uint32_t width, distance;
};

/* Keys that every byte is xored with; first == last == 0 for plain patterns. */
struct key_range {
	uint8_t first, last;
};

/**
 * Fill `prefix` with the first `cap` positions of a piece, up to where its width is no longer
 * fixed. Ways of forks behind the path are laid over one another.
 */
void prefix_of(struct prefix *prefix, const struct sequence *s, const struct piece *piece,
	       const struct path *path, uint32_t cap);

/** The anchor that real files have least often; *ret_rarity is its chance in 2^-64. */
struct anchor anchor_choose(const struct prefix *prefix, struct key_range keys,
			    uint64_t *ret_rarity);

/** Append every gram that the anchor lets through, for each key, to `to`. */
MUST_CHECK enum status anchor_grams(const struct prefix *prefix, struct anchor anchor,
				    struct key_range keys, uint32_t part, struct plan_grams *to);

/** A distance at which only one byte value is possible; false when there is none. */
bool prefix_fixed_byte(const struct prefix *prefix, uint32_t *ret_at, uint8_t *ret_value);
