/*
 * DEX as the module "dex" of YARA gives it: what the header announces.
 *
 *	header 112 | string_ids 4 | type_ids 4 | proto_ids 12 | field_ids 8 | method_ids 8 |
 *	class_defs 32 | data, with the map, texts, fields and methods of classes, and code
 *
 * All numbers are little-endian. A table that does not lie in the file ends
 * it all. Fields and methods are stated by dex-code.c.
 */
#include "format/dex-view.h"
#include "format/parts.h"

enum { MAGIC_BYTES = 8, SIGNATURE_AT = 12, SIGNATURE_BYTES = 20 };

/* A text of a fixed width, which a NUL ends earlier. */
static enum status state_text(struct dex_view *dex, enum fact_id id, const uint8_t *bytes,
			      size_t width)
{
	struct str text = {(const char *)bytes, width};
	enum status status = fact_set_text(dex->facts, id, str_until_nul(text));

	return status == OK ? OK : error_at(dex->e, status, 0, "too many facts");
}

/* The columns of the header that are numbers stand in the order of its fields. */
static enum status state_header(struct dex_view *dex)
{
	struct reader r;
	enum status status = dex_read(dex, 0, DEX_HEADER_BYTES, &r);

	if (status == OK)
		status = state_text(dex, FACT_DEX_HEADER_MAGIC, r.data, MAGIC_BYTES);
	if (status == OK)
		status = state_text(dex, FACT_DEX_HEADER_SIGNATURE, r.data + SIGNATURE_AT,
				    SIGNATURE_BYTES);
	if (status != OK)
		return status;
	reader_skip(&r, MAGIC_BYTES);
	const struct dex_value checksum = {FACT_DEX_HEADER_CHECKSUM, reader_u32le(&r)};
	status = dex_state(dex, &checksum, 1);
	reader_skip(&r, SIGNATURE_BYTES);
	for (unsigned id = FACT_DEX_HEADER_FILE_SIZE;
	     status == OK && id <= FACT_DEX_HEADER_DATA_OFFSET; id++) {
		const struct dex_value value = {(enum fact_id)id, reader_u32le(&r)};

		status = dex_state(dex, &value, 1);
	}
	return status;
}

/*
 * A text starts behind a single byte, even where its length takes more, and
 * has as many bytes as it has characters. One that does not fit is undefined.
 */
static enum status state_string(struct dex_view *dex, struct window *texts, uint32_t start)
{
	uint64_t at = start;
	uint32_t len;
	struct str text;
	enum status status = dex_row(dex, GROUP_DEX_STRING_IDS);

	if (status != OK || !range_fits(start, 4, dex->size))
		return status;
	struct dex_view view = *dex;
	view.window = texts;
	view.e = NULL; /* that it ends too early is no failure */
	status = dex_number(&view, &at, &len);
	if (status == E_TRUNCATED || (status == OK && !range_fits(start + 1ull, len, dex->size)))
		return OK;
	if (status != OK)
		return status;
	const struct dex_value values[] = {
		{FACT_DEX_STRING_IDS_OFFSET, start},
		{FACT_DEX_STRING_IDS_SIZE, len},
	};
	status = dex_state(dex, values, LEN(values));
	if (status == OK)
		status = window_copy(texts, start + 1ull, len, dex->facts->arena, &text);
	if (status == OK)
		status = fact_set_kept(dex->facts, FACT_DEX_STRING_IDS_VALUE, text);
	return status;
}

static enum status state_strings(struct dex_view *dex)
{
	const struct dex_table *t = &dex->strings;
	struct window *texts = window_new(dex->facts->arena, dex->window->in);
	enum status status = texts != NULL ? OK : E_LIMIT;

	for (uint64_t i = 0; status == OK && i < t->count; i++) {
		struct reader r;

		status = dex_read(dex, t->at + i * 4, 4, &r);
		if (status == OK)
			status = state_string(dex, texts, reader_u32le(&r));
	}
	return status == OK ? OK : error_at(dex->e, status, 0, "texts of too many bytes");
}

/* What a row of a table is made of: the columns of a group and how wide each field is. */
struct shape {
	enum fact_group group;
	enum fact_id first;
	uint8_t fields, halves; /* of the fields the first ones are of 16 bits */
};

static enum status state_row(struct dex_view *dex, const struct shape *shape, uint64_t at)
{
	struct reader r;
	const size_t width = shape->fields * 4u - shape->halves * 2u;
	enum status status = dex_row(dex, shape->group);

	if (status == OK)
		status = dex_read(dex, at, width, &r);
	for (unsigned i = 0; status == OK && i < shape->fields; i++) {
		const struct dex_value value = {(enum fact_id)(shape->first + i),
						i < shape->halves ? reader_u16le(&r)
								  : reader_u32le(&r)};

		status = dex_state(dex, &value, 1);
	}
	return status;
}

static enum status state_table(struct dex_view *dex, const struct dex_table *t,
			       const struct shape *shape)
{
	const uint64_t width = shape->fields * 4u - shape->halves * 2u;
	enum status status = OK;

	if (!range_fits(t->at, t->count * width, dex->size))
		return error_at(dex->e, E_TRUNCATED, min_u64(t->at, dex->size), "table cut short");
	for (uint64_t i = 0; status == OK && i < t->count; i++)
		status = state_row(dex, shape, t->at + i * width);
	return status;
}

static enum status state_ids(struct dex_view *dex)
{
	static const struct shape type = {GROUP_DEX_TYPE_IDS, FACT_DEX_TYPE_IDS_DESCRIPTOR_IDX, 1,
					  0},
				  proto = {GROUP_DEX_PROTO_IDS, FACT_DEX_PROTO_IDS_SHORTY_IDX, 3,
					   0},
				  field = {GROUP_DEX_FIELD_IDS, FACT_DEX_FIELD_IDS_CLASS_IDX, 3, 2},
				  method = {GROUP_DEX_METHOD_IDS, FACT_DEX_METHOD_IDS_CLASS_IDX, 3,
					    2};
	const struct dex_table *t = &dex->strings;

	if (!range_fits(t->at, t->count * 4ull, dex->size))
		return error_at(dex->e, E_TRUNCATED, min_u64(t->at, dex->size), "texts cut short");
	enum status status = state_strings(dex);
	if (status == OK)
		status = state_table(dex, &dex->types, &type);
	if (status == OK)
		status = state_table(dex, &dex->protos, &proto);
	if (status == OK)
		status = state_table(dex, &dex->fields, &field);
	if (status == OK)
		status = state_table(dex, &dex->methods, &method);
	return status;
}

/*
 * A map that is not there is none; one that is cut short ends it all, after the
 * items that are there unless it is larger than the whole file.
 */
static enum status state_map(struct dex_view *dex)
{
	static const struct shape item = {GROUP_DEX_MAP_ITEM, FACT_DEX_MAP_ITEM_TYPE, 4, 2};
	struct reader r;

	if (dex->map_at == 0 || !range_fits(dex->map_at, 4, dex->size))
		return OK;
	enum status status = dex_read(dex, dex->map_at, 4, &r);
	if (status != OK)
		return status;
	uint32_t count = reader_u32le(&r);
	status = dex_state(dex, &(const struct dex_value){FACT_DEX_MAP_LIST_SIZE, count}, 1);
	if (status != OK)
		return status;
	if (4 + count * 12ull > dex->size)
		return error_at(dex->e, E_TRUNCATED, dex->map_at, "map cut short");
	for (uint64_t i = 0; status == OK && i < count; i++) {
		if (!range_fits(dex->map_at + 4 + i * 12, 12, dex->size))
			return error_at(dex->e, E_TRUNCATED, dex->map_at, "map cut short");
		status = state_row(dex, &item, dex->map_at + 4 + i * 12);
	}
	return status;
}

/* A class whose fields and methods cannot be read is the last one. */
static enum status state_classes(struct dex_view *dex)
{
	static const struct shape class = {GROUP_DEX_CLASS_DEFS, FACT_DEX_CLASS_DEFS_CLASS_IDX, 8,
					   0};
	const struct dex_table *t = &dex->classes;
	struct dex_view data = *dex;
	enum status status = OK;

	if (!range_fits(t->at, (uint64_t)t->count * DEX_CLASS_BYTES, dex->size))
		return error_at(dex->e, E_TRUNCATED, min_u64(t->at, dex->size),
				"classes cut short");
	data.window = window_new(dex->facts->arena, dex->window->in);
	if (data.window == NULL)
		return error_at(dex->e, E_LIMIT, 0, "too many facts");
	for (uint64_t i = 0; status == OK && i < t->count; i++) {
		struct dex_class_data counts;
		struct reader r;

		status = state_row(dex, &class, t->at + i * DEX_CLASS_BYTES);
		if (status == OK)
			status = dex_read(dex, t->at + i * DEX_CLASS_BYTES + 24, 4, &r);
		if (status != OK)
			break;
		uint64_t at = reader_u32le(&r);
		if (at != 0)
			status = dex_class_data(&data, &at, &counts);
	}
	return status;
}

enum status facts_dex(struct input *in, struct fact_set *set, struct error *e)
{
	struct dex_view dex;
	enum status status = dex_open(&dex, in, set, e);

	if (status == OK)
		status = state_header(&dex);
	if (status == OK)
		status = state_ids(&dex);
	if (status == OK)
		status = state_map(&dex);
	if (status == OK)
		status = state_classes(&dex);
	return status;
}
