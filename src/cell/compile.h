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
	const char *space; /* namespace; NULL: one of its own */
};

/* A file that was opened because a source includes it. */
struct compile_include {
	int fd; /* the receiver's */
	uint64_t size;
	const char *name; /* as it is shown; valid until the next one */
};

/* Opens in the parent what sources include. */
struct compile_opener {
	/*
	 * `from` counts the sources in the order of the options, and behind them
	 * what was opened here. E_DENIED or E_IO with the reason.
	 */
	enum status (*open)(struct compile_opener *opener, uint32_t from, struct str path,
			    struct compile_include *ret, struct error *e);
};

enum {
	COMPILE_INCLUDES_MAX = 4096,
	COMPILE_INCLUDED_BYTES = 256 << 20, /* of all of them together */
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
	const struct front_settings *settings; /* but its includer; may be NULL */
	struct compile_opener *opener;         /* NULL: nothing can be included */
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
