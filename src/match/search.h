/*
 * The search through one object: windows in, found patterns out.
 */
#pragma once

#include "match/confirm.h"
#include "match/found.h"
#include "match/kernel.h"
#include "match/match.h"

/* A part that is tried at every position from `first` on. */
struct scheduled {
	uint64_t first;
	uint32_t part;
};

struct search {
	const struct match_tables *t;
	const struct kernel *kernel;
	struct confirm *confirm; /* a part at a start; conditions run texts by it, too */
	struct found_set found;
	const struct match_object *object;
	uint64_t pattern_work; /* units that one pattern may take */
	uint64_t first; /* where the object, or the region of a process, begins */
	uint64_t from;  /* starts before this were tried */
	bool is_region_over; /* of a process: the next window begins another region */

	/* during search_window() */
	const struct match_window *window;
	uint64_t to; /* starts from here on wait for the next window */

	/* parts without a gram: which are tried now, and which will be, in order */
	uint32_t *active;
	uint32_t active_len, active_cap;
	struct scheduled *schedule;
	uint32_t schedule_len, schedule_next;
};

/** Tables are borrowed. Release with search_done(), also after a failure. */
MUST_CHECK enum status search_init(struct search *s, const struct match_tables *t);
void search_done(struct search *s);

/** Begin an object, which is borrowed until the next one. */
void search_begin(struct search *s, const struct match_object *object);

/** E_LIMIT when the work for this object is used up, E_INTERNAL for a hole between windows. */
MUST_CHECK enum status search_window(struct search *s, const struct match_window *window);
