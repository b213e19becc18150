#include "cli/globs.h"

#include <fnmatch.h>

static bool holds(const char *pattern, const char *path, const char *name)
{
	return fnmatch(pattern, name, 0) == 0 || fnmatch(pattern, path, 0) == 0;
}

static bool leaves_out(struct walk_filter *f, const char *path, const char *name, bool is_folder)
{
	struct globs *g = (struct globs *)f;

	for (size_t i = 0; i < g->exclude.len; i++) {
		if (holds(g->exclude.items[i], path, name))
			return true;
	}
	for (size_t i = 0; i < g->include.len; i++) {
		if (holds(g->include.items[i], path, name))
			return false;
	}
	return !is_folder && g->include.len > 0;
}

void globs_init(struct globs *g)
{
	*g = (struct globs){.filter = {leaves_out}};
}

void globs_done(struct globs *g)
{
	vec_done(&g->include);
	vec_done(&g->exclude);
}
