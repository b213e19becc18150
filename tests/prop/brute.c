#include "brute.h"

#include <string.h>

/* Positions 0 .. len of the text. */
struct places {
	bool at[BRUTE_TEXT_MAX + 1];
};

struct walk {
	const uint8_t *text;
	size_t len;
	uint8_t key;
	struct arena *a;
};

static struct places *none(const struct walk *w)
{
	struct places *p = arena_alloc(w->a, sizeof *p);

	if (p == NULL)
		abort();
	return p;
}

/* Where `node` can end when it starts at `at`. */
static struct places *ends(const struct walk *w, const struct ir_node *node, size_t at);

static struct places *ends_of_all(const struct walk *w, const struct ir_node *node,
				  const struct places *starts)
{
	struct places *all = none(w);

	for (size_t p = 0; p <= w->len; p++) {
		if (!starts->at[p])
			continue;
		const struct places *one = ends(w, node, p);
		for (size_t q = 0; q <= w->len; q++)
			all->at[q] |= one->at[q];
	}
	return all;
}

static bool same_bytes(const struct walk *w, const struct ir_node *node, size_t at)
{
	for (uint32_t i = 0; i < node->bytes.len; i++) {
		if (at + i >= w->len ||
		    ((w->text[at + i] ^ w->key) & node->bytes.mask[i]) != node->bytes.value[i])
			return false;
	}
	return true;
}

static bool any(const struct places *p, size_t len)
{
	for (size_t i = 0; i <= len; i++) {
		if (p->at[i])
			return true;
	}
	return false;
}

static bool look(const struct walk *w, const struct ir_node *node, size_t at)
{
	struct walk plain = *w;
	uint32_t width, max;
	bool found = false;

	plain.key = 0;
	ir_width(node->children[0], &width, &max);
	if (!node->look.behind)
		found = any(ends(&plain, node->children[0], at), w->len);
	else if (width <= at)
		found = any(ends(&plain, node->children[0], at - width), w->len);
	return found != node->look.negate;
}

static struct places *repeat(const struct walk *w, const struct ir_node *node, size_t at)
{
	struct places *now = none(w), *result = none(w);

	now->at[at] = true;
	/* more rounds than bytes reach nothing new */
	for (size_t round = 0; round <= node->range.max; round++) {
		if (round > node->range.min + w->len + 1)
			break;
		for (size_t p = 0; round >= node->range.min && p <= w->len; p++)
			result->at[p] |= now->at[p];
		if (!any(now, w->len))
			break;
		now = ends_of_all(w, node->children[0], now);
	}
	return result;
}

static struct places *ends(const struct walk *w, const struct ir_node *node, size_t at)
{
	struct places *result = none(w);
	uint8_t c = at < w->len ? w->text[at] ^ w->key : 0;

	switch (node->kind) {
	case NODE_BYTES:
		if (same_bytes(w, node, at))
			result->at[at + node->bytes.len] = true;
		break;
	case NODE_CLASS:
		if (at < w->len && (node->cls.set[c / 8] >> c % 8 & 1) != 0)
			result->at[at + 1] = true;
		break;
	case NODE_GAP:
		for (size_t n = node->range.min; n <= node->range.max && at + n <= w->len; n++)
			result->at[at + n] = true;
		break;
	case NODE_CONCAT:
		result->at[at] = true;
		for (uint32_t i = 0; i < node->count; i++)
			result = ends_of_all(w, node->children[i], result);
		break;
	case NODE_ALT:
		for (uint32_t i = 0; i < node->count; i++) {
			const struct places *one = ends(w, node->children[i], at);

			for (size_t p = 0; p <= w->len; p++)
				result->at[p] |= one->at[p];
		}
		break;
	case NODE_REPEAT:
		return repeat(w, node, at);
	case NODE_NOT:
		if (at + node->width <= w->len && !any(ends(w, node->children[0], at), w->len))
			result->at[at + node->width] = true;
		break;
	case NODE_LOOK:
		result->at[at] = look(w, node, at);
		break;
	case NODE_EDGE:
		result->at[at] = at == (node->edge.at_end ? w->len : 0);
		break;
	}
	return result;
}

/* The best match at one start under one key; false when there is none. */
static bool match_at(const struct walk *w, const struct made_pattern *p, size_t start,
		     struct brute_match *ret)
{
	struct places *starts = none(w), *last;

	starts->at[start] = true;
	for (uint32_t i = 0; i + 1 < p->count; i++) {
		const struct places *over = ends_of_all(w, p->pieces[i], starts);

		starts = none(w);
		for (size_t q = 0; q <= w->len; q++) {
			size_t n = p->gap_min[i + 1];

			for (; over->at[q] && n <= p->gap_max[i + 1] && q + n <= w->len; n++)
				starts->at[q + n] = true;
		}
	}
	last = ends_of_all(w, p->pieces[p->count - 1], starts);
	if (!any(last, w->len))
		return false;
	size_t end = p->pattern.length == LENGTH_SHORTEST ? 0 : w->len;
	while (!last->at[end])
		end = p->pattern.length == LENGTH_SHORTEST ? end + 1 : end - 1;
	size_t tail = 0;
	while (!starts->at[tail] || !any(ends(w, p->pieces[p->count - 1], tail), w->len))
		tail++;
	*ret = (struct brute_match){start, end - start, tail};
	return true;
}

static bool place_base(const struct brute_object *o, const struct ir_place *place, int64_t *ret)
{
	const struct fact *f = NULL;
	uint32_t sections = o->facts->groups[GROUP_EXE_SECTION].len;

	if (place->base == PLACE_START || place->base == PLACE_ANYWHERE)
		return *ret = 0, true;
	if (place->base == PLACE_END)
		return *ret = (int64_t)o->len, true;
	if (place->base == PLACE_ENTRY)
		f = fact_get(o->facts, FACT_EXE_ENTRY, 0);
	else if (place->base == PLACE_LAST_SECTION)
		f = sections ? fact_get(o->facts, FACT_EXE_SECTION_OFFSET, sections - 1) : NULL;
	else
		f = fact_get(o->facts, FACT_EXE_SECTION_OFFSET, place->section);
	if (f == NULL)
		return false;
	*ret = f->integer;
	return true;
}

static bool fits_place(const struct brute_object *o, const struct ir_place *place, size_t start)
{
	int64_t first, last;

	if (!place_base(o, place, &first))
		return false;
	if (place->base == PLACE_ANYWHERE)
		return true;
	first += place->delta;
	last = first + (int64_t)place->range;
	if (place->base == PLACE_IN_SECTION)
		last += fact_get(o->facts, FACT_EXE_SECTION_SIZE, place->section)->integer;
	return first >= 0 && (int64_t)start >= first && (int64_t)start <= last;
}

static bool best_at(struct walk *w, const struct made_pattern *p, size_t start,
		    struct brute_match *ret)
{
	bool found = false, longest = p->pattern.length == LENGTH_LONGEST;
	unsigned key = p->pattern.has_xor ? p->pattern.xor_first : 0;
	unsigned last = p->pattern.has_xor ? p->pattern.xor_last : 0;

	for (; key <= last; key++) {
		struct brute_match m;

		w->key = (uint8_t)key;
		arena_clear(w->a);
		if (!match_at(w, p, start, &m))
			continue;
		if (!found || (longest ? m.length > ret->length : m.length < ret->length))
			*ret = m;
		found = true;
	}
	return found;
}

static int by_tail(const void *left, const void *right)
{
	const struct brute_match *a = left, *b = right;

	if (a->tail != b->tail)
		return a->tail < b->tail ? -1 : 1;
	return a->start < b->start ? -1 : 1;
}

/* In the order found, each start behind all that were counted. */
static void keep_rising(struct brute_result *r)
{
	size_t kept = 0;

	qsort(r->matches, r->count, sizeof *r->matches, by_tail);
	for (size_t i = 0; i < r->count; i++) {
		if (kept == 0 || r->matches[i].start > r->matches[kept - 1].start)
			r->matches[kept++] = r->matches[i];
	}
	r->count = kept;
}

struct brute_result brute_find(struct arena *a, const struct brute_object *o,
			       const struct made_pattern *p)
{
	struct walk w = {.text = o->text, .len = o->len, .a = arena_new(SIZE_MAX)};
	struct brute_result r = {arena_new_array(a, struct brute_match, o->len + 1), 0};

	if (w.a == NULL || r.matches == NULL)
		abort();
	for (size_t start = 0; start < o->len; start++) {
		if (fits_place(o, &p->pattern.place, start) &&
		    best_at(&w, p, start, &r.matches[r.count]))
			r.count++;
	}
	if (p->count > 1 && p->pattern.rule == MATCH_RISING_START && r.count > 0)
		keep_rising(&r);
	arena_free(w.a);
	return r;
}
