/*
 * Conditions: their nodes in the image, and what they need of the patterns.
 */
#pragma once

#include "image/plan-state.h"

/** Append the nodes of `expr`; its patterns stand in PATN from `pattern_first` on. */
MUST_CHECK enum status condition_add(struct plan *p, const struct ir_expr *expr,
				     uint32_t pattern_first);

/** Set PATTERN_COUNTED for the patterns of which more is asked than whether they matched. */
void condition_mark_counted(struct plan *p, const struct ir_expr *expr, uint32_t pattern_first);

/** Whether the condition can hold although none of the rule's patterns matched. */
bool condition_can_hold_unmatched(const struct ir_expr *expr);

/** Whether it asks for facts of the object. */
bool condition_needs_facts(const struct ir_expr *expr);
