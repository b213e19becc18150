/*
 * An assembly of .NET as the parsers of its parts share it: where its streams
 * and tables are, and how rows, names and blobs are read. What is damaged is
 * read as YARA reads it, so that rules find the same.
 *
 * Reading never fails by itself: what cannot be had is absent, and a failure that
 * ends the work (the input cannot be read, too much was found) stays in `status`.
 */
#pragma once

#include "base/buf.h"
#include "format/window.h"
#include "ir/object.h"

/* The tables, ECMA-335 II.22, and those of unoptimised metadata: *_PTR, ENC_*. */
enum dotnet_table {
	TABLE_MODULE,
	TABLE_TYPE_REF,
	TABLE_TYPE_DEF,
	TABLE_FIELD_PTR,
	TABLE_FIELD,
	TABLE_METHOD_PTR,
	TABLE_METHOD,
	TABLE_PARAM_PTR,
	TABLE_PARAM,
	TABLE_INTERFACE,
	TABLE_MEMBER_REF,
	TABLE_CONSTANT,
	TABLE_ATTRIBUTE,
	TABLE_FIELD_MARSHAL,
	TABLE_SECURITY,
	TABLE_CLASS_LAYOUT,
	TABLE_FIELD_LAYOUT,
	TABLE_SIGNATURE,
	TABLE_EVENT_MAP,
	TABLE_EVENT_PTR,
	TABLE_EVENT,
	TABLE_PROPERTY_MAP,
	TABLE_PROPERTY_PTR,
	TABLE_PROPERTY,
	TABLE_SEMANTICS,
	TABLE_METHOD_IMPL,
	TABLE_MODULE_REF,
	TABLE_TYPE_SPEC,
	TABLE_IMPL_MAP,
	TABLE_FIELD_RVA,
	TABLE_ENC_LOG,
	TABLE_ENC_MAP,
	TABLE_ASSEMBLY,
	TABLE_ASSEMBLY_PROCESSOR,
	TABLE_ASSEMBLY_OS,
	TABLE_ASSEMBLY_REF,
	TABLE_ASSEMBLY_REF_PROCESSOR,
	TABLE_ASSEMBLY_REF_OS,
	TABLE_FILE,
	TABLE_EXPORTED_TYPE,
	TABLE_RESOURCE,
	TABLE_NESTED,
	TABLE_GENERIC_PARAM,
	TABLE_METHOD_SPEC,
	TABLE_CONSTRAINT,
	DOTNET_TABLES
};

enum { DOTNET_COLUMNS = 9, DOTNET_NAME_MAX = 1024 };

/* Columns that are read, in the order of the table's schema. */
enum { MODULE_NAME = 1 };
enum { TYPE_REF_NAME = 1, TYPE_REF_SPACE };
enum { TYPE_DEF_FLAGS, TYPE_DEF_NAME, TYPE_DEF_SPACE, TYPE_DEF_EXTENDS, TYPE_DEF_METHODS = 5 };
enum { METHOD_FLAGS = 2, METHOD_NAME, METHOD_SIGNATURE, METHOD_PARAMS };
enum { PARAM_NAME = 2 };
enum { INTERFACE_CLASS, INTERFACE_TYPE };
enum { MEMBER_REF_CLASS };
enum { CONSTANT_TYPE, CONSTANT_VALUE = 2 };
enum { ATTRIBUTE_PARENT, ATTRIBUTE_TYPE, ATTRIBUTE_VALUE };
enum { MODULE_REF_NAME };
enum { TYPE_SPEC_SIGNATURE };
enum { FIELD_RVA_RVA };
enum { ASSEMBLY_VERSION = 1, ASSEMBLY_NAME = 7, ASSEMBLY_CULTURE };
enum { ASSEMBLY_REF_VERSION, ASSEMBLY_REF_KEY = 5, ASSEMBLY_REF_NAME };
enum { RESOURCE_OFFSET, RESOURCE_NAME = 2, RESOURCE_WHERE };
enum { NESTED_CLASS, NESTED_OUTER };
enum { GENERIC_OWNER = 2, GENERIC_NAME };

/* One of the streams; `is_there` when the metadata has it. */
struct dotnet_stream {
	bool is_there;
	uint64_t at;
	uint32_t size;
};

struct dotnet {
	struct input *in;
	struct fact_set *facts;
	struct error *e;
	enum status status;
	bool is_damaged; /* and was read as far as it goes */
	struct window *window, *names, *blobs;

	uint64_t sections_at; /* of the PE */
	uint32_t entry, section_align, file_align;
	uint16_t section_count, characteristics;
	bool is_64;
	uint32_t directory;   /* address of the CLI header */
	uint32_t directories; /* how many there are said to be */

	uint64_t root; /* of the metadata */
	uint32_t version_len;
	int64_t resources; /* where they start; -1 when their address leads nowhere */
	struct dotnet_stream tables, strings, blob, guid, user_strings;

	bool is_whole; /* all tables were found */
	uint8_t heap_sizes;
	uint64_t placed; /* tables that can be read, a bit each */
	uint32_t counts[DOTNET_TABLES];
	uint64_t starts[DOTNET_TABLES];
	uint32_t row_sizes[DOTNET_TABLES];
	uint8_t widths[DOTNET_TABLES][DOTNET_COLUMNS];
};

struct dotnet_row {
	uint32_t at[DOTNET_COLUMNS];
};

/* A blob in the file, without its length. */
struct dotnet_blob {
	uint64_t at;
	uint32_t len;
};

/* dotnet-pe.c: the file around the metadata. */

/** Read the headers of the PE; false when it is none. */
bool dotnet_read_pe(struct dotnet *d);

/** Where an address of the image is in the file; -1: nowhere. */
int64_t dotnet_offset(struct dotnet *d, uint32_t rva);

/* dotnet-tables.c */

/** A reader over [at, at + len), len at most WINDOW_BYTES; false when it is not all there. */
bool dotnet_read(struct dotnet *d, struct window *w, uint64_t at, size_t len, struct reader *ret);

/** Find the tables of the stream #~. */
void dotnet_find_tables(struct dotnet *d);

/** Whether the metadata has the table. */
bool dotnet_has(const struct dotnet *d, enum dotnet_table table);

/** Whether `len` bytes are left in the file at a row, which counts from 0. */
bool dotnet_row_fits(struct dotnet *d, enum dotnet_table table, uint32_t row, uint32_t len);

/** Read a row, counted from 0; false when it is not there or not all in the file. */
bool dotnet_row(struct dotnet *d, enum dotnet_table table, uint32_t row, struct dotnet_row *ret);

/** The same for a row that the table may not have: what stands where it would be. */
bool dotnet_row_at(struct dotnet *d, enum dotnet_table table, uint32_t row, struct dotnet_row *ret);

/** The name at a place of #Strings, good until the next one is read; false: there is none. */
bool dotnet_name(struct dotnet *d, uint32_t index, struct str *ret);

/** The blob at a place of the file; false when it is not all there. */
bool dotnet_blob_at(struct dotnet *d, uint64_t at, struct dotnet_blob *ret);

/** The blob at a place of #Blob. */
bool dotnet_blob(struct dotnet *d, uint32_t index, struct dotnet_blob *ret);

/* State a fact. */
void dotnet_add(struct dotnet *d, enum fact_group group);
void dotnet_int(struct dotnet *d, enum fact_id id, int64_t value);
void dotnet_text(struct dotnet *d, enum fact_id id, struct str value);
/** Bytes of the file as a text. */
void dotnet_bytes(struct dotnet *d, enum fact_id id, uint64_t at, uint32_t len);
/** The name at a place of #Strings; nothing when there is none. */
void dotnet_named(struct dotnet *d, enum fact_id id, uint32_t index);

/* dotnet-facts.c: what the rows of tables say of the assembly. */
void dotnet_state_tables(struct dotnet *d);

/* dotnet-classes.c: types and methods. */
void dotnet_state_classes(struct dotnet *d);

/* dotnet-signatures.c: texts of types, II.23.2. Each call appends to a buffer. */

/* A row that is looked for by a column. */
struct dotnet_pair {
	uint32_t key, row, value;
};

struct dotnet_pairs {
	struct dotnet_pair *items; /* by key, then by row */
	uint32_t len;
};

struct dotnet_types {
	struct dotnet *d;
	struct buf *to;
	uint32_t work; /* elements that may still be looked at */
	struct dotnet_pairs nested, generics, interfaces;
	uint32_t of_class, class_generics;   /* the first of them in `generics`, and how many */
	uint32_t of_method, method_generics; /* the same of the method at hand */
};

/** The first of the pairs with `key`; len when there is none. */
uint32_t dotnet_first(const struct dotnet_pairs *pairs, uint32_t key);

/** Append the full name of the type around a nested one; false: there is none. */
bool dotnet_outer(struct dotnet_types *t, uint32_t type, unsigned depth);

/**
 * Append a name to what stands behind `start`, which is a namespace if
 * `has_space`. What follows a ` is cut. Returns whether there is a text now.
 */
bool dotnet_join(struct buf *to, size_t start, bool has_space, struct str name);

/** Append the namespace of a type, those around it included; false: it has none. */
bool dotnet_space(struct dotnet_types *t, const struct dotnet_row *type, uint32_t index,
		  unsigned depth);

/** Append the name of a TypeDefOrRef; false: it has none. */
bool dotnet_type_name(struct dotnet_types *t, uint32_t coded, unsigned depth);

/** Append the type at the start of *sig and step over it; false: there is none. */
bool dotnet_type(struct dotnet_types *t, struct dotnet_blob *sig, unsigned depth);

/** Step over a compressed number (II.23.2); 0 when there is none. */
uint32_t dotnet_number(struct dotnet *d, struct dotnet_blob *sig);

/** Step over a byte; false: there is none. */
bool dotnet_byte(struct dotnet *d, struct dotnet_blob *sig, uint8_t *ret);

/** II.23.1.15: NestedPublic to NestedFamORAssem. */
static inline bool dotnet_is_nested(uint32_t flags)
{
	return (flags & 7) >= 2;
}
