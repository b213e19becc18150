/*
 * Building a pattern tree from left to right: bytes are gathered into runs,
 * what is complete becomes a child of the sequence around it.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"
#include "ir/rule.h"

struct pieces {
	struct arena *arena;
	struct { VEC(struct ir_node *); } nodes; /* of all sequences around, the innermost last */
	struct buf value, mask;                  /* bytes that are no node yet */
	enum status status;                      /* E_LIMIT or E_NOMEM for good */
};

/** Nothing yet; nodes come from `a`. Free with pieces_done(). */
void pieces_init(struct pieces *s, struct arena *a);
void pieces_done(struct pieces *s);

/** Append a byte of which the bits of `mask` count. */
void pieces_byte(struct pieces *s, uint8_t value, uint8_t mask);

/** Append a node; NULL, which ir_*() return when the arena is full, sets the status. */
void pieces_node(struct pieces *s, struct ir_node *node);

/** Where a sequence inside begins. */
size_t pieces_mark(struct pieces *s);

/* A place between what was appended. */
struct sequence_place {
	size_t nodes, bytes;
};

/** Where it goes on, without an end to the run of bytes at hand. */
static inline struct sequence_place pieces_here(const struct pieces *s)
{
	return (struct sequence_place){s->nodes.len, s->value.len};
}

/**
 * The mark of a sequence that begins at `place`, behind which either bytes or
 * one node was appended.
 */
size_t pieces_split(struct pieces *s, struct sequence_place place);

/** Take all from `mark` on as one node, which may be the empty string; NULL when out of memory. */
struct ir_node *pieces_take(struct pieces *s, size_t mark);

/** Take the nodes from `mark` on, one for each alternative. */
struct ir_node *sequence_take_alternatives(struct pieces *s, size_t mark);
