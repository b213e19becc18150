/*
 * The borders (B), (L) and (W) of hex patterns.
 */
#pragma once

#include "ir/rule.h"

enum hex_side {
	HEX_BEFORE, /* at the start of a part: looks at what stands before */
	HEX_BEHIND, /* at the end of a part: looks at what follows */
	HEX_INSIDE, /* between bytes of a part: takes bytes itself */
};

struct hex_border {
	char kind; /* 'B', 'L' or 'W' */
	enum hex_side side;
	bool negate;
	bool wide; /* of a pattern with a zero byte behind each byte; only (W) differs */
};

/** The tree of a border; NULL when the arena is full. */
struct ir_node *hex_border(struct arena *a, const struct hex_border *border);
