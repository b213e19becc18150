/*
 * Random rules in the language of YARA, and data over the same few letters, in
 * which their strings match often.
 */
#pragma once

#include "base/buf.h"
#include "random.h"

enum { YARA_STRINGS_MAX = 4, YARA_RULES_MAX = 3 };

struct yara_maker {
	struct random random;
	struct buf *to;
	uint32_t letters;      /* of the alphabet, 2 .. 6 */
	uint32_t string_count; /* of the rule at hand: $_0, $_1, … */
	uint32_t rule_count;   /* before the rule at hand: r0, r1, … */
};

/** Append `count` rules r0, r1, … whose strings are called $_0, $_1, …. */
void yara_make_rules(struct yara_maker *m, uint32_t count);

/** Fill `to` with data. */
void yara_make_data(struct yara_maker *m, uint8_t *to, size_t len);
