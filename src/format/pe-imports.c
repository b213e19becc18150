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

static bool is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];

		if (c < ' ' || strchr("\"*<>?|", c) != NULL)
			return false;
	}
	return name.len > 0;
}

bool pe_library_name(struct pe *pe, uint32_t rva, struct str *ret)
{
	int64_t at = pe_offset(pe, rva);

	/* a NUL belongs to it */
	return at >= 0 && pe_text(pe, (uint64_t)at, PE_LIBRARY_MAX, ret) &&
	       ret->len < PE_LIBRARY_MAX && pe_fits(pe, (uint64_t)at + ret->len, 1) &&
	       is_name(*ret);
}

void pe_state_import(struct pe *pe, const struct pe_import_facts *f, const struct pe_import *i)
{
	pe_row(pe, f->function_group);
	if (i->has_name)
		pe_state_text(pe, f->name, i->name);
	if (i->has_ordinal)
		pe_state(pe, f->ordinal, i->ordinal);
	pe_state(pe, f->rva, i->rva);
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
	if (thunk >> (pe->is_64 ? 63 : 31) != 0) {
		pe_import_ordinal(pe, library, thunk, ret);
		return true;
	}
	int64_t at = pe_offset(pe, thunk);
	ret->has_name = at >= 0 && pe_fits(pe, (uint64_t)at, BY_NAME_BYTES) &&
			pe_text(pe, (uint64_t)at + HINT_BYTES, PE_NAME_MAX, &ret->name);
	return ret->has_name;
}

/* The functions of a library. *count is those of all libraries. */
static void state_library(struct pe *pe, const struct descriptor *d, struct str library,
			  uint32_t *count)
{
	int64_t at = pe_offset(pe, d->lookup);
	uint64_t size = pe->is_64 ? 8 : 4, thunk;
	int64_t stated = 0;

	if (at <= 0)
		at = pe_offset(pe, d->addresses);
	if (at < 0)
		return;
	for (uint64_t i = 0; *count < PE_IMPORTS_MAX &&
			     read_thunk(pe, (uint64_t)at + i * size, &thunk);
	     i++) {
		struct pe_import import = {.rva = (uint32_t)(d->addresses + i * size)};

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
		for (; libraries < PE_IMPORTS_MAX && read_descriptor(&pe, at, &d);
		     at += DESCRIPTOR_BYTES) {
			struct str library;
			bool is_mapped = pe_offset(&pe, d.name) >= 0;

			if (pe_library_name(&pe, d.name, &library))
				state_library(&pe, &d, library, &functions);
			else if (is_mapped)
				continue; /* a name that is none does not count */
			libraries++;
		}
	}
	pe_state(&pe, ids.libraries, libraries);
	pe_state(&pe, ids.functions, functions);
	return pe_close(&pe);
}
