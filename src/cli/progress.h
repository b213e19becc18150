/*
 * The live line of a scan: what was done, how fast, how much is left, and
 * what is at hand. Drawn at most ten times a second.
 */
#pragma once

#include "cli/display.h"
#include "cli/scan-feed.h"
#include "cli/scan-tally.h"

struct progress {
	struct display *out; /* NULL: nothing is drawn */
	struct background *counter; /* NULL: the total is not known */
	uint64_t start_ns, drawn_ns;
};


/** Begin to count what there is, where the output is a terminal and the request wants progress. */
void progress_begin(struct progress *p, const struct scan_request *request, struct display *out);
void progress_end(struct progress *p);

/** Draw the line if it is time. */
void progress_draw(struct progress *p, const struct tally *t, const char *path);

/** Append the line for a terminal of that many columns. `total` may be NULL. */
void progress_line(struct buf *to, const struct tally *t, uint64_t elapsed_ns,
		   const struct feed_count *total, struct str path, size_t columns);
