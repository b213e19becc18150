/*
 * Evaluating a rule's condition over what was found in an object.
 */
#pragma once

#include "match/found.h"
#include "match/match.h"

struct condition {
	const struct match_tables *t;
	const struct match_object *object;
	struct found_set *found;
};

/** Whether the condition whose first node is `node` holds. UNKNOWN: it was not decided. */
enum known condition_holds(const struct condition *c, uint32_t node);
