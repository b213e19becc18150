/*
 * PE: the import directory.
 *
 *	a descriptor for each library, up to one without a name (20):
 *	    RVA of look-up table (4), time (4), forwarder (4),
 *	    RVA of name (4), RVA of address table (4)
 *	a thunk for each function in both tables, up to 0 (4, or 8 in PE32+):
 *	    upper bit set: ordinal; else RVA of hint (2) and name
 */
#include "format/pe-imports.h"

#include "format/parts.h"

enum { DESCRIPTOR_BYTES = 20, BY_NAME_BYTES = 4, HINT_BYTES = 2 };

static const struct pe_import_facts ids = {
	.library_group = GROUP_PE_IMPORT,
	.function_group = GROUP_PE_IMPORT_FUNCTION,
	.libraries = FACT_PE_IMPORT_COUNT,
	.functions = FACT_PE_IMPORT_FUNCTION_COUNT,
	.library = FACT_PE_IMPORT_LIBRARY,
	.library_functions = FACT_PE_IMPORT_LIBRARY_FUNCTIONS,
	.name = FACT_PE_IMPORT_NAME,
	.ordinal = FACT_PE_IMPORT_ORDINAL,
	.rva = FACT_PE_IMPORT_RVA,
};

struct descriptor {
	uint32_t lookup, name, addresses;
};

/* No name of a file on Windows has the others. */
static bool is_library(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];

		if (c < ' ' || c > '~' || strchr("\"*<>?|", c) != NULL)
			return false;
	}
	return name.len > 0;
}

bool pe_library_name(struct pe *pe, uint32_t rva, size_t max, struct str *ret)
{
	int64_t at = pe_offset(pe, rva);

	/* a NUL belongs to it */
	return at >= 0 && pe_text(pe, (uint64_t)at, max + 1, ret) && ret->len <= max &&
	       pe_fits(pe, (uint64_t)at + ret->len, 1) && is_library(*ret);
}

/* What a function can be called, as all who compute its hash of imports agree. */
static bool is_function(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];
		bool is_alnum =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!is_alnum && (c == '\0' || strchr("._?@$()<>-", c) == NULL))
			return false;
	}
	return name.len > 0;
}

void pe_state_import(struct pe *pe, const struct pe_import_facts *f, const struct pe_import *i)
{
	pe_row(pe, f->function_group);
	if (i->has_name)
		pe_state_text(pe, f->name, i->name);
	if (i->has_ordinal)
		pe_state(pe, f->ordinal, i->ordinal);
	if (i->rva != 0)
		pe_state(pe, f->rva, (int64_t)i->rva);
}

static bool read_descriptor(struct pe *pe, uint64_t at, struct descriptor *ret)
{
	struct reader r;

	if (!pe_table(pe, at, DESCRIPTOR_BYTES, &r))
		return false;
	*ret = (struct descriptor){
		.lookup = get_u32le(r.data),
		.name = get_u32le(r.data + 12),
		.addresses = get_u32le(r.data + 16),
	};
	return ret->name != 0;
}

static bool read_thunk(struct pe *pe, uint64_t at, uint64_t *ret)
{
	struct reader r;

	if (!pe_table(pe, at, pe->is_64 ? 8 : 4, &r))
		return false;
	*ret = pe->is_64 ? get_u64le(r.data) : get_u32le(r.data);
	return *ret != 0;
}

/* What a thunk imports; false: nothing that can be told. */
static bool read_import(struct pe *pe, struct str library, uint64_t thunk, struct pe_import *ret)
{
	uint64_t by_ordinal = UINT64_C(1) << (pe->is_64 ? 63 : 31);

	if ((thunk & by_ordinal) != 0) {
		if (thunk - by_ordinal > UINT16_MAX)
			return false;
		pe_import_ordinal(pe, library, thunk, ret);
		return true;
	}
	int64_t at = pe_offset(pe, thunk);
	ret->has_name = at >= 0 && pe_fits(pe, (uint64_t)at, BY_NAME_BYTES) &&
			pe_text(pe, (uint64_t)at + HINT_BYTES, PE_NAME_MAX, &ret->name) &&
			is_function(ret->name);
	return ret->has_name;
}

/* The functions of a library; false: there are none. *count is those of all libraries. */
static bool state_library(struct pe *pe, const struct descriptor *d, struct str library,
			  uint32_t *count)
{
	int64_t at = pe_offset(pe, d->lookup);
	uint64_t size = pe->is_64 ? 8 : 4, thunk;
	int64_t stated = 0;

	if (at <= 0)
		at = pe_offset(pe, d->addresses);
	if (at < 0)
		return false;
	for (uint64_t i = 0; i < PE_IMPORTS_MAX && *count < PE_IMPORTS_MAX &&
			     read_thunk(pe, (uint64_t)at + i * size, &thunk);
	     i++) {
		uint64_t rva = d->addresses + i * size;
		struct pe_import import = {.rva = pe->is_64 ? rva : (uint32_t)rva};

		if (!read_import(pe, library, thunk, &import))
			continue;
		if (stated++ == 0) {
			pe_row(pe, ids.library_group);
			pe_state_text(pe, ids.library, library);
		}
		pe_state_import(pe, &ids, &import);
		++*count;
	}
	if (stated > 0)
		pe_state(pe, ids.library_functions, stated);
	return stated > 0;
}

enum status facts_pe_imports(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	struct descriptor d;
	uint32_t libraries = 0, functions = 0;
	uint64_t at;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	if (pe_directory_at(&pe, PE_DIRECTORY_IMPORT, &at)) {
		for (uint32_t i = 0; i < PE_IMPORTS_MAX && read_descriptor(&pe, at, &d); i++) {
			struct str library;

			if (pe_library_name(&pe, d.name, PE_LIBRARY_MAX, &library) &&
			    state_library(&pe, &d, library, &functions))
				libraries++;
			at += DESCRIPTOR_BYTES;
		}
	}
	pe_state(&pe, ids.libraries, libraries);
	pe_state(&pe, ids.functions, functions);
	return pe_close(&pe);
}
