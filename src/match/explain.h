/*
 * Why a rule holds or not, as text.
 */
#pragma once

#include "base/buf.h"
#include "match/condition.h"

/**
 * The rule's condition with the value of each part, and what was found of its patterns.
 * Conditions must have been evaluated. E_LIMIT when `to` is full.
 */
MUST_CHECK enum status explain_rule(struct condition *c, uint32_t rule, struct buf *to);
