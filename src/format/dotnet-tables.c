/*
 * Tables and heaps of an assembly: ECMA-335 II.22 (rows), II.24.2.3 to
 * II.24.2.6 (streams), II.24.2.4 (blobs).
 *
 *	#~:  reserved (4) | version (2) | sizes of heaps (1) | reserved (1)
 *	     | tables that are there, a bit each (8) | tables that are sorted (8)
 *	     | rows of each table that is there (4 each) | [4 more if sizes & 0x40]
 *	     | the rows of the first table | of the second | …
 *
 * A column that points into a heap has 4 bytes instead of 2 if the heap is
 * large; one that points into a table if the table has more rows than fit; one
 * that points into one of several tables has its lowest bits say which.
 */
#include "format/dotnet.h"

enum { TILDE_BYTES = 24, WIDE_STRINGS = 1, WIDE_GUIDS = 2, WIDE_BLOBS = 4, EXTRA_DATA = 0x40 };

/* More rows than that are taken for damage, and what follows is not read, as in YARA. */
enum { ROWS_MAX = 10000 };

/* Of MODULE and ASSEMBLY rows only the first is of interest; YARA wants 18 bytes of a module. */
enum { MODULE_BYTES = 18 };

enum column {
	NONE,
	U16,
	U32,
	STRING,
	GUID,
	BLOB,
	/* one of several tables, II.24.2.6 */
	TYPE_DEF_OR_REF,
	HAS_CONSTANT,
	HAS_ATTRIBUTE,
	HAS_MARSHAL,
	HAS_SECURITY,
	MEMBER_PARENT,
	HAS_SEMANTICS,
	METHOD_OR_REF,
	FORWARDED,
	IMPLEMENTATION,
	RESOURCE_OWNER,
	ATTRIBUTE_KIND,
	SCOPE,
	TYPE_OR_METHOD,
	CODED_END,
	TO = 32, /* TO + a table: into that one */
};

#define ALL_OF(table) (UINT64_C(1) << TABLE_##table)

/* The tables that make a coded column wide, and the bits that say which one it is. */
static const struct {
	uint64_t tables;
	unsigned bits;
} coded[CODED_END] = {
	[TYPE_DEF_OR_REF] = {ALL_OF(TYPE_DEF) | ALL_OF(TYPE_REF) | ALL_OF(TYPE_SPEC), 2},
	[HAS_CONSTANT] = {ALL_OF(PARAM) | ALL_OF(FIELD) | ALL_OF(PROPERTY), 2},
	[HAS_ATTRIBUTE] = {ALL_OF(METHOD) | ALL_OF(FIELD) | ALL_OF(TYPE_REF) | ALL_OF(TYPE_DEF) |
				   ALL_OF(PARAM) | ALL_OF(INTERFACE) | ALL_OF(MEMBER_REF) |
				   ALL_OF(MODULE) | ALL_OF(PROPERTY) | ALL_OF(EVENT) |
				   ALL_OF(SIGNATURE) | ALL_OF(MODULE_REF) | ALL_OF(TYPE_SPEC) |
				   ALL_OF(ASSEMBLY) | ALL_OF(ASSEMBLY_REF) | ALL_OF(FILE) |
				   ALL_OF(EXPORTED_TYPE) | ALL_OF(RESOURCE) |
				   ALL_OF(GENERIC_PARAM) | ALL_OF(CONSTRAINT) | ALL_OF(METHOD_SPEC),
			   5},
	[HAS_MARSHAL] = {ALL_OF(FIELD) | ALL_OF(PARAM), 1},
	[HAS_SECURITY] = {ALL_OF(TYPE_DEF) | ALL_OF(METHOD) | ALL_OF(ASSEMBLY), 2},
	[MEMBER_PARENT] = {ALL_OF(METHOD) | ALL_OF(MODULE_REF) | ALL_OF(TYPE_REF) |
				   ALL_OF(TYPE_SPEC),
			   3},
	[HAS_SEMANTICS] = {ALL_OF(EVENT) | ALL_OF(PROPERTY), 1},
	[METHOD_OR_REF] = {ALL_OF(METHOD) | ALL_OF(MEMBER_REF), 1},
	[FORWARDED] = {ALL_OF(FIELD) | ALL_OF(METHOD), 1},
	[IMPLEMENTATION] = {ALL_OF(FILE) | ALL_OF(ASSEMBLY_REF) | ALL_OF(EXPORTED_TYPE), 2},
	[RESOURCE_OWNER] = {ALL_OF(FILE) | ALL_OF(ASSEMBLY_REF), 2},
	[ATTRIBUTE_KIND] = {ALL_OF(METHOD) | ALL_OF(MEMBER_REF), 3},
	[SCOPE] = {ALL_OF(MODULE) | ALL_OF(MODULE_REF) | ALL_OF(ASSEMBLY_REF) | ALL_OF(TYPE_REF),
		   2},
	[TYPE_OR_METHOD] = {ALL_OF(TYPE_DEF) | ALL_OF(METHOD), 1},
};

#define INTO(table) (TO + TABLE_##table)

/* PARAM_PTR has no schema: YARA reads nothing behind it. */
static const uint8_t schemas[DOTNET_TABLES][DOTNET_COLUMNS] = {
	[TABLE_MODULE] = {U16, STRING, GUID, GUID, GUID},
	[TABLE_TYPE_REF] = {SCOPE, STRING, STRING},
	[TABLE_TYPE_DEF] = {U32, STRING, STRING, TYPE_DEF_OR_REF, INTO(FIELD), INTO(METHOD)},
	[TABLE_FIELD_PTR] = {INTO(FIELD)},
	[TABLE_FIELD] = {U16, STRING, BLOB},
	[TABLE_METHOD_PTR] = {INTO(METHOD)},
	[TABLE_METHOD] = {U32, U16, U16, STRING, BLOB, INTO(PARAM)},
	[TABLE_PARAM] = {U16, U16, STRING},
	[TABLE_INTERFACE] = {INTO(TYPE_DEF), TYPE_DEF_OR_REF},
	[TABLE_MEMBER_REF] = {MEMBER_PARENT, STRING, BLOB},
	[TABLE_CONSTANT] = {U16, HAS_CONSTANT, BLOB},
	[TABLE_ATTRIBUTE] = {HAS_ATTRIBUTE, ATTRIBUTE_KIND, BLOB},
	[TABLE_FIELD_MARSHAL] = {HAS_MARSHAL, BLOB},
	[TABLE_SECURITY] = {U16, HAS_SECURITY, BLOB},
	[TABLE_CLASS_LAYOUT] = {U16, U32, INTO(TYPE_DEF)},
	[TABLE_FIELD_LAYOUT] = {U32, INTO(FIELD)},
	[TABLE_SIGNATURE] = {BLOB},
	[TABLE_EVENT_MAP] = {INTO(TYPE_DEF), INTO(EVENT)},
	[TABLE_EVENT_PTR] = {INTO(EVENT)},
	[TABLE_EVENT] = {U16, STRING, TYPE_DEF_OR_REF},
	[TABLE_PROPERTY_MAP] = {INTO(TYPE_DEF), INTO(PROPERTY)},
	[TABLE_PROPERTY_PTR] = {INTO(PROPERTY)},
	[TABLE_PROPERTY] = {U16, STRING, BLOB},
	[TABLE_SEMANTICS] = {U16, INTO(METHOD), HAS_SEMANTICS},
	[TABLE_METHOD_IMPL] = {INTO(TYPE_DEF), METHOD_OR_REF, METHOD_OR_REF},
	[TABLE_MODULE_REF] = {STRING},
	[TABLE_TYPE_SPEC] = {BLOB},
	[TABLE_IMPL_MAP] = {U16, FORWARDED, STRING, INTO(MODULE_REF)},
	[TABLE_FIELD_RVA] = {U32, INTO(FIELD)},
	[TABLE_ENC_LOG] = {U32, U32},
	[TABLE_ENC_MAP] = {U32},
	[TABLE_ASSEMBLY] = {U32, U16, U16, U16, U16, U32, BLOB, STRING, STRING},
	[TABLE_ASSEMBLY_PROCESSOR] = {U32},
	[TABLE_ASSEMBLY_OS] = {U32, U32, U32},
	[TABLE_ASSEMBLY_REF] = {U16, U16, U16, U16, U32, BLOB, STRING, STRING, BLOB},
	[TABLE_ASSEMBLY_REF_PROCESSOR] = {U32, INTO(ASSEMBLY_REF_PROCESSOR)},
	[TABLE_ASSEMBLY_REF_OS] = {U32, U32, U32, INTO(ASSEMBLY_REF)},
	[TABLE_FILE] = {U32, STRING, BLOB},
	[TABLE_EXPORTED_TYPE] = {U32, U32, STRING, STRING, IMPLEMENTATION},
	[TABLE_RESOURCE] = {U32, U32, STRING, RESOURCE_OWNER},
	[TABLE_NESTED] = {INTO(TYPE_DEF), INTO(TYPE_DEF)},
	[TABLE_GENERIC_PARAM] = {U16, U16, TYPE_OR_METHOD, STRING},
	[TABLE_METHOD_SPEC] = {METHOD_OR_REF, BLOB},
	[TABLE_CONSTRAINT] = {INTO(GENERIC_PARAM), TYPE_DEF_OR_REF},
};

bool dotnet_read(struct dotnet *d, struct window *w, uint64_t at, size_t len, struct reader *ret)
{
	if (d->status != OK)
		return false;
	enum status status = window_read(w, at, len, ret);
	if (status != OK && status != E_TRUNCATED)
		d->status = error_at(d->e, status, min_u64(at, d->in->size), "cannot read");
	return status == OK;
}

/* Bytes of a coded column: wide when a table has more rows than fit beside the bits. */
static unsigned coded_size(const struct dotnet *d, unsigned column)
{
	for (unsigned t = 0; t < DOTNET_TABLES; t++) {
		if ((coded[column].tables >> t & 1) != 0 &&
		    d->counts[t] > 0xffffu >> coded[column].bits)
			return 4;
	}
	return 2;
}

static unsigned column_size(const struct dotnet *d, unsigned column)
{
	switch (column) {
	case NONE:
		return 0;
	case U16:
		return 2;
	case U32:
		return 4;
	case STRING:
		return (d->heap_sizes & WIDE_STRINGS) != 0 ? 4 : 2;
	case GUID:
		return (d->heap_sizes & WIDE_GUIDS) != 0 ? 4 : 2;
	case BLOB:
		return (d->heap_sizes & WIDE_BLOBS) != 0 ? 4 : 2;
	default:
		break;
	}
	if (column < CODED_END)
		return coded_size(d, column);
	return d->counts[column - TO] > 0xffff ? 4 : 2;
}

/* Measure the columns of a table; returns the size of a row. */
static uint32_t measure(struct dotnet *d, unsigned table)
{
	uint32_t size = 0;

	for (unsigned i = 0; i < DOTNET_COLUMNS; i++) {
		d->widths[table][i] = (uint8_t)column_size(d, schemas[table][i]);
		size += d->widths[table][i];
	}
	return size;
}

/*
 * How many rows each table has. The numbers that are in the file are believed
 * when columns are measured, even those that are too large to be followed.
 */
static unsigned read_counts(struct dotnet *d, uint64_t valid, uint64_t at)
{
	unsigned index = 0;

	for (unsigned bit = 0; bit < 64; bit++) {
		struct reader r;

		if ((valid >> bit & 1) == 0)
			continue;
		if (bit < DOTNET_TABLES && dotnet_read(d, d->window, at + index * 4u, 4, &r))
			d->counts[bit] = reader_u32le(&r);
		index++;
	}
	return index;
}

/* Set aside a table that begins at `at`; false when nothing behind can be found. */
static bool place_table(struct dotnet *d, unsigned table, uint64_t *at)
{
	if (table >= DOTNET_TABLES || schemas[table][0] == NONE || d->counts[table] > ROWS_MAX)
		return false;
	d->starts[table] = *at;
	d->row_sizes[table] = measure(d, table);
	if ((table == TABLE_MODULE && !range_fits(*at, MODULE_BYTES, d->in->size)) ||
	    (table == TABLE_ASSEMBLY && !range_fits(*at, d->row_sizes[table], d->in->size)))
		return true; /* it is not there, and the next one is taken to stand here */
	d->placed |= UINT64_C(1) << table;
	*at += (uint64_t)d->counts[table] * d->row_sizes[table];
	return true;
}

void dotnet_find_tables(struct dotnet *d)
{
	struct reader r;

	if (!dotnet_read(d, d->window, d->tables.at, TILDE_BYTES, &r))
		return;
	d->heap_sizes = r.data[6];
	uint64_t valid = get_u64le(r.data + 8);
	uint64_t counts_at = d->tables.at + TILDE_BYTES;
	unsigned count = read_counts(d, valid, counts_at), index = 0;
	uint64_t at = counts_at + count * 4u + ((d->heap_sizes & EXTRA_DATA) != 0 ? 4 : 0);
	for (unsigned bit = 0; bit < 64; bit++) {
		if ((valid >> bit & 1) == 0)
			continue;
		if (!range_fits(counts_at + index++ * 4u, 4, d->in->size) ||
		    !place_table(d, bit, &at))
			return;
	}
	d->is_whole = d->status == OK;
}

bool dotnet_has(const struct dotnet *d, enum dotnet_table table)
{
	return (d->placed >> table & 1) != 0;
}

static uint64_t row_start(const struct dotnet *d, enum dotnet_table table, uint32_t row)
{
	/* a table starts below 2^36, a row has less than 64 bytes */
	return d->starts[table] + (uint64_t)row * d->row_sizes[table];
}

bool dotnet_row_fits(struct dotnet *d, enum dotnet_table table, uint32_t row, uint32_t len)
{
	return dotnet_has(d, table) && row < d->counts[table] &&
	       range_fits(row_start(d, table, row), len, d->in->size);
}

bool dotnet_row_at(struct dotnet *d, enum dotnet_table table, uint32_t row, struct dotnet_row *ret)
{
	struct reader r;

	if (!dotnet_has(d, table) ||
	    !dotnet_read(d, d->window, row_start(d, table, row), d->row_sizes[table], &r))
		return false;
	memset(ret, 0, sizeof *ret);
	for (unsigned i = 0; i < DOTNET_COLUMNS && d->widths[table][i] != 0; i++)
		ret->at[i] = d->widths[table][i] == 4 ? reader_u32le(&r) : reader_u16le(&r);
	return true;
}

bool dotnet_row(struct dotnet *d, enum dotnet_table table, uint32_t row, struct dotnet_row *ret)
{
	return row < d->counts[table] && dotnet_row_at(d, table, row, ret);
}

bool dotnet_name(struct dotnet *d, uint32_t index, struct str *ret)
{
	struct reader r;
	uint64_t at = d->strings.at + index; /* both below 2^33 */

	if (index >= d->strings.size || at >= d->in->size)
		return false;
	size_t len = (size_t)min_u64(d->in->size - at, DOTNET_NAME_MAX + 1);
	if (!dotnet_read(d, d->names, at, len, &r))
		return false;
	*ret = (struct str){(const char *)r.data, len};
	ret->len = str_find(*ret, '\0');
	return ret->len < len;
}

bool dotnet_blob_at(struct dotnet *d, uint64_t at, struct dotnet_blob *ret)
{
	struct reader r;
	unsigned size;

	if (!dotnet_read(d, d->blobs, at, 1, &r))
		return false;
	uint8_t first = r.data[0];
	if (first < 0x80)
		size = 1;
	else if (first < 0xc0)
		size = 2;
	else if (first < 0xe0 && at + 4 < d->in->size)
		size = 4;
	else
		return false;
	if (!dotnet_read(d, d->blobs, at, size, &r))
		return false;
	ret->len = size == 1   ? first
		   : size == 2 ? (uint32_t)(get_u16be(r.data) & 0x3fff)
			       : get_u32be(r.data) & 0x1fffffff;
	ret->at = at + size;
	return range_fits(ret->at, ret->len, d->in->size);
}

bool dotnet_blob(struct dotnet *d, uint32_t index, struct dotnet_blob *ret)
{
	return dotnet_blob_at(d, d->blob.at + index, ret);
}

static void check(struct dotnet *d, enum status status)
{
	if (status != OK && d->status == OK)
		d->status = error_at(d->e, status, 0, "too many facts");
}

void dotnet_add(struct dotnet *d, enum fact_group group)
{
	if (d->status == OK)
		check(d, fact_row(d->facts, group));
}

void dotnet_int(struct dotnet *d, enum fact_id id, int64_t value)
{
	if (d->status == OK)
		check(d, fact_set_int(d->facts, id, value));
}

void dotnet_text(struct dotnet *d, enum fact_id id, struct str value)
{
	if (d->status == OK)
		check(d, fact_set_text(d->facts, id, value));
}

void dotnet_bytes(struct dotnet *d, enum fact_id id, uint64_t at, uint32_t len)
{
	struct str text;

	if (d->status != OK)
		return;
	enum status status = window_copy(d->blobs, at, len, d->facts->arena, &text);
	if (status == OK)
		check(d, fact_set_kept(d->facts, id, text));
	else if (status != E_TRUNCATED)
		d->status = error_at(d->e, status, min_u64(at, d->in->size), "cannot read");
}

void dotnet_named(struct dotnet *d, enum fact_id id, uint32_t index)
{
	struct str name;

	if (dotnet_name(d, index, &name))
		dotnet_text(d, id, name);
}
