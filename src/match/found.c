#include "match/found.h"

#include <stdlib.h>

#include "base/num.h"

/*
 * Memory for what is found in one object: for its matches, of which a pattern can have
 * FOUND_COUNT_MAX, and for all else. Only an object that makes it necessary takes it.
 */
enum { SPAN_BYTES_MAX = 26 << 20, FOUND_BYTES_MAX = 16 << 20 };

enum status found_init(struct found_set *set, const struct match_tables *t)
{
	*set = (struct found_set){.t = t};
	set->arena = arena_new(FOUND_BYTES_MAX);
	set->index_of = calloc((size_t)t->pattern_count + 1, sizeof *set->index_of);
	return set->arena != NULL && set->index_of != NULL ? OK : E_NOMEM;
}

void found_done(struct found_set *set)
{
	found_reset(set, 0);
	vec_done(&set->items);
	free(set->index_of);
	arena_free(set->arena);
}

void found_reset(struct found_set *set, uint64_t work)
{
	for (size_t i = 0; i < set->items.len; i++) {
		set->index_of[set->items.items[i]->pattern] = 0;
		free(set->items.items[i]->spans);
	}
	set->items.len = 0;
	set->span_bytes = 0;
	if (set->arena != NULL)
		arena_clear(set->arena);
	set->work = work;
	set->is_cut = false;
}

static struct found *make(struct found_set *set, uint32_t pattern, uint32_t parts)
{
	struct found *f = arena_new_object(set->arena, struct found);

	if (f == NULL)
		return NULL;
	f->pattern = pattern;
	f->is_counted = (set->t->patterns[pattern].flags & PATTERN_COUNTED) != 0 ||
			(set->wishes.every_match && !set->wishes.first_only);
	if (parts > 1) {
		f->stage_count = parts;
		f->stages = arena_new_array(set->arena, struct stage, parts);
		if (f->stages == NULL)
			return NULL;
	}
	return vec_push(&set->items, &f) ? f : NULL;
}

struct found *found_make(struct found_set *set, uint32_t pattern, uint32_t parts)
{
	struct found *f = found_get(set, pattern);

	if (f != NULL)
		return f;
	f = make(set, pattern, parts);
	if (f == NULL) {
		set->is_cut = true;
		return NULL;
	}
	set->index_of[pattern] = (uint32_t)set->items.len;
	return f;
}

static bool grow(struct found_set *set, struct found *f)
{
	uint32_t cap = f->span_cap ? f->span_cap * 2 : 4;
	size_t more = (cap - f->span_cap) * sizeof *f->spans;

	if (more > SPAN_BYTES_MAX - set->span_bytes)
		return false;
	struct match_span *grown = realloc(f->spans, cap * sizeof *grown);
	if (grown == NULL)
		return false;
	set->span_bytes += more;
	f->spans = grown;
	f->span_cap = cap;
	return true;
}

/* Index of the first span that starts at `at` or behind it. */
static uint32_t first_from(const struct found *f, uint64_t at)
{
	uint32_t low = 0, high = f->span_len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (f->spans[middle].start < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where a span that starts at `start` belongs: behind all unless a part has several anchors. */
static uint32_t place_for(const struct found *f, uint64_t start)
{
	bool is_last = f->span_len == 0 || f->spans[f->span_len - 1].start < start;

	return is_last ? f->span_len : first_from(f, start);
}

static bool keep(struct found_set *set, struct found *f, struct match_span span, uint32_t at)
{
	uint32_t behind = f->span_len - at;

	if (f->span_len == f->span_cap && !grow(set, f))
		return false;
	memmove(f->spans + at + 1, f->spans + at, behind * sizeof span);
	f->spans[at] = span;
	f->span_len++;
	set->work -= min_u64(set->work, behind / 8);
	return true;
}

void found_add(struct found_set *set, struct found *f, struct match_span span)
{
	if (!f->is_found) {
		f->is_found = true;
		f->first = span;
	}
	if (!f->is_counted)
		return;
	uint32_t at = place_for(f, span.start);
	/* it was met before, by another anchor */
	if (at < f->span_len && f->spans[at].start == span.start)
		return;
	/* what of those that were not kept is met again, nobody can say */
	if (span.start <= f->last_start && f->span_len < f->count) {
		f->is_limited = true;
		return;
	}
	f->last_start = max_u64(f->last_start, span.start);
	if (f->count == FOUND_COUNT_MAX) {
		f->is_overrun = true;
		return;
	}
	/* once one could not be kept, the list is a beginning and must stay one */
	if (f->span_len == f->count)
		(void)keep(set, f, span, at);
	f->count++;
}

static int by_tail(const void *left, const void *right)
{
	const struct part_match *a = left, *b = right;

	if (a->tail != b->tail)
		return a->tail < b->tail ? -1 : 1;
	return a->start < b->start ? -1 : a->start > b->start;
}

static int by_start(const void *left, const void *right)
{
	const struct part_match *a = left, *b = right;

	return a->start < b->start ? -1 : a->start > b->start;
}

/* One match for each start, with the best of its ends; returns how many. */
static uint32_t join_starts(struct stage *stage, bool longest)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < stage->len; i++) {
		struct part_match m = stage->matches[i];
		struct part_match *last = kept > 0 ? &stage->matches[kept - 1] : NULL;

		if (m.final == CHAIN_NONE)
			continue;
		if (last == NULL || last->start != m.start) {
			stage->matches[kept++] = m;
			continue;
		}
		last->tail = min_u64(last->tail, m.tail);
		if (longest ? m.final > last->final : m.final < last->final)
			last->final = m.final;
	}
	return kept;
}

/* Only those whose start lies behind that of all that were found before them. */
static uint32_t keep_rising(struct stage *stage, uint32_t len)
{
	uint32_t kept = 0;

	qsort(stage->matches, len, sizeof *stage->matches, by_tail);
	for (uint32_t i = 0; i < len; i++) {
		if (kept == 0 || stage->matches[i].start > stage->matches[kept - 1].start)
			stage->matches[kept++] = stage->matches[i];
	}
	qsort(stage->matches, kept, sizeof *stage->matches, by_start);
	return kept;
}

/* The matches of a chain, once all of the object was seen. */
static void solve(struct found_set *set, struct found *f)
{
	const struct image_pattern pattern = set->t->patterns[f->pattern];
	struct chain chain = {
		.stages = f->stages,
		.parts = set->t->parts + pattern.part_first,
		.count = f->stage_count,
		.longest = (pattern.flags & PATTERN_LONGEST) != 0,
	};

	f->is_solved = true;
	if (!range_fits(pattern.part_first, f->stage_count, set->t->part_count) ||
	    !chain_solve(set->arena, &chain)) {
		f->is_limited = true;
		return;
	}
	uint32_t len = join_starts(&f->stages[0], chain.longest);
	if ((pattern.flags & PATTERN_RISING) != 0 && len > 0)
		len = keep_rising(&f->stages[0], len);
	for (uint32_t i = 0; i < len; i++) {
		const struct part_match *m = &f->stages[0].matches[i];

		found_add(set, f, (struct match_span){m->start, m->final - m->start, 0});
	}
}

static struct found *ready(struct found_set *set, uint32_t pattern)
{
	struct found *f = found_get(set, pattern);

	if (f != NULL && f->is_counted && f->stages != NULL && !f->is_solved && f->is_found)
		solve(set, f);
	return f;
}

size_t found_spans(struct found_set *set, uint32_t pattern, const struct match_span **ret)
{
	const struct found *f = ready(set, pattern);

	if (f == NULL || !f->is_found)
		return 0;
	*ret = f->span_len > 0 ? f->spans : &f->first;
	return f->span_len > 0 ? f->span_len : 1;
}

static bool is_open(const struct found_set *set, const struct found *f)
{
	return set->is_cut || (f != NULL && f->is_limited);
}

/* Whether spans up to `high` are all there. */
static bool covers(const struct found *f, uint64_t high)
{
	if (f->span_len == f->count)
		return true;
	return f->span_len > 0 && high <= f->spans[f->span_len - 1].start;
}

enum known found_matched(struct found_set *set, uint32_t pattern)
{
	const struct found *f = found_get(set, pattern);

	if (f != NULL && f->is_found)
		return KNOWN_YES;
	return is_open(set, f) ? UNKNOWN : KNOWN_NO;
}

enum known found_in(struct found_set *set, uint32_t pattern, uint64_t low, uint64_t high)
{
	const struct found *f = ready(set, pattern);

	if (f != NULL && low <= high) {
		uint32_t i = first_from(f, low);

		if (i < f->span_len && f->spans[i].start <= high)
			return KNOWN_YES;
	}
	if (is_open(set, f) || (f != NULL && !covers(f, high)))
		return UNKNOWN;
	return KNOWN_NO;
}

bool found_count(struct found_set *set, uint32_t pattern, uint64_t *ret)
{
	const struct found *f = ready(set, pattern);

	if (is_open(set, f))
		return false;
	*ret = f != NULL ? f->count : 0;
	return true;
}

bool found_count_in(struct found_set *set, uint32_t pattern, uint64_t low, uint64_t high,
		    uint64_t *ret)
{
	const struct found *f = ready(set, pattern);

	if (is_open(set, f) || (f != NULL && low <= high && !covers(f, high)))
		return false;
	*ret = 0;
	if (f != NULL && low <= high) {
		uint32_t end = high == UINT64_MAX ? f->span_len : first_from(f, high + 1);

		*ret = end - first_from(f, low);
	}
	return true;
}

enum known found_nth(struct found_set *set, uint32_t pattern, uint64_t n, struct match_span *ret)
{
	const struct found *f = ready(set, pattern);

	if (is_open(set, f))
		return UNKNOWN;
	if (f == NULL || n == 0 || n > f->count)
		return KNOWN_NO;
	if (n > f->span_len)
		return UNKNOWN;
	*ret = f->spans[n - 1];
	return KNOWN_YES;
}

bool found_show(struct found_set *set, uint32_t pattern, struct match_span *ret)
{
	const struct found *f = ready(set, pattern);

	if (f == NULL || !f->is_found)
		return false;
	*ret = f->span_len > 0 ? f->spans[0] : f->first;
	return true;
}
