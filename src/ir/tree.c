/*
 * Building pattern trees and conditions, and how long what they match can be.
 */
#include "ir/rule.h"

static struct ir_node *new_node(struct arena *a, enum node_kind kind,
				struct ir_node *const *children, uint32_t count)
{
	struct ir_node *node = arena_new_object(a, struct ir_node);
	struct ir_node **copy = count ? arena_new_array(a, struct ir_node *, count) : NULL;

	if (node == NULL || (count > 0 && copy == NULL))
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		/* a child that could not be made: the parent cannot be made either */
		if (children[i] == NULL)
			return NULL;
		copy[i] = children[i];
	}
	node->kind = kind;
	node->children = copy;
	node->count = count;
	return node;
}

/* The mask of nearly all runs of bytes, which share it. */
static const uint8_t all_count[32768] = {[0 ... 32767] = 0xff};

struct ir_node *ir_bytes(struct arena *a, const uint8_t *value, const uint8_t *mask, uint32_t len)
{
	struct ir_node *node = new_node(a, NODE_BYTES, NULL, 0);
	uint8_t *values = arena_bytes(a, len);

	if (node == NULL || values == NULL)
		return NULL;
	node->bytes.value = values;
	node->bytes.mask = all_count;
	node->bytes.len = len;
	if (len <= sizeof all_count && (mask == NULL || memcmp(mask, all_count, len) == 0)) {
		memcpy(values, value, len);
		return node;
	}
	uint8_t *masks = arena_bytes(a, len);
	if (masks == NULL)
		return NULL;
	for (uint32_t i = 0; i < len; i++) {
		masks[i] = mask ? mask[i] : 0xff;
		values[i] = value[i] & masks[i];
	}
	node->bytes.mask = masks;
	return node;
}

struct ir_node *ir_class(struct arena *a, const uint8_t set[32])
{
	struct ir_node *node = new_node(a, NODE_CLASS, NULL, 0);

	if (node != NULL)
		memcpy(node->cls.set, set, sizeof node->cls.set);
	return node;
}

struct ir_node *ir_gap(struct arena *a, uint32_t min, uint32_t max)
{
	struct ir_node *node = new_node(a, NODE_GAP, NULL, 0);

	if (node != NULL) {
		node->range.min = min;
		node->range.max = max;
	}
	return node;
}

struct ir_node *ir_concat(struct arena *a, struct ir_node *const *children, uint32_t count)
{
	return new_node(a, NODE_CONCAT, children, count);
}

struct ir_node *ir_alt(struct arena *a, struct ir_node *const *children, uint32_t count)
{
	return new_node(a, NODE_ALT, children, count);
}

struct ir_node *ir_repeat(struct arena *a, struct ir_node *child, uint32_t min, uint32_t max,
			  bool greedy)
{
	struct ir_node *node = new_node(a, NODE_REPEAT, &child, 1);

	if (node != NULL) {
		node->range.min = min;
		node->range.max = max;
		node->range.greedy = greedy;
	}
	return node;
}

struct ir_node *ir_not(struct arena *a, struct ir_node *child, uint32_t width)
{
	struct ir_node *node = new_node(a, NODE_NOT, &child, 1);

	if (node != NULL)
		node->width = width;
	return node;
}

struct ir_node *ir_look(struct arena *a, struct ir_node *child, bool behind, bool negate)
{
	struct ir_node *node = new_node(a, NODE_LOOK, &child, 1);

	if (node != NULL) {
		node->look.behind = behind;
		node->look.negate = negate;
	}
	return node;
}

struct ir_node *ir_edge(struct arena *a, bool at_end)
{
	struct ir_node *node = new_node(a, NODE_EDGE, NULL, 0);

	if (node != NULL)
		node->edge.at_end = at_end;
	return node;
}

struct ir_expr *ir_op(struct arena *a, enum ir_op op, struct ir_expr *const *args, uint32_t count)
{
	struct ir_expr *expr = arena_new_object(a, struct ir_expr);
	struct ir_expr **copy = count ? arena_new_array(a, struct ir_expr *, count) : NULL;

	if (expr == NULL || (count > 0 && copy == NULL))
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (args[i] == NULL)
			return NULL;
		copy[i] = args[i];
	}
	expr->op = op;
	expr->args = copy;
	expr->arg_count = count;
	return expr;
}

struct ir_expr *ir_int(struct arena *a, int64_t value)
{
	struct ir_expr *expr = ir_op(a, OP_INT, NULL, 0);

	if (expr != NULL)
		expr->integer = value;
	return expr;
}

struct ir_expr *ir_bool(struct arena *a, bool value)
{
	struct ir_expr *expr = ir_op(a, OP_BOOL, NULL, 0);

	if (expr != NULL)
		expr->integer = value;
	return expr;
}

struct ir_expr *ir_float(struct arena *a, double value)
{
	struct ir_expr *expr = ir_op(a, OP_FLOAT, NULL, 0);

	if (expr != NULL)
		expr->real = value;
	return expr;
}

struct ir_expr *ir_text(struct arena *a, struct str text)
{
	struct ir_expr *expr = ir_op(a, OP_TEXT, NULL, 0);
	struct str copy = arena_str(a, text);

	if (expr == NULL || copy.data == NULL)
		return NULL;
	expr->text = copy;
	return expr;
}

struct ir_expr *ir_indexed(struct arena *a, enum ir_op op, uint32_t index)
{
	return ir_indexed_op(a, op, index, NULL, 0);
}

struct ir_expr *ir_indexed_op(struct arena *a, enum ir_op op, uint32_t index,
			      struct ir_expr *const *args, uint32_t count)
{
	struct ir_expr *expr = ir_op(a, op, args, count);

	if (expr != NULL)
		expr->index = index;
	return expr;
}

struct ir_expr *ir_over_set(struct arena *a, enum ir_op op, const uint32_t *items, uint32_t count)
{
	struct ir_expr *expr = ir_op(a, op, NULL, 0);
	uint32_t *copy = arena_new_array(a, uint32_t, count ? count : 1);

	if (expr == NULL || copy == NULL)
		return NULL;
	if (count > 0)
		memcpy(copy, items, count * sizeof *copy);
	expr->set.items = copy;
	expr->set.count = count;
	return expr;
}

/* Sums and products that stop at IR_UNBOUNDED instead of wrapping. */
static uint32_t sum(uint32_t a, uint32_t b)
{
	uint32_t s;

	return __builtin_add_overflow(a, b, &s) ? IR_UNBOUNDED : s;
}

static uint32_t product(uint32_t a, uint32_t b)
{
	uint32_t p;

	if (a == 0 || b == 0)
		return 0;
	return __builtin_mul_overflow(a, b, &p) ? IR_UNBOUNDED : p;
}

static void alt_width(const struct ir_node *node, uint32_t *ret_min, uint32_t *ret_max)
{
	uint32_t least = IR_UNBOUNDED, most = 0, min, max;

	for (uint32_t i = 0; i < node->count; i++) {
		ir_width(node->children[i], &min, &max);
		least = min < least ? min : least;
		most = max > most ? max : most;
	}
	*ret_min = node->count ? least : 0;
	*ret_max = most;
}

/* Recursion is bounded: ir_check() allows IR_DEPTH_MAX levels. */
void ir_width(const struct ir_node *node, uint32_t *ret_min, uint32_t *ret_max)
{
	uint32_t min = 0, max = 0, a, b;

	switch (node->kind) {
	case NODE_BYTES:
		min = max = node->bytes.len;
		break;
	case NODE_CLASS:
		min = max = 1;
		break;
	case NODE_NOT:
		min = max = node->width;
		break;
	case NODE_GAP:
		min = node->range.min;
		max = node->range.max;
		break;
	case NODE_CONCAT:
		for (uint32_t i = 0; i < node->count; i++) {
			ir_width(node->children[i], &a, &b);
			min = sum(min, a);
			max = sum(max, b);
		}
		break;
	case NODE_ALT:
		alt_width(node, &min, &max);
		break;
	case NODE_REPEAT:
		ir_width(node->children[0], &a, &b);
		min = product(a, node->range.min);
		max = product(b, node->range.max);
		break;
	case NODE_LOOK:
	case NODE_EDGE:
		break;
	}
	*ret_min = min;
	*ret_max = max;
}
