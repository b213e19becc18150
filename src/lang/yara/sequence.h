/*
 * Building a pattern tree from left to right: bytes are gathered into runs,
 * what is complete becomes a child of the sequence around it.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "ir/rule.h"

struct sequence {
	struct arena *arena;
	struct { VEC(struct ir_node *); } nodes; /* of all sequences around, the innermost last */
	struct buf value, mask;                  /* bytes that are no node yet */
	enum status status;                      /* E_LIMIT or E_NOMEM for good */
};

/** Nothing yet; nodes come from `a`. Free with sequence_done(). */
void sequence_init(struct sequence *s, struct arena *a);
void sequence_done(struct sequence *s);

/** Append a byte of which the bits of `mask` count. */
void sequence_byte(struct sequence *s, uint8_t value, uint8_t mask);

/** Append a node; NULL, which ir_*() return when the arena is full, sets the status. */
void sequence_node(struct sequence *s, struct ir_node *node);

/** Where a sequence inside begins. */
size_t sequence_mark(struct sequence *s);

/* A place between what was appended. */
struct sequence_place {
	size_t nodes, bytes;
};

/** Where it goes on, without an end to the run of bytes at hand. */
static inline struct sequence_place sequence_here(const struct sequence *s)
{
	return (struct sequence_place){s->nodes.len, s->value.len};
}

/**
 * The mark of a sequence that begins at `place`, behind which either bytes or
 * one node was appended.
 */
size_t sequence_split(struct sequence *s, struct sequence_place place);

/** Take all from `mark` on as one node, which may be the empty string; NULL when out of memory. */
struct ir_node *sequence_take(struct sequence *s, size_t mark);

/** Take the nodes from `mark` on, one for each alternative. */
struct ir_node *sequence_take_alternatives(struct sequence *s, size_t mark);
