/*
 * The target description block of a logical signature.
 */
#pragma once

#include "lang/clamav/target.h"

enum { TDB_CONDITIONS_MAX = 16 };

struct tdb {
	struct target target;
	struct ir_expr *conditions[TDB_CONDITIONS_MAX]; /* all must hold */
	uint32_t count;
};

/**
 * Read a block. E_UNSUPPORTED for an unknown key or other functionality
 * levels, as the rest of such a line may be of any form; keys that are known
 * but not supported mark the signature as skipped.
 */
MUST_CHECK enum status tdb_read(struct signature *s, struct str text, struct tdb *ret);
