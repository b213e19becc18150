/*
 * What a part is searched by: one anchor, or several that together miss no match.
 */
#pragma once

#include "image/plan-anchor.h"

enum { COVER_MAX = 32 };

struct cover {
	struct anchor anchors[COVER_MAX];
	struct path paths[COVER_MAX]; /* the part of the matches that each is for */
	uint32_t len;                 /* at least 1 */
};

/**
 * Choose. `can_have_several`: the order in which starts are met does not matter. An anchor
 * without a width stands alone: the part is not to be searched for.
 */
void cover_choose(struct cover *ret, struct prefix *scratch, const struct sequence *s,
		  const struct piece *piece, struct key_range keys, bool can_have_several);

/** Append the grams of all anchors, each to the list of its width. */
MUST_CHECK enum status cover_grams(const struct cover *c, struct prefix *scratch,
				   const struct sequence *s, const struct piece *piece,
				   struct key_range keys, uint32_t part, struct plan *to);

/** The distance of the farthest one. */
uint32_t cover_farthest(const struct cover *c);
