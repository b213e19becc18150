/*
 * Random access to the bytes of one object: a file descriptor, a buffer, or
 * a slice of another input. Parsers pull from it and never learn which.
 */
#pragma once

#include "base/error.h"
#include "base/reader.h"

struct input {
	uint64_t size; /* bytes; fixed for the life of the input */
	/*
	 * Read up to len bytes at `at` into `to`. Gives fewer only at the end of
	 * the data, which lies before `size` when a file has shrunk.
	 */
	enum status (*read)(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len);
};

/**
 * Read exactly [at, at + len). E_TRUNCATED when that is not all inside `size`
 * or the file has shrunk, E_IO when the kernel fails.
 */
MUST_CHECK enum status input_exact(struct input *in, uint64_t at, void *to, size_t len);

/** An input over bytes in memory, which are borrowed. */
struct memory_input {
	struct input in;
	const uint8_t *data;
};
void memory_input_init(struct memory_input *m, const void *data, size_t len);

/** An input over part of another one, which is borrowed. The range must fit. */
struct slice_input {
	struct input in;
	struct input *parent;
	uint64_t start;
};
void slice_input_init(struct slice_input *s, struct input *parent, uint64_t start, uint64_t len);
