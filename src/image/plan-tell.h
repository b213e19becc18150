/*
 * What rules with conditions tell of themselves: namespaces, tags, metas, names.
 */
#pragma once

#include "image/plan-state.h"
#include "image/write.h"

/** Add SPCE, TAGS, META, PNAM and VARS; point the rules of the plan into them. */
MUST_CHECK enum status tell_write(struct plan *p, struct image_writer *w);
