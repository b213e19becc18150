/*
 * Order matters for chains: a part is tried only where the part before it
 * allows it to start, so that one must have been tried by then. All parts
 * that start in [from, to) are tried while the window slides, in order of
 * where their grams stand. The gram of a part stands before its end and the
 * part behind it starts (and has its gram) at that end or later, so it comes
 * later; parts without a gram are tried first at each position, in the order
 * in which they were woken up.
 *
 * `to` is far enough before the end of a window that a part and what it looks
 * at around it lie inside, and so each start is tried once, with all it needs.
 */
#include "match/search.h"

#include <stdlib.h>

#include "base/num.h"
#include "match/place.h"
#include "match/work.h"

enum {
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	/* with sanitizers a unit takes twenty times as long */
	WORK_BASE = 1 << 21,
	PATTERN_WORK_BASE = 1 << 20,
#else
	/* Work: so many units for an object, and so many more for each of its bytes. */
	WORK_BASE = 1 << 27,
	/* What one pattern may take of it, not counting starts that cost no more than TRY_FREE. */
	PATTERN_WORK_BASE = 1 << 24,
#endif
	WORK_PER_BYTE = 1024,
	PATTERN_WORK_PER_BYTE = 64,
	TRY_FREE = 256,
	CANDIDATE_COST = 8,
};

/* A part that may start at `start`. */
struct candidate {
	struct image_part part;
	struct image_pattern pattern;
	uint32_t index;	  /* of the part */
	uint32_t ordinal; /* of the part in its chain */
	uint64_t start;
	uint64_t chain_start; /* of the first part */
	struct found *found;  /* of the pattern, or NULL */
};

/* Whether it pays to try a part again at later positions. */
enum verdict { GO_ON, OVER };

enum status search_init(struct search *s, const struct match_tables *t)
{
	*s = (struct search){.t = t, .kernel = kernel_pick()};
	enum status status = found_init(&s->found, t);
	if (status != OK)
		return status;
	s->active_cap = t->everywhere_count + t->placed_count;
	s->active = calloc((size_t)s->active_cap + 1, sizeof *s->active);
	s->schedule = calloc((size_t)s->active_cap + 1, sizeof *s->schedule);
	if (s->active == NULL || s->schedule == NULL)
		return E_NOMEM;
	return confirm_new(t, &s->found.work, &s->confirm);
}

void search_done(struct search *s)
{
	confirm_free(s->confirm);
	found_done(&s->found);
	free(s->active);
	free(s->schedule);
}

static bool applies(const struct search *s, const struct image_pattern *pattern)
{
	return pattern->view == (uint8_t)s->object->view &&
	       (pattern->types == 0 || (pattern->types >> s->object->type & 1) != 0);
}

/* Read a part and its pattern; false when the image contradicts itself. */
static bool read_part(const struct match_tables *t, uint32_t index, struct candidate *ret)
{
	if (index >= t->part_count)
		return false;
	ret->index = index;
	ret->part = t->parts[index];
	if (ret->part.pattern >= t->pattern_count)
		return false;
	ret->pattern = t->patterns[ret->part.pattern];
	ret->ordinal = index - ret->pattern.part_first;
	return index >= ret->pattern.part_first && ret->ordinal < ret->pattern.part_count &&
	       range_fits(ret->pattern.part_first, ret->pattern.part_count, t->part_count);
}

static int by_first(const void *left, const void *right)
{
	const struct scheduled *a = left, *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return a->part < b->part ? -1 : a->part > b->part;
}

/* Later parts of chains are woken up by the part before them. */
static void schedule(struct search *s, uint32_t part)
{
	struct candidate c;
	struct place place;

	if (!read_part(s->t, part, &c) || c.ordinal != 0 || !applies(s, &c.pattern) ||
	    !place_of(&c.pattern, s->object, &place))
		return;
	s->schedule[s->schedule_len++] = (struct scheduled){place.first, part};
}

void search_begin(struct search *s, const struct match_object *object)
{
	uint64_t bytes = object->is_process ? 0 : object->size;

	found_reset(&s->found, work_for(WORK_BASE, bytes, WORK_PER_BYTE));
	s->pattern_work = work_for(PATTERN_WORK_BASE, bytes, PATTERN_WORK_PER_BYTE);
	s->object = object;
	s->from = s->first = 0;
	s->is_region_over = true;
	confirm_begin(s->confirm, 0);
	s->active_len = 0;
	s->schedule_len = s->schedule_next = 0;
	for (uint32_t i = 0; i < s->t->everywhere_count; i++)
		schedule(s, s->t->everywhere[i]);
	for (uint32_t i = 0; i < s->t->placed_count; i++) {
		uint32_t pattern = s->t->placed[i];

		if (pattern < s->t->pattern_count)
			schedule(s, s->t->patterns[pattern].part_first);
	}
	if (s->schedule_len > 0)
		qsort(s->schedule, s->schedule_len, sizeof *s->schedule, by_first);
}

static void wake(struct search *s, uint32_t part)
{
	if (!work_charge(&s->found.work, 1 + s->active_len / 8) || s->active_len == s->active_cap)
		return;
	for (uint32_t i = 0; i < s->active_len; i++) {
		if (s->active[i] == part)
			return;
	}
	s->active[s->active_len++] = part;
}

static bool is_word(const uint8_t *byte, size_t width)
{
	uint8_t lower = byte[0] | 0x20;
	bool is_alnum = (byte[0] >= '0' && byte[0] <= '9') || (lower >= 'a' && lower <= 'z');

	return is_alnum && (width == 1 || byte[1] == 0);
}

/* Whether a match has what must not stand beside it. */
static bool breaks_border(const struct search *s, const struct candidate *c, size_t at, size_t end)
{
	size_t width = (c->pattern.flags & PATTERN_BORDER_WIDE) != 0 ? 2 : 1;
	const struct match_window *w = s->window;

	if ((c->pattern.flags & (PATTERN_BORDER | PATTERN_BORDER_WIDE)) == 0)
		return false;
	return (at >= width && is_word(w->data + at - width, width)) ||
	       (w->len - end >= width && is_word(w->data + end, width));
}

/* Of the ends of a part the one that counts. */
static uint32_t end_that_counts(struct search *s, const struct candidate *c,
				const struct ends *ends)
{
	bool longest = (c->pattern.flags & PATTERN_LONGEST) != 0;
	uint32_t end = 0;

	if (c->pattern.is_ordered != 0)
		return prefer_end(s->confirm, &c->part, ends, longest);
	if (longest)
		return ends_last(ends);
	(void)ends_next(ends, &end);
	return end;
}

/* A pattern of one part: the match at this start that counts, under any key. */
static void confirm_whole(struct search *s, struct candidate *c)
{
	size_t at = (size_t)(c->start - s->window->start);
	bool longest = (c->pattern.flags & PATTERN_LONGEST) != 0;
	unsigned key = c->pattern.xor_first, last = c->pattern.xor_last;
	int64_t length = -1;
	uint8_t found_key = 0;

	if ((c->pattern.flags & PATTERN_XOR) == 0) {
		key = last = 0;
	} else if ((c->part.flags & PART_HAS_KEY) != 0) {
		if (c->part.key_at >= s->window->len - at)
			return;
		unsigned only = s->window->data[at + c->part.key_at] ^ c->part.key_value;
		if (only < key || only > last)
			return;
		key = last = only;
	}
	for (; key <= last; key++) {
		const struct ends *ends =
			confirm_part(s->confirm, &c->part, s->window, at, (uint8_t)key);

		if (ends == NULL)
			continue;
		uint32_t end = end_that_counts(s, c, ends);
		if (length < 0 || (longest ? end > length : end < length)) {
			length = end;
			found_key = (uint8_t)key;
		}
	}
	if (length < 0 || breaks_border(s, c, at, at + (size_t)length))
		return;
	c->found = found_make(&s->found, c->part.pattern, 1);
	if (c->found != NULL)
		found_add(&s->found, c->found,
			  (struct match_span){c->start, (uint64_t)length, found_key});
}

/* The part behind may start where this one ends, plus the gap. */
static void link_to_next(struct search *s, struct candidate *c, uint64_t end)
{
	const struct image_part next = s->t->parts[c->index + 1];
	struct link_range range = {.start = c->chain_start};

	if (!add_u64(end, next.gap_min, &range.low))
		return;
	if (!add_u64(end, next.gap_max, &range.high))
		range.high = UINT64_MAX;
	if (!link_add(s->found.arena, &c->found->stages[c->ordinal].link, range))
		c->found->is_limited = true;
	if ((next.flags & PART_EVERYWHERE) != 0)
		wake(s, c->index + 1);
}

static void note_end(struct search *s, struct candidate *c, uint64_t end)
{
	struct stage *stage = &c->found->stages[c->ordinal];

	if (!work_charge(&s->found.work, 4))
		return;
	if (c->found->is_counted && stage_add(s->found.arena, stage, c->start, end) != OK)
		c->found->is_limited = true;
	if (c->ordinal + 1 < c->found->stage_count)
		link_to_next(s, c, end);
}

/*
 * One part of a chain: all its ends may lead on, but of the last one, when alternatives are
 * ordered, only that which counts.
 */
static void confirm_stage(struct search *s, struct candidate *c)
{
	size_t at = (size_t)(c->start - s->window->start);
	const struct ends *ends = confirm_part(s->confirm, &c->part, s->window, at, 0);

	if (ends == NULL)
		return;
	c->found = found_make(&s->found, c->part.pattern, c->pattern.part_count);
	if (c->found == NULL || c->found->stages == NULL || c->ordinal >= c->found->stage_count)
		return;
	bool is_last = c->ordinal + 1 == c->found->stage_count;
	uint32_t best = is_last ? end_that_counts(s, c, ends) : 0;
	for (uint32_t end = 0; ends_next(ends, &end); end++) {
		if (!is_last || c->pattern.is_ordered == 0 || end == best)
			note_end(s, c, c->start + end);
	}
	if (is_last && !c->found->is_found) {
		c->found->is_found = true;
		c->found->first =
			(struct match_span){c->chain_start, c->start + best - c->chain_start, 0};
	}
}

static enum verdict check_first(struct search *s, struct candidate *c)
{
	struct place place;

	/* a match starts at a byte, even one of no length */
	if (c->start - s->window->start >= s->window->len)
		return GO_ON;
	if (!place_of(&c->pattern, s->object, &place) || c->start > place.last)
		return OVER;
	if (c->start < place.first)
		return GO_ON;
	c->chain_start = c->start;
	if (c->pattern.part_count == 1)
		confirm_whole(s, c);
	else
		confirm_stage(s, c);
	return GO_ON;
}

static enum verdict check_later(struct search *s, struct candidate *c)
{
	struct link *link;

	if (c->found == NULL || c->found->stages == NULL || c->ordinal > c->found->stage_count)
		return OVER;
	link = &c->found->stages[c->ordinal - 1].link;
	if (link_allows(link, c->start, &c->chain_start))
		confirm_stage(s, c);
	return link_is_over(link) ? OVER : GO_ON;
}

/* Whether no more matches of a pattern are wanted. */
static bool is_enough(const struct found *f)
{
	return f->is_overrun || f->is_given_up || (f->is_found && !f->is_counted);
}

static enum verdict check(struct search *s, struct candidate *c)
{
	return c->ordinal == 0 ? check_first(s, c) : check_later(s, c);
}

/* A pattern that takes too much is given up, so that the others are not. */
static enum verdict check_within_budget(struct search *s, struct candidate *c)
{
	uint64_t whole = s->found.work, spent = c->found != NULL ? c->found->spent : 0;
	uint64_t share = min_u64(whole, s->pattern_work - min_u64(spent, s->pattern_work));

	s->found.work = share;
	enum verdict verdict = check(s, c);
	uint64_t used = share - s->found.work;
	s->found.work = whole - used;
	if (used <= TRY_FREE && used < share)
		return verdict;
	struct found *f = found_make(&s->found, c->part.pattern, c->pattern.part_count);
	if (f == NULL)
		return OVER;
	f->spent = spent + used;
	f->is_given_up = f->spent >= s->pattern_work;
	f->is_limited |= f->is_given_up;
	return f->is_given_up ? OVER : verdict;
}

/* Try a part at one start, which lies in [from, to). */
static enum verdict try(struct search *s, uint32_t part, uint64_t start)
{
	struct candidate c;

	if (!work_charge(&s->found.work, CANDIDATE_COST) || !read_part(s->t, part, &c) ||
	    !applies(s, &c.pattern))
		return OVER;
	c.start = start;
	c.found = found_get(&s->found, c.part.pattern);
	if (c.found != NULL && is_enough(c.found))
		return OVER;
	return check_within_budget(s, &c);
}

struct gram_sink {
	struct kernel_sink base;
	struct search *search;
};

static bool on_gram(struct kernel_sink *base, const struct image_gram *gram, size_t at)
{
	struct search *s = ((struct gram_sink *)base)->search;
	uint64_t position = s->window->start + at;
	uint32_t part = gram->part, anchor = gram->anchor;

	if (part >= s->t->part_count)
		return true;
	const struct found *f = found_get(&s->found, s->t->parts[part].pattern);
	if (f != NULL && is_enough(f))
		return true;
	if (position < anchor || position - anchor < s->from || position - anchor >= s->to)
		return true;
	(void)try(s, part, position - anchor);
	return s->found.work > 0 && (s->active_len == 0 || position >= s->to);
}

/* Parts without a gram, at one position. */
static void try_active(struct search *s, uint64_t position)
{
	while (s->schedule_next < s->schedule_len &&
	       s->schedule[s->schedule_next].first <= position)
		wake(s, s->schedule[s->schedule_next++].part);
	/* parts that are woken up meanwhile are tried as well */
	for (uint32_t i = 0; i < s->active_len && s->found.work > 0;) {
		if (try(s, s->active[i], position) == GO_ON) {
			i++;
			continue;
		}
		s->active_len--;
		memmove(s->active + i, s->active + i + 1,
			(s->active_len - i) * sizeof s->active[0]);
	}
}

/* Where parts without a gram have to be looked at again, or `end`. */
static uint64_t next_stop(const struct search *s, uint64_t position, uint64_t end)
{
	if (position >= s->to)
		return end;
	if (s->active_len > 0)
		return position + 1;
	if (s->schedule_next < s->schedule_len && s->schedule[s->schedule_next].first < s->to)
		return min_u64(end, s->schedule[s->schedule_next].first);
	return end;
}

static void sweep(struct search *s, uint64_t end)
{
	const struct match_window *w = s->window;
	struct gram_sink sink = {{on_gram}, s};
	uint64_t position = s->from;

	while (position < end && s->found.work > 0) {
		if (position < s->to)
			try_active(s, position);
		struct kernel_span span = {
			.data = w->data,
			.len = w->len,
			.from = (size_t)(position - w->start),
			.to = min_size((size_t)(next_stop(s, position, end) - w->start), w->len),
			.work = &s->found.work,
		};
		if (span.from < span.to)
			position = w->start + s->kernel->find(s->t, &span, &sink.base);
		else
			position++;
	}
}

/* Of a process: its bytes are not known before they come, and each region begins anew. */
static void begin_window(struct search *s, const struct match_window *window)
{
	uint64_t fresh = window->start + window->len - window->fresh;

	if (s->is_region_over && window->start + 1 >= s->from) {
		s->from = s->first = window->start;
		confirm_begin(s->confirm, s->first);
	}
	s->is_region_over = false;
	if (s->found.is_cut)
		return;
	s->found.work = work_for(s->found.work, fresh, WORK_PER_BYTE);
	s->pattern_work = work_for(s->pattern_work, fresh, PATTERN_WORK_PER_BYTE);
}

enum status search_window(struct search *s, const struct match_window *window)
{
	uint64_t ahead = (uint64_t)s->t->part_max + IMAGE_LOOK_MAX;
	uint64_t end = window->start + window->len;

	if (s->object->is_process)
		begin_window(s, window);
	if (s->found.work == 0)
		return E_LIMIT;
	uint64_t seen = min_u64(s->from - s->first, IMAGE_LOOK_MAX);
	if (window->start < s->first || window->start > s->from - seen || end < s->from)
		return E_INTERNAL;
	s->window = window;
	s->to = end > ahead ? max_u64(s->from, end - ahead) : s->from;
	/* the last part of a chain can have no length and stand behind the last byte */
	if (window->last)
		s->to = end + 1;
	sweep(s, min_u64(s->to + (window->last ? 0 : s->t->anchor_max), end + window->last));
	s->from = s->to;
	s->window = NULL;
	s->is_region_over = window->last;
	if (s->found.work > 0)
		return OK;
	s->found.is_cut = true;
	return E_LIMIT;
}
