/*
 * Hash map from byte strings to 32-bit numbers.
 *
 * Keys are borrowed. The hash is seeded per process (getrandom), so nobody
 * can prepare names that collide; never let output depend on the map's order.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct map {
	struct map_slot *slots;
	size_t count, cap; /* cap is 0 or a power of two */
	uint64_t seed[2];
};

/** An empty map. Free with map_done(). */
void map_init(struct map *m);
void map_done(struct map *m);

/** The number stored under `key`, or NULL. Valid until the next map_put(). */
uint32_t *map_get(const struct map *m, struct str key);

/** Store `value` under `key`, replacing what was there; false when out of memory. */
bool map_put(struct map *m, struct str key, uint32_t value);
