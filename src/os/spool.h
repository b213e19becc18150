/*
 * Making a regular file of what comes through a pipe.
 */
#pragma once

#include "base/error.h"

/**
 * A descriptor, open for reading only, of an anonymous file with all that `fd`
 * gives: in memory up to 64 MiB, then in $TMPDIR or /var/tmp. When `fd` is a
 * regular file at its start, it is that file. E_LIMIT when there are more than
 * `most` bytes, E_IO when the kernel fails or an interruption (os/interrupt.h)
 * is pending.
 */
MUST_CHECK enum status spool(int fd, uint64_t most, int *ret_fd, uint64_t *ret_size,
			     struct error *e);
