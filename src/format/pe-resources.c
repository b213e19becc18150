/*
 * PE: resources.
 *
 *	a directory (16): flags (4), time (4), version (2, 2), count of names (2), of numbers (2)
 *	    an entry for each (8): number, or bit 31 and offset of a text; offset of the bytes'
 *	        entry, or bit 31 and offset of a directory
 *	a text: count (2), UTF-16
 *	the bytes' entry (16): RVA (4), size (4), code page (4), reserved (4)
 *
 * Offsets count from the first directory.
 */
#include "format/pe-resources.h"

#include "format/parts.h"

enum { DIRECTORY_BYTES = 16, ENTRY_BYTES = 8, LEAF_BYTES = 16 };
enum { ENTRIES_MAX = 32768, TEXT_UNITS_MAX = 1000, LEAF_SIZE_MAX = 0x3fffffff };
enum { RESOURCES_MAX = 65536, VISITS_MAX = 1 << 20 };

#define UPPER_BIT UINT32_C(0x80000000)

struct walk {
	struct pe *pe;
	uint64_t root;
	pe_resource_fn *fn;
	void *context;
	uint32_t count, visits; /* directories may be shared: resources, and entries looked at */
	struct pe_resource resource;
};

bool pe_resources_at(struct pe *pe, uint64_t *ret)
{
	return pe_directory_at(pe, PE_DIRECTORY_RESOURCE, ret) &&
	       pe_fits(pe, *ret, DIRECTORY_BYTES);
}

static void name_level(struct walk *w, unsigned level, uint32_t name)
{
	uint64_t at = w->root + (name & ~UPPER_BIT);
	struct reader r;

	w->resource.numbers[level] = (int32_t)name;
	w->resource.has_text[level] = false;
	if ((name & UPPER_BIT) == 0 || !pe_table(w->pe, at, 2, &r))
		return;
	uint16_t units = get_u16le(r.data);
	if (units > TEXT_UNITS_MAX || !pe_fits(w->pe, at + 2, units * 2u))
		return;
	w->resource.has_text[level] = true;
	w->resource.text_at[level] = at + 2;
	w->resource.text_len[level] = (uint16_t)(units * 2u);
}

static void visit_leaf(struct walk *w, uint64_t at)
{
	struct reader r;

	if (!pe_table(w->pe, at, LEAF_BYTES, &r))
		return;
	w->resource.rva = reader_u32le(&r);
	w->resource.size = reader_u32le(&r);
	if (w->resource.size == 0 || w->resource.size > LEAF_SIZE_MAX)
		return;
	w->fn(w->pe, &w->resource, w->context);
	w->count++;
}

/* The entries of the directory at `at`: how many, 0 when it is none. */
static uint32_t count_entries(struct walk *w, uint64_t at)
{
	struct reader r;

	if (!pe_table(w->pe, at, DIRECTORY_BYTES, &r) || get_u32le(r.data) != 0)
		return 0;
	uint32_t names = get_u16le(r.data + 12), numbers = get_u16le(r.data + 14);
	if (names > ENTRIES_MAX || numbers > ENTRIES_MAX ||
	    !pe_fits(w->pe, at + DIRECTORY_BYTES, (uint64_t)(names + numbers) * ENTRY_BYTES))
		return 0;
	return names + numbers;
}

/* The recursion ends at the last level. */
static void visit_directory(struct walk *w, uint64_t at, unsigned level)
{
	uint32_t count = count_entries(w, at);
	struct reader r;

	for (uint32_t i = 0; i < count && w->count < RESOURCES_MAX && w->visits < VISITS_MAX; i++) {
		if (!pe_table(w->pe, at + DIRECTORY_BYTES + (uint64_t)i * ENTRY_BYTES, ENTRY_BYTES,
			      &r))
			return;
		uint32_t name = reader_u32le(&r), offset = reader_u32le(&r);
		/* YARA goes no further */
		if (offset == 0)
			break;
		w->visits++;
		name_level(w, level, name);
		if ((offset & UPPER_BIT) != 0 && level + 1 < PE_RESOURCE_LEVELS)
			visit_directory(w, w->root + (offset & ~UPPER_BIT), level + 1);
		else
			visit_leaf(w, w->root + (offset & ~UPPER_BIT));
	}
	/* numbers of this level stay for those who have none, a text does not */
	w->resource.has_text[level] = false;
}

uint32_t pe_each_resource(struct pe *pe, uint64_t root, pe_resource_fn *fn, void *context)
{
	struct walk w = {
		.pe = pe,
		.root = root,
		.fn = fn,
		.context = context,
		.resource.numbers = {-1, -1, -1},
	};

	visit_directory(&w, root, 0);
	return w.count;
}

static void state_resource(struct pe *pe, const struct pe_resource *resource, void *context)
{
	static const struct {
		enum fact_id number, text;
	} ids[PE_RESOURCE_LEVELS] = {
		{FACT_PE_RESOURCE_TYPE, FACT_PE_RESOURCE_TYPE_NAME},
		{FACT_PE_RESOURCE_ID, FACT_PE_RESOURCE_NAME},
		{FACT_PE_RESOURCE_LANGUAGE, FACT_PE_RESOURCE_LANGUAGE_NAME},
	};
	int64_t at = pe_offset(pe, resource->rva);
	struct str text;

	(void)context;
	pe_row(pe, GROUP_PE_RESOURCE);
	pe_state(pe, FACT_PE_RESOURCE_RVA, resource->rva);
	if (at >= 0)
		pe_state(pe, FACT_PE_RESOURCE_OFFSET, at);
	pe_state(pe, FACT_PE_RESOURCE_LENGTH, resource->size);
	for (unsigned i = 0; i < PE_RESOURCE_LEVELS; i++) {
		if (!resource->has_text[i] && resource->numbers[i] != -1)
			pe_state(pe, ids[i].number, resource->numbers[i]);
		else if (resource->has_text[i] &&
			 pe_bytes(pe, resource->text_at[i], resource->text_len[i], &text))
			pe_state_text(pe, ids[i].text, text);
	}
}

enum status facts_pe_resources(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	struct reader r;
	uint32_t count = 0;
	uint64_t root;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	if (pe_resources_at(&pe, &root) && pe_table(&pe, root, DIRECTORY_BYTES, &r)) {
		pe_state(&pe, FACT_PE_RESOURCE_TIMESTAMP, get_u32le(r.data + 4));
		pe_state(&pe, FACT_PE_RESOURCE_MAJOR, get_u16le(r.data + 8));
		pe_state(&pe, FACT_PE_RESOURCE_MINOR, get_u16le(r.data + 10));
		count = pe_each_resource(&pe, root, state_resource, NULL);
	}
	pe_state(&pe, FACT_PE_RESOURCE_COUNT, count);
	return pe_close(&pe);
}
