/*
 * Perl expressions among the sub-signatures of a logical signature.
 */
#pragma once

#include "lang/clamav/target.h"

/** Read [offset:]trigger/regex/[flags], which is sub-signature `index`. */
MUST_CHECK enum status perl_read(struct signature *s, struct str text, uint32_t index,
				 const struct target *target, struct ir_pattern *pattern);
