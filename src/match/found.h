/*
 * What was found of each pattern in the object at hand, and the questions
 * that conditions ask about it.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "match/chain.h"
#include "match/match.h"

/* One pattern of which some part matched. */
struct found {
	uint32_t pattern;
	bool is_found;   /* the whole pattern matched */
	bool is_counted; /* all matches are wanted */
	bool is_limited; /* some matches were not kept track of */
	bool is_given_up; /* it took too much work; it is limited as well */
	bool is_overrun; /* there are more than FOUND_COUNT_MAX: those behind do not count */
	bool is_solved;  /* of a chain: spans are there */
	uint32_t stage_count;
	uint64_t spent;           /* work */
	uint64_t count;           /* matches, up to FOUND_COUNT_MAX */
	uint64_t last_start;      /* of them, the greatest */
	struct match_span first;  /* the one that was found first */
	struct match_span *spans; /* in order of start; of the heap */
	uint32_t span_len, span_cap;
	struct stage *stages;     /* of a chain */
};

enum { FOUND_COUNT_MAX = 1000000 };

/* Resets in proportion to what the last object touched. */
struct found_set {
	const struct match_tables *t;
	struct arena *arena;
	uint32_t *index_of; /* by pattern: 1 + index into items, or 0 */
	struct { VEC(struct found *); } items;
	size_t span_bytes;  /* of the heap */
	struct match_wishes wishes;
	uint64_t work;      /* units left for this object */
	bool is_cut;        /* the search was given up: what was not found may still be there */
};

MUST_CHECK enum status found_init(struct found_set *set, const struct match_tables *t);
void found_done(struct found_set *set);

/** Forget all, for an object with `work` units. */
void found_reset(struct found_set *set, uint64_t work);

/** What there is of a pattern, or NULL; `pattern` may be any number. */
static inline struct found *found_get(const struct found_set *set, uint32_t pattern)
{
	uint32_t index = pattern < set->t->pattern_count ? set->index_of[pattern] : 0;

	return index ? set->items.items[index - 1] : NULL;
}

/** The same, made when there is none; NULL when out of memory, and then the set is cut. */
struct found *found_make(struct found_set *set, uint32_t pattern, uint32_t parts);

/** A match of a pattern of one part. */
void found_add(struct found_set *set, struct found *f, struct match_span span);

/* Answers. UNKNOWN: not all matches are known. */
enum known { KNOWN_NO, KNOWN_YES, UNKNOWN };

enum known found_matched(struct found_set *set, uint32_t pattern);
/** Whether a match starts in low .. high. */
enum known found_in(struct found_set *set, uint32_t pattern, uint64_t low, uint64_t high);
/** The number of matches; false when it is not known. */
bool found_count(struct found_set *set, uint32_t pattern, uint64_t *ret);
/** The number of matches that start in low .. high. */
bool found_count_in(struct found_set *set, uint32_t pattern, uint64_t low, uint64_t high,
		    uint64_t *ret);
/** The n-th match, from 1; KNOWN_NO when there are fewer. */
enum known found_nth(struct found_set *set, uint32_t pattern, uint64_t n, struct match_span *ret);
/** A match to show; false when there is none. */
bool found_show(struct found_set *set, uint32_t pattern, struct match_span *ret);
/** The matches that are kept, at least one of what was found; returns how many. */
size_t found_spans(struct found_set *set, uint32_t pattern, const struct match_span **ret);
