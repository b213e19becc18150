/*
 * Looking up digests. Two searches: for the size among the sizes that rules
 * have, for the digest among the entries of that size. All positions are
 * checked against the table, all loops shrink a range: a damaged image gives
 * wrong answers at worst.
 */
#include "image/opened.h"

/* Number of the size in the table; false when no rule has it. */
static bool find_size(const struct hash_table *t, uint64_t size, uint32_t *ret)
{
	uint32_t low = 0, count = t->size_count;

	if (count == 0)
		return false;
	/* keeps size_at(low) <= size where possible; the branch becomes a conditional move */
	while (count > 1) {
		uint32_t half = count / 2;

		low = table_size_at(t, low + half) <= size ? low + half : low;
		count -= half;
	}
	if (table_size_at(t, low) != size)
		return false;
	*ret = low;
	return true;
}

/* Where the entries for any size start. */
static uint32_t any_size_start(const struct hash_table *t)
{
	uint32_t start = table_start_at(t, t->size_count);

	return start < t->entry_count ? start : t->entry_count;
}

bool image_has_hashes(const struct image *img, enum hash_subject subject)
{
	for (unsigned d = 0; d < DIGEST_COUNT; d++) {
		if (img->tables[image_hash_kind(subject, d) - 1].entry_count > 0)
			return true;
	}
	return false;
}

unsigned image_digests_for(const struct image *img, enum hash_subject subject, uint64_t size)
{
	unsigned wanted = 0;

	for (unsigned d = 0; d < DIGEST_COUNT; d++) {
		const struct hash_table *t = &img->tables[image_hash_kind(subject, d) - 1];
		uint32_t found;

		if (t->entry_count == 0)
			continue;
		if (any_size_start(t) < t->entry_count || find_size(t, size, &found))
			wanted |= 1u << d;
	}
	return wanted;
}

static bool is_before(const struct hash_table *t, uint32_t i, const uint8_t *value)
{
	return memcmp(table_digest_at(t, i), value, t->digest_bytes) < 0;
}

/*
 * Digests are evenly spread, so among many of them the place of one is known
 * to within about the root of their number. Narrow [*low, *high) to that:
 * fewer pages of the file are touched than by halving from the start.
 */
static void narrow(const struct hash_table *t, const uint8_t *value, uint32_t *low, uint32_t *high)
{
	uint32_t count = *high - *low;
	uint32_t guess = *low + (uint32_t)((get_u32be(value) * (uint64_t)count) >> 32);
	uint64_t step = 64;

	if (is_before(t, guess, value)) {
		*low = guess + 1;
		for (; *low + step < *high; step *= 2) {
			uint32_t probe = (uint32_t)(*low + step);

			if (!is_before(t, probe, value)) {
				*high = probe;
				break;
			}
			*low = probe + 1;
		}
		return;
	}
	*high = guess;
	for (; *low + step < *high; step *= 2) {
		uint32_t probe = (uint32_t)(*high - step);

		if (is_before(t, probe, value)) {
			*low = probe + 1;
			break;
		}
		*high = probe;
	}
}

/* The first entry of [low, high) that is not before `value`. */
static uint32_t lower_bound(const struct hash_table *t, uint32_t low, uint32_t high,
			    const uint8_t *value)
{
	enum { MANY = 1024 };

	if (high - low > MANY)
		narrow(t, value, &low, &high);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_before(t, middle, value))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct hash_hits image_find_hash(const struct image *img, enum hash_subject subject,
				 enum digest_kind digest, uint64_t size, const uint8_t *value)
{
	struct hash_hits hits = {.img = img, .kind = image_hash_kind(subject, digest)};
	const struct hash_table *t = &img->tables[hits.kind - 1];
	uint32_t any = any_size_start(t), found;

	memcpy(hits.value, value, t->digest_bytes);
	if (find_size(t, size, &found)) {
		uint32_t low = table_start_at(t, found), high = table_start_at(t, found + 1);

		if (low <= high && high <= any) {
			hits.next[0] = lower_bound(t, low, high, value);
			hits.end[0] = high;
		}
	}
	hits.next[1] = lower_bound(t, any, t->entry_count, value);
	hits.end[1] = t->entry_count;
	return hits;
}

bool hash_hits_next(struct hash_hits *hits, struct rule_ref *ret)
{
	const struct hash_table *t = &hits->img->tables[hits->kind - 1];

	for (unsigned list = 0; list < LEN(hits->next); list++) {
		uint64_t i = hits->next[list];

		if (i >= hits->end[list])
			continue;
		if (memcmp(table_digest_at(t, (uint32_t)i), hits->value, t->digest_bytes) == 0) {
			hits->next[list]++;
			*ret = (struct rule_ref){hits->kind, (uint32_t)i};
			return true;
		}
		hits->next[list] = hits->end[list];
	}
	return false;
}
