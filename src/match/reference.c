/*
 * The reference kernel: one look at every position, in plain C.
 *
 * A position is interesting when the bitmap of a table has the bit of the
 * gram that starts there. The bitmap has 32 bits or more for each gram, so
 * nearly all positions end with that one look. Those that pass are queued,
 * a block of positions at a time, and only then looked up in the buckets,
 * which tell exactly: the processor does not have to guess at each position
 * whether it passes, and the buckets are on their way to the cache before
 * they are read.
 */
#include "match/kernel.h"

#include "base/num.h"

enum { BLOCK = 512, STRIDE = 8, LOAD = 16 };

/* Positions of a block that pass, from its start. */
struct queue {
	uint32_t len;
	uint16_t at[BLOCK];
};

static uint32_t load(const uint8_t *p, uint32_t width)
{
	if (width == 4)
		return get_u32le(p);
	return width == 2 ? get_u16le(p) : p[0];
}

/* 1 when some table lets the gram through that starts with the lowest byte of `v`. */
static inline uint32_t passes(const struct match_tables *t, uint32_t v, bool only_wide)
{
	const struct gram_table *g = t->grams;
	uint32_t pass = 0;

	if (only_wide)
		return gram_passes(&g[0], v);
	if (g[0].entry_count > 0)
		pass |= gram_passes(&g[0], v);
	if (g[1].entry_count > 0)
		pass |= gram_passes(&g[1], v & 0xffff);
	if (g[2].entry_count > 0)
		pass |= gram_passes(&g[2], v & 0xff);
	return pass;
}

/* Queue the positions of [at, end) that pass, STRIDE at a time; LOAD bytes lie behind each. */
static inline __attribute__((always_inline)) void filter(const struct match_tables *t,
							  const uint8_t *at, size_t len,
							  bool only_wide, struct queue *q)
{
	for (size_t i = 0; i < len; i += STRIDE) {
		uint64_t low = get_u64le(at + i), high = get_u64le(at + i + 4);
		uint32_t mask = passes(t, (uint32_t)low, only_wide) |
				passes(t, (uint32_t)(low >> 8), only_wide) << 1 |
				passes(t, (uint32_t)(low >> 16), only_wide) << 2 |
				passes(t, (uint32_t)(low >> 24), only_wide) << 3 |
				passes(t, (uint32_t)high, only_wide) << 4 |
				passes(t, (uint32_t)(high >> 8), only_wide) << 5 |
				passes(t, (uint32_t)(high >> 16), only_wide) << 6 |
				passes(t, (uint32_t)(high >> 24), only_wide) << 7;

		for (; mask != 0; mask &= mask - 1)
			q->at[q->len++] = (uint16_t)(i + (uint32_t)__builtin_ctz(mask));
	}
}

/* Fill the queue with what passes from `at` on; returns where it stopped. */
static size_t fill(const struct match_tables *t, const struct kernel_span *s, size_t at,
		   bool only_wide, struct queue *q)
{
	size_t safe = s->len >= LOAD ? min_size(s->to, s->len - LOAD) : 0;
	size_t len = at < safe ? min_size(safe - at, BLOCK) / STRIDE * STRIDE : 0;

	q->len = 0;
	if (len == 0) {
		/* the last few positions are not worth a filter */
		for (; at < s->to && q->len < LOAD + STRIDE; at++, q->len++)
			q->at[q->len] = (uint16_t)q->len;
		return at;
	}
	if (only_wide)
		filter(t, s->data + at, len, true, q);
	else
		filter(t, s->data + at, len, false, q);
	return at + len;
}

/* Report the parts whose gram stands at `at`; false when the sink wants to stop. */
static bool look_up(const struct gram_table *t, const struct kernel_span *span, size_t at,
		    struct kernel_sink *sink)
{
	uint32_t gram = load(span->data + at, t->width);
	uint32_t bucket = image_gram_hash(gram) >> t->bucket_shift;
	uint32_t i = t->buckets[bucket], end = t->buckets[bucket + 1];
	bool go_on = true;

	if (end > t->entry_count)
		end = t->entry_count;
	if (i >= end)
		return true;
	/* sound buckets hold a few entries; what a damaged image says must not cost for ever */
	if (*span->work <= end - i) {
		*span->work = 0;
		return false;
	}
	*span->work -= end - i;
	for (; i < end; i++) {
		if (t->entries[i].gram == gram)
			go_on &= sink->gram(sink, &t->entries[i], at);
	}
	return go_on;
}

static void prefetch(const struct gram_table *t, const uint8_t *text, const struct queue *q)
{
	for (uint32_t i = 0; i < q->len; i++) {
		uint32_t hash = image_gram_hash(get_u32le(text + q->at[i]));

		__builtin_prefetch(&t->buckets[hash >> t->bucket_shift]);
	}
}

/* Look the queued positions up; returns 0, or behind the position after which the sink stops. */
static size_t drain(const struct match_tables *t, const struct kernel_span *span, size_t base,
		    const struct queue *q, struct kernel_sink *sink)
{
	for (uint32_t i = 0; i < q->len; i++) {
		size_t at = base + q->at[i];
		bool go_on = true;

		for (size_t k = 0; k < IMAGE_GRAM_ROWS; k++) {
			const struct gram_table *g = &t->grams[k];

			if (g->entry_count > 0 && g->width <= span->len - at)
				go_on &= look_up(g, span, at, sink);
		}
		if (!go_on)
			return at + 1;
	}
	return 0;
}

static size_t find(const struct match_tables *t, const struct kernel_span *span,
		   struct kernel_sink *sink)
{
	bool only_wide = t->grams[1].entry_count == 0 && t->grams[2].entry_count == 0;
	size_t at = span->from;
	struct queue q;

	if (only_wide && t->grams[0].entry_count == 0)
		return span->to;
	while (at < span->to) {
		size_t next = fill(t, span, at, only_wide, &q);

		if (only_wide && next + LOAD <= span->len)
			prefetch(&t->grams[0], span->data + at, &q);
		size_t stopped = drain(t, span, at, &q, sink);
		if (stopped != 0)
			return stopped;
		at = next;
	}
	return at;
}

const struct kernel kernel_reference = {.name = "reference", .find = find};
