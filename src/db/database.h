/*
 * Databases as users name them: an image, a rule source, a folder of sources,
 * or the word "builtin". Sources are compiled on the spot.
 */
#pragma once

#include "db/sources.h"

struct databases {
	struct {
		VEC(int);
	} images;
	/* Of each image, as it was given; "rules" for the compiled one. Owned. */
	struct {
		VEC(const char *);
	} names;
	struct compile_counts counts; /* of the sources that were compiled, if any */
};

/**
 * Open what `names` stand for; none at all stand for "builtin". Sources are
 * compiled together into one image without a file, which comes last. Malformed
 * rules are reported, counted and left out; they are no failure. The text of
 * an error says which name it is about. Free with databases_close().
 */
MUST_CHECK enum status databases_open(const char *const *names, size_t count,
				      const struct source_settings *settings, struct report *report,
				      struct databases *ret, struct error *e);

/** Add one more image, of sources as they are listed. `d` may be empty: {0}. */
MUST_CHECK enum status databases_add_listed(struct databases *d, struct source_list *list,
					    const struct source_settings *settings,
					    struct report *report, struct error *e);
void databases_close(struct databases *d);

/** The same images once more, by descriptors of their own. */
MUST_CHECK enum status databases_copy(const struct databases *from, struct databases *ret,
				      struct error *e);

/**
 * Open one image, or with "builtin" that which ships: beside the program in a
 * build folder, else where it was installed. What is in the file is not
 * looked at.
 */
MUST_CHECK enum status database_open_image(const char *name, int *ret_fd, struct error *e);
