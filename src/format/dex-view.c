#include "format/dex-view.h"

/* Bytes that YARA wants to be there before it reads the counts of a class. */
enum { CLASS_DATA_LEAST = 16 };

static enum status fail(struct dex_view *dex, enum status status, uint64_t at, const char *what)
{
	return error_at(dex->e, status, min_u64(at, dex->size), "%s", what);
}

/* "dex\n035\0" to "dex\n039\0" */
static bool is_magic(const uint8_t *magic)
{
	return memcmp(magic, "dex\n03", 6) == 0 && magic[6] >= '5' && magic[6] <= '9' &&
	       magic[7] == 0;
}

static void take_table(struct reader *r, struct dex_table *ret)
{
	ret->count = reader_u32le(r);
	ret->at = reader_u32le(r);
}

enum status dex_open(struct dex_view *dex, struct input *in, struct fact_set *facts,
		     struct error *e)
{
	struct reader r;

	*dex = (struct dex_view){.facts = facts, .e = e, .size = in->size};
	dex->window = window_new(facts->arena, in);
	if (dex->window == NULL)
		return fail(dex, E_LIMIT, 0, "too many facts");
	enum status status = window_read(dex->window, 0, DEX_HEADER_BYTES, &r);
	if (status != OK && status != E_TRUNCATED)
		return fail(dex, status, 0, "cannot read");
	if (status == E_TRUNCATED || !is_magic(r.data))
		return fail(dex, E_UNSUPPORTED, 0, "not a DEX file");
	reader_skip(&r, 52);
	dex->map_at = reader_u32le(&r);
	take_table(&r, &dex->strings);
	take_table(&r, &dex->types);
	take_table(&r, &dex->protos);
	take_table(&r, &dex->fields);
	take_table(&r, &dex->methods);
	take_table(&r, &dex->classes);
	return OK;
}

enum status dex_read(struct dex_view *dex, uint64_t at, size_t len, struct reader *ret)
{
	enum status status = window_read(dex->window, at, len, ret);

	return status == OK ? OK : fail(dex, status, at, "cut short");
}

enum status dex_check_tables(struct dex_view *dex)
{
	const struct {
		const struct dex_table *table;
		uint32_t width;
	} tables[] = {
		{&dex->strings, 4}, {&dex->types, 4},	{&dex->protos, 12},
		{&dex->fields, 8},  {&dex->methods, 8},
	};
	struct reader r;

	for (size_t i = 0; i < LEN(tables); i++) {
		if (!range_fits(tables[i].table->at,
				(uint64_t)tables[i].table->count * tables[i].width, dex->size))
			return fail(dex, E_TRUNCATED, tables[i].table->at, "table cut short");
	}
	if (dex->map_at != 0 && range_fits(dex->map_at, 4, dex->size)) {
		enum status status = dex_read(dex, dex->map_at, 4, &r);

		if (status != OK)
			return status;
		if (!range_fits(dex->map_at, 4 + (uint64_t)reader_u32le(&r) * 12, dex->size))
			return fail(dex, E_TRUNCATED, dex->map_at, "map cut short");
	}
	if (!range_fits(dex->classes.at, (uint64_t)dex->classes.count * DEX_CLASS_BYTES, dex->size))
		return fail(dex, E_TRUNCATED, dex->classes.at, "classes cut short");
	return OK;
}

enum status dex_number(struct dex_view *dex, uint64_t *at, uint32_t *ret)
{
	uint32_t value = 0;
	uint8_t byte = 0x80;

	for (unsigned shift = 0; byte > 0x7f && shift < 35; shift += 7) {
		struct reader r;
		enum status status = dex_read(dex, *at, 1, &r);

		if (status != OK)
			return status;
		byte = reader_u8(&r);
		/* high bits of a fifth byte fall off */
		value |= (uint32_t)(shift < 28 ? byte & 0x7f : byte) << shift;
		++*at;
	}
	*ret = value;
	return OK;
}

enum status dex_class_data(struct dex_view *dex, uint64_t *at, struct dex_class_data *ret)
{
	uint32_t *counts[] = {&ret->static_fields, &ret->instance_fields, &ret->direct_methods,
			      &ret->virtual_methods};
	enum status status = OK;

	if (!range_fits(*at, CLASS_DATA_LEAST, dex->size))
		return fail(dex, E_TRUNCATED, *at, "class cut short");
	for (size_t i = 0; status == OK && i < LEN(counts); i++)
		status = dex_number(dex, at, counts[i]);
	return status;
}

enum status dex_state(struct dex_view *dex, const struct dex_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum status status =
			fact_set_int(dex->facts, values[i].id, (int64_t)values[i].value);

		if (status != OK)
			return fail(dex, status, 0, "too many facts");
	}
	return OK;
}

enum status dex_row(struct dex_view *dex, enum fact_group group)
{
	enum status status = fact_row(dex->facts, group);

	return status == OK ? OK : fail(dex, status, 0, "too many facts");
}
