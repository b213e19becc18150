/*
 * Databases as users name them: an image, a rule source, a folder of sources,
 * or the word "builtin". Sources are compiled on the spot.
 */
#pragma once

#include "base/vec.h"
#include "cell/compile.h"

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
MUST_CHECK enum status databases_open(const char *const *names, size_t count, bool include_anywhere,
				      struct report *report, struct databases *ret,
				      struct error *e);
void databases_close(struct databases *d);

/**
 * Open one image, or with "builtin" that which ships: beside the program in a
 * build folder, else where it was installed. What is in the file is not
 * looked at.
 */
MUST_CHECK enum status database_open_image(const char *name, int *ret_fd, struct error *e);
