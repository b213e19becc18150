/*
 * Text strings with their modifiers: all forms in which the text is looked for.
 */
#pragma once

#include "ir/rule.h"
#include "lang/yara/messages.h"

/** The tree of a text string; NULL when the arena is full. xor is up to the caller. */
struct ir_node *textstring_tree(struct arena *a, const struct ast_string *s);
