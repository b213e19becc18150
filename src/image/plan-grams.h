/*
 * The tables of grams as sections.
 */
#pragma once

#include "image/plan-state.h"
#include "image/write.h"

/** Sort p->grams and add GRAM, GBIT, GIDX and GENT; nothing when there is no gram. */
MUST_CHECK enum status grams_write(struct plan *p, struct image_writer *w);
