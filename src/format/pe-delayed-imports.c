/*
 * PE: imports with delay.
 *
 *	a descriptor for each library, up to one of zeros (32):
 *	    attributes (4): 1: what follows are RVAs, 0: addresses
 *	    name (4), module handle (4), address table (4), name table (4),
 *	    bound table (4), unload table (4), time (4)
 */
#include "format/pe-imports.h"

#include "format/parts.h"

enum { DESCRIPTOR_BYTES = 32, HINT_BYTES = 2, DOS_BYTES = 64 };

static const struct pe_import_facts ids = {
	.library_group = GROUP_PE_DELAYED,
	.function_group = GROUP_PE_DELAYED_FUNCTION,
	.libraries = FACT_PE_DELAYED_COUNT,
	.functions = FACT_PE_DELAYED_FUNCTION_COUNT,
	.library = FACT_PE_DELAYED_LIBRARY,
	.library_functions = FACT_PE_DELAYED_LIBRARY_FUNCTIONS,
	.name = FACT_PE_DELAYED_NAME,
	.ordinal = FACT_PE_DELAYED_ORDINAL,
	.rva = FACT_PE_DELAYED_RVA,
};

struct descriptor {
	uint32_t attributes, name, addresses, names;
};

/* An address as an RVA, where it is not one already. */
static uint64_t to_rva(const struct pe *pe, const struct descriptor *d, uint64_t value)
{
	bool is_address = d->attributes == 0 && value > pe->image_base;

	return is_address ? value - pe->image_base : value;
}

/* False: the end, or what cannot be one. */
static bool read_descriptor(struct pe *pe, uint64_t at, struct descriptor *ret)
{
	static const uint8_t zeros[DESCRIPTOR_BYTES];
	struct reader r;

	if (!pe_table(pe, at, DESCRIPTOR_BYTES, &r) || memcmp(r.data, zeros, sizeof zeros) == 0)
		return false;
	*ret = (struct descriptor){
		.attributes = get_u32le(r.data),
		.name = get_u32le(r.data + 4),
		.addresses = get_u32le(r.data + 12),
		.names = get_u32le(r.data + 16),
	};
	if (ret->attributes > 1)
		return false;
	if (!pe->is_64) {
		ret->name = (uint32_t)to_rva(pe, ret, ret->name);
		ret->addresses = (uint32_t)to_rva(pe, ret, ret->addresses);
		ret->names = (uint32_t)to_rva(pe, ret, ret->names);
	}
	return ret->names < pe->image_size && ret->addresses < pe->image_size &&
	       ret->name >= DOS_BYTES && ret->names >= DOS_BYTES;
}

static bool read_thunk(struct pe *pe, uint64_t rva, uint64_t *ret)
{
	int64_t at = pe_offset(pe, rva);
	struct reader r;

	if (at < 0 || !pe_table(pe, (uint64_t)at, pe->is_64 ? 8 : 4, &r))
		return false;
	*ret = pe->is_64 ? get_u64le(r.data) : get_u32le(r.data);
	return *ret != 0;
}

/* False: its name is not in the file. */
static bool read_import(struct pe *pe, const struct descriptor *d, struct str library,
			uint64_t thunk, struct pe_import *ret)
{
	if (thunk >> (pe->is_64 ? 63 : 31) != 0) {
		pe_import_ordinal(pe, library, thunk, ret);
		return true;
	}
	int64_t at = pe_offset(pe, to_rva(pe, d, thunk) + HINT_BYTES);
	ret->has_name = at >= 0 && pe_text(pe, (uint64_t)at, PE_NAME_MAX, &ret->name);
	return ret->has_name;
}

static void state_library(struct pe *pe, const struct descriptor *d, struct str library,
			  uint32_t *count)
{
	uint64_t size = pe->is_64 ? 8 : 4, thunk, address;
	int64_t stated = 0;

	pe_row(pe, ids.library_group);
	pe_state_text(pe, ids.library, library);
	for (uint64_t i = 0; i < PE_IMPORTS_MAX && *count < PE_IMPORTS_MAX &&
			     read_thunk(pe, d->names + i * size, &thunk) &&
			     read_thunk(pe, d->addresses + i * size, &address);
	     i++) {
		struct pe_import import = {.rva = d->addresses + i * size};

		if (!read_import(pe, d, library, thunk, &import))
			continue;
		pe_state_import(pe, &ids, &import);
		stated++;
		++*count;
	}
	pe_state(pe, ids.library_functions, stated);
}

enum status facts_pe_delayed_imports(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	struct descriptor d;
	uint32_t libraries = 0, functions = 0;
	uint64_t at;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	if (pe_directory_at(&pe, PE_DIRECTORY_DELAYED, &at)) {
		for (uint32_t i = 0; i < PE_IMPORTS_MAX && read_descriptor(&pe, at, &d); i++) {
			struct str library;

			at += DESCRIPTOR_BYTES;
			if (!pe_library_name(&pe, d.name, PE_TEXT_MAX, &library))
				continue;
			state_library(&pe, &d, library, &functions);
			libraries++;
		}
	}
	pe_state(&pe, ids.libraries, libraries);
	pe_state(&pe, ids.functions, functions);
	return pe_close(&pe);
}
