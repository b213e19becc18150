/*
 * From the strings of a rule to patterns. What is wrong is reported; texts
 * and trees are copied to the arena of the rule set.
 */
#pragma once

#include "ir/rule.h"
#include "lang/yara/messages.h"

/**
 * The pattern of a string whose modifiers fit its kind and each other: body,
 * xor keys and the rule for its length. Its name, place and what it is private
 * to are the caller's. NULL when something was reported, or when the arena is
 * full, which sets y->status.
 */
struct ir_pattern *yara_pattern(struct yara *y, struct arena *a, const struct ast_string *s);

/** The pattern of a regular expression in a condition. NULL as above. */
const struct ir_pattern *yara_condition_regex(struct yara *y, struct arena *a,
					      const struct ast_regex *regex);
