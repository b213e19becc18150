/*
 * Reading all of an image: the digest over it, every offset, every order.
 */
#include "base/reader.h"
#include "image/names.h"
#include "image/opened.h"
#include "image/verify-plan.h"

static enum status damaged(const struct image *img, const uint8_t *where, const char *what,
			   struct error *e)
{
	return error_at(e, E_MALFORMED, (uint64_t)(where - img->data), "%s", what);
}

static enum status check_digest(const struct image *img, struct error *e)
{
	uint8_t digest[DIGEST_MAX_BYTES];
	enum status status = digest_once(DIGEST_SHA256, img->data + IMAGE_AT_SIZE,
					 (size_t)(img->size - IMAGE_AT_SIZE), digest);

	if (status != OK)
		return error_at(e, status, 0, "cannot compute the digest");
	if (memcmp(digest, img->digest, sizeof img->digest) != 0)
		return error_at(e, E_MALFORMED, IMAGE_AT_DIGEST,
				"contents do not have the digest that the header states");
	return OK;
}

static enum status check_pads(const struct image *img, struct error *e)
{
	uint64_t end = IMAGE_HEADER_BYTES + (uint64_t)img->row_count * IMAGE_ROW_BYTES;

	for (uint32_t i = 0; i < img->row_count; i++) {
		for (; end < img->rows[i].offset; end++) {
			if (img->data[end] != 0)
				return error_at(e, E_MALFORMED, end, "pad is not zero");
		}
		end += img->rows[i].count * img->rows[i].element_size;
	}
	return OK;
}

static enum status check_texts(const struct image *img, struct error *e)
{
	struct reader r = reader_of(img->texts, img->text_bytes);

	while (reader_left(&r) > 0) {
		size_t at = r.pos;

		reader_skip(&r, reader_u32le(&r));
		if (r.bad)
			return damaged(img, img->texts + at, "text is cut short", e);
	}
	return OK;
}

static enum status check_names(const struct image *img, struct error *e)
{
	struct names_iter it = names_iter(img);
	struct str before = {NULL, 0};
	char copy[RULE_NAME_MAX];
	uint64_t blocks = ((uint64_t)it.count + IMAGE_NAMES_IN_BLOCK - 1) / IMAGE_NAMES_IN_BLOCK;

	if (blocks != img->block_count || (img->names == NULL && it.count > 0))
		return error_at(e, E_MALFORMED, IMAGE_HEADER_BYTES, "number of names is wrong");
	for (uint64_t at = 0; names_next(&it); at = it.at) {
		struct str name = {it.name, it.len};

		if (before.data != NULL && str_cmp(before, name) >= 0)
			return damaged(img, img->names + at, "names are not in order", e);
		memcpy(copy, it.name, it.len);
		before = (struct str){copy, it.len};
	}
	if (it.status == OK && it.at == img->name_bytes)
		return OK;
	return damaged(img, img->names + it.at, "name is damaged", e);
}

static enum status check_sizes(const struct image *img, const struct hash_table *t,
			       struct error *e)
{
	if (t->size_count == 0)
		return OK;
	if (table_start_at(t, 0) != 0 || table_start_at(t, t->size_count) > t->entry_count)
		return damaged(img, t->starts, "sizes do not cover the digests", e);
	for (uint32_t i = 0; i < t->size_count; i++) {
		if (table_start_at(t, i) >= table_start_at(t, i + 1))
			return damaged(img, t->starts + 4 * (size_t)i, "size without digests", e);
		if (i > 0 && table_size_at(t, i - 1) >= table_size_at(t, i))
			return damaged(img, t->sizes + (size_t)i * t->size_bytes,
				       "sizes are not in order", e);
	}
	return OK;
}

/* Digests rise within the entries of one size, and within those of any size. */
static enum status check_order(const struct image *img, const struct hash_table *t,
			       struct error *e)
{
	uint32_t size = 0;

	for (uint32_t i = 0; i < t->entry_count; i++) {
		if (size <= t->size_count && t->starts != NULL && table_start_at(t, size) == i) {
			size++;
			continue;
		}
		if (i > 0 && memcmp(table_digest_at(t, i - 1), table_digest_at(t, i),
				    t->digest_bytes) > 0)
			return damaged(img, table_digest_at(t, i), "digests are not in order", e);
	}
	return OK;
}

static enum status check_table(const struct image *img, const struct hash_table *t,
			       struct error *e)
{
	uint32_t names = image_name_count(img);
	enum status status = check_sizes(img, t, e);

	if (status == OK)
		status = check_order(img, t, e);
	for (uint32_t i = 0; i < t->entry_count && status == OK; i++) {
		if (get_u32le(t->names + 4 * (size_t)i) >= names)
			status = damaged(img, t->names + 4 * (size_t)i, "no such name", e);
		else if (table_origin_at(t, i) >= img->origin_count)
			status = damaged(img, t->origins + (size_t)i * t->origin_bytes,
					 "no such origin", e);
	}
	return status;
}

static enum status check_origins(const struct image *img, struct error *e)
{
	for (uint32_t i = 0; i < img->origin_count; i++) {
		const uint8_t *pair = img->origins + (size_t)i * IMAGE_ORIGIN_BYTES;

		if (get_u32le(pair) >= img->source_count || get_u32le(pair + 4) > EFFECT_NONE)
			return damaged(img, pair, "origin is damaged", e);
	}
	return OK;
}

static enum status check_rules(const struct image *img, struct error *e)
{
	const struct image_row *row = image_row(img, IMAGE_TAG_RULES);
	struct rule_info info;

	if (row == NULL)
		return OK;
	if (row->element_size < sizeof(struct image_rule_head) || row->count > UINT32_MAX)
		return damaged(img, img->data + row->offset, "rules are damaged", e);
	for (uint32_t i = 0; i < row->count; i++) {
		const uint8_t *head = img->data + row->offset + (uint64_t)i * row->element_size;

		if (head[13] >= VIEW_COUNT ||
		    image_rule_info(img, (struct rule_ref){0, i}, &info) != OK)
			return damaged(img, head, "rule is damaged", e);
	}
	return OK;
}

static enum status check_lists(const struct image *img, struct error *e)
{
	struct image_source source;
	struct image_skip skip = {.source_index = 0};
	struct image_count count = {.source_index = 0};

	for (uint32_t i = 0; i < image_source_count(img); i++) {
		if (image_source_at(img, i, &source) != OK)
			return error_at(e, E_MALFORMED, image_row(img, IMAGE_TAG_SOURCES)->offset,
					"source %u is damaged", i);
	}
	for (uint32_t i = 0; i < image_skip_count(img); i++) {
		uint32_t before = skip.source_index;

		if (image_skip_at(img, i, &skip) != OK || skip.source_index < before)
			return error_at(e, E_MALFORMED, image_row(img, IMAGE_TAG_SKIPS)->offset,
					"reason %u for skipping is damaged", i);
	}
	for (uint32_t i = 0; i < image_count_count(img); i++) {
		uint32_t before = count.source_index;

		if (image_count_at(img, i, &count) != OK || count.source_index < before)
			return error_at(e, E_MALFORMED, image_row(img, IMAGE_TAG_COUNTS)->offset,
					"count %u is damaged", i);
	}
	return OK;
}

enum status image_verify(const struct image *img, struct error *e)
{
	static enum status (*const checks[])(const struct image *, struct error *) = {
		check_digest, check_pads, check_texts, check_names,
		check_origins, check_lists, check_rules, verify_plan,
	};
	enum status status = OK;

	for (size_t i = 0; i < LEN(checks) && status == OK; i++)
		status = checks[i](img, e);
	for (size_t k = 0; k < IMAGE_HASH_KINDS && status == OK; k++)
		status = check_table(img, &img->tables[k], e);
	return status;
}
