/*
 * A part holds what lies between two gaps that can be long. It must fit into
 * IMAGE_PART_MAX bytes; where it would not, it is cut as well and the next
 * part follows at a distance of exactly 0. A repetition without a bound
 * counts with its least length: it takes what is left of IMAGE_REPEAT_MAX.
 */
#include "image/plan-code.h"

#include "base/num.h"

/* While a pattern is cut: the part that is open. */
struct cutter {
	struct plan *plan;
	struct sequence *sequence;
	struct piece_visitor *visitor;
	struct { VEC(struct item); } open;
	uint64_t width; /* of the open part at most, as counted for cutting */
	uint64_t gap_min, gap_max;
	bool is_end;     /* nothing is behind the open part */
	uint32_t closed; /* parts before it */
};

enum status plan_add_bytes(struct plan *p, const void *data, size_t len, uint32_t *ret_at)
{
	if (p->bytes.len + len > UINT32_MAX)
		return E_LIMIT;
	if (!vec_reserve(&p->bytes, len))
		return E_NOMEM;
	*ret_at = (uint32_t)p->bytes.len;
	if (len > 0)
		memcpy(p->bytes.items + p->bytes.len, data, len);
	p->bytes.len += len;
	return OK;
}

static enum status push_node(struct plan *p, const struct image_node *node, size_t *ret_at)
{
	if (p->nodes.len >= UINT32_MAX)
		return E_LIMIT;
	*ret_at = p->nodes.len;
	return vec_push(&p->nodes, node) ? OK : E_NOMEM;
}

static void close_node(struct plan *p, size_t at)
{
	p->nodes.items[at].skip = (uint32_t)(p->nodes.len - at);
}

static enum status emit_node(struct plan *p, struct sequence *s, const struct ir_node *node);

static enum status emit_bytes(struct plan *p, const struct sequence *s, const struct item *item)
{
	const uint8_t *values = s->values.items + item->bytes.at;
	const uint8_t *masks = s->masks.items + item->bytes.at;
	struct image_node node = {.kind = NODE_BYTES, .b = item->bytes.len, .flags = CODE_EXACT};
	uint32_t at;
	size_t here;

	for (uint32_t i = 0; i < item->bytes.len; i++) {
		if (masks[i] != 0xff)
			node.flags = 0;
	}
	enum status status = plan_add_bytes(p, values, item->bytes.len, &node.a);
	if (status == OK && node.flags == 0)
		status = plan_add_bytes(p, masks, item->bytes.len, &at);
	if (status == OK)
		status = push_node(p, &node, &here);
	if (status == OK)
		close_node(p, here);
	return status;
}

/* A gap that stays inside a part: more than IMAGE_PART_MAX bytes cannot be left anyway. */
static enum status emit_gap(struct plan *p, const struct item *item)
{
	uint64_t least = item->gap.min, most = item->gap.max;
	struct image_node node = {
		.kind = NODE_GAP,
		.skip = 1,
		.a = least < UINT32_MAX ? (uint32_t)least : UINT32_MAX,
		.b = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX,
	};
	size_t here;

	return push_node(p, &node, &here);
}

static enum status emit_item(struct plan *p, struct sequence *s, struct item item)
{
	switch (item.kind) {
	case ITEM_BYTES:
		return emit_bytes(p, s, &item);
	case ITEM_GAP:
		return emit_gap(p, &item);
	case ITEM_NODE:
		return emit_node(p, s, item.node);
	}
	return E_INTERNAL;
}

/* Items are copied before they are used: the sequence grows while nested ones are added. */
static enum status emit_tree(struct plan *p, struct sequence *s, const struct ir_node *node)
{
	struct sequence_mark mark = sequence_mark(s);
	struct image_node joined = {.kind = NODE_CONCAT};
	enum status status = sequence_add(s, node, mark);
	size_t end = s->items.len, here = 0;
	bool is_one = end == mark.items + 1;

	if (status == OK && !is_one)
		status = push_node(p, &joined, &here);
	for (size_t i = mark.items; status == OK && i < end; i++)
		status = emit_item(p, s, s->items.items[i]);
	if (status == OK && !is_one)
		close_node(p, here);
	sequence_cut(s, mark);
	return status;
}

static enum status describe(struct plan *p, const struct ir_node *node, struct image_node *ret)
{
	uint32_t min, max;

	*ret = (struct image_node){.kind = (uint8_t)node->kind};
	switch (node->kind) {
	case NODE_CLASS:
		return plan_add_bytes(p, node->cls.set, sizeof node->cls.set, &ret->a);
	case NODE_REPEAT:
		ret->a = node->range.min;
		ret->b = node->range.max;
		return OK;
	case NODE_NOT:
		ret->a = node->width;
		return OK;
	case NODE_LOOK:
		ir_width(node->children[0], &min, &max);
		ret->a = min;
		ret->flags = (uint8_t)((node->look.behind ? CODE_BEHIND : 0) |
				       (node->look.negate ? CODE_NEGATE : 0));
		return OK;
	case NODE_EDGE:
		ret->flags = node->edge.at_end ? CODE_AT_END : 0;
		return OK;
	case NODE_ALT:
		return OK;
	default:
		return E_INTERNAL; /* sequences consist of other things */
	}
}

static enum status emit_node(struct plan *p, struct sequence *s, const struct ir_node *node)
{
	struct image_node head;
	size_t here;

	enum status status = describe(p, node, &head);
	if (status == OK)
		status = push_node(p, &head, &here);
	for (uint32_t i = 0; status == OK && i < node->count; i++)
		status = emit_tree(p, s, node->children[i]);
	if (status == OK)
		close_node(p, here);
	return status;
}

enum status plan_add_tree(struct plan *p, const struct ir_node *body, uint32_t *ret)
{
	struct sequence sequence = {0};
	enum status status = E_LIMIT;

	if (p->nodes.len < UINT32_MAX) {
		*ret = (uint32_t)p->nodes.len;
		status = emit_tree(p, &sequence, body);
	}
	sequence_done(&sequence);
	return status;
}

/* Shortest, longest, and what the part is charged for. */
static void item_width(const struct item *item, uint64_t *ret_min, uint64_t *ret_max,
		       uint64_t *ret_charge)
{
	uint32_t min, max;

	switch (item->kind) {
	case ITEM_BYTES:
		*ret_min = *ret_max = *ret_charge = item->bytes.len;
		break;
	case ITEM_GAP:
		*ret_min = item->gap.min;
		*ret_max = *ret_charge = item->gap.max;
		break;
	case ITEM_NODE:
		ir_width(item->node, &min, &max);
		*ret_min = min;
		*ret_max = max;
		*ret_charge = max <= IMAGE_PART_MAX ? max : min;
		break;
	}
}

static void measure(const struct cutter *c, struct image_part *part)
{
	uint64_t min = 0, max = 0, a = 0, b = 0, charge;

	for (size_t i = 0; i < c->open.len; i++) {
		item_width(&c->open.items[i], &a, &b, &charge);
		min += a;
		max += b;
	}
	/* what takes more than a part can never match: a part of that length says so */
	part->min = (uint32_t)min_u64(min, IMAGE_PART_MAX);
	part->max = (uint32_t)(max <= IMAGE_PART_MAX ? max : max_u64(IMAGE_REPEAT_MAX, part->min));
}

/* End the open part and begin one that follows after gap_min..gap_max bytes. */
static enum status close_part(struct cutter *c, uint64_t gap_min, uint64_t gap_max)
{
	struct piece piece = {c->open.items, c->open.len, c->gap_min, c->gap_max,
			      c->is_end && c->closed == 0};
	struct image_part part = {.code = (uint32_t)c->plan->nodes.len,
				  .gap_min = c->gap_min,
				  .gap_max = c->gap_max};
	struct image_node joined = {.kind = NODE_CONCAT};
	bool is_one = c->open.len == 1;
	enum status status = OK;
	size_t here = 0;

	if (!is_one)
		status = push_node(c->plan, &joined, &here);
	for (size_t i = 0; status == OK && i < c->open.len; i++)
		status = emit_item(c->plan, c->sequence, c->open.items[i]);
	if (status != OK)
		return status;
	if (!is_one)
		close_node(c->plan, here);
	part.code_count = (uint32_t)c->plan->nodes.len - part.code;
	measure(c, &part);
	c->open.len = 0;
	c->width = 0;
	c->gap_min = gap_min;
	c->gap_max = gap_max;
	c->closed++;
	return c->visitor->visit(c->visitor, c->sequence, &piece, &part);
}

static enum status take_whole(struct cutter *c, const struct item *item)
{
	uint64_t min = 0, max = 0, charge = 0;
	enum status status = OK;

	item_width(item, &min, &max, &charge);
	if (c->open.len > 0 && c->width + charge > IMAGE_PART_MAX)
		status = close_part(c, 0, 0);
	c->width += charge;
	if (status == OK && !vec_push(&c->open, item))
		status = E_NOMEM;
	return status;
}

static enum status take_bytes(struct cutter *c, struct item item)
{
	while (c->width + item.bytes.len > IMAGE_PART_MAX) {
		struct item head = item;
		enum status status = OK;

		/* one item alone can be charged for more than a part */
		head.bytes.len = (uint32_t)(IMAGE_PART_MAX - min_u64(c->width, IMAGE_PART_MAX));
		item.bytes.at += head.bytes.len;
		item.bytes.len -= head.bytes.len;
		if (head.bytes.len > 0)
			status = vec_push(&c->open, &head) ? OK : E_NOMEM;
		if (status == OK)
			status = close_part(c, 0, 0);
		if (status != OK)
			return status;
	}
	return take_whole(c, &item);
}

static enum status take(struct cutter *c, struct item item)
{
	if (item.kind == ITEM_BYTES)
		return take_bytes(c, item);
	if (item.kind == ITEM_GAP && (item.gap.max > IMAGE_GAP_MAX ||
				      c->width + item.gap.max > IMAGE_PART_MAX))
		return close_part(c, item.gap.min, item.gap.max);
	return take_whole(c, &item);
}

enum status plan_cut(struct plan *p, const struct ir_node *body, struct piece_visitor *visitor)
{
	struct sequence sequence = {0};
	struct cutter c = {.plan = p, .sequence = &sequence, .visitor = visitor};
	enum status status = sequence_add(&sequence, body, sequence_mark(&sequence));
	size_t end = sequence.items.len;

	for (size_t i = 0; status == OK && i < end; i++)
		status = take(&c, sequence.items.items[i]);
	c.is_end = true;
	if (status == OK)
		status = close_part(&c, 0, 0);
	vec_done(&c.open);
	sequence_done(&sequence);
	return status;
}
