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
	bool more; /* repetitions are tried with more first */
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

/* Ends in the order in which they are tried, each once. */
struct order {
	size_t count;
	size_t at[];
};

static struct order *no_order(const struct walk *w)
{
	struct order *o = arena_alloc(w->a, sizeof *o + (w->len + 1) * sizeof o->at[0]);

	if (o == NULL)
		abort();
	return o;
}

static void append(struct order *o, size_t at)
{
	for (size_t i = 0; i < o->count; i++) {
		if (o->at[i] == at)
			return;
	}
	o->at[o->count++] = at;
}

static struct order *order_of(const struct walk *w, const struct ir_node *node, size_t at);

static void append_places(const struct walk *w, struct order *o, const struct places *p,
			  bool is_falling)
{
	for (size_t i = 0; i <= w->len; i++) {
		size_t at = is_falling ? w->len - i : i;

		if (p->at[at])
			append(o, at);
	}
}

/* The children from `i` on, from `at` on. */
static void order_all(const struct walk *w, const struct ir_node *node, uint32_t i, size_t at,
		      struct order *o)
{
	if (i == node->count) {
		append(o, at);
		return;
	}
	const struct order *first = order_of(w, node->children[i], at);
	for (size_t k = 0; k < first->count; k++)
		order_all(w, node, i + 1, first->at[k], o);
}

/* Being at `at` after so many turns, which can be reached on several ways, is looked at once. */
struct turns {
	struct places **seen;
	uint32_t most;
};

static void order_turns(const struct walk *w, const struct ir_node *node, struct turns *t,
			uint32_t count, size_t at, struct order *o)
{
	/* without a bound, turns that need not be are all alike */
	uint32_t next = count < t->most || node->range.max != IR_UNBOUNDED ? count + 1 : count;

	if (t->seen[count]->at[at])
		return;
	t->seen[count]->at[at] = true;
	if (count >= node->range.min && !w->more)
		append(o, at);
	const struct order *turn =
		next <= t->most ? order_of(w, node->children[0], at) : no_order(w);
	for (size_t k = 0; k < turn->count; k++) {
		if (count < node->range.min || turn->at[k] != at)
			order_turns(w, node, t, next, turn->at[k], o);
	}
	if (count >= node->range.min && w->more)
		append(o, at);
}

static void order_repeat(const struct walk *w, const struct ir_node *node, size_t at,
			 struct order *o)
{
	bool is_unbounded = node->range.max == IR_UNBOUNDED;
	struct turns t = {.most = is_unbounded ? node->range.min : node->range.max};

	t.seen = arena_new_array(w->a, struct places *, (size_t)t.most + 1);
	if (t.seen == NULL)
		abort();
	for (uint32_t i = 0; i <= t.most; i++)
		t.seen[i] = none(w);
	order_turns(w, node, &t, 0, at, o);
}

static struct order *order_of(const struct walk *w, const struct ir_node *node, size_t at)
{
	struct order *o = no_order(w);

	switch (node->kind) {
	case NODE_CONCAT:
		order_all(w, node, 0, at, o);
		break;
	case NODE_ALT:
		for (uint32_t i = 0; i < node->count; i++) {
			const struct order *one = order_of(w, node->children[i], at);

			for (size_t k = 0; k < one->count; k++)
				append(o, one->at[k]);
		}
		break;
	case NODE_REPEAT:
		order_repeat(w, node, at, o);
		break;
	default:
		append_places(w, o, ends(w, node, at), w->more);
		break;
	}
	return o;
}

/* Of the last piece, from each place where it can start, only what is tried first. */
static struct places *first_ends(const struct walk *w, const struct ir_node *last,
				 const struct places *starts)
{
	struct places *p = none(w);

	for (size_t i = 0; i <= w->len; i++) {
		const struct order *o = starts->at[i] ? order_of(w, last, i) : no_order(w);

		if (o->count > 0)
			p->at[o->at[0]] = true;
	}
	return p;
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
	if (p->pattern.length == LENGTH_FIRST_LESS || p->pattern.length == LENGTH_FIRST_MORE)
		last = first_ends(w, p->pieces[p->count - 1], starts);
	size_t end = w->more ? w->len : 0;
	while (!last->at[end])
		end = w->more ? end - 1 : end + 1;
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
	bool found = false;
	unsigned key = p->pattern.has_xor ? p->pattern.xor_first : 0;
	unsigned last = p->pattern.has_xor ? p->pattern.xor_last : 0;

	w->more = p->pattern.length == LENGTH_LONGEST || p->pattern.length == LENGTH_FIRST_MORE;
	for (; key <= last; key++) {
		struct brute_match m;

		w->key = (uint8_t)key;
		arena_clear(w->a);
		if (!match_at(w, p, start, &m))
			continue;
		if (!found || (w->more ? m.length > ret->length : m.length < ret->length))
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
