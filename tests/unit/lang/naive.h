/*
 * Rules of the intermediate form applied to a few hundred bytes, in the most
 * obvious way: a pattern maps the set of positions where it may begin to the
 * set of positions where it can end. Knows what the ClamAV front end makes.
 */
#pragma once

#include <stdlib.h>

#include "ir/rule.h"

enum { NAIVE_MOST = 4096 };

/* Positions 0..NAIVE_MOST in an object. */
struct places {
	bool at[NAIVE_MOST + 1];
};

static inline struct places naive_ends(const struct ir_node *node, struct str data,
				       const struct places *from);

static inline bool naive_fits(const struct ir_node *node, struct str data, size_t at)
{
	if (node->kind == NODE_CLASS) {
		uint8_t c = at < data.len ? (uint8_t)data.data[at] : 0;

		return at < data.len && (node->cls.set[c / 8] >> c % 8 & 1) != 0;
	}
	if (node->bytes.len > data.len - at)
		return false;
	for (uint32_t i = 0; i < node->bytes.len; i++) {
		if (((uint8_t)data.data[at + i] & node->bytes.mask[i]) != node->bytes.value[i])
			return false;
	}
	return true;
}

/* Whether a node matches exactly [from, to). */
static inline bool naive_spans(const struct ir_node *node, struct str data, size_t from, size_t to)
{
	struct places start = {.at = {false}};

	start.at[from] = true;
	return naive_ends(node, data, &start).at[to];
}

static inline bool naive_looks(const struct ir_node *node, struct str data, size_t at)
{
	const struct ir_node *child = node->children[0];
	uint32_t width, same;

	ir_width(child, &width, &same);
	if (node->look.behind)
		return (at >= width && naive_spans(child, data, at - width, at)) !=
		       node->look.negate;
	return (width <= data.len - at && naive_spans(child, data, at, at + width)) !=
	       node->look.negate;
}

/* From one position. */
static inline void naive_step(const struct ir_node *node, struct str data, size_t at,
			      struct places *to)
{
	switch (node->kind) {
	case NODE_BYTES:
		to->at[at + (naive_fits(node, data, at) ? node->bytes.len : 0)] |=
			naive_fits(node, data, at);
		break;
	case NODE_CLASS:
		if (naive_fits(node, data, at))
			to->at[at + 1] = true;
		break;
	case NODE_GAP:
		for (size_t n = node->range.min; n <= node->range.max && at + n <= data.len; n++)
			to->at[at + n] = true;
		break;
	case NODE_NOT:
		if (node->width <= data.len - at &&
		    !naive_spans(node->children[0], data, at, at + node->width))
			to->at[at + node->width] = true;
		break;
	case NODE_LOOK:
		to->at[at] |= naive_looks(node, data, at);
		break;
	default:
		abort();
	}
}

static inline struct places naive_ends(const struct ir_node *node, struct str data,
				       const struct places *from)
{
	struct places to = {.at = {false}};

	if (node->kind == NODE_CONCAT) {
		to = *from;
		for (uint32_t i = 0; i < node->count; i++)
			to = naive_ends(node->children[i], data, &to);
		return to;
	}
	for (uint32_t i = 0; node->kind == NODE_ALT && i < node->count; i++) {
		struct places ends = naive_ends(node->children[i], data, from);

		for (size_t at = 0; at <= data.len; at++)
			to.at[at] |= ends.at[at];
	}
	for (size_t at = 0; node->kind != NODE_ALT && at <= data.len; at++) {
		if (from->at[at])
			naive_step(node, data, at, &to);
	}
	return to;
}

static inline bool naive_may_start(const struct ir_place *place, struct str data, size_t at)
{
	int64_t first = place->delta;

	if (place->base == PLACE_ANYWHERE)
		return true;
	if (place->base == PLACE_END)
		first += (int64_t)data.len;
	return (int64_t)at >= first && at - (size_t)first <= place->range;
}

/* Starts of matches: each counts once. */
static inline int64_t naive_count(const struct ir_pattern *p, struct str data)
{
	int64_t count = 0;

	for (size_t at = 0; at <= data.len; at++) {
		struct places start = {.at = {false}};

		if (!naive_may_start(&p->place, data, at))
			continue;
		start.at[at] = true;
		struct places ends = naive_ends(p->body, data, &start);
		bool found = false;
		for (size_t to = at; to <= data.len; to++)
			found |= ends.at[to];
		count += found;
	}
	return count;
}

struct naive {
	struct str data;
	int64_t counts[64];
};

static inline int64_t naive_set(const struct naive *n, const struct ir_expr *e)
{
	int64_t sum = 0;

	for (uint32_t i = 0; i < e->set.count; i++) {
		int64_t count = n->counts[e->set.items[i]];

		sum += e->op == OP_SUM ? count : count > 0;
	}
	return sum;
}

static inline int64_t naive_value(const struct naive *n, const struct ir_expr *e)
{
	int64_t a = e->arg_count > 0 ? naive_value(n, e->args[0]) : 0;
	int64_t b = e->arg_count > 1 ? naive_value(n, e->args[1]) : 0;

	switch (e->op) {
	case OP_INT:
		return e->integer;
	case OP_SIZE:
		return (int64_t)n->data.len;
	case OP_MATCHED:
		return n->counts[e->index] > 0;
	case OP_COUNT:
		return n->counts[e->index];
	case OP_SUM:
	case OP_DISTINCT:
		return naive_set(n, e);
	case OP_NOT:
		return !a;
	case OP_IF:
		return a ? b : naive_value(n, e->args[2]);
	case OP_EQ:
		return a == b;
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	case OP_GE:
		return a >= b;
	case OP_ADD:
		return a + b;
	case OP_AND:
	case OP_OR:
		for (uint32_t i = 0; i < e->arg_count; i++) {
			if ((naive_value(n, e->args[i]) != 0) == (e->op == OP_OR))
				return e->op == OP_OR;
		}
		return e->op == OP_AND;
	default:
		abort();
	}
}

/* Whether a rule holds for at most NAIVE_MOST bytes, of which nothing but the bytes is known. */
static inline bool naive_holds(const struct ir_rule *rule, struct str data)
{
	struct naive n = {.data = data};

	if (rule->types != 0 || rule->pattern_count > 64 || data.len > NAIVE_MOST)
		abort();
	for (uint32_t i = 0; i < rule->pattern_count; i++)
		n.counts[i] = naive_count(rule->patterns[i], data);
	return naive_value(&n, rule->condition) != 0;
}
