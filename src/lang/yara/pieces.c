#include "lang/yara/pieces.h"

enum { RUN_MAX = 1 << 20 };

void pieces_init(struct pieces *s, struct arena *a)
{
	*s = (struct pieces){.arena = a};
	buf_init(&s->value, RUN_MAX);
	buf_init(&s->mask, RUN_MAX);
}

void pieces_done(struct pieces *s)
{
	vec_done(&s->nodes);
	buf_done(&s->value);
	buf_done(&s->mask);
}

static void push(struct pieces *s, struct ir_node *node)
{
	if (s->status != OK)
		return;
	if (node == NULL)
		s->status = E_LIMIT;
	else if (!vec_push(&s->nodes, &node))
		s->status = E_NOMEM;
}

/* Make the first `count` of the gathered bytes a node. */
static void flush_first(struct pieces *s, size_t count)
{
	size_t rest = s->value.len - count;

	if (s->value.bad || s->mask.bad)
		s->status = E_LIMIT;
	if (count == 0 || s->status != OK)
		return;
	push(s, ir_bytes(s->arena, s->value.data, s->mask.data, (uint32_t)count));
	memmove(s->value.data, s->value.data + count, rest);
	memmove(s->mask.data, s->mask.data + count, rest);
	s->value.len = s->mask.len = rest;
}

static void flush(struct pieces *s)
{
	flush_first(s, s->value.len);
}

void pieces_byte(struct pieces *s, uint8_t value, uint8_t mask)
{
	buf_add_u8(&s->value, value & mask);
	buf_add_u8(&s->mask, mask);
}

void pieces_node(struct pieces *s, struct ir_node *node)
{
	flush(s);
	push(s, node);
}

size_t pieces_mark(struct pieces *s)
{
	flush(s);
	return s->nodes.len;
}

size_t pieces_split(struct pieces *s, struct sequence_place place)
{
	/* the node made an end to the run before it */
	if (s->nodes.len > place.nodes)
		return place.nodes + (place.bytes > 0 ? 1 : 0);
	flush_first(s, place.bytes);
	return s->nodes.len;
}

typedef struct ir_node *join_fn(struct arena *a, struct ir_node *const *children, uint32_t count);

static struct ir_node *take(struct pieces *s, size_t mark, join_fn *join)
{
	size_t count;

	flush(s);
	if (s->status != OK)
		return NULL;
	count = s->nodes.len - mark;
	s->nodes.len = mark;
	if (count == 1)
		return s->nodes.items[mark];
	struct ir_node *node =
		join(s->arena, count == 0 ? NULL : s->nodes.items + mark, (uint32_t)count);
	if (node == NULL)
		s->status = E_LIMIT;
	return node;
}

struct ir_node *pieces_take(struct pieces *s, size_t mark)
{
	return take(s, mark, ir_concat);
}

struct ir_node *sequence_take_alternatives(struct pieces *s, size_t mark)
{
	return take(s, mark, ir_alt);
}
