/*
 * "Did you mean …?": the known name that looks most like an unknown one.
 */
#pragma once

#include "base/str.h"

struct like {
	struct str name;
	struct str best; /* empty: nothing looks like it */
	unsigned distance;
};

struct like like_begin(struct str name);

/** Consider a known name. It is kept, not copied. */
void like_try(struct like *like, struct str known);
