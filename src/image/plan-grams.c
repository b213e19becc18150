#include "image/plan-grams.h"

#include "base/num.h"

enum {
	/* The bitmap has 32 to 64 bits for each gram: 1 to 3 in 100 positions pass by chance. */
	BITS_PER_GRAM_LOG2 = 5,
	BITMAP_LOG2_MIN = 10,
	BITMAP_LOG2_MAX = 24, /* 2 MiB, what a core's own cache may hold */
	BUCKET_LOG2_MIN = 4,
	BUCKET_LOG2_MAX = 22,
};

/* The three lists that all rows share. */
struct gram_lists {
	struct { VEC(uint64_t); } bits;
	struct { VEC(uint32_t); } buckets;
	struct plan_grams entries;
};

static uint32_t clamp(uint32_t value, uint32_t least, uint32_t most)
{
	return value < least ? least : value > most ? most : value;
}

/* log2, rounded up. */
static uint32_t bits_for(size_t count)
{
	return count < 2 ? 0 : 64 - (uint32_t)__builtin_clzll(count - 1);
}

static int compare(const void *left, const void *right)
{
	const struct image_gram *a = left, *b = right;
	uint32_t ha = image_gram_hash(a->gram), hb = image_gram_hash(b->gram);

	/* the hash is a permutation: equal hashes are equal grams */
	if (ha != hb)
		return ha < hb ? -1 : 1;
	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	return a->anchor < b->anchor ? -1 : a->anchor > b->anchor;
}

/* Under several keys the same gram can come up twice for a part. */
static void sort_unique(struct plan_grams *g)
{
	size_t kept = 0;

	qsort(g->items, g->len, sizeof *g->items, compare);
	for (size_t i = 0; i < g->len; i++) {
		if (kept == 0 || compare(&g->items[kept - 1], &g->items[i]) != 0)
			g->items[kept++] = g->items[i];
	}
	g->len = kept;
}

static enum status fill(struct gram_lists *lists, const struct plan_grams *g,
			struct image_grams *row)
{
	size_t words = ((size_t)1 << row->bitmap_bits) / 64;
	size_t buckets = (size_t)1 << row->bucket_bits;
	size_t next = 0;

	if (!vec_reserve(&lists->bits, words) || !vec_reserve(&lists->buckets, buckets + 1) ||
	    !vec_reserve(&lists->entries, g->len))
		return E_NOMEM;
	uint64_t *bits = lists->bits.items + lists->bits.len;
	uint32_t *starts = lists->buckets.items + lists->buckets.len;
	memset(bits, 0, words * sizeof *bits);
	for (size_t b = 0; b <= buckets; b++) {
		while (next < g->len &&
		       image_gram_hash(g->items[next].gram) >> (32 - row->bucket_bits) < b)
			next++;
		starts[b] = (uint32_t)next;
	}
	for (size_t i = 0; i < g->len; i++) {
		uint32_t bit = image_gram_hash(g->items[i].gram) >> (32 - row->bitmap_bits);

		bits[bit / 64] |= (uint64_t)1 << bit % 64;
	}
	memcpy(lists->entries.items + lists->entries.len, g->items, g->len * sizeof *g->items);
	lists->bits.len += words;
	lists->buckets.len += buckets + 1;
	lists->entries.len += g->len;
	return OK;
}

static enum status add_row(struct gram_lists *lists, struct plan_grams *g, uint32_t width,
			   struct image_grams *ret)
{
	if (g->len > 0)
		sort_unique(g);
	uint32_t size = bits_for(g->len);
	struct image_grams row = {
		.width = width,
		.bitmap_bits = clamp(size + BITS_PER_GRAM_LOG2, BITMAP_LOG2_MIN, BITMAP_LOG2_MAX),
		.bucket_bits = clamp(size, BUCKET_LOG2_MIN, BUCKET_LOG2_MAX),
		.bitmap_first = (uint32_t)lists->bits.len,
		.bucket_first = (uint32_t)lists->buckets.len,
		.entry_first = (uint32_t)lists->entries.len,
		.entry_count = (uint32_t)g->len,
	};

	if (g->len > UINT32_MAX - lists->entries.len)
		return E_LIMIT;
	*ret = row;
	return g->len > 0 ? fill(lists, g, ret) : OK;
}

enum status grams_write(struct plan *p, struct image_writer *w)
{
	struct image_grams rows[IMAGE_GRAM_ROWS];
	struct gram_lists lists = {0};
	enum status status = OK;

	for (uint32_t i = 0; status == OK && i < IMAGE_GRAM_ROWS; i++)
		status = add_row(&lists, &p->grams[i], 4u >> i, &rows[i]);
	if (status == OK && lists.entries.len > 0)
		status = image_writer_add(w, IMAGE_TAG_GRAMS, sizeof rows[0], rows,
					  IMAGE_GRAM_ROWS);
	if (status == OK)
		status = image_writer_add(w, IMAGE_TAG_GRAM_BITS, sizeof *lists.bits.items,
					  lists.bits.items, lists.bits.len);
	if (status == OK)
		status = image_writer_add(w, IMAGE_TAG_GRAM_BUCKETS, sizeof *lists.buckets.items,
					  lists.buckets.items, lists.buckets.len);
	if (status == OK)
		status = image_writer_add(w, IMAGE_TAG_GRAM_ENTRIES, sizeof *lists.entries.items,
					  lists.entries.items, lists.entries.len);
	vec_done(&lists.bits);
	vec_done(&lists.buckets);
	vec_done(&lists.entries);
	return status;
}
