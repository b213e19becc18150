/*
 * Rules out of fuzz input: every byte string is some rule set. Bytes are taken
 * from the front; when they run out, zeros follow.
 */
#pragma once

#include <stdlib.h>

#include "base/reader.h"
#include "../unit/image/made.h"

enum { MATCH_INPUT_PATTERNS = 4, MATCH_INPUT_DEPTH = 3, MATCH_INPUT_RULES = 2 };

static inline struct ir_node *input_bytes(struct reader *r, struct arena *a)
{
	uint8_t masks[16], values[16], len = reader_u8(r) % 12;

	for (uint8_t i = 0; i < len; i++) {
		uint8_t kind = reader_u8(r);

		masks[i] = (uint8_t)(kind < 200 ? 0xff : kind << 3);
		values[i] = reader_u8(r);
	}
	return ir_bytes(a, values, masks, len);
}

static inline struct ir_node *input_class(struct reader *r, struct arena *a)
{
	uint8_t set[32], fill = reader_u8(r), c = reader_u8(r);

	memset(set, fill < 200 ? 0 : 0xff, sizeof set);
	set[c / 8] ^= (uint8_t)(1u << c % 8);
	c = (uint8_t)(c + fill);
	set[c / 8] |= 1;
	return ir_class(a, set);
}

static inline uint32_t input_bound(struct reader *r)
{
	uint8_t b = reader_u8(r);

	return b < 240 ? b % 8 : b < 254 ? (uint32_t)(b - 239) * 100 : 8000u + b;
}

static inline struct ir_node *input_tree(struct reader *r, struct arena *a, unsigned depth)
{
	uint8_t kind = reader_u8(r);
	uint32_t count = depth > 0 ? reader_u8(r) % 4 : 0;
	uint32_t min, max, least, most;
	struct ir_node *children[4];

	if (depth == 0)
		return kind % 2 != 0 ? input_class(r, a) : input_bytes(r, a);
	switch (kind % 9) {
	case NODE_CLASS:
		return input_class(r, a);
	case NODE_GAP:
		min = input_bound(r);
		max = count == 3 ? IR_UNBOUNDED : min + input_bound(r);
		return ir_gap(a, min, max);
	case NODE_CONCAT:
	case NODE_ALT:
		for (uint32_t i = 0; i <= count; i++)
			children[i] = input_tree(r, a, depth - 1);
		return kind % 9 == NODE_ALT ? ir_alt(a, children, count + 1)
					    : ir_concat(a, children, count + 1);
	case NODE_REPEAT:
		min = input_bound(r);
		max = count == 3 ? IR_UNBOUNDED : min + input_bound(r);
		return ir_repeat(a, input_tree(r, a, depth - 1), min, max, count % 2 != 0);
	case NODE_NOT:
	case NODE_LOOK:
		children[0] = input_tree(r, a, depth - 1);
		ir_width(children[0], &least, &most);
		if (least != most)
			return children[0];
		return kind % 9 == NODE_NOT ? ir_not(a, children[0], least)
					    : ir_look(a, children[0], count % 2 != 0, count > 1);
	case NODE_EDGE:
		return ir_edge(a, count % 2 != 0);
	default:
		return input_bytes(r, a);
	}
}

static inline struct ir_pattern *input_pattern(struct reader *r, struct arena *a)
{
	struct ir_pattern *p = arena_new_object(a, struct ir_pattern);
	uint8_t flags = reader_u8(r), place = reader_u8(r);

	p->place.base = place < 128 ? PLACE_ANYWHERE : (enum place_base)(place % PLACE_MACRO);
	p->place.section = place % 3;
	p->place.delta = (int8_t)reader_u8(r);
	p->place.range = input_bound(r);
	p->has_xor = flags % 4 == 3;
	p->xor_first = (uint8_t)(flags >> 5);
	p->xor_last = (flags & 16) != 0 ? 0xff : p->xor_first;
	p->rule = (flags & 4) != 0 ? MATCH_RISING_START : MATCH_EVERY_START;
	p->length = match_length_of((flags & 8) != 0, flags % 4 == 2);
	p->body = input_tree(r, a, MATCH_INPUT_DEPTH);
	return p;
}

static inline struct ir_expr *input_condition(struct reader *r, struct arena *a, unsigned depth)
{
	static const enum ir_op ops[] = {
		OP_SIZE,    OP_MATCHED, OP_COUNT, OP_MATCHED_AT, OP_MATCHED_IN, OP_COUNT_IN,
		OP_OFFSET,  OP_LENGTH,  OP_READ,  OP_AND,        OP_OR,         OP_NOT,
		OP_IF,      OP_DEFINED, OP_EQ,    OP_LT,         OP_GE,         OP_ADD,
		OP_MUL,     OP_DIV,     OP_SHL,   OP_BIT_XOR,    OP_SUM,        OP_DISTINCT,
		OP_DISTINCT_IN,
	};
	static const uint8_t arities[] = {0, 0, 0, 1, 2, 2, 1, 1, 1, 2, 2, 1, 3,
					  1, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 2};
	static const uint32_t set[MATCH_INPUT_PATTERNS] = {0, 1, 2, 3};
	uint8_t which = reader_u8(r) % (LEN(ops) + 1);
	struct ir_expr *args[3];

	if (depth == 0 || which == LEN(ops))
		return ir_int(a, (int8_t)reader_u8(r));
	for (uint8_t i = 0; i < arities[which]; i++)
		args[i] = input_condition(r, a, depth - 1);
	struct ir_expr *e = ir_op(a, ops[which], args, arities[which]);
	e->index = reader_u8(r) % MATCH_INPUT_PATTERNS;
	if (ops[which] == OP_READ)
		e->index = 1u << e->index;
	if (ops[which] >= OP_SUM && ops[which] <= OP_DISTINCT_IN) {
		e->set.items = set;
		e->set.count = MATCH_INPUT_PATTERNS;
	}
	return e;
}

/** The image of the rules at the front of the input; what is left of the input is behind r->pos. */
static inline void input_image(struct reader *r, struct made_image *ret)
{
	struct ruleset *rs = made_rules(1);
	struct ir_pattern *patterns[MATCH_INPUT_PATTERNS];
	struct error e = {0};

	for (size_t i = 0; i < MATCH_INPUT_PATTERNS; i++)
		patterns[i] = input_pattern(r, rs->arena);
	for (size_t i = 0; i < MATCH_INPUT_RULES; i++) {
		struct ir_rule rule = {.name = STR("rule"), .line = 1, .patterns = patterns,
				       .pattern_count = MATCH_INPUT_PATTERNS,
				       .condition = input_condition(r, rs->arena, 3)};

		/* all that the decoder makes keeps to the rules of the IR */
		if (ruleset_add_rule(rs, &rule) != OK)
			abort();
	}
	if (made_build(rs, ret, &e) != OK)
		abort();
}
