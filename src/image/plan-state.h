/*
 * What the files of the planner share while it works: the sections as they grow.
 */
#pragma once

#include "base/vec.h"
#include "image/code.h"

struct plan_grams {
	VEC(struct image_gram);
};

struct prefix;

struct plan {
	struct { VEC(struct image_rule); } rules;
	struct { VEC(struct image_pattern); } patterns;
	struct { VEC(struct image_part); } parts;
	struct { VEC(struct image_node); } nodes;
	struct { VEC(uint8_t); } bytes;
	struct { VEC(struct image_condition); } conditions;
	struct { VEC(uint32_t); } sets;
	struct { VEC(uint32_t); } everywhere;
	struct { VEC(uint32_t); } placed;
	struct { VEC(uint32_t); } always;
	struct plan_grams grams[IMAGE_GRAM_ROWS];
	uint32_t wants[VIEW_COUNT];
	uint32_t needs;
	struct prefix *prefix; /* scratch of the part that is being laid out */
};

/** Append bytes to BYTE; E_LIMIT past 4 GiB. */
MUST_CHECK enum status plan_add_bytes(struct plan *p, const void *data, size_t len,
				      uint32_t *ret_at);
