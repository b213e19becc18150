/*
 * Patterns of names that a scan takes or leaves out (--include, --exclude).
 *
 * A pattern is a shell glob (fnmatch(3)); "*" matches "/" as well. It holds
 * for an entry when it matches the whole path as it is shown, or the name
 * alone. A file or folder that an exclude pattern holds for is left out, a
 * folder with all in it. Where there are include patterns, a file is taken only
 * when one of them holds for it.
 */
#pragma once

#include "base/vec.h"
#include "os/walk.h"

struct globs {
	struct walk_filter filter;
	struct {
		VEC(const char *); /* borrowed */
	} include, exclude;
};

/** No patterns: nothing is left out. Free with globs_done(). */
void globs_init(struct globs *g);
void globs_done(struct globs *g);
