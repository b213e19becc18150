/*
 * A pattern tree as a flat sequence of items: neighbouring bytes joined,
 * gaps added up, what can only be a masked byte written as one.
 */
#pragma once

#include "base/error.h"
#include "base/vec.h"
#include "ir/pattern.h"

enum item_kind { ITEM_BYTES, ITEM_GAP, ITEM_NODE };

struct item {
	enum item_kind kind;
	union {
		struct {
			uint32_t at, len; /* in sequence.values and .masks */
		} bytes;
		struct {
			uint64_t min, max; /* max: IMAGE_GAP_UNBOUNDED */
		} gap;
		const struct ir_node *node;
	};
};

/* Nested trees are sequences of their own, behind the ones around them: see sequence_mark(). */
struct sequence {
	struct { VEC(struct item); } items;
	struct { VEC(uint8_t); } values;
	struct { VEC(uint8_t); } masks;
};

struct sequence_mark {
	size_t items, bytes;
};

void sequence_done(struct sequence *s);

/** Where a sequence that is appended now begins; sequence_cut() takes it away again. */
struct sequence_mark sequence_mark(const struct sequence *s);
void sequence_cut(struct sequence *s, struct sequence_mark mark);

/** Append the items of `node`; those from `mark` on may be joined with it. */
MUST_CHECK enum status sequence_add(struct sequence *s, const struct ir_node *node,
				    struct sequence_mark mark);

/** Whether a set of bytes is all that `*ret_mask` and `*ret_value` let through. */
bool set_as_mask(const uint8_t set[32], uint8_t *ret_value, uint8_t *ret_mask);
