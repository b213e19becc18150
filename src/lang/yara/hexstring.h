/*
 * Hex strings: { 4D 5A ?? [2-4] ( 50 | ~5? ) }
 */
#pragma once

#include "ir/rule.h"
#include "lang/yara/messages.h"

/** The tree of a hex string. NULL: an error was reported, or y->status set. */
struct ir_node *hexstring_tree(struct yara *y, struct arena *a, const struct ast_string *s,
			       enum match_length *ret_length);
