/*
 * Compiling rule sources into an image, in a jail: the text of rules comes
 * from outside like any other input.
 */
#pragma once

#include "image/build.h"
#include "lang/front.h"

/* An open source. */
struct compile_source {
	int fd;          /* borrowed */
	const char *name; /* as it is shown and stored */
};

struct compile_counts {
	uint32_t sources, accepted, malformed, skipped, ignored;
};

struct compile_options {
	const struct compile_source *sources; /* in this order: see compile_order() */
	size_t source_count;
	int out_fd;          /* borrowed; written from its start */
	uint64_t memory;     /* ceiling; 0: 2 GiB */
	/* Called in the parent for each message, in order. */
	struct report *report;
};

/** Sort sources: ignore lists first, then by name. The same set gives the same image. */
void compile_order(struct compile_source *sources, size_t count);

/**
 * Compile. Malformed rules are reported and counted, not an error. E_NOMEM,
 * E_LIMIT, E_IO (disk full) or E_INTERNAL (the jail died) otherwise.
 */
MUST_CHECK enum status compile_image(const struct compile_options *options,
				     struct compile_counts *ret_counts,
				     struct build_result *ret_result, struct error *e);
