/*
 * Databases as the command line names them: images, and sources that are
 * compiled on the spot.
 */
#pragma once

#include <stddef.h>

#include "base/error.h"

/**
 * Open the images that `names` stand for: each an image, a source, a folder
 * of sources, or the word "builtin"; none at all stand for "builtin". Sources
 * are compiled together into one image without a name, which comes last.
 * What goes wrong is told on standard error, malformed rules as well; those
 * are left out and are no failure. Free with database_close().
 */
MUST_CHECK enum status database_open(const char *const *names, size_t count, int **ret_fds,
				     size_t *ret_count);
void database_close(int *fds, size_t count);

/** Open the built-in image: beside the program in a build folder, else where it was installed. */
MUST_CHECK enum status database_open_builtin(int *ret_fd, struct error *e);
