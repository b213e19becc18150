/*
 * What the tables of an assembly say of it as a whole: ECMA-335 II.22.
 */
#include "format/dotnet.h"

enum { TYPE_STRING = 0x0e, MODULE_REF_BYTES = 4, FIELD_RVA_BYTES = 8 };
/* Tags of coded columns, II.24.2.6. */
enum { PARENT_MASK = 0x1f, PARENT_ASSEMBLY = 0x0e, KIND_MASK = 7, KIND_MEMBER_REF = 3 };
enum { CLASS_MASK = 7, CLASS_TYPE_REF = 1 };

static void state_module(struct dotnet *d)
{
	struct reader r;
	unsigned width = d->widths[TABLE_MODULE][MODULE_NAME];

	/* the name of the first row, which YARA reads even when the table says it is empty */
	if (dotnet_has(d, TABLE_MODULE) &&
	    dotnet_read(d, d->window, d->starts[TABLE_MODULE] + 2, width, &r))
		dotnet_named(d, FACT_DOTNET_MODULE_NAME,
			     width == 4 ? reader_u32le(&r) : reader_u16le(&r));
}

static void state_constants(struct dotnet *d)
{
	struct dotnet_row row;
	uint32_t count = 0;

	for (uint32_t i = 0; dotnet_row(d, TABLE_CONSTANT, i, &row); i++) {
		struct dotnet_blob blob;

		if (row.at[CONSTANT_TYPE] != TYPE_STRING ||
		    !dotnet_blob(d, row.at[CONSTANT_VALUE], &blob) ||
		    blob.at + blob.len >= d->in->size)
			continue;
		dotnet_add(d, GROUP_DOTNET_CONSTANT);
		dotnet_bytes(d, FACT_DOTNET_CONSTANT_TEXT, blob.at, blob.len);
		count++;
	}
	if (dotnet_has(d, TABLE_CONSTANT))
		dotnet_int(d, FACT_DOTNET_CONSTANT_COUNT, count);
}

/* Row `index` of a table, which counts from 1; 0 is taken for 1. */
static bool follow(struct dotnet *d, enum dotnet_table table, uint32_t index,
		   struct dotnet_row *ret)
{
	return dotnet_row_at(d, table, index > 0 ? index - 1 : 0, ret);
}

/*
 * The text of a GuidAttribute of the assembly: II.23.3, a prolog (2), then the
 * length (1) and bytes of the only argument. false: not one; *ret_is_last when
 * the table is damaged so that no other row is looked at.
 */
static bool is_guid_attribute(struct dotnet *d, const struct dotnet_row *row, bool *ret_is_last)
{
	static const struct str wanted = {"GuidAttribute", 13};
	struct dotnet_row member, type;
	struct str name;

	if ((row->at[ATTRIBUTE_PARENT] & PARENT_MASK) != PARENT_ASSEMBLY ||
	    (row->at[ATTRIBUTE_TYPE] & KIND_MASK) != KIND_MEMBER_REF)
		return false;
	*ret_is_last = !follow(d, TABLE_MEMBER_REF, row->at[ATTRIBUTE_TYPE] >> 3, &member);
	/* YARA takes two bytes of the column, however wide it is */
	uint32_t class = member.at[MEMBER_REF_CLASS] & 0xffff;
	if (*ret_is_last || (class & CLASS_MASK) != CLASS_TYPE_REF)
		return false;
	*ret_is_last = !follow(d, TABLE_TYPE_REF, class >> 3, &type);
	if (*ret_is_last)
		return false;
	return !dotnet_name(d, type.at[TYPE_REF_NAME], &name) || str_starts(name, wanted);
}

static void state_typelib(struct dotnet *d, uint32_t value)
{
	struct dotnet_blob blob;
	struct reader r;

	if (value == 0 || !dotnet_blob(d, value, &blob) || blob.len < 3 ||
	    blob.at + blob.len >= d->in->size || !dotnet_read(d, d->blobs, blob.at, 3, &r) ||
	    reader_u16le(&r) != 1)
		return;
	uint8_t len = reader_u8(&r);
	/* a byte behind the length is there: the blob ends before the file */
	if (!range_fits(blob.at + 3, len, d->in->size) ||
	    !dotnet_read(d, d->blobs, blob.at + 3, len > 0 ? len : 1, &r))
		return;
	struct str text = {(const char *)r.data, len};
	if (r.data[0] == 0xff || r.data[0] == 0)
		text.len = 0;
	dotnet_text(d, FACT_DOTNET_TYPELIB, str_until_nul(text));
}

static void state_attributes(struct dotnet *d)
{
	struct dotnet_row row;
	bool is_last = false;

	if (!dotnet_has(d, TABLE_MEMBER_REF) || !dotnet_has(d, TABLE_TYPE_REF))
		return;
	for (uint32_t i = 0; !is_last && dotnet_row(d, TABLE_ATTRIBUTE, i, &row); i++) {
		if (is_guid_attribute(d, &row, &is_last))
			state_typelib(d, row.at[ATTRIBUTE_VALUE]);
	}
}

static void state_module_refs(struct dotnet *d)
{
	struct dotnet_row row;
	uint32_t count = 0;

	for (uint32_t i = 0; dotnet_row_fits(d, TABLE_MODULE_REF, i, MODULE_REF_BYTES) &&
			     dotnet_row(d, TABLE_MODULE_REF, i, &row);
	     i++) {
		struct str name;

		if (!dotnet_name(d, row.at[MODULE_REF_NAME], &name))
			continue;
		dotnet_add(d, GROUP_DOTNET_MODULEREF);
		dotnet_text(d, FACT_DOTNET_MODULEREF_NAME, name);
		count++;
	}
	if (dotnet_has(d, TABLE_MODULE_REF))
		dotnet_int(d, FACT_DOTNET_MODULEREF_COUNT, count);
}

static void state_field_offsets(struct dotnet *d)
{
	struct dotnet_row row;
	uint32_t count = 0;

	for (uint32_t i = 0; dotnet_row_fits(d, TABLE_FIELD_RVA, i, FIELD_RVA_BYTES) &&
			     dotnet_row(d, TABLE_FIELD_RVA, i, &row);
	     i++) {
		int64_t at = dotnet_offset(d, row.at[FIELD_RVA_RVA]);

		if (at < 0)
			continue;
		dotnet_add(d, GROUP_DOTNET_OFFSET);
		dotnet_int(d, FACT_DOTNET_OFFSET_VALUE, at);
		count++;
	}
	if (dotnet_has(d, TABLE_FIELD_RVA))
		dotnet_int(d, FACT_DOTNET_OFFSET_COUNT, count);
}

static void state_assembly(struct dotnet *d)
{
	struct dotnet_row row;
	struct str culture;

	/* of the first row, whatever the table says of their number */
	if (!dotnet_row_at(d, TABLE_ASSEMBLY, 0, &row))
		return;
	const uint32_t *version = row.at + ASSEMBLY_VERSION;
	dotnet_int(d, FACT_DOTNET_MAJOR, version[0]);
	dotnet_int(d, FACT_DOTNET_MINOR, version[1]);
	dotnet_int(d, FACT_DOTNET_BUILD, version[2]);
	dotnet_int(d, FACT_DOTNET_REVISION, version[3]);
	dotnet_named(d, FACT_DOTNET_NAME, row.at[ASSEMBLY_NAME]);
	if (dotnet_name(d, row.at[ASSEMBLY_CULTURE], &culture) && culture.len > 0)
		dotnet_text(d, FACT_DOTNET_CULTURE, culture);
}

static void state_assembly_refs(struct dotnet *d)
{
	struct dotnet_row row;
	uint32_t i = 0;

	for (; dotnet_row(d, TABLE_ASSEMBLY_REF, i, &row); i++) {
		const uint32_t *version = row.at + ASSEMBLY_REF_VERSION;
		struct dotnet_blob key;

		dotnet_add(d, GROUP_DOTNET_REF);
		dotnet_int(d, FACT_DOTNET_REF_MAJOR, version[0]);
		dotnet_int(d, FACT_DOTNET_REF_MINOR, version[1]);
		dotnet_int(d, FACT_DOTNET_REF_BUILD, version[2]);
		dotnet_int(d, FACT_DOTNET_REF_REVISION, version[3]);
		if (!dotnet_blob(d, row.at[ASSEMBLY_REF_KEY], &key))
			continue;
		if (key.len > 0)
			dotnet_bytes(d, FACT_DOTNET_REF_KEY, key.at, key.len);
		dotnet_named(d, FACT_DOTNET_REF_NAME, row.at[ASSEMBLY_REF_NAME]);
	}
	if (dotnet_has(d, TABLE_ASSEMBLY_REF))
		dotnet_int(d, FACT_DOTNET_REF_COUNT, i);
}

/* Resources in this file: a size (4) and as many bytes. */
static void state_resources(struct dotnet *d)
{
	struct dotnet_row row;
	uint32_t count = 0;

	for (uint32_t i = 0; dotnet_row(d, TABLE_RESOURCE, i, &row); i++) {
		int64_t at = d->resources + row.at[RESOURCE_OFFSET];
		struct reader r;

		if (row.at[RESOURCE_WHERE] != 0 || at < 0 ||
		    !dotnet_read(d, d->blobs, (uint64_t)at, 4, &r))
			continue;
		uint32_t size = reader_u32le(&r);
		if (!range_fits((uint64_t)at, size, d->in->size))
			continue;
		dotnet_add(d, GROUP_DOTNET_RESOURCE);
		dotnet_int(d, FACT_DOTNET_RESOURCE_OFFSET, at + 4);
		dotnet_int(d, FACT_DOTNET_RESOURCE_LENGTH, size);
		dotnet_named(d, FACT_DOTNET_RESOURCE_NAME, row.at[RESOURCE_NAME]);
		count++;
	}
	if (dotnet_has(d, TABLE_RESOURCE))
		dotnet_int(d, FACT_DOTNET_RESOURCE_COUNT, count);
}

void dotnet_state_tables(struct dotnet *d)
{
	state_module(d);
	state_constants(d);
	state_attributes(d);
	state_module_refs(d);
	state_field_offsets(d);
	state_assembly(d);
	state_assembly_refs(d);
	state_resources(d);
}
