/*
 * The reference kernel: one look at every position, in plain C.
 *
 * A position is interesting when the bitmap of a table has the bit of the
 * gram that starts there. The bitmap has 32 bits or more for each gram, so
 * nearly all positions end with that one look; the others are looked up in
 * the buckets, which tell exactly. Eight bytes are loaded at once and give
 * four grams, whose bits are tested together.
 */
#include "match/kernel.h"

#include "base/num.h"

/* First position in [at, to) with a gram of 4 in the bitmap, or where fewer than 8 bytes are left. */
static size_t skip_wide(const struct gram_table *t, const uint8_t *data, size_t at, size_t to,
			size_t len)
{
	size_t end = len >= 8 ? min_size(to, len - 7) : 0;

	while (at + 4 <= end) {
		uint64_t v = get_u64le(data + at);

		if (gram_passes(t, (uint32_t)v) | gram_passes(t, (uint32_t)(v >> 8)) |
		    gram_passes(t, (uint32_t)(v >> 16)) | gram_passes(t, (uint32_t)(v >> 24)))
			break;
		at += 4;
	}
	while (at < end && !gram_passes(t, get_u32le(data + at)))
		at++;
	return at;
}

static uint32_t load(const uint8_t *p, uint32_t width)
{
	if (width == 4)
		return get_u32le(p);
	return width == 2 ? get_u16le(p) : p[0];
}

/* Report the parts whose gram stands at `at`; false when the sink wants to stop. */
static bool look_up(const struct gram_table *t, const struct kernel_span *span, size_t at,
		    struct kernel_sink *sink)
{
	uint32_t gram = load(span->data + at, t->width);

	if (!gram_passes(t, gram))
		return true;
	uint32_t bucket = image_gram_hash(gram) >> t->bucket_shift;
	uint32_t i = t->buckets[bucket], end = t->buckets[bucket + 1];
	bool go_on = true;

	if (end > t->entry_count)
		end = t->entry_count;
	/* sound buckets hold a few entries; what a damaged image says must not cost for ever */
	if (i < end && *span->work <= end - i) {
		*span->work = 0;
		return false;
	}
	*span->work -= i < end ? end - i : 0;
	for (; i < end; i++) {
		if (t->entries[i].gram == gram)
			go_on &= sink->gram(sink, t->entries[i].part, at);
	}
	return go_on;
}

static size_t find(const struct match_tables *t, const struct kernel_span *span,
		   struct kernel_sink *sink)
{
	const struct gram_table *wide = &t->grams[0];
	bool only_wide = t->grams[1].entry_count == 0 && t->grams[2].entry_count == 0;
	bool go_on = true;
	size_t at = span->from;

	if (only_wide && wide->entry_count == 0)
		return span->to;
	while (at < span->to && go_on) {
		if (only_wide)
			at = skip_wide(wide, span->data, at, span->to, span->len);
		if (at >= span->to)
			break;
		for (size_t i = 0; i < IMAGE_GRAM_ROWS; i++) {
			const struct gram_table *g = &t->grams[i];

			if (g->entry_count > 0 && g->width <= span->len - at)
				go_on &= look_up(g, span, at, sink);
		}
		at++;
	}
	return at;
}

const struct kernel kernel_reference = {.name = "reference", .find = find};
