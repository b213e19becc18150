/*
 * Showing hostile text safely.
 *
 * Names of files and members may hold newlines, escape sequences, invalid
 * UTF-8 or direction overrides. Nothing from outside reaches a terminal, a log
 * or JSON without one of these.
 */
#pragma once

#include "base/buf.h"
#include "base/str.h"

/**
 * Length of the well-formed UTF-8 sequence at the start of `s` (Unicode 15,
 * table 3-7) and its code point; 0 when there is none.
 */
size_t utf8_next(struct str s, uint32_t *ret_point);

/** Whether all of `s` is well-formed UTF-8. */
bool utf8_valid(struct str s);

/**
 * Append `s` for a terminal or a log line. Control characters, invalid bytes,
 * line and paragraph separators, and characters that reorder or hide text are
 * written as \n, \t, \\, \xHH or \u{HHHH}; all else as it is.
 */
void text_escape(struct buf *to, struct str s);

/** Append `s` as a quoted JSON string (RFC 8259); each invalid byte becomes U+FFFD. */
void text_json(struct buf *to, struct str s);

/** Append the bytes of `s` in base64 with padding (RFC 4648, section 4). */
void text_base64(struct buf *to, struct str s);
