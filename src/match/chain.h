/*
 * Chains: patterns of several parts.
 *
 * Between two parts stands a link: the positions where the next part may
 * start because of the matches of the one before. It says at once whether a
 * part has to be looked at. Which starts of the first part lead to a match,
 * and how long each is, is computed from all matches of all parts when the
 * object has been read (chain_solve()).
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "match/tables.h"

/* A chain that began at `start` may go on at low .. high. */
struct link_range {
	uint64_t low, high, start;
};

/*
 * In order of `low`. Since all ranges of a link are equally long, or all
 * without an end, they are in order of `high` too.
 */
struct link {
	struct link_range *ranges;
	uint32_t first, len, cap; /* ranges before `first` are over */
};

/** Add a range; false when out of memory. */
bool link_add(struct arena *a, struct link *link, struct link_range range);

/**
 * Whether the next part may start at `at`, which never falls from one call to the
 * next; *ret_start is where the earliest range says that the chain began.
 */
bool link_allows(struct link *link, uint64_t at, uint64_t *ret_start);

/** Whether every range is over. */
static inline bool link_is_over(const struct link *link)
{
	return link->first == link->len;
}

/* One way in which a part matched. */
struct part_match {
	uint64_t start, end;
	uint64_t final; /* set by chain_solve(): the best end of a chain from here, or CHAIN_NONE */
	uint64_t tail;  /* likewise: the first start of the last part that is reached */
};
#define CHAIN_NONE UINT64_MAX

/* A part of a chain: its matches, when they are kept, in order of start and end. */
struct stage {
	struct link link; /* to the part behind it */
	struct part_match *matches;
	uint32_t len, cap;
};

/* Most matches of a part that are kept. */
enum { STAGE_MATCHES_MAX = 1 << 17 };

/** Keep a match; E_LIMIT when there are too many, or no memory for more. */
MUST_CHECK enum status stage_add(struct arena *a, struct stage *stage, uint64_t start,
				 uint64_t end);

struct chain {
	struct stage *stages;
	const struct image_part *parts; /* gaps are before each part */
	uint32_t count;
	bool longest;
};

/**
 * Compute `final` and `tail` of all matches of all stages, from the last to the
 * first. False when out of memory.
 */
bool chain_solve(struct arena *a, const struct chain *chain);
