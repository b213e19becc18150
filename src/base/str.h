/*
 * Borrowed text: a pointer and a length, not NUL-terminated, any bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *data;
	size_t len;
};

/** A str of a string literal. */
#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})

/** printf arguments for "%.*s". */
#define STR_ARG(s) (int)(s).len, (s).data

static inline struct str str_of(const char *text)
{
	return (struct str){text, strlen(text)};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

/** Byte-wise order; a prefix comes before what it begins. */
int str_cmp(struct str a, struct str b);

bool str_starts(struct str s, struct str prefix);
bool str_ends_nocase(struct str s, struct str suffix);

/** The part from `from` (at most s.len) to the end. */
static inline struct str str_from(struct str s, size_t from)
{
	if (from > s.len)
		from = s.len;
	/* an empty text may have no bytes at all, and nothing may be added to a NULL */
	return from ? (struct str){s.data + from, s.len - from} : s;
}

/** The first n bytes, or all. */
static inline struct str str_first(struct str s, size_t n)
{
	return (struct str){s.data, n < s.len ? n : s.len};
}

/** Position of the first `c`, or s.len. */
static inline size_t str_find(struct str s, char c)
{
	const char *p = s.len ? memchr(s.data, c, s.len) : NULL;

	return p ? (size_t)(p - s.data) : s.len;
}

/** The part in front of the first NUL. */
static inline struct str str_until_nul(struct str s)
{
	return str_first(s, str_find(s, '\0'));
}

/**
 * Cut the next field off the front of *rest, up to `separator` or the end.
 * Returns false when *rest has no more fields (its data is NULL then).
 * "a::b" has three fields, "" has one.
 */
bool str_next_field(struct str *rest, char separator, struct str *ret_field);

/** Without blanks (space, tab, CR, LF) at both ends. */
struct str str_trim(struct str s);

/** Decimal digits only, the whole text; false on anything else or overflow. */
bool str_u64(struct str s, uint64_t *ret);

/** Value of a hex digit, or -1. */
int hex_digit(char c);

/** 2 * len hex digits to bytes; false when the text is not exactly that. */
bool hex_decode(struct str hex, uint8_t *to, size_t len);

/** Lower-case hex of `len` bytes and a NUL into `to`, which holds 2 * len + 1. */
void hex_encode(const uint8_t *bytes, size_t len, char *to);
