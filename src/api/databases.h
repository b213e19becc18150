/*
 * Databases as users name them: images, files with rules, folders of those.
 * The rules are compiled together into one image, in a jail.
 */
#pragma once

#include "cell/compile.h"

struct databases;

/** An empty set; NULL when out of memory. Free with databases_free(). */
struct databases *databases_new(void);
void databases_free(struct databases *d);

/**
 * Open what `path` names. E_IO, E_DENIED; E_UNSUPPORTED when it is neither an
 * image nor of a known rule language, or a folder without such files.
 */
MUST_CHECK enum status databases_add(struct databases *d, const char *path, struct error *e);

/**
 * Compile the rules that were added, if any. Malformed rules are reported and
 * counted in *ret_counts, not an error.
 */
MUST_CHECK enum status databases_compile(struct databases *d, struct report *report,
					 struct compile_counts *ret_counts, struct error *e);

/** Descriptors of the images, borrowed: those that were named, then the compiled one. */
const int *databases_images(const struct databases *d, size_t *ret_count);
