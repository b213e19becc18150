/*
 * What the files of the evaluator share.
 *
 * Conditions are trees of bounded depth (IMAGE_DEPTH_MAX), laid out in pre-order;
 * an image may be damaged, so whatever is read from it is checked where it is used.
 * Every node that is looked at takes from the account of work.
 */
#pragma once

#include "match/condition.h"

/* A node as it was read once. Its operands are the nodes from `next` to `end`. */
struct cursor {
	enum ir_op op;
	uint64_t value;
	uint32_t next, end;
	uint32_t depth;
};

/* A subtree that is evaluated later, perhaps several times. */
struct subtree {
	uint32_t at, end, depth;
};

/** Read the node at `at`; false when there is none or the work is used up. */
bool condition_read(struct condition *c, const struct subtree *tree, struct cursor *ret);

/** The value of a tree. UNKNOWN when the image is damaged there or the work is used up. */
struct value condition_value(struct condition *c, const struct subtree *tree);

/** The next operand, which may not be there: then UNKNOWN comes of it. */
struct subtree condition_next(struct condition *c, struct cursor *node);

/** The value of the next operand. */
struct value condition_operand(struct condition *c, struct cursor *node);

/** The next operand as a number; else what it makes of the operator into *ret_missing. */
bool condition_number(struct condition *c, struct cursor *node, int64_t *ret,
		      struct value *ret_missing);

/** Take work; false when it is used up. */
bool condition_charge(struct condition *c, uint64_t units);

/* condition-object.c */
struct value condition_fact(struct condition *c, struct cursor *node);
/** OP_ROW, OP_ROW_KEY, OP_ROWS. */
struct value condition_row(struct condition *c, struct cursor *node);
/** The rows that OP_FOR_ROWS goes over; false: *ret_missing comes of it. */
bool condition_rows(struct condition *c, struct cursor *node, enum fact_group group,
		    uint32_t *ret_first, uint32_t *ret_count, struct value *ret_missing);
struct value condition_variable(struct condition *c, uint64_t index);
struct value condition_call(struct condition *c, struct cursor *node);
struct value condition_bytes(struct condition *c, struct cursor *node);

/* condition-loop.c */
/** OP_QUANTIFIED, OP_FOR_RANGE, OP_FOR_VALUES, OP_FOR_ROWS, OP_FOR_SET. */
struct value condition_loop(struct condition *c, struct cursor *node);
