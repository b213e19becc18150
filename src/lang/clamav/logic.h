/*
 * The logical expression of a signature: from text to a tree, and from there
 * to a condition.
 */
#pragma once

#include "lang/lines.h"

enum {
	LOGIC_IDS_MAX = 64,
	LOGIC_TERMS_MAX = 512, /* public sets stay below 64 */
};

enum logic_kind {
	LOGIC_ID,  /* a sub-signature */
	LOGIC_AND, /* of operands */
	LOGIC_OR,
};

/* An id, or operands joined by one operator; with `compare` a compared id or block. */
struct logic_node {
	enum logic_kind kind;
	uint32_t id;
	char compare; /* '=', '<', '>' or NUL */
	int64_t count, distinct;
	uint32_t depth;           /* of what is below, 0 for an id */
	struct logic_node *first; /* operand, the others by its `next` */
	struct logic_node *next;
};

struct logic {
	const struct logic_node *root;
	uint32_t ids; /* the highest number of a sub-signature in it, plus one */
};

/**
 * Read an expression; it lives in `a`. E_UNSUPPORTED for one that is nested
 * deeper or longer than any real one.
 */
MUST_CHECK enum status logic_read(struct arena *a, struct str text, struct fault *fault,
				  struct logic *ret);

/**
 * The condition of a rule whose pattern i is sub-signature i. E_UNSUPPORTED
 * when it would be larger than any real one.
 */
MUST_CHECK enum status logic_condition(struct arena *a, const struct logic *logic,
				       struct ir_expr **ret);
