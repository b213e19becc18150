#include "match/tables.h"

#include "base/num.h"
#include "match/match.h"

_Static_assert((int)IMAGE_PART_MAX == (int)MATCH_PART_MAX &&
		       (int)MATCH_OVERLAP >= IMAGE_PART_MAX + 2 * IMAGE_LOOK_MAX,
	       "windows overlap by a part and what is looked at around it");

struct section {
	uint32_t tag;
	size_t size;
	const void **to;
	uint32_t *count;
};

static enum status open_section(const struct image *img, const struct section *s, struct error *e)
{
	uint64_t count;
	const void *data = image_section(img, s->tag, s->size, &count);

	if (count > UINT32_MAX)
		return error_at(e, E_MALFORMED, 0, "a section has too many elements");
	*s->to = data;
	*s->count = (uint32_t)count;
	return OK;
}

/* Rows whose numbers a hostile image made up must not lead outside the lists. */
static bool is_row_sound(const struct image_grams *row, uint64_t words, uint64_t buckets,
			 uint64_t entries, uint32_t width)
{
	if (row->width != width || row->bitmap_bits < 6 || row->bitmap_bits > 26 ||
	    row->bucket_bits < 1 || row->bucket_bits > row->bitmap_bits)
		return false;
	return range_fits(row->bitmap_first, (UINT64_C(1) << row->bitmap_bits) / 64, words) &&
	       range_fits(row->bucket_first, (UINT64_C(1) << row->bucket_bits) + 1, buckets) &&
	       range_fits(row->entry_first, row->entry_count, entries);
}

static enum status open_grams(const struct image *img, struct match_tables *t, struct error *e)
{
	uint64_t rows, words, buckets, entries;
	const struct image_grams *row =
		image_section(img, IMAGE_TAG_GRAMS, sizeof *row, &rows);
	const uint64_t *bits = image_section(img, IMAGE_TAG_GRAM_BITS, sizeof *bits, &words);
	const uint32_t *starts =
		image_section(img, IMAGE_TAG_GRAM_BUCKETS, sizeof *starts, &buckets);
	const struct image_gram *list =
		image_section(img, IMAGE_TAG_GRAM_ENTRIES, sizeof *list, &entries);

	if (rows == 0)
		return OK;
	if (rows != IMAGE_GRAM_ROWS)
		return error_at(e, E_MALFORMED, 0, "the table of grams has %llu rows",
				(unsigned long long)rows);
	for (uint32_t i = 0; i < IMAGE_GRAM_ROWS; i++) {
		struct image_grams copy = row[i];

		if (copy.entry_count == 0)
			continue;
		if (!is_row_sound(&copy, words, buckets, entries, 4u >> i))
			return error_at(e, E_MALFORMED, 0, "row %u of the table of grams is wrong",
					i);
		t->grams[i] = (struct gram_table){
			.width = copy.width,
			.bitmap_shift = 32 - copy.bitmap_bits,
			.bucket_shift = 32 - copy.bucket_bits,
			.entry_count = copy.entry_count,
			.bits = bits + copy.bitmap_first,
			.buckets = starts + copy.bucket_first,
			.entries = list + copy.entry_first,
		};
	}
	return OK;
}

/* How far ahead of a start a window has to reach. */
static void measure(struct match_tables *t)
{
	for (uint32_t i = 0; i < t->part_count; i++) {
		t->part_max = t->parts[i].max > t->part_max ? t->parts[i].max : t->part_max;
		if (t->parts[i].anchor > t->anchor_max)
			t->anchor_max = t->parts[i].anchor;
	}
	if (t->part_max > IMAGE_PART_MAX)
		t->part_max = IMAGE_PART_MAX;
	if (t->anchor_max > t->part_max)
		t->anchor_max = t->part_max;
}

enum status tables_open(const struct image *img, struct match_tables *ret, struct error *e)
{
	struct match_tables t = {0};
#define SECTION(tag, list, count) {tag, sizeof *t.list, (const void **)&t.list, &t.count}
	const struct section sections[] = {
		SECTION(IMAGE_TAG_RULES, rules, rule_count),
		SECTION(IMAGE_TAG_PATTERNS, patterns, pattern_count),
		SECTION(IMAGE_TAG_PARTS, parts, part_count),
		SECTION(IMAGE_TAG_PERLS, perls, perl_count),
		SECTION(IMAGE_TAG_CODE, nodes, node_count),
		SECTION(IMAGE_TAG_BYTES, bytes, byte_count),
		SECTION(IMAGE_TAG_CONDITIONS, conditions, condition_count),
		SECTION(IMAGE_TAG_SETS, sets, set_count),
		SECTION(IMAGE_TAG_EVERYWHERE, everywhere, everywhere_count),
		SECTION(IMAGE_TAG_PLACED, placed, placed_count),
		SECTION(IMAGE_TAG_ALWAYS, always, always_count),
		SECTION(IMAGE_TAG_GLOBALS, globals, global_count),
		SECTION(IMAGE_TAG_WANTS, wants, want_count),
		SECTION(IMAGE_TAG_SPACES, spaces, space_count),
	};
#undef SECTION

	for (size_t i = 0; i < LEN(sections); i++) {
		enum status status = open_section(img, &sections[i], e);

		if (status != OK)
			return status;
	}
	measure(&t);
	enum status status = open_grams(img, &t, e);
	if (status == OK)
		*ret = t;
	return status;
}
