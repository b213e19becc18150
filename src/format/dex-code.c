/*
 * The fields and methods of the classes of DEX files as the module "dex" of
 * YARA gives them.
 *
 *	class_data_item   four counts | fields: index, flags | methods: index, flags, code
 *	code_item 16      registers 2, ins 2, outs 2, tries 2, debug info 4, instructions 4 | ...
 *
 * Numbers of a class_data_item have one to five bytes. Each index is told as
 * the difference from the one before.
 */
#include "format/dex-view.h"
#include "format/parts.h"

enum { CODE_ITEM = 16, FIELD_LEAST = 8, METHOD_LEAST = 12 };
/* Indexes beyond this one are not looked up. */
enum { INDEX_MAX = 0x80000 };

struct walk {
	struct dex_view *dex;
	struct window *code; /* code lies apart from the classes */
	uint64_t at;	     /* in the class data */
	uint32_t fields, methods;
};

/* An index that a row holds, or -1. */
static int64_t look_up(const struct walk *w, enum fact_id id, int64_t row)
{
	if (row < 0 || row > INDEX_MAX)
		return -1;
	const struct fact *f = fact_get(w->dex->facts, id, (uint64_t)row);
	return f != NULL ? f->integer : -1;
}

/* State a text of the table of texts, if it is there, which has it in the arena already. */
static enum status state_text(struct walk *w, enum fact_id id, int64_t index)
{
	if (index < 0 || index > INDEX_MAX)
		return OK;
	const struct fact *f = fact_get(w->dex->facts, FACT_DEX_STRING_IDS_VALUE, (uint64_t)index);
	if (f == NULL)
		return OK;
	enum status status = fact_set_kept(w->dex->facts, id, f->text);
	return status == OK ? OK : error_at(w->dex->e, status, 0, "too many facts");
}

/* The row of a field or method. One that could not be looked up leaves its row to the next. */
static enum status take_row(struct walk *w, enum fact_group group, uint32_t index)
{
	return w->dex->facts->groups[group].len > index ? OK : dex_row(w->dex, group);
}

static enum status name_field(struct walk *w, int64_t field)
{
	int64_t class = look_up(w, FACT_DEX_FIELD_IDS_CLASS_IDX, field);
	int64_t type = look_up(w, FACT_DEX_FIELD_IDS_TYPE_IDX, field);
	enum status status =
		state_text(w, FACT_DEX_FIELD_NAME, look_up(w, FACT_DEX_FIELD_IDS_NAME_IDX, field));

	if (status == OK)
		status = state_text(w, FACT_DEX_FIELD_CLASS_NAME,
				    look_up(w, FACT_DEX_TYPE_IDS_DESCRIPTOR_IDX, class));
	if (status == OK)
		status = state_text(w, FACT_DEX_FIELD_PROTO,
				    look_up(w, FACT_DEX_TYPE_IDS_DESCRIPTOR_IDX, type));
	return status;
}

static enum status name_method(struct walk *w, int64_t method)
{
	int64_t class = look_up(w, FACT_DEX_METHOD_IDS_CLASS_IDX, method);
	int64_t proto = look_up(w, FACT_DEX_METHOD_IDS_PROTO_IDX, method);
	enum status status = state_text(w, FACT_DEX_METHOD_NAME,
					look_up(w, FACT_DEX_METHOD_IDS_NAME_IDX, method));

	if (status == OK)
		status = state_text(w, FACT_DEX_METHOD_CLASS_NAME,
				    look_up(w, FACT_DEX_TYPE_IDS_DESCRIPTOR_IDX, class));
	if (status == OK)
		status = state_text(w, FACT_DEX_METHOD_PROTO,
				    look_up(w, FACT_DEX_PROTO_IDS_SHORTY_IDX, proto));
	return status;
}

static enum status state_code(struct walk *w, uint32_t at)
{
	struct fact_set *set = w->dex->facts;
	struct reader r;
	struct str code;

	if (at == 0 || !range_fits(at, CODE_ITEM, w->dex->size))
		return OK;
	enum status status = window_read(w->code, at, CODE_ITEM, &r);
	if (status != OK)
		return error_at(w->dex->e, status, at, "cannot read");
	const struct dex_value values[] = {
		{FACT_DEX_METHOD_CODE_ITEM_REGISTERS_SIZE, reader_u16le(&r)},
		{FACT_DEX_METHOD_CODE_ITEM_INS_SIZE, reader_u16le(&r)},
		{FACT_DEX_METHOD_CODE_ITEM_OUTS_SIZE, reader_u16le(&r)},
		{FACT_DEX_METHOD_CODE_ITEM_TRIES_SIZE, reader_u16le(&r)},
		{FACT_DEX_METHOD_CODE_ITEM_DEBUG_INFO_OFF, reader_u32le(&r)},
		{FACT_DEX_METHOD_CODE_ITEM_INSNS_SIZE, reader_u32le(&r)},
	};
	uint64_t size = values[LEN(values) - 1].value * 2;
	status = dex_state(w->dex, values, LEN(values));
	if (status != OK || !range_fits((uint64_t)at + CODE_ITEM, size, w->dex->size))
		return status;
	status = window_copy(w->code, (uint64_t)at + CODE_ITEM, size, set->arena, &code);
	if (status == OK)
		status = fact_set_kept(set, FACT_DEX_METHOD_CODE_ITEM_INSNS, code);
	return status == OK ? OK : error_at(w->dex->e, status, at, "too much code");
}

/* Read numbers at `at`; false when one is cut short. */
static enum status take_numbers(struct walk *w, size_t least, uint32_t *to, size_t count,
				bool *ret_there)
{
	struct dex_view quiet = *w->dex;
	uint64_t at = w->at;
	enum status status = OK;

	quiet.e = NULL; /* the end of a class is no failure */
	*ret_there = false;
	if (!range_fits(at, least, quiet.size))
		return OK;
	for (size_t i = 0; status == OK && i < count; i++)
		status = dex_number(&quiet, &at, &to[i]);
	if (status == E_TRUNCATED)
		return OK;
	*ret_there = status == OK;
	/* where a field ends that is kept */
	w->at = status == OK ? at : w->at;
	return status;
}

/* *ret_there: the field was found, and the next one may be asked for. */
static enum status state_field(struct walk *w, bool is_static, uint32_t *index, bool *ret_there)
{
	uint32_t v[2];
	enum status status = take_numbers(w, FIELD_LEAST, v, LEN(v), ret_there);

	if (status != OK || !*ret_there)
		return status;
	const struct dex_value values[] = {
		{FACT_DEX_FIELD_FIELD_IDX_DIFF, v[0]},
		{FACT_DEX_FIELD_ACCESS_FLAGS, v[1]},
		{FACT_DEX_FIELD_STATIC, is_static},
		{FACT_DEX_FIELD_INSTANCE, !is_static},
	};
	status = take_row(w, GROUP_DEX_FIELD, w->fields);
	if (status == OK)
		status = dex_state(w->dex, values, LEN(values));
	*index += v[0];
	*ret_there = look_up(w, FACT_DEX_FIELD_IDS_NAME_IDX, *index) >= 0;
	if (status != OK || !*ret_there)
		return status;
	w->fields++;
	return name_field(w, *index);
}

static enum status state_method(struct walk *w, bool is_direct, uint32_t *index, bool *ret_there)
{
	uint32_t v[3];
	enum status status = take_numbers(w, METHOD_LEAST, v, LEN(v), ret_there);

	if (status != OK || !*ret_there)
		return status;
	const struct dex_value values[] = {
		{FACT_DEX_METHOD_METHOD_IDX_DIFF, v[0]}, {FACT_DEX_METHOD_ACCESS_FLAGS, v[1]},
		{FACT_DEX_METHOD_CODE_OFF, v[2]},	 {FACT_DEX_METHOD_DIRECT, is_direct},
		{FACT_DEX_METHOD_VIRTUAL, !is_direct},
	};
	status = take_row(w, GROUP_DEX_METHOD, w->methods);
	if (status == OK)
		status = dex_state(w->dex, values, LEN(values));
	*index += v[0];
	*ret_there = look_up(w, FACT_DEX_METHOD_IDS_NAME_IDX, *index) >= 0;
	if (status != OK || !*ret_there)
		return status;
	w->methods++;
	status = name_method(w, *index);
	return status == OK ? state_code(w, v[2]) : status;
}

typedef enum status state_fn(struct walk *w, bool kind, uint32_t *index, bool *ret_there);

/* One of the four lists, up to the first entry that cannot be read. */
static enum status state_list(struct walk *w, state_fn *state, bool kind, uint32_t count)
{
	uint32_t index = 0;
	bool is_there = true;
	enum status status = OK;
	uint64_t before = w->at;

	for (uint32_t i = 0; status == OK && is_there && i < count; i++) {
		before = w->at;
		status = state(w, kind, &index, &is_there);
	}
	/* the next list begins where what could not be read does */
	if (!is_there)
		w->at = before;
	return status;
}

static enum status state_class(struct walk *w, uint32_t start)
{
	struct dex_class_data data;

	w->at = start;
	enum status status = dex_class_data(w->dex, &w->at, &data);
	if (status != OK)
		return status;
	const struct dex_value values[] = {
		{FACT_DEX_CLASS_DATA_ITEM_STATIC_FIELDS_SIZE, data.static_fields},
		{FACT_DEX_CLASS_DATA_ITEM_INSTANCE_FIELDS_SIZE, data.instance_fields},
		{FACT_DEX_CLASS_DATA_ITEM_DIRECT_METHODS_SIZE, data.direct_methods},
		{FACT_DEX_CLASS_DATA_ITEM_VIRTUAL_METHODS_SIZE, data.virtual_methods},
	};
	status = dex_row(w->dex, GROUP_DEX_CLASS_DATA_ITEM);
	if (status == OK)
		status = dex_state(w->dex, values, LEN(values));
	if (status == OK)
		status = state_list(w, state_field, true, data.static_fields);
	if (status == OK)
		status = state_list(w, state_field, false, data.instance_fields);
	if (status == OK)
		status = state_list(w, state_method, true, data.direct_methods);
	if (status == OK)
		status = state_list(w, state_method, false, data.virtual_methods);
	return status;
}

/* When a class cannot be read the rest is not, and the numbers of all stay undefined. */
static enum status walk_classes(struct walk *w)
{
	struct dex_view *dex = w->dex;
	struct window *classes = window_new(dex->facts->arena, dex->window->in);

	w->code = window_new(dex->facts->arena, dex->window->in);
	if (classes == NULL || w->code == NULL)
		return error_at(dex->e, E_LIMIT, 0, "too many facts");
	for (uint64_t i = 0; i < dex->classes.count; i++) {
		struct reader r;
		enum status status =
			window_read(classes, dex->classes.at + i * DEX_CLASS_BYTES + 24, 4, &r);

		if (status != OK)
			return error_at(dex->e, status, dex->classes.at, "cannot read");
		uint32_t start = reader_u32le(&r);
		status = start != 0 ? state_class(w, start) : OK;
		if (status != OK)
			return status;
	}
	const struct dex_value values[] = {
		{FACT_DEX_NUMBER_OF_METHODS, w->methods},
		{FACT_DEX_NUMBER_OF_FIELDS, w->fields},
	};
	return dex_state(dex, values, LEN(values));
}

enum status facts_dex_code(struct input *in, struct fact_set *set, struct error *e)
{
	struct dex_view dex;
	struct walk w = {.dex = &dex};
	enum status status = dex_open(&dex, in, set, e);

	if (status == OK)
		status = dex_check_tables(&dex);
	if (status != OK)
		return status;
	/* names are looked up in the tables */
	status = fact_need(set, PART_dex);
	if (status != OK)
		return error_at(e, status, 0, "tables that cannot be read");
	return walk_classes(&w);
}
