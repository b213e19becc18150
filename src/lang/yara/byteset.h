/*
 * Sets of bytes, as NODE_CLASS has them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct byteset {
	uint8_t bits[32];
};

static inline void byteset_add(struct byteset *set, unsigned c)
{
	set->bits[c / 8] |= (uint8_t)(1U << c % 8);
}

static inline bool byteset_has(const struct byteset *set, unsigned c)
{
	return (set->bits[c / 8] >> c % 8 & 1) != 0;
}

/** Add first..last. */
void byteset_add_range(struct byteset *set, unsigned first, unsigned last);
void byteset_add_all(struct byteset *set, const struct byteset *other);
struct byteset byteset_complement(const struct byteset *set);
/** With each letter in both cases. */
struct byteset byteset_without_case(const struct byteset *set);
bool byteset_is_empty(const struct byteset *set);

/** A-Z a-z 0-9: what "fullword" looks for. */
struct byteset byteset_alphanumeric(void);
/** The same and "_": \w */
struct byteset byteset_word(void);
