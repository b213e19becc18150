/*
 * PE: the export directory.
 *
 *	 0  flags (4), time (4), version (4)
 *	12  RVA of the library's name (4), number of the first function (4)
 *	20  count of functions (4), of names (4)
 *	28  RVAs of the functions' RVAs (4 each), of the names' RVAs (4 each), and of the
 *	    functions that have the names (2 each)
 *
 * A function inside the directory is none: there is the name of one in another library.
 */
#include "format/parts.h"
#include "format/pe.h"

enum { DIRECTORY_BYTES = 40, EXPORTS_MAX = 16384 };

struct exports {
	struct pe_range directory;
	uint64_t directory_at;
	uint32_t base, count, name_count;
	uint64_t functions_at, names_at, ordinals_at;
};

/* Where a table of `count` elements is; false: it is not all in the file. */
static bool find_table(const struct pe *pe, uint32_t rva, uint64_t count, uint64_t size,
		       uint64_t *ret)
{
	int64_t at = pe_offset(pe, rva);

	if (at < 0 || !pe_fits(pe, (uint64_t)at, count * size))
		return false;
	*ret = (uint64_t)at;
	return true;
}

/* False: no functions can be told. */
static bool read_directory(struct pe *pe, struct exports *ret)
{
	struct reader r;
	struct str name;

	if (!pe_directory(pe, PE_DIRECTORY_EXPORT, &ret->directory) ||
	    !pe_directory_at(pe, PE_DIRECTORY_EXPORT, &ret->directory_at) ||
	    !pe_table(pe, ret->directory_at, DIRECTORY_BYTES, &r))
		return false;
	uint32_t name_rva = get_u32le(r.data + 12), names = get_u32le(r.data + 24);
	uint32_t functions_rva = get_u32le(r.data + 28), names_rva = get_u32le(r.data + 32);
	uint32_t ordinals_rva = get_u32le(r.data + 36);

	ret->base = get_u32le(r.data + 16);
	ret->count = min_u32(get_u32le(r.data + 20), EXPORTS_MAX);
	pe_state(pe, FACT_PE_EXPORT_TIMESTAMP, get_u32le(r.data + 4));
	int64_t name_at = pe_offset(pe, name_rva);
	if (name_at > 0 && pe_text(pe, (uint64_t)name_at, PE_TEXT_MAX, &name))
		pe_state_text(pe, FACT_PE_EXPORT_LIBRARY, name);
	/* nowhere counts as one byte in front of the file */
	if ((uint64_t)ret->count * 4 > pe->in->size - (uint64_t)name_at)
		return false;
	if (names > 0 && !find_table(pe, names_rva, names, 4, &ret->names_at))
		return false;
	ret->name_count = min_u32(names, ret->count);
	return find_table(pe, ordinals_rva, ret->count, 2, &ret->ordinals_at) &&
	       find_table(pe, functions_rva, ret->count, 4, &ret->functions_at);
}

/* Which name each function has, counted from 1; 0: none. NULL: no memory. */
static uint16_t *find_names(struct pe *pe, const struct exports *x)
{
	uint16_t *names = arena_new_array(pe->set->arena, uint16_t, x->count + 1);
	struct reader r;

	if (names == NULL) {
		pe->status = E_LIMIT;
		return NULL;
	}
	for (uint32_t i = 0; i < x->name_count; i++) {
		if (!pe_table(pe, x->ordinals_at + i * 2, 2, &r))
			break;
		uint16_t function = get_u16le(r.data);
		/* the first of several counts */
		if (function < x->count && names[function] == 0)
			names[function] = (uint16_t)(i + 1);
	}
	return names;
}

static void state_name(struct pe *pe, const struct exports *x, uint16_t name)
{
	struct reader r;
	struct str text;

	if (name == 0 || !pe_table(pe, x->names_at + (name - 1u) * 4, 4, &r))
		return;
	int64_t at = pe_offset(pe, get_u32le(r.data));
	if (at > 0 && pe_text(pe, (uint64_t)at, PE_NAME_MAX, &text))
		pe_state_text(pe, FACT_PE_EXPORT_NAME, text);
}

static void state_function(struct pe *pe, const struct exports *x, uint32_t rva)
{
	int64_t at = pe_offset(pe, rva);
	uint64_t end = x->directory_at + x->directory.size;
	struct str text;

	pe_state(pe, FACT_PE_EXPORT_RVA, rva);
	if (at > (int64_t)x->directory_at && (uint64_t)at < end) {
		if (pe_text(pe, (uint64_t)at, PE_NAME_MAX, &text))
			pe_state_text(pe, FACT_PE_EXPORT_FORWARD, text);
	} else if (at >= 0) {
		pe_state(pe, FACT_PE_EXPORT_OFFSET, at);
	}
}

static uint32_t state_exports(struct pe *pe)
{
	struct exports x = {0};
	struct reader r;
	uint32_t i = 0;

	if (!read_directory(pe, &x))
		return 0;
	const uint16_t *names = find_names(pe, &x);
	for (; names != NULL && i < x.count; i++) {
		if (!pe_table(pe, x.functions_at + i * 4, 4, &r))
			break;
		uint32_t rva = get_u32le(r.data);
		pe_row(pe, GROUP_PE_EXPORT);
		pe_state(pe, FACT_PE_EXPORT_ORDINAL, (uint32_t)(x.base + i));
		state_function(pe, &x, rva);
		state_name(pe, &x, names[i]);
	}
	return i;
}

enum status facts_pe_exports(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	pe_state(&pe, FACT_PE_EXPORT_COUNT, state_exports(&pe));
	return pe_close(&pe);
}
