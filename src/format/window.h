/*
 * A view of an input for parsers that follow offsets: bytes at any place,
 * read a block at a time, so that walking a table or a list is few reads.
 */
#pragma once

#include "base/arena.h"
#include "base/input.h"

enum { WINDOW_BYTES = 8192 };

struct window {
	struct input *in; /* borrowed */
	uint64_t at;
	size_t len;
	uint8_t bytes[WINDOW_BYTES];
};

/** A window on `in` in the arena; NULL at its ceiling. */
struct window *window_new(struct arena *a, struct input *in);

/**
 * A reader over exactly [at, at + len), len at most WINDOW_BYTES; good until the
 * next call. E_TRUNCATED: not all of it is there. E_IO: cannot read.
 */
MUST_CHECK enum status window_read(struct window *w, uint64_t at, size_t len, struct reader *ret);

/**
 * A copy in the arena of the text that starts at `at` and ends before its
 * NUL. E_TRUNCATED when no NUL comes before `end` or the end of the input,
 * E_LIMIT at the ceiling of the arena, E_IO.
 */
MUST_CHECK enum status window_text(struct window *w, uint64_t at, uint64_t end, struct arena *a,
				   struct str *ret);

/** A copy in the arena of [at, at + len), which must fit in the input. */
MUST_CHECK enum status window_copy(struct window *w, uint64_t at, uint64_t len, struct arena *a,
				   struct str *ret);
