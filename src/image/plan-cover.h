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

/* What is to be covered; all is borrowed. */
struct coverage {
	struct prefix *scratch;
	const struct sequence *sequence;
	const struct piece *piece;
	struct key_range keys;
};

/**
 * Choose. `can_have_several`: the order in which starts are met does not matter. An anchor
 * without a width stands alone: the part is not to be searched for.
 */
void cover_choose(const struct coverage *of, bool can_have_several, struct cover *ret);

/** Append the grams of all anchors, each to the list of its width. */
MUST_CHECK enum status cover_grams(const struct cover *c, const struct coverage *of, uint32_t part,
				   struct plan *to);

/** The distance of the farthest one. */
uint32_t cover_farthest(const struct cover *c);
