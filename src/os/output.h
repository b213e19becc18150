/*
 * A file that appears under its name when it is whole, or not at all.
 */
#pragma once

#include "base/error.h"

struct output {
	int fd;            /* write here */
	int folder;        /* where the file will be */
	const char *name;  /* in that folder; borrowed from the path */
	char temporary[64]; /* name for the time being; empty while the file has none */
};

/**
 * Begin a file that will be `path` (borrowed until the end). While the folder's
 * file system can, it has no name, so that not even a power cut leaves a part.
 * E_IO when something stands at `path` that is not a regular file.
 * End with output_commit() or output_abandon().
 */
MUST_CHECK enum status output_begin(struct output *o, const char *path, struct error *e);

/** Bring it to the disk and to its name, in place of what stands there. Ends the output. */
MUST_CHECK enum status output_commit(struct output *o, struct error *e);

/** Nothing happened. */
void output_abandon(struct output *o);
