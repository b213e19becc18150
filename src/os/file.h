/*
 * Files and descriptors.
 */
#pragma once

#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/input.h"

static inline void close_at_end(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void free_at_end(void *p)
{
	free(*(void **)p);
}

/* Declared and initialised on one line; released when the scope ends. */
#define AUTO_FD __attribute__((cleanup(close_at_end))) int
#define AUTO_FREE __attribute__((cleanup(free_at_end)))

/** Take a descriptor out of an AUTO_FD variable. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/** Open a regular file for reading, without blocking on anything else. E_IO or E_DENIED. */
MUST_CHECK enum status file_open(const char *path, int *ret_fd, uint64_t *ret_size,
				 struct error *e);

/**
 * The same for a path below an open folder: nothing above it can be reached, by
 * whatever name or symbolic link. E_DENIED when the path leads out of it.
 */
MUST_CHECK enum status file_open_below(int folder, const char *path, int *ret_fd,
				       uint64_t *ret_size, struct error *e);

/**
 * Size of an open regular file. Works inside every confinement: fstat() of the
 * C library makes a system call that could look at any path.
 */
MUST_CHECK enum status file_size(int fd, uint64_t *ret, struct error *e);

/* What changes when somebody writes to a file. */
struct file_stamp {
	uint64_t size;
	struct timespec modified;
};

/** The stamp of an open file, inside every confinement; false when the kernel fails. */
bool file_stamp_read(int fd, struct file_stamp *ret);
bool file_stamp_eq(const struct file_stamp *a, const struct file_stamp *b);

/** All of a descriptor from its start into `to`; E_LIMIT when that is over its ceiling. */
MUST_CHECK enum status file_read_all(int fd, struct buf *to, struct error *e);

/** Write all of it, through interruptions and short writes. */
MUST_CHECK enum status file_write_all(int fd, const void *data, size_t len, struct error *e);

/** An input over a descriptor (borrowed) with the size it was given; uses pread(). */
struct file_input {
	struct input in;
	int fd;
};
void file_input_init(struct file_input *f, int fd, uint64_t size);

/** A new anonymous file: memfd where there is one, else an unlinked file in $TMPDIR. */
MUST_CHECK enum status file_anonymous(const char *name, int *ret_fd, struct error *e);
