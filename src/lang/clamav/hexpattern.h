/*
 * ClamAV's hex patterns.
 */
#pragma once

#include "lang/lines.h"

/* What stands behind "::" of a sub-signature, as bits. */
enum {
	HEX_NOCASE = 1,   /* i: letters of either case */
	HEX_WIDE = 2,     /* w: a zero byte behind each byte */
	HEX_ASCII = 4,    /* a: with w, the pattern without zero bytes too */
	HEX_FULLWORD = 8, /* f: no letter or digit before and behind */
};

/**
 * Read a pattern into a tree in `a`. On E_SYNTAX the fault points into `text`,
 * which must be part of the line.
 */
MUST_CHECK enum status hexpattern_read(struct arena *a, struct str text, unsigned modifiers,
				       struct fault *fault, const struct ir_node **ret);
