/*
 * Bounds-checked reading of bytes in memory.
 *
 * A read past the end yields zeros and sets `bad` for good, so a parser reads
 * a whole header and checks once.
 */
#pragma once

#include "base/num.h"

struct reader {
	const uint8_t *data; /* borrowed */
	size_t len, pos;
	bool bad; /* a read went past the end; stays set */
};

static inline struct reader reader_of(const void *data, size_t len)
{
	return (struct reader){.data = data, .len = len};
}

static inline size_t reader_left(const struct reader *r)
{
	return r->bad ? 0 : r->len - r->pos;
}

/** Borrow the next n bytes and step over them; NULL and `bad` when there are fewer. */
static inline const uint8_t *reader_take(struct reader *r, size_t n)
{
	if (r->bad || n > r->len - r->pos) {
		r->bad = true;
		return NULL;
	}
	r->pos += n;
	return r->data + (r->pos - n);
}

/** Go to an absolute position; the position just behind the last byte is legal. */
static inline void reader_seek(struct reader *r, uint64_t pos)
{
	if (pos > r->len)
		r->bad = true;
	else
		r->pos = (size_t)pos;
}

static inline void reader_skip(struct reader *r, size_t n)
{
	(void)reader_take(r, n);
}

/** A reader over the next n bytes, which are stepped over; empty and bad when there are fewer. */
static inline struct reader reader_sub(struct reader *r, size_t n)
{
	const uint8_t *p = reader_take(r, n);

	return (struct reader){.data = p, .len = p ? n : 0, .bad = p == NULL};
}

static inline uint8_t reader_u8(struct reader *r)
{
	const uint8_t *p = reader_take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t reader_u16le(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p ? get_u16le(p) : 0;
}

static inline uint32_t reader_u32le(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p ? get_u32le(p) : 0;
}

static inline uint64_t reader_u64le(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);

	return p ? get_u64le(p) : 0;
}

static inline uint16_t reader_u16be(struct reader *r)
{
	const uint8_t *p = reader_take(r, 2);

	return p ? get_u16be(p) : 0;
}

static inline uint32_t reader_u32be(struct reader *r)
{
	const uint8_t *p = reader_take(r, 4);

	return p ? get_u32be(p) : 0;
}

static inline uint64_t reader_u64be(struct reader *r)
{
	const uint8_t *p = reader_take(r, 8);

	return p ? get_u64be(p) : 0;
}
