/*
 * YARA's regular expressions over bytes.
 */
#pragma once

#include "ir/rule.h"
#include "lang/yara/messages.h"

struct regex_options {
	bool is_wide;       /* each character is followed by a zero byte */
	bool can_mix;       /* greedy and lazy quantifiers in one expression are fine */
	bool is_quiet;      /* no warnings: they were given before */
};

/**
 * The tree of a regular expression, and which of its matches at one start counts: the
 * shortest or longest where that is also the first that a Perl expression finds. NULL: an
 * error was reported, or y->status set.
 */
struct ir_node *regex_tree(struct yara *y, struct arena *a, const struct ast_regex *regex,
			   struct regex_options options, enum match_length *ret_length);
