/*
 * Borders between words: \b, \B and "fullword". A character is one byte, or
 * with `is_wide` two, the second of which is 0.
 */
#pragma once

#include "ir/rule.h"

/**
 * \b, or \B with `negate`: between a character of a word and one of none.
 * Where less than a whole character is left of the data is always a border.
 */
struct ir_node *border_word(struct arena *a, bool is_wide, bool negate);

/** `body` where neither a letter nor a digit stands beside it. NULL when out of memory. */
struct ir_node *border_fullword(struct arena *a, struct ir_node *body, bool is_wide);
