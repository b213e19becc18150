/*
 * What encoding and decoding of all messages is made of; private to cell/wire*.c.
 */
#pragma once

#include "cell/wire.h"

/** Begin a message in place of what is in `to`. */
void wire_begin(struct buf *to, enum message type, size_t count);

/** Texts, their lengths in front of all of them. */
void wire_put_texts(struct buf *to, const struct str *texts, size_t count);

/** A reader behind the head of a message of this type with 1 to `most` things in it. */
struct reader wire_open(struct str message, enum message type, uint32_t most,
			uint32_t *ret_count);

/** Whether all was there, and nothing more. */
MUST_CHECK enum status wire_close(const struct reader *r);

/** A number below `end`. */
uint8_t wire_below(struct reader *r, unsigned end);
bool wire_bool(struct reader *r);

/** `len` bytes without a NUL, borrowed. */
struct str wire_text(struct reader *r, size_t len);

/** `len` bytes of any value, borrowed. */
struct str wire_bytes(struct reader *r, size_t len);

/** `len` bytes without a NUL into an array of `room` bytes, and a NUL. */
void wire_chars(struct reader *r, size_t len, char *to, size_t room);
