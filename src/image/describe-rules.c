/*
 * What rules with conditions tell of themselves.
 */
#include "image/code.h"
#include "image/opened.h"

static bool read_rule(const struct image *img, uint32_t rule, struct image_rule *ret)
{
	const uint8_t *row = image_row_at(img, IMAGE_TAG_RULES, sizeof *ret, rule);

	if (row == NULL)
		return false;
	memcpy(ret, row, sizeof *ret);
	return true;
}

static bool read_named(const struct image *img, uint32_t tag, uint64_t i, struct image_named *ret)
{
	const uint8_t *row = image_row_at(img, tag, sizeof *ret, i);

	if (row == NULL)
		return false;
	memcpy(ret, row, sizeof *ret);
	return true;
}

/* The text that element `i` of a list of texts names. */
static bool listed_text(const struct image *img, uint32_t tag, uint64_t i, struct str *ret)
{
	const uint8_t *row = image_row_at(img, tag, 4, i);

	return row != NULL && image_text(img, get_u32le(row), ret);
}

uint32_t image_rule_count(const struct image *img)
{
	return image_rows(img, IMAGE_TAG_RULES);
}

enum status image_rule_extra(const struct image *img, uint32_t rule, struct rule_extra *ret)
{
	struct image_rule row;
	struct rule_extra extra = {.tag_count = 0};

	if (!read_rule(img, rule, &row) ||
	    !listed_text(img, IMAGE_TAG_SPACES, row.space, &extra.space))
		return E_MALFORMED;
	extra.is_private = row.head.effect == EFFECT_NONE;
	extra.is_global = (row.head.flags & RULE_GLOBAL) != 0;
	extra.tag_count = row.tag_count;
	extra.meta_count = row.meta_count;
	extra.pattern_count = row.pattern_count;
	*ret = extra;
	return OK;
}

enum status image_rule_tag(const struct image *img, uint32_t rule, uint32_t i, struct str *ret)
{
	struct image_rule row;

	if (!read_rule(img, rule, &row) || i >= row.tag_count ||
	    !listed_text(img, IMAGE_TAG_TAGS, (uint64_t)row.tag_first + i, ret))
		return E_MALFORMED;
	return OK;
}

enum status image_rule_meta(const struct image *img, uint32_t rule, uint32_t i,
			    struct ir_meta *ret)
{
	struct image_rule row;
	struct image_named named;
	struct ir_meta meta = {.text = STR("")};

	if (!read_rule(img, rule, &row) || i >= row.meta_count ||
	    !read_named(img, IMAGE_TAG_METAS, (uint64_t)row.meta_first + i, &named) ||
	    !image_text(img, named.name, &meta.key) || named.type > META_BOOL)
		return E_MALFORMED;
	meta.kind = named.type == META_TEXT ? META_TEXT : named.type == META_INT ? META_INT
										  : META_BOOL;
	if (meta.kind != META_TEXT)
		meta.integer = (int64_t)named.value;
	else if (named.value > UINT32_MAX || !image_text(img, (uint32_t)named.value, &meta.text))
		return E_MALFORMED;
	*ret = meta;
	return OK;
}

enum status image_rule_pattern(const struct image *img, uint32_t rule, uint32_t i,
			       struct str *ret_name, bool *ret_is_private)
{
	struct image_rule row;
	struct image_pattern pattern;

	if (!read_rule(img, rule, &row) || i >= row.pattern_count)
		return E_MALFORMED;
	uint64_t at = (uint64_t)row.pattern_first + i;
	const uint8_t *found = image_row_at(img, IMAGE_TAG_PATTERNS, sizeof pattern, at);
	if (found == NULL || !listed_text(img, IMAGE_TAG_PATTERN_NAMES, at, ret_name))
		return E_MALFORMED;
	memcpy(&pattern, found, sizeof pattern);
	*ret_is_private = (pattern.flags & PATTERN_PRIVATE) != 0;
	return OK;
}

bool image_pattern_is_hex(const struct image *img, uint32_t rule, uint32_t i)
{
	struct image_rule row;
	struct image_pattern pattern;

	if (!read_rule(img, rule, &row) || i >= row.pattern_count)
		return false;
	const uint8_t *found = image_row_at(img, IMAGE_TAG_PATTERNS, sizeof pattern,
					    (uint64_t)row.pattern_first + i);
	if (found == NULL)
		return false;
	memcpy(&pattern, found, sizeof pattern);
	return (pattern.flags & PATTERN_HEX) != 0;
}

uint32_t image_variable_count(const struct image *img)
{
	return image_rows(img, IMAGE_TAG_VARIABLES);
}

enum status image_variable_at(const struct image *img, uint32_t i, struct ir_variable *ret)
{
	struct image_named row;
	struct ir_variable variable = {.type = VARIABLE_INT};

	if (!read_named(img, IMAGE_TAG_VARIABLES, i, &row) ||
	    !image_text(img, row.name, &variable.name))
		return E_MALFORMED;
	switch (row.type) {
	case VARIABLE_INT:
		variable.integer = (int64_t)row.value;
		break;
	case VARIABLE_BOOL:
		variable.type = VARIABLE_BOOL;
		variable.integer = row.value != 0;
		break;
	case VARIABLE_FLOAT:
		variable.type = VARIABLE_FLOAT;
		memcpy(&variable.real, &row.value, sizeof variable.real);
		break;
	case VARIABLE_TEXT:
		variable.type = VARIABLE_TEXT;
		if (row.value > UINT32_MAX ||
		    !image_text(img, (uint32_t)row.value, &variable.text))
			return E_MALFORMED;
		break;
	default:
		return E_MALFORMED;
	}
	*ret = variable;
	return OK;
}

bool image_uses_module(const struct image *img, enum module_id module)
{
	const uint8_t *row = image_row_at(img, IMAGE_TAG_MODULES, 4, 0);

	return row != NULL && (get_u32le(row) >> (unsigned)module & 1) != 0;
}
