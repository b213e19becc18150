/*
 * From a pattern tree to parts and their code.
 */
#pragma once

#include "image/plan-sequence.h"
#include "image/plan-state.h"

/* One part before it is written, and the gap before it. */
struct piece {
	const struct item *items;
	size_t count;
	uint64_t gap_min, gap_max;
	bool is_alone; /* the only part of its pattern */
};

/* Called for each part in turn, whose record is to be completed and appended. */
struct piece_visitor {
	enum status (*visit)(struct piece_visitor *v, const struct sequence *s,
			     const struct piece *piece, struct image_part *part);
};

/** Cut `body` into a chain of parts and append their code. */
MUST_CHECK enum status plan_cut(struct plan *p, const struct ir_node *body,
				struct piece_visitor *visitor);

/** Append the code of a whole tree, which is run by itself; *ret is its first node. */
MUST_CHECK enum status plan_add_tree(struct plan *p, const struct ir_node *body, uint32_t *ret);
