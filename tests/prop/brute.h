/*
 * The same questions answered as plainly as possible, for short texts: every
 * start, every way through the tree. Shares no code with match/.
 */
#pragma once

#include "trees.h"

enum { BRUTE_TEXT_MAX = 3000 };

struct brute_match {
	size_t start, length;
	size_t tail; /* where the last piece starts, at the earliest */
};

struct brute_object {
	const uint8_t *text;
	size_t len;
	const struct fact_set *facts;
	uint32_t type, parent;
};

/* What one pattern matches, in order of start. */
struct brute_result {
	struct brute_match *matches; /* in the arena */
	size_t count;
};

struct brute_result brute_find(struct arena *a, const struct brute_object *o,
			       const struct made_pattern *p);

/** Whether a condition holds, given what each pattern matches. */
bool brute_holds(const struct brute_object *o, const struct brute_result *results,
		 const struct ir_expr *condition);
