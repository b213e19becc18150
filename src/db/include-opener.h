/*
 * Opening the files that rules include, as the user allows it.
 */
#pragma once

#include "db/sources.h"

/* A file that was included, which may include others. */
struct opened_include {
	uint32_t source; /* that it began with */
	char *path;      /* as it is shown */
};

struct include_opener {
	struct compile_opener base;
	bool anywhere; /* else only below the folder of the source that it began with */
	const struct compile_source *sources;
	size_t source_count;
	const struct source_list *list;
	struct {
		VEC(struct opened_include);
	} opened;
};

/** All is borrowed until include_opener_done(). */
void include_opener_init(struct include_opener *o, const struct compile_source *sources,
			 size_t source_count, const struct source_list *list);
void include_opener_done(struct include_opener *o);
