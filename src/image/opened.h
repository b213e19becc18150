/*
 * An open image, as the files of this folder see it. What is here was checked
 * against the section table; what the sections hold was not.
 */
#pragma once

#include "base/num.h"
#include "image/image.h"
#include "image/layout.h"

/* A row of the section table: a copy, since the file could change under the map. */
struct image_row {
	uint32_t tag, element_size;
	uint64_t offset, count;
};

/* The sections of one kind of digest rules. */
struct hash_table {
	const uint8_t *sizes, *starts, *digests, *names, *lines, *origins;
	uint32_t size_count, entry_count;
	uint8_t size_bytes, digest_bytes, origin_bytes; /* of an element */
};

struct image {
	const uint8_t *data;
	uint64_t size;
	bool is_mapped;
	uint8_t digest[32];
	uint32_t row_count;
	struct image_row rows[IMAGE_SECTIONS_MAX];

	struct hash_table tables[IMAGE_HASH_KINDS]; /* [k] is kind k + 1 of struct rule_ref */
	const uint8_t *texts, *names, *blocks, *origins, *sources;
	size_t text_bytes, name_bytes;
	uint32_t block_count, origin_count, source_count;
};

/** The row with this tag, or NULL. */
const struct image_row *image_row(const struct image *img, uint32_t tag);

/** Row `i` of a section, or NULL. Rows may be longer than `bytes`, never shorter. */
static inline const uint8_t *image_row_at(const struct image *img, uint32_t tag, uint32_t bytes,
					  uint64_t i)
{
	const struct image_row *row = image_row(img, tag);

	if (row == NULL || row->element_size < bytes || i >= row->count)
		return NULL;
	return img->data + row->offset + i * row->element_size;
}

/** How many rows a section has; more than can be numbered do not count. */
static inline uint32_t image_rows(const struct image *img, uint32_t tag)
{
	const struct image_row *row = image_row(img, tag);

	return row == NULL ? 0 : (uint32_t)min_u64(row->count, UINT32_MAX);
}

/** Number of names, as the image states it. */
uint32_t image_name_count(const struct image *img);

/* Elements of a table; `i` is inside it. */

static inline uint64_t table_size_at(const struct hash_table *t, uint32_t i)
{
	const uint8_t *p = t->sizes + (size_t)i * t->size_bytes;

	return t->size_bytes == 4 ? get_u32le(p) : get_u64le(p);
}

/** Start of the entries of size number i; i may be size_count: where those of any size start. */
static inline uint32_t table_start_at(const struct hash_table *t, uint32_t i)
{
	return t->starts == NULL ? 0 : get_u32le(t->starts + 4 * (size_t)i);
}

static inline const uint8_t *table_digest_at(const struct hash_table *t, uint32_t i)
{
	return t->digests + (size_t)i * t->digest_bytes;
}

static inline uint32_t table_origin_at(const struct hash_table *t, uint32_t i)
{
	const uint8_t *p = t->origins + (size_t)i * t->origin_bytes;

	return t->origin_bytes == 1 ? p[0] : t->origin_bytes == 2 ? get_u16le(p) : get_u32le(p);
}
