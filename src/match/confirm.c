#include "match/confirm-run.h"

#include <stdlib.h>

#include "base/num.h"
#include "match/work.h"

enum status confirm_new(const struct match_tables *t, uint64_t *work, struct confirm **ret)
{
	struct confirm *c = calloc(1, sizeof *c);

	if (c == NULL)
		return E_NOMEM;
	c->t = t;
	c->work = work;
	*ret = c;
	return OK;
}

void confirm_free(struct confirm *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < POOL_SETS && c->pool[i] != NULL; i++)
		free(c->pool[i]);
	free(c);
}

struct ends *confirm_take(struct confirm *c)
{
	struct ends **set = &c->pool[c->used];

	if (c->used == POOL_SETS)
		return NULL;
	if (*set == NULL)
		*set = calloc(1, sizeof **set);
	if (*set == NULL) {
		*c->work = 0;
		return NULL;
	}
	ends_clear(*set);
	c->used++;
	return *set;
}

bool confirm_node(const struct confirm *c, uint32_t at, uint32_t end, struct image_node *ret)
{
	uint64_t bytes = 0;

	if (at >= end || end > c->t->node_count)
		return false;
	*ret = c->t->nodes[at];
	if (ret->skip == 0 || ret->skip > end - at)
		return false;
	if (ret->kind == NODE_CLASS)
		bytes = 32;
	else if (ret->kind == NODE_BYTES)
		bytes = (ret->flags & CODE_EXACT) != 0 ? ret->b : 2 * (uint64_t)ret->b;
	return bytes == 0 || range_fits(ret->a, bytes, c->t->byte_count);
}

static bool equal_bytes(const struct confirm *c, const struct image_node *node, const uint8_t *text,
			uint8_t key)
{
	const uint8_t *value = c->t->bytes + node->a, *mask = value + node->b;

	if ((node->flags & CODE_EXACT) == 0) {
		for (uint32_t i = 0; i < node->b; i++) {
			if (((text[i] ^ key) & mask[i]) != value[i])
				return false;
		}
		return true;
	}
	if (key == 0)
		return memcmp(text, value, node->b) == 0;
	for (uint32_t i = 0; i < node->b; i++) {
		if ((text[i] ^ key) != value[i])
			return false;
	}
	return true;
}

static bool is_edge(const struct confirm *c, const struct image_node *node, size_t at)
{
	if ((node->flags & CODE_AT_END) != 0)
		return c->window->last && at == c->window->len;
	return c->window->start + at == c->first;
}

/* Whether the only child of `node` matches at `base`, by itself. */
static bool child_matches(struct confirm *c, const struct confirm_frame *f, uint32_t at,
			  const struct image_node *node, size_t base, uint8_t key)
{
	struct confirm_frame inner = {
		.base = base,
		.cap = (uint32_t)min_size(IMAGE_PART_MAX, c->window->len - base),
		.depth = f->depth + 1,
		.key = key,
	};
	struct ends *set = confirm_take(c);
	bool found = false;

	if (set == NULL)
		return false;
	ends_add(set, 0);
	if (node->skip > 1)
		found = confirm_run(c, &inner, at + 1, at + node->skip, set) && !ends_is_empty(set);
	c->used--;
	return found;
}

/* What is looked at lies beside the match, so it is taken as it is, without the key. */
static bool look(struct confirm *c, const struct confirm_frame *f, uint32_t at,
		 const struct image_node *node, size_t here)
{
	bool found = false;

	if ((node->flags & CODE_BEHIND) == 0)
		found = child_matches(c, f, at, node, here, 0);
	else if (node->a <= here)
		found = child_matches(c, f, at, node, here - node->a, 0);
	return found != ((node->flags & CODE_NEGATE) != 0);
}

/* Bytes that a node takes at one position; -1 when it does not match there. */
static int64_t step(struct confirm *c, const struct confirm_frame *f, uint32_t at,
		    const struct image_node *node, uint32_t position)
{
	uint32_t room = f->cap - position;
	size_t here = f->base + position;
	const uint8_t *text = c->window->data + here;
	uint8_t byte;

	switch (node->kind) {
	case NODE_BYTES:
		if (node->b > room || !equal_bytes(c, node, text, f->key))
			return -1;
		return node->b;
	case NODE_CLASS:
		if (room == 0)
			return -1;
		byte = text[0] ^ f->key;
		return (c->t->bytes[node->a + byte / 8] >> byte % 8 & 1) != 0 ? 1 : -1;
	case NODE_NOT:
		if (node->a > room || child_matches(c, f, at, node, here, f->key))
			return -1;
		return node->a;
	case NODE_LOOK:
		return look(c, f, at, node, here) ? 0 : -1;
	case NODE_EDGE:
		return is_edge(c, node, here) ? 0 : -1;
	default:
		return -1;
	}
}

/*
 * From the last position to the first: a position only moves up, to where all
 * have been moved already, so one set is enough.
 */
static bool run_steps(struct confirm *c, const struct confirm_frame *f, uint32_t at,
		      const struct image_node *node, struct ends *set)
{
	uint64_t cost = node->kind == NODE_BYTES ? 1 + node->b / 16 : 1;

	for (uint32_t i = set->high; i > set->low; i--) {
		uint64_t word = set->words[i - 1];

		while (word != 0) {
			uint32_t bit = 63 - (uint32_t)__builtin_clzll(word);
			uint32_t position = (i - 1) * 64 + bit;

			if (!work_charge(c->work, cost))
				return false;
			int64_t width = step(c, f, at, node, position);
			word &= ~((uint64_t)1 << bit);
			if (width == 0)
				continue;
			set->words[i - 1] &= ~((uint64_t)1 << bit);
			if (width > 0)
				ends_add(set, position + (uint32_t)width);
		}
	}
	return true;
}

/* Also from the last to the first, and no position is added twice. */
static bool run_gap(struct confirm *c, const struct confirm_frame *f, const struct image_node *node,
		    struct ends *set)
{
	uint64_t filled = (uint64_t)f->cap + 1; /* where the range of the position after begins */

	for (uint32_t i = set->high; i > set->low; i--) {
		uint64_t word = set->words[i - 1];

		/* ranges that were added begin at later positions, in later words */
		set->words[i - 1] = 0;
		while (word != 0) {
			uint32_t bit = 63 - (uint32_t)__builtin_clzll(word);
			uint32_t position = (i - 1) * 64 + bit;
			uint64_t first = (uint64_t)position + node->a;
			uint64_t last = (uint64_t)position + node->b;

			if (!work_charge(c->work, 1))
				return false;
			word &= ~((uint64_t)1 << bit);
			last = min_u64(last, filled - 1);
			if (first <= last)
				ends_add_range(set, (uint32_t)first, (uint32_t)last);
			filled = min_u64(filled, first);
		}
	}
	return true;
}

bool confirm_run_all(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		    struct ends *set)
{
	struct image_node child;

	while (at < end && !ends_is_empty(set)) {
		if (!confirm_node(c, at, end, &child) || !confirm_run(c, f, at, end, set))
			return false;
		at += child.skip;
	}
	return true;
}

static bool run_alternatives(struct confirm *c, const struct confirm_frame *f, uint32_t at,
			     uint32_t end, struct ends *set)
{
	struct ends *before = confirm_take(c), *all = before ? confirm_take(c) : NULL;
	struct image_node child;
	bool ok = all != NULL;

	if (ok)
		ends_copy(before, set);
	while (ok && at < end) {
		ends_copy(set, before);
		ok = confirm_node(c, at, end, &child) && confirm_run(c, f, at, end, set);
		if (ok) {
			ends_unite(all, set);
			at += child.skip;
		}
	}
	if (ok)
		ends_copy(set, all);
	c->used -= (before != NULL) + (all != NULL);
	return ok;
}

bool confirm_times(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		      uint32_t times, struct ends *set)
{
	struct ends *before = confirm_take(c);
	bool ok = before != NULL;

	for (uint32_t i = 0; ok && i < times && !ends_is_empty(set); i++) {
		ends_copy(before, set);
		ok = confirm_run(c, f, at, end, set);
		if (ends_equal(before, set))
			break;
	}
	c->used -= before != NULL;
	return ok;
}

bool confirm_more(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		     uint32_t times, struct ends *set)
{
	struct ends *fresh = confirm_take(c);
	bool ok = fresh != NULL;

	if (ok)
		ends_copy(fresh, set);
	for (uint32_t i = 0; ok && i < times && !ends_is_empty(fresh); i++) {
		ok = confirm_run(c, f, at, end, fresh);
		ends_subtract(fresh, set);
		ends_unite(set, fresh);
	}
	c->used -= fresh != NULL;
	return ok;
}

static void forget_runs(struct confirm *c)
{
	memset(c->runs, 0xff, sizeof c->runs);
}

/*
 * Where the bytes of a class end that begin at `position`, at the cap at the latest. Runs are
 * remembered, so that one that is looked at from each of its bytes is read once.
 */
static uint32_t run_end(struct confirm *c, const struct confirm_frame *f, uint32_t at,
			const struct image_node *class, uint32_t position)
{
	const uint8_t *set = c->t->bytes + class->a, *text = c->window->data + f->base;
	uint64_t base = c->window->start + f->base, here = base + position, end = here;
	struct run *known = &c->runs[at % RUNS];
	bool is_known = known->at == at && f->key == 0, has_joined = false;

	while (end < base + f->cap) {
		uint8_t byte = text[end - base] ^ f->key;

		if (is_known && end >= known->from && end <= known->to) {
			end = min_u64(known->to, base + f->cap);
			has_joined = true;
			is_known = false;
			continue;
		}
		if ((set[byte / 8] >> byte % 8 & 1) == 0)
			break;
		end++;
	}
	if (has_joined)
		*known = (struct run){at, min_u64(known->from, here), max_u64(known->to, end)};
	else if (f->key == 0)
		*known = (struct run){at, here, end};
	return (uint32_t)(end - base);
}

/* A repeated class. As run_gap(): what a later position reaches, an earlier one need not add. */
static bool run_class(struct confirm *c, const struct confirm_frame *f, uint32_t at,
		      const struct image_node *node, const struct image_node *class,
		      struct ends *set)
{
	uint64_t filled = (uint64_t)f->cap + 1;

	for (uint32_t i = set->high; i > set->low; i--) {
		uint64_t word = set->words[i - 1];

		set->words[i - 1] = 0;
		while (word != 0) {
			uint32_t bit = 63 - (uint32_t)__builtin_clzll(word);
			uint32_t position = (i - 1) * 64 + bit;
			uint32_t end = run_end(c, f, at, class, position);
			uint64_t first = (uint64_t)position + node->a;
			uint64_t last = min_u64(end, (uint64_t)position + node->b);

			if (!work_charge(c->work, 1 + (end - position) / 256))
				return false;
			word &= ~((uint64_t)1 << bit);
			if (first > last)
				continue;
			if (first < filled)
				ends_add_range(set, (uint32_t)first,
					       (uint32_t)min_u64(last, filled - 1));
			filled = min_u64(filled, first);
		}
	}
	return true;
}

static bool run_repeat(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		       const struct image_node *node, struct ends *set)
{
	struct image_node child;

	if (node->a > node->b || !confirm_node(c, at, end, &child))
		return false;
	if (child.kind == NODE_CLASS)
		return run_class(c, f, at, node, &child, set);
	return confirm_times(c, f, at, end, node->a, set) &&
	       confirm_more(c, f, at, end, node->b - node->a, set);
}

bool confirm_run(struct confirm *c, const struct confirm_frame *f, uint32_t at, uint32_t end,
		struct ends *set)
{
	struct confirm_frame inner = *f;
	struct image_node node;

	if (f->depth >= IMAGE_DEPTH_MAX || !confirm_node(c, at, end, &node) ||
	    !work_charge(c->work, 1 + (set->high - set->low)))
		return false;
	inner.depth++;
	end = at + node.skip;
	switch (node.kind) {
	case NODE_BYTES:
	case NODE_CLASS:
	case NODE_NOT:
	case NODE_LOOK:
	case NODE_EDGE:
		return run_steps(c, f, at, &node, set);
	case NODE_GAP:
		return run_gap(c, f, &node, set);
	case NODE_CONCAT:
		return confirm_run_all(c, &inner, at + 1, end, set);
	case NODE_ALT:
		return run_alternatives(c, &inner, at + 1, end, set);
	case NODE_REPEAT:
		return run_repeat(c, &inner, at + 1, end, &node, set);
	default:
		return false;
	}
}

void confirm_begin(struct confirm *c, uint64_t first)
{
	c->first = first;
	forget_runs(c);
}

const struct ends *confirm_part(struct confirm *c, const struct image_part *part,
				const struct match_window *window, size_t at, uint8_t key)
{
	struct confirm_frame f = {
		.base = at,
		.cap = (uint32_t)min_size(min_u64(part->max, IMAGE_PART_MAX), window->len - at),
		.key = key,
	};

	c->window = window;
	c->part = f;
	c->used = 0;
	if (!range_fits(part->code, part->code_count, c->t->node_count))
		return NULL;
	struct ends *set = confirm_take(c);
	if (set == NULL)
		return NULL;
	ends_add(set, 0);
	if (!confirm_run(c, &f, part->code, part->code + part->code_count, set) ||
	    ends_is_empty(set))
		return NULL;
	return set;
}

/* All starts of a block are tried at once: whether any matches is all that is asked for. */
static bool block_matches(struct confirm *c, uint32_t code, size_t base, uint32_t starts)
{
	struct confirm_frame f = {
		.base = base,
		.cap = (uint32_t)min_size(IMAGE_PART_MAX, c->window->len - base),
	};

	c->used = 0;
	struct ends *set = confirm_take(c);
	if (set == NULL)
		return false;
	ends_add_range(set, 0, starts - 1);
	return confirm_run(c, &f, code, c->t->node_count, set) && !ends_is_empty(set);
}

enum known confirm_text(struct confirm *c, uint32_t code, struct str text)
{
	enum { BLOCK = IMAGE_PART_MAX / 2 };
	const struct match_window window = {
		.data = text.len > 0 ? (const uint8_t *)text.data : (const uint8_t *)"",
		.len = text.len,
		.last = true,
	};
	uint64_t first = c->first;
	bool found = false;

	c->window = &window;
	c->first = 0;
	forget_runs(c);
	/* a match of no length can stand behind the last byte, too */
	for (size_t base = 0; !found && base <= text.len && *c->work > 0; base += BLOCK)
		found = block_matches(c, code, base,
				      (uint32_t)min_size(BLOCK, text.len - base + 1));
	c->window = NULL;
	c->first = first;
	forget_runs(c);
	if (found)
		return KNOWN_YES;
	return *c->work > 0 ? KNOWN_NO : UNKNOWN;
}
