/*
 * From hits to findings: whom to trust, what to report, in which order.
 */
#pragma once

#include "scan/state.h"

/** Whether a rule with EFFECT_TRUST holds for the object: its hits and digests are known. */
bool evidence_is_trusted(struct scanner *s, const struct object *o);

/** Report the rules that hold for the object, in the fixed order. */
void evidence_report(struct scanner *s, const struct object *o);

/** Report the rules about a section at `at` with this digest. */
void evidence_report_section(struct scanner *s, const struct object *o, enum digest_kind kind,
			     uint64_t at, uint64_t size, const uint8_t *value);

/** Hand out what was kept back, and set the verdict. */
void evidence_conclude(struct scanner *s);
