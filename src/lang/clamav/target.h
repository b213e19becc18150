/*
 * ClamAV's targets: for which objects, and which view of them, a signature is.
 */
#pragma once

#include "lang/clamav/signature.h"

struct target {
	uint32_t number;
	enum view view;
	uint32_t types;   /* as in struct ir_rule */
	bool is_executable; /* offsets may be relative to entry point and sections */
};

/**
 * Read a target. One that this version cannot serve marks the signature as
 * skipped, with a reason that names what is missing.
 */
MUST_CHECK enum status target_read(struct signature *s, struct str text, struct target *ret);
