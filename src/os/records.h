/*
 * Texts from a descriptor, one after the other: lines, or what NULs separate.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

enum { RECORD_CEILING = 1 << 20 };

struct records {
	int fd; /* borrowed */
	char separator;
	struct buf held; /* read and not given yet */
	size_t from;     /* what lies in front of it was given */
	bool at_end;
};

/** Free with records_done(). */
void records_init(struct records *r, int fd, char separator);
void records_done(struct records *r);

/**
 * The next text that is not empty, with a NUL instead of its separator; NULL at
 * the end. Valid until the next call. E_LIMIT for one longer than
 * RECORD_CEILING or with a NUL inside, E_IO when the kernel fails or an
 * interruption (os/interrupt.h) is pending.
 */
MUST_CHECK enum status records_next(struct records *r, const char **ret, struct error *e);
