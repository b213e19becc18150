/*
 * Answers that functions gave for an object before: a thousand rules may ask
 * for the same digest of a file, which is computed once. The cache lives in
 * the arena of the object's facts and is bounded; what it has no room for is
 * computed again.
 */
#pragma once

#include "module/bytes.h"

/** The entry of a function and range, or NULL. */
const void *module_cache_get(const struct fact_set *facts, enum function_id id,
			     struct byte_range range);

/** Room for an entry of `size` zeroed bytes, to be filled at once; NULL: there is none. */
void *module_cache_put(struct fact_set *facts, enum function_id id, struct byte_range range,
		       size_t size);
