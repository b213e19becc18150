/*
 * Sets of positions inside a part, counted from its start: 0 .. IMAGE_PART_MAX.
 */
#pragma once

#include <string.h>

#include "image/code.h"

enum { ENDS_WORDS = IMAGE_PART_MAX / 64 + 1 };

/* Words outside [low, high) are zero. */
struct ends {
	uint32_t low, high;
	uint64_t words[ENDS_WORDS];
};

static inline bool ends_is_empty(const struct ends *s)
{
	for (uint32_t i = s->low; i < s->high; i++) {
		if (s->words[i] != 0)
			return false;
	}
	return true;
}

static inline void ends_clear(struct ends *s)
{
	if (s->high > s->low)
		memset(s->words + s->low, 0, (s->high - s->low) * sizeof s->words[0]);
	s->low = s->high = 0;
}

/* Make room for words [low, high). */
static inline void ends_cover(struct ends *s, uint32_t low, uint32_t high)
{
	if (s->low == s->high) {
		s->low = low;
		s->high = high;
	}
	if (low < s->low)
		s->low = low;
	if (high > s->high)
		s->high = high;
}

static inline void ends_add(struct ends *s, uint32_t at)
{
	ends_cover(s, at / 64, at / 64 + 1);
	s->words[at / 64] |= (uint64_t)1 << at % 64;
}

static inline bool ends_has(const struct ends *s, uint32_t at)
{
	return (s->words[at / 64] >> at % 64 & 1) != 0;
}

/* Add first .. last. */
static inline void ends_add_range(struct ends *s, uint32_t first, uint32_t last)
{
	uint64_t from = ~(uint64_t)0 << first % 64, to = ~(uint64_t)0 >> (63 - last % 64);

	ends_cover(s, first / 64, last / 64 + 1);
	if (first / 64 == last / 64) {
		s->words[first / 64] |= from & to;
		return;
	}
	s->words[first / 64] |= from;
	for (uint32_t i = first / 64 + 1; i < last / 64; i++)
		s->words[i] = ~(uint64_t)0;
	s->words[last / 64] |= to;
}

static inline void ends_unite(struct ends *s, const struct ends *other)
{
	if (other->low == other->high)
		return;
	ends_cover(s, other->low, other->high);
	for (uint32_t i = other->low; i < other->high; i++)
		s->words[i] |= other->words[i];
}

static inline void ends_subtract(struct ends *s, const struct ends *other)
{
	for (uint32_t i = s->low; i < s->high; i++)
		s->words[i] &= ~other->words[i];
}

/* Drop all but first .. last. */
static inline void ends_keep(struct ends *s, uint32_t first, uint32_t last)
{
	for (uint32_t i = s->low; i < s->high; i++) {
		if (i < first / 64 || i > last / 64)
			s->words[i] = 0;
		if (i == first / 64)
			s->words[i] &= ~(uint64_t)0 << first % 64;
		if (i == last / 64)
			s->words[i] &= ~(uint64_t)0 >> (63 - last % 64);
	}
}

static inline void ends_drop(struct ends *s, uint32_t at)
{
	if (at / 64 >= s->low && at / 64 < s->high)
		s->words[at / 64] &= ~((uint64_t)1 << at % 64);
}

static inline void ends_copy(struct ends *s, const struct ends *other)
{
	ends_clear(s);
	ends_unite(s, other);
}

static inline bool ends_equal(const struct ends *a, const struct ends *b)
{
	uint32_t low = a->low < b->low ? a->low : b->low;
	uint32_t high = a->high > b->high ? a->high : b->high;

	for (uint32_t i = low; i < high; i++) {
		if (a->words[i] != b->words[i])
			return false;
	}
	return true;
}

/** The least element that is at least *at into *at; false when there is none. */
static inline bool ends_next(const struct ends *s, uint32_t *at)
{
	uint32_t i = *at / 64 > s->low ? *at / 64 : s->low;

	for (; i < s->high; i++) {
		uint64_t word = s->words[i];

		if (i == *at / 64)
			word &= ~(uint64_t)0 << *at % 64;
		if (word != 0) {
			*at = i * 64 + (uint32_t)__builtin_ctzll(word);
			return true;
		}
	}
	return false;
}

/** The greatest element; the set must not be empty. */
static inline uint32_t ends_last(const struct ends *s)
{
	uint32_t i = s->high;

	while (i > s->low + 1 && s->words[i - 1] == 0)
		i--;
	return (i - 1) * 64 + 63 - (uint32_t)__builtin_clzll(s->words[i - 1] | 1);
}
