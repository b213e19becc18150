/*
 * Arena: many small allocations, one free, one ceiling.
 *
 * Parsers put what they find into the caller's arena and free nothing. An
 * arena refuses to grow past its ceiling, so hostile input costs a known
 * amount of memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

/** An arena of at most `ceiling` bytes; NULL when out of memory. Free with arena_free(). */
struct arena *arena_new(size_t ceiling);

/** NULL is allowed. Everything that came from the arena is gone. */
void arena_free(struct arena *a);

/** Give everything back but keep one block for reuse. */
void arena_clear(struct arena *a);

/** `size` zeroed bytes, aligned for any type; NULL at the ceiling or out of memory. */
void *arena_alloc(struct arena *a, size_t size);

/** The same, unaligned and not zeroed: for text and bytes. */
void *arena_bytes(struct arena *a, size_t size);

/** `count` zeroed objects of `size` bytes; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t count, size_t size);

/** A copy of `s` with a NUL behind it; .data is NULL on failure. */
struct str arena_str(struct arena *a, struct str s);

/** A formatted copy; .data is NULL on failure. */
struct str arena_format(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#define arena_new_object(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_new_array(a, type, count) ((type *)arena_array((a), (count), sizeof(type)))
