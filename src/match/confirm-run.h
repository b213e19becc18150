/*
 * Between the files that confirm: one step of it, from a set of positions to the next.
 */
#pragma once

#include "match/confirm.h"

/*
 * Sets in use at once: two for each level of alternatives or repetitions, one for each look,
 * the one that is answered, and to prefer with two and one for each level.
 */
enum { POOL_SETS = 3 * IMAGE_DEPTH_MAX + 4 };

/* Bytes [from, to) of the object are known to be of the class that node `at` repeats. */
struct run {
	uint32_t at;
	uint64_t from, to;
};
enum { RUNS = 16 };

/* Where positions count from: a part, or a tree that is looked at by itself. */
struct confirm_frame {
	size_t base;  /* index in the window */
	uint32_t cap; /* positions beyond it are dropped */
	uint32_t depth;
	uint8_t key;
};

struct confirm {
	const struct match_tables *t;
	uint64_t *work;
	const struct match_window *window;
	uint64_t first;		      /* where the data begins, for an edge */
	struct confirm_frame part;    /* of the last confirm_part() */
	uint32_t used;		      /* sets of the pool */
	struct run runs[RUNS];	      /* by node */
	struct ends *pool[POOL_SETS]; /* made when they are first used: most stay NULL */
};

/** An empty set, given back by c->used--; NULL, and no work is left, when there is no memory. */
struct ends *confirm_take(struct confirm *c);

/** A node as it was read once, its numbers checked against BYTE. */
bool confirm_node(const struct confirm *c, uint32_t at, uint32_t end, struct image_node *ret);

/** Turn the positions before node `at` into those behind it. False: give up, it does not match. */
bool confirm_run(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		 struct ends *set);

/** The same for all nodes from `at` to before `end`, one after the other. */
bool confirm_run_all(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		     struct ends *set);

/** The same for node `at`, exactly `times` times; ends early where one more changes nothing. */
bool confirm_times(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		   uint32_t times, struct ends *set);

/** Up to `times` more; a position that was reached before leads nowhere new. */
bool confirm_more(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		  uint32_t times, struct ends *set);
