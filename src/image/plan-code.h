/*
 * From a pattern tree to parts and their code.
 */
#pragma once

#include "image/plan-sequence.h"
#include "image/plan-state.h"

/* One part before it is written: items [first, end) of a sequence, and how far the last one goes. */
struct piece {
	const struct item *items;
	size_t count;
	uint64_t gap_min, gap_max;
};

/**
 * Cut `body` into a chain of parts and append their code. `visit` is called
 * for each part in turn: the record that is to be completed and appended.
 */
struct piece_visitor {
	enum status (*visit)(struct piece_visitor *v, const struct sequence *s,
			     const struct piece *piece, struct image_part *part);
};
MUST_CHECK enum status plan_cut(struct plan *p, const struct ir_node *body,
				struct piece_visitor *visitor);
