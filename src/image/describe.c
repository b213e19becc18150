/*
 * What an image tells about its rules and where they came from.
 */
#include "image/names.h"
#include "image/opened.h"

uint32_t image_name_count(const struct image *img)
{
	const uint8_t *row = image_row_at(img, IMAGE_TAG_NAME_COUNT, 4, 0);

	return row ? get_u32le(row) : 0;
}

static bool source_name(const struct image *img, uint32_t i, struct str *ret)
{
	return i < img->source_count &&
	       image_text(img, get_u32le(img->sources + (size_t)i * IMAGE_SOURCE_BYTES), ret);
}

static bool condition_rule(const struct image *img, uint32_t index, struct rule_info *info,
			   uint32_t *ret_name)
{
	const uint8_t *head =
		image_row_at(img, IMAGE_TAG_RULES, sizeof(struct image_rule_head), index);

	if (head == NULL || head[12] > EFFECT_NONE)
		return false;
	*ret_name = get_u32le(head);
	info->source = get_u32le(head + 4);
	info->line = get_u32le(head + 8);
	info->effect = (enum rule_effect)head[12];
	return true;
}

static bool digest_rule(const struct image *img, struct rule_ref ref, struct rule_info *info,
			uint32_t *ret_name)
{
	const struct hash_table *t = &img->tables[ref.kind - 1];

	if (ref.index >= t->entry_count)
		return false;
	uint32_t origin = table_origin_at(t, ref.index);
	if (origin >= img->origin_count)
		return false;
	const uint8_t *pair = img->origins + (size_t)origin * IMAGE_ORIGIN_BYTES;
	uint32_t effect = get_u32le(pair + 4);
	if (effect > EFFECT_NONE)
		return false;
	*ret_name = get_u32le(t->names + 4 * (size_t)ref.index);
	info->source = get_u32le(pair);
	info->line = get_u32le(t->lines + 4 * (size_t)ref.index);
	info->effect = (enum rule_effect)effect;
	return true;
}

enum status image_rule_info(const struct image *img, struct rule_ref ref, struct rule_info *ret)
{
	struct rule_info info;
	uint32_t name;

	if (ref.kind > IMAGE_HASH_KINDS)
		return E_MALFORMED;
	if (!(ref.kind == 0 ? condition_rule(img, ref.index, &info, &name)
			    : digest_rule(img, ref, &info, &name)))
		return E_MALFORMED;
	if (!source_name(img, info.source, &info.source_name) ||
	    names_get(img, name, info.name) != OK)
		return E_MALFORMED;
	*ret = info;
	return OK;
}

uint32_t image_source_count(const struct image *img)
{
	return img->source_count;
}

enum status image_source_at(const struct image *img, uint32_t i, struct image_source *ret)
{
	const uint8_t *row = image_row_at(img, IMAGE_TAG_SOURCES, IMAGE_SOURCE_BYTES, i);
	struct image_source s;

	if (row == NULL || !image_text(img, get_u32le(row), &s.name) ||
	    !image_text(img, get_u32le(row + 4), &s.front))
		return E_MALFORMED;
	s.size = get_u64le(row + 8);
	memcpy(s.sha256, row + 16, sizeof s.sha256);
	s.accepted = get_u32le(row + 48);
	s.malformed = get_u32le(row + 52);
	s.skipped = get_u32le(row + 56);
	s.ignored = get_u32le(row + 60);
	*ret = s;
	return OK;
}

uint32_t image_skip_count(const struct image *img)
{
	return image_rows(img, IMAGE_TAG_SKIPS);
}

enum status image_skip_at(const struct image *img, uint32_t i, struct image_skip *ret)
{
	const uint8_t *row = image_row_at(img, IMAGE_TAG_SKIPS, IMAGE_SKIP_BYTES, i);
	struct image_skip s;

	if (row == NULL || !source_name(img, get_u32le(row), &s.source) ||
	    !image_text(img, get_u32le(row + 4), &s.kind) ||
	    !image_text(img, get_u32le(row + 8), &s.reason) ||
	    !image_text(img, get_u32le(row + 12), &s.example))
		return E_MALFORMED;
	s.source_index = get_u32le(row);
	s.first_line = get_u32le(row + 16);
	s.count = get_u32le(row + 20);
	*ret = s;
	return OK;
}

uint32_t image_count_count(const struct image *img)
{
	return image_rows(img, IMAGE_TAG_COUNTS);
}

enum status image_count_at(const struct image *img, uint32_t i, struct image_count *ret)
{
	const uint8_t *row = image_row_at(img, IMAGE_TAG_COUNTS, IMAGE_COUNT_BYTES, i);
	struct image_count c;

	if (row == NULL || !source_name(img, get_u32le(row), &c.source) ||
	    !image_text(img, get_u32le(row + 4), &c.kind))
		return E_MALFORMED;
	c.source_index = get_u32le(row);
	c.count = get_u32le(row + 8);
	*ret = c;
	return OK;
}
