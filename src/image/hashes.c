#include "image/hashes.h"

#include <stdlib.h>

#include "base/num.h"
#include "image/layout.h"
#include "image/sort.h"

enum { EFFECTS = EFFECT_NONE + 1 };

struct hash_build {
	struct image_writer *w;
	const struct ruleset *rs;
	const uint32_t *name_ids;
	uint32_t *origin_of; /* by source * EFFECTS + effect: index into ORIG */
	uint32_t origin_bytes;
};

/* Keys: level 0 is the size, so that entries for any size come last; then the digest. */
struct hash_keys {
	struct sort_keys keys;
	const struct ir_hash *hashes;
	unsigned last_level;
	uint64_t last_mask; /* of the digest's bytes in the last level */
};

static uint64_t key_at(const struct sort_keys *keys, uint32_t index, unsigned level)
{
	const struct hash_keys *k = (const struct hash_keys *)keys;
	const struct ir_hash *hash = &k->hashes[index];

	if (level == 0)
		return hash->size;
	uint64_t key = get_u64be(hash->value + 8 * (level - 1));
	return level == k->last_level ? key & k->last_mask : key;
}

static bool is_last(const struct sort_keys *keys, uint64_t key, unsigned level)
{
	(void)key;
	return level == ((const struct hash_keys *)keys)->last_level;
}

static enum status sort_hashes(const struct hash_build *b, uint8_t kind, struct sort_item *items,
			       size_t count)
{
	size_t bytes = digest_info((kind - 1u) % DIGEST_COUNT)->bytes;
	struct hash_keys keys = {
		.keys = {key_at, is_last},
		.hashes = b->rs->hashes.items,
		.last_level = (unsigned)((bytes + 7) / 8),
		.last_mask = bytes % 8 == 0 ? UINT64_MAX : UINT64_MAX << 8 * (8 - bytes % 8),
	};

	return sort_items(items, count, &keys.keys);
}

static uint64_t size_of(const struct hash_build *b, const struct sort_item *item)
{
	return b->rs->hashes.items[item->index].size;
}

/* SZ and ST. */
static enum status add_sizes(const struct hash_build *b, uint8_t kind,
			     const struct sort_item *items, size_t count)
{
	size_t sized = 0, unique = 0;

	for (; sized < count && size_of(b, &items[sized]) != IR_ANY_SIZE; sized++)
		unique += sized == 0 || size_of(b, &items[sized]) != size_of(b, &items[sized - 1]);
	if (sized == 0)
		return OK;
	bool is_wide = size_of(b, &items[sized - 1]) > UINT32_MAX;
	size_t width = is_wide ? 8 : 4, n = 0;
	uint8_t *sizes = malloc(unique * width), *starts = malloc((unique + 1) * 4);
	if (sizes == NULL || starts == NULL) {
		free(sizes);
		free(starts);
		return E_NOMEM;
	}
	for (size_t i = 0; i < sized; i++) {
		uint64_t size = size_of(b, &items[i]);

		if (i > 0 && size == size_of(b, &items[i - 1]))
			continue;
		if (is_wide)
			put_u64le(sizes + 8 * n, size);
		else
			put_u32le(sizes + 4 * n, (uint32_t)size);
		put_u32le(starts + 4 * n++, (uint32_t)i);
	}
	put_u32le(starts + 4 * n, (uint32_t)sized);
	enum status status =
		image_writer_give(b->w, IMAGE_TAG_HASH_SIZES(kind), width, sizes, unique);
	if (status != OK) {
		free(starts);
		return status;
	}
	return image_writer_give(b->w, IMAGE_TAG_HASH_STARTS(kind), 4, starts, unique + 1);
}

/* One element of an array of entries. */
typedef void element_fn(const struct hash_build *b, uint32_t index, uint8_t *to, size_t width);

static void put_digest(const struct hash_build *b, uint32_t index, uint8_t *to, size_t width)
{
	memcpy(to, b->rs->hashes.items[index].value, width);
}

static void put_name(const struct hash_build *b, uint32_t index, uint8_t *to, size_t width)
{
	(void)width;
	put_u32le(to, b->name_ids[index]);
}

static void put_line(const struct hash_build *b, uint32_t index, uint8_t *to, size_t width)
{
	(void)width;
	put_u32le(to, b->rs->hashes.items[index].line);
}

static uint32_t origin_slot(const struct ir_hash *hash)
{
	return hash->source * EFFECTS + hash->effect;
}

static void put_origin(const struct hash_build *b, uint32_t index, uint8_t *to, size_t width)
{
	uint32_t origin = b->origin_of[origin_slot(&b->rs->hashes.items[index])];

	for (size_t i = 0; i < width; i++)
		to[i] = (uint8_t)(origin >> 8 * i);
}

static enum status add_array(const struct hash_build *b, uint32_t tag, size_t width,
			     const struct sort_item *items, size_t count, element_fn *put)
{
	uint8_t *data = malloc(count * width);

	if (data == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < count; i++)
		put(b, items[i].index, data + i * width, width);
	return image_writer_give(b->w, tag, width, data, count);
}

static enum status add_entries(const struct hash_build *b, uint8_t kind,
			       const struct sort_item *items, size_t count)
{
	const struct {
		uint32_t tag;
		size_t width;
		element_fn *put;
	} arrays[] = {
		{IMAGE_TAG_HASH_DIGESTS(kind), digest_info((kind - 1u) % DIGEST_COUNT)->bytes,
		 put_digest},
		{IMAGE_TAG_HASH_NAMES(kind), 4, put_name},
		{IMAGE_TAG_HASH_LINES(kind), 4, put_line},
		{IMAGE_TAG_HASH_ORIGINS(kind), b->origin_bytes, put_origin},
	};
	enum status status = OK;

	for (size_t i = 0; i < LEN(arrays) && status == OK; i++)
		status = add_array(b, arrays[i].tag, arrays[i].width, items, count, arrays[i].put);
	return status;
}

static enum status add_kind(const struct hash_build *b, uint8_t kind, size_t count)
{
	struct sort_item *items = calloc(count, sizeof *items);
	size_t n = 0;

	if (items == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < b->rs->hashes.len; i++) {
		const struct ir_hash *hash = &b->rs->hashes.items[i];

		if (image_hash_kind(hash->subject, hash->digest) == kind)
			items[n++].index = (uint32_t)i;
	}
	enum status status = sort_hashes(b, kind, items, count);
	if (status == OK)
		status = add_sizes(b, kind, items, count);
	if (status == OK)
		status = add_entries(b, kind, items, count);
	free(items);
	return status;
}

/* ORIG: number the pairs of source and effect that occur. */
static enum status add_origins(struct hash_build *b, size_t slots)
{
	uint8_t *origins = malloc(slots * IMAGE_ORIGIN_BYTES);
	uint32_t n = 0;

	if (origins == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < b->rs->hashes.len; i++)
		b->origin_of[origin_slot(&b->rs->hashes.items[i])] = 1;
	for (size_t slot = 0; slot < slots; slot++) {
		if (b->origin_of[slot] == 0)
			continue;
		put_u32le(origins + n * IMAGE_ORIGIN_BYTES, (uint32_t)(slot / EFFECTS));
		put_u32le(origins + n * IMAGE_ORIGIN_BYTES + 4, (uint32_t)(slot % EFFECTS));
		b->origin_of[slot] = n++;
	}
	b->origin_bytes = n <= UINT8_MAX + 1 ? 1 : n <= UINT16_MAX + 1 ? 2 : 4;
	return image_writer_give(b->w, IMAGE_TAG_ORIGINS, IMAGE_ORIGIN_BYTES, origins, n);
}

enum status hashes_add(struct image_writer *w, const struct ruleset *rs, const uint32_t *name_ids)
{
	struct hash_build b = {.w = w, .rs = rs, .name_ids = name_ids};
	size_t counts[IMAGE_HASH_KINDS] = {0};
	size_t slots = rs->sources.len * EFFECTS;

	if (rs->hashes.len == 0)
		return OK;
	if (slots > UINT32_MAX)
		return E_LIMIT;
	for (size_t i = 0; i < rs->hashes.len; i++) {
		const struct ir_hash *hash = &rs->hashes.items[i];

		if (hash->source >= rs->sources.len || hash->effect >= EFFECTS ||
		    hash->subject >= SUBJECT_COUNT || hash->digest >= DIGEST_COUNT)
			return E_INTERNAL;
		counts[image_hash_kind(hash->subject, hash->digest) - 1]++;
	}
	b.origin_of = calloc(slots, sizeof *b.origin_of);
	if (b.origin_of == NULL)
		return E_NOMEM;
	enum status status = add_origins(&b, slots);
	for (uint8_t kind = 1; kind <= IMAGE_HASH_KINDS && status == OK; kind++) {
		if (counts[kind - 1] > 0)
			status = add_kind(&b, kind, counts[kind - 1]);
	}
	free(b.origin_of);
	return status;
}
