/*
 * Growable bytes with a ceiling.
 *
 * A failed append sets `bad` for good and leaves the contents as they were,
 * so writers append freely and check once.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf {
	uint8_t *data;
	size_t len, cap, ceiling;
	bool bad; /* the ceiling or memory ended an append */
};

/** An empty buffer that never holds more than `ceiling` bytes. Free with buf_done(). */
void buf_init(struct buf *b, size_t ceiling);
void buf_done(struct buf *b);

/** Empty it, keep the memory, forget `bad`. */
void buf_clear(struct buf *b);

/** Room for n more bytes behind len, without moving len; NULL when refused. */
uint8_t *buf_reserve(struct buf *b, size_t n);

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_add_zeros(struct buf *b, size_t n);
void buf_add_str(struct buf *b, struct str s);
void buf_add_u8(struct buf *b, uint8_t v);
void buf_add_u16le(struct buf *b, uint16_t v);
void buf_add_u32le(struct buf *b, uint32_t v);
void buf_add_u64le(struct buf *b, uint64_t v);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** The contents as text (not NUL-terminated), valid until the next change. */
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){(const char *)b->data, b->len};
}
