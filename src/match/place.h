/*
 * Where in an object a pattern may start.
 */
#pragma once

#include "match/match.h"
#include "match/tables.h"

struct place {
	uint64_t first, last; /* starts that are fine */
};

/**
 * False when there is no such place in the object: it lies outside, or
 * depends on a fact that the object does not have.
 */
bool place_of(const struct image_pattern *pattern, const struct match_object *object,
	      struct place *ret);
