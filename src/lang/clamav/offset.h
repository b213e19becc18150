/*
 * Where a pattern of a signature may start.
 */
#pragma once

#include "lang/clamav/target.h"

/**
 * Read an offset. Forms that the target does not have are malformed; forms
 * that this version cannot serve mark the signature as skipped.
 */
MUST_CHECK enum status offset_read(struct signature *s, struct str text,
				   const struct target *target, struct ir_place *ret);
