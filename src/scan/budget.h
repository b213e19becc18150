/*
 * Budgets of one file, and the record of what they cut off.
 */
#pragma once

#include "scan/state.h"

/** Set the clock and the counters for a file of `size` bytes. */
void budget_begin(struct scanner *s, uint64_t size);

/** Record that something was not scanned; the first reason is kept with its place. */
void budget_missed(struct scanner *s, enum reason reason, uint64_t at, uint32_t depth);

/** Whether the work is to go on; records the timeout when it is over just now. */
bool budget_goes_on(struct scanner *s, uint32_t depth);

/** Account for bytes of a member; false when a budget does not allow them. */
bool budget_unpack(struct scanner *s, uint64_t len, uint32_t depth);
