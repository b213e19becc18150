#include "match/chain.h"

#include <string.h>

#include "base/num.h"

/* Room for one more of `size` bytes, in the arena; what was there is copied. */
static bool grow(struct arena *a, void **items, uint32_t len, uint32_t *cap, size_t size)
{
	uint32_t more = *cap == 0 ? 4 : *cap * 2;

	if (len < *cap)
		return true;
	void *grown = arena_array(a, more, size);
	if (grown == NULL)
		return false;
	if (len > 0)
		memcpy(grown, *items, len * size);
	*items = grown;
	*cap = more;
	return true;
}

/* Index of the first range with low > `low`. */
static uint32_t position_of(const struct link *link, uint64_t low)
{
	uint32_t i = link->len;

	while (i > link->first && link->ranges[i - 1].low > low)
		i--;
	return i;
}

static void drop_old(struct link *link)
{
	uint32_t kept = link->len - link->first;

	if (link->first == 0 || link->len < link->cap || link->first < link->cap / 2)
		return;
	memmove(link->ranges, link->ranges + link->first, kept * sizeof link->ranges[0]);
	link->first = 0;
	link->len = kept;
}

bool link_add(struct arena *a, struct link *link, struct link_range range)
{
	drop_old(link);
	uint32_t at = position_of(link, range.low);
	struct link_range *r = link->ranges;

	if (at > link->first && r[at - 1].high >= range.high)
		return true; /* nothing new */
	/*
	 * The last range says nothing that the one before it and the new one do
	 * not say together: runs of matches cost a few ranges, not one each. Only
	 * positions from range.low on, which were not asked for yet, get another
	 * `start` by this.
	 */
	if (at == link->len && at > link->first + 1 && r[at - 2].high >= range.low - 1) {
		r[at - 1] = range;
		return true;
	}
	if (!grow(a, (void **)&link->ranges, link->len, &link->cap, sizeof *link->ranges))
		return false;
	r = link->ranges;
	memmove(r + at + 1, r + at, (link->len - at) * sizeof *r);
	r[at] = range;
	link->len++;
	return true;
}

bool link_allows(struct link *link, uint64_t at, uint64_t *ret_start)
{
	while (link->first < link->len && link->ranges[link->first].high < at)
		link->first++;
	if (link->first == link->len || link->ranges[link->first].low > at)
		return false;
	*ret_start = link->ranges[link->first].start;
	return true;
}

enum status stage_add(struct arena *a, struct stage *stage, uint64_t start, uint64_t end)
{
	struct part_match match = {start, end, CHAIN_NONE, CHAIN_NONE};

	/* a sound image gives them in order; what a damaged one gives is not kept */
	if (stage->len > 0 && stage->matches[stage->len - 1].start > start)
		return E_LIMIT;
	if (stage->len == STAGE_MATCHES_MAX ||
	    !grow(a, (void **)&stage->matches, stage->len, &stage->cap, sizeof match))
		return E_LIMIT;
	stage->matches[stage->len++] = match;
	return OK;
}

/* What the matches in a range of the next stage offer. */
struct offer {
	uint64_t final, tail;
};

static struct offer better(struct offer a, struct offer b, bool longest)
{
	struct offer best = a;

	if (a.final == CHAIN_NONE)
		return b;
	if (b.final == CHAIN_NONE)
		return a;
	if (longest ? b.final > a.final : b.final < a.final)
		best.final = b.final;
	best.tail = min_u64(a.tail, b.tail);
	return best;
}

/* Offers of any range of matches in logarithmic time: node i joins 2i and 2i + 1. */
static struct offer *build_tree(struct arena *a, const struct stage *stage, bool longest)
{
	struct offer *tree = arena_new_array(a, struct offer, 2 * (size_t)stage->len + 2);

	if (tree == NULL)
		return NULL;
	for (uint32_t i = 0; i < stage->len; i++)
		tree[stage->len + i] =
			(struct offer){stage->matches[i].final, stage->matches[i].tail};
	for (uint32_t i = stage->len; i-- > 1;)
		tree[i] = better(tree[2 * i], tree[2 * i + 1], longest);
	return tree;
}

static struct offer ask_tree(const struct offer *tree, uint32_t len, uint32_t low, uint32_t high,
			     bool longest)
{
	struct offer best = {CHAIN_NONE, CHAIN_NONE};

	for (low += len, high += len; low < high; low /= 2, high /= 2) {
		if (low % 2 != 0)
			best = better(best, tree[low++], longest);
		if (high % 2 != 0)
			best = better(best, tree[--high], longest);
	}
	return best;
}

/* Index of the first match that starts at `at` or behind it. */
static uint32_t first_from(const struct stage *stage, uint64_t at)
{
	uint32_t low = 0, high = stage->len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (stage->matches[middle].start < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool solve_stage(struct arena *a, const struct chain *chain, uint32_t i)
{
	struct stage *stage = &chain->stages[i];
	const struct stage *next = &chain->stages[i + 1];
	const struct image_part *part = &chain->parts[i + 1];
	const struct offer *tree = build_tree(a, next, chain->longest);

	if (tree == NULL)
		return false;
	for (uint32_t k = 0; k < stage->len; k++) {
		struct part_match *m = &stage->matches[k];
		uint64_t low, high;

		if (!add_u64(m->end, part->gap_min, &low))
			continue;
		uint32_t end = add_u64(m->end, part->gap_max, &high) && high != UINT64_MAX
				       ? first_from(next, high + 1)
				       : next->len;
		uint32_t begin = first_from(next, low);
		if (begin >= end)
			continue;
		struct offer best = ask_tree(tree, next->len, begin, end, chain->longest);
		m->final = best.final;
		m->tail = best.tail;
	}
	return true;
}

bool chain_solve(struct arena *a, const struct chain *chain)
{
	struct stage *last = &chain->stages[chain->count - 1];

	for (uint32_t k = 0; k < last->len; k++) {
		last->matches[k].final = last->matches[k].end;
		last->matches[k].tail = last->matches[k].start;
	}
	for (uint32_t i = chain->count - 1; i-- > 0;) {
		if (!solve_stage(a, chain, i))
			return false;
	}
	return true;
}
