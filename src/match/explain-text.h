/*
 * Parts of a condition in the notation of YARA, as far as it has one.
 */
#pragma once

#include "base/buf.h"
#include "match/evaluate.h"

/** Print a tree. What a damaged image makes up is left out. */
void explain_text(struct condition *c, const struct subtree *tree, struct buf *to);

/** "$a" with another sign in front; nothing but the sign for the pattern of the loop around. */
void explain_pattern(const struct condition *c, uint64_t pattern, char sigil, struct buf *to);

void explain_rule_name(const struct condition *c, uint64_t rule, struct buf *to);
