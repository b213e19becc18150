/*
 * Conditions as the planner lays them out and weighs them.
 */
#pragma once

#include "image/plan-state.h"

/**
 * Append a tree to COND; patterns count from `pattern_first`. E_UNSUPPORTED when it
 * refers to a rule that is not there.
 */
MUST_CHECK enum status condition_add(struct plan *p, const struct ir_expr *expr,
				     uint32_t pattern_first);

/** Note of which patterns all matches are needed; they count from `pattern_first`. */
void condition_mark_counted(struct plan *p, const struct ir_expr *expr, uint32_t pattern_first);

/**
 * Whether a condition can hold for an object in which no pattern of its rule matched, or writes
 * to the log.
 */
bool condition_matters_unmatched(const struct ir_expr *expr);
