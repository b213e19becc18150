/*
 * PE: the debug directory, which says where the linker wrote the debug information.
 *
 *	an entry (28): characteristics (4), time (4), version (4), type (4), size (4),
 *	    RVA (4), file offset (4)
 *	of type 2:  'RSDS', GUID (16), age (4), path      PDB 7.0
 *	            'NB10', 0 (4), time (4), age (4), path  PDB 2.0
 *	            'MTOC', GUID (16), path                 Mach-O turned into PE
 */
#include "format/parts.h"
#include "format/pe.h"

enum { ENTRY_BYTES = 28, CODEVIEW = 2, PATH_MAX_BYTES = 1024 };

static const struct {
	char signature[5];
	uint8_t path_at;
} kinds[] = {{"RSDS", 24}, {"NB10", 16}, {"MTOC", 20}};

/* State the path of the entry at `at`; false: it has none. */
static bool state_path(struct pe *pe, uint64_t at)
{
	struct reader r;
	struct str path;

	for (size_t i = 0; i < LEN(kinds); i++) {
		/* the record and one byte of its path */
		if (!pe_table(pe, at, kinds[i].path_at + 1, &r) ||
		    memcmp(r.data, kinds[i].signature, 4) != 0)
			continue;
		if (!pe_text(pe, at + kinds[i].path_at, PATH_MAX_BYTES, &path) ||
		    path.len == PATH_MAX_BYTES)
			return false;
		pe_state_text(pe, FACT_PE_PDB_PATH, path);
		return true;
	}
	return false;
}

/* The bytes of an entry, by address or else by offset; 0: nowhere. */
static uint64_t find_record(const struct pe *pe, uint32_t rva, uint32_t raw_at)
{
	int64_t at = rva != 0 ? pe_offset(pe, rva) : 0;

	return at > 0 ? (uint64_t)at : raw_at;
}

enum status facts_pe_debug(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	struct pe_range directory;
	uint64_t at;
	struct reader r;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	if (!pe_directory(&pe, PE_DIRECTORY_DEBUG, &directory) ||
	    !pe_directory_at(&pe, PE_DIRECTORY_DEBUG, &at))
		return pe_close(&pe);
	for (uint32_t i = 0; i < directory.size / ENTRY_BYTES; i++) {
		if (!pe_table(&pe, at + (uint64_t)i * ENTRY_BYTES, ENTRY_BYTES, &r))
			break;
		if (get_u32le(r.data + 12) != CODEVIEW)
			continue;
		uint64_t record = find_record(&pe, get_u32le(r.data + 20), get_u32le(r.data + 24));
		if (record != 0 && state_path(&pe, record))
			break;
	}
	return pe_close(&pe);
}
