#include "image/plan-sequence.h"

#include "image/code.h"

/* A fixed gap of at most this many bytes becomes bytes without a mask: it costs no node. */
enum { INLINE_GAP_MAX = 64 };
/* Repeated bytes are written out up to this length. */
enum { UNROLL_MAX = 256 };

void sequence_done(struct sequence *s)
{
	vec_done(&s->items);
	vec_done(&s->values);
	vec_done(&s->masks);
}

struct sequence_mark sequence_mark(const struct sequence *s)
{
	return (struct sequence_mark){s->items.len, s->values.len};
}

void sequence_cut(struct sequence *s, struct sequence_mark mark)
{
	s->items.len = mark.items;
	s->values.len = s->masks.len = mark.bytes;
}

bool set_as_mask(const uint8_t set[32], uint8_t *ret_value, uint8_t *ret_mask)
{
	unsigned all_and = 0xff, all_or = 0, count = 0;

	for (unsigned c = 0; c < 256; c++) {
		if ((set[c / 8] >> c % 8 & 1) != 0) {
			all_and &= c;
			all_or |= c;
			count++;
		}
	}
	unsigned free_bits = all_and ^ all_or;
	if (count == 0 || count != 1u << __builtin_popcount(free_bits))
		return false;
	*ret_mask = (uint8_t)~free_bits;
	*ret_value = (uint8_t)all_and;
	return true;
}

static struct item *last_item(struct sequence *s, struct sequence_mark mark, enum item_kind kind)
{
	if (s->items.len == mark.items || s->items.items[s->items.len - 1].kind != kind)
		return NULL;
	return &s->items.items[s->items.len - 1];
}

static bool add_byte(struct sequence *s, uint8_t value, uint8_t mask)
{
	uint8_t kept = value & mask;

	return vec_push(&s->values, &kept) && vec_push(&s->masks, &mask);
}

static void widen(struct item *gap, uint64_t min, uint64_t max)
{
	gap->gap.min += min;
	if (__builtin_add_overflow(gap->gap.max, max, &gap->gap.max))
		gap->gap.max = IMAGE_GAP_UNBOUNDED;
}

/* `values` and `masks` may be NULL: bytes of any value. Behind a gap such bytes are part of it. */
static enum status add_bytes(struct sequence *s, const uint8_t *values, const uint8_t *masks,
			     uint32_t len, struct sequence_mark mark)
{
	struct item *last = last_item(s, mark, ITEM_GAP);
	uint32_t skip = 0;

	while (last != NULL && skip < len && (masks == NULL || masks[skip] == 0))
		skip++;
	if (skip > 0)
		widen(last, skip, skip);
	if (skip == len)
		return OK;
	last = last_item(s, mark, ITEM_BYTES);
	if (last == NULL) {
		struct item fresh = {.kind = ITEM_BYTES, .bytes = {(uint32_t)s->values.len, 0}};

		if (!vec_push(&s->items, &fresh))
			return E_NOMEM;
		last = &s->items.items[s->items.len - 1];
	}
	if (s->values.len + len > UINT32_MAX)
		return E_LIMIT;
	for (uint32_t i = skip; i < len; i++) {
		if (!add_byte(s, values ? values[i] : 0, masks ? masks[i] : 0))
			return E_NOMEM;
	}
	last->bytes.len += len - skip;
	return OK;
}

/* Take bytes of any value off the end, for the gap that follows; returns how many. */
static uint32_t take_any_bytes(struct sequence *s, struct sequence_mark mark)
{
	struct item *last = last_item(s, mark, ITEM_BYTES);
	uint32_t taken = 0;

	if (last == NULL)
		return 0;
	while (last->bytes.len > 0 && s->masks.items[s->masks.len - 1] == 0) {
		s->values.len = --s->masks.len;
		last->bytes.len--;
		taken++;
	}
	if (last->bytes.len == 0)
		s->items.len--;
	return taken;
}

static enum status add_gap(struct sequence *s, uint32_t min, uint32_t max,
			   struct sequence_mark mark)
{
	uint64_t most = max == IR_UNBOUNDED ? IMAGE_GAP_UNBOUNDED : max;
	struct item *last = last_item(s, mark, ITEM_GAP);
	struct item fresh = {.kind = ITEM_GAP, .gap = {min, most}};
	uint32_t before;

	if (last != NULL) {
		widen(last, min, most);
		return OK;
	}
	if (min == max && min <= INLINE_GAP_MAX)
		return add_bytes(s, NULL, NULL, min, mark);
	before = take_any_bytes(s, mark);
	widen(&fresh, before, before);
	return vec_push(&s->items, &fresh) ? OK : E_NOMEM;
}

/* A concatenation or choice of one is that one. */
static const struct ir_node *unwrap(const struct ir_node *node)
{
	while ((node->kind == NODE_CONCAT || node->kind == NODE_ALT) && node->count == 1)
		node = node->children[0];
	return node;
}

static bool is_any_byte(const struct ir_node *node)
{
	uint8_t value, mask;

	switch (node->kind) {
	case NODE_CLASS:
		return set_as_mask(node->cls.set, &value, &mask) && mask == 0;
	case NODE_BYTES:
		return node->bytes.len == 1 && node->bytes.mask[0] == 0;
	case NODE_GAP:
		return node->range.min == 1 && node->range.max == 1;
	default:
		return false;
	}
}

static enum status add_node(struct sequence *s, const struct ir_node *node)
{
	struct item item = {.kind = ITEM_NODE, .node = node};

	return vec_push(&s->items, &item) ? OK : E_NOMEM;
}

static enum status add_repeat(struct sequence *s, const struct ir_node *node,
			      struct sequence_mark mark)
{
	const struct ir_node *child = unwrap(node->children[0]);
	uint32_t times = node->range.min;
	bool is_fixed = times == node->range.max;
	enum status status = OK;

	if (is_any_byte(child))
		return add_gap(s, times, node->range.max, mark);
	if (is_fixed && times == 1)
		return sequence_add(s, child, mark);
	if (!is_fixed || child->kind != NODE_BYTES || child->bytes.len == 0 ||
	    times > UNROLL_MAX / child->bytes.len)
		return add_node(s, node);
	for (uint32_t i = 0; status == OK && i < times; i++)
		status = sequence_add(s, child, mark);
	return status;
}

/* Recursion is bounded: ir_check() allows IR_DEPTH_MAX levels. */
enum status sequence_add(struct sequence *s, const struct ir_node *node, struct sequence_mark mark)
{
	enum status status = OK;
	uint8_t value, byte_mask;

	switch (node->kind) {
	case NODE_BYTES:
		return add_bytes(s, node->bytes.value, node->bytes.mask, node->bytes.len, mark);
	case NODE_CLASS:
		if (set_as_mask(node->cls.set, &value, &byte_mask))
			return add_bytes(s, &value, &byte_mask, 1, mark);
		return add_node(s, node);
	case NODE_GAP:
		return add_gap(s, node->range.min, node->range.max, mark);
	case NODE_CONCAT:
		for (uint32_t i = 0; status == OK && i < node->count; i++)
			status = sequence_add(s, node->children[i], mark);
		return status;
	case NODE_ALT:
		return node->count == 1 ? sequence_add(s, node->children[0], mark)
					: add_node(s, node);
	case NODE_REPEAT:
		return add_repeat(s, node, mark);
	case NODE_NOT:
	case NODE_LOOK:
	case NODE_EDGE:
		return add_node(s, node);
	}
	return E_INTERNAL;
}
