/*
 * Telling what is in an image. It is read in a jail, which hands out text.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

enum inspection {
	INSPECT_TEXT,   /* what `candor db info` prints */
	INSPECT_JSON,   /* the same for programs, one line; docs/formats/db-info.md */
	INSPECT_SKIPS,  /* what was not taken, by reason, for the end of a build */
	INSPECT_VERIFY, /* nothing but the digest, after everything was read */
};

/**
 * Read the image in `fd` and append what is asked for to `to`. What is wrong
 * with the image is in `e`.
 */
MUST_CHECK enum status inspect_image(int fd, enum inspection what, struct buf *to,
				     struct error *e);
