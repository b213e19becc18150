/*
 * PE: what the headers say, and what lies behind the last section. Facts of
 * YARA's module that follow from the headers alone.
 */
#include "format/parts.h"
#include "format/pe.h"

enum { OPTIONAL_32 = 224, OPTIONAL_64 = 240, NAME_BYTES = 8 };
enum { SYMBOL_BYTES = 18 };

/* A number in a header, which is a fact. */
struct field {
	uint8_t at, bytes;
	enum fact_id id;
};

static const struct field file_fields[] = {
	{4, 2, FACT_PE_MACHINE},	  {6, 2, FACT_PE_SECTION_COUNT},
	{8, 4, FACT_PE_TIMESTAMP},	  {12, 4, FACT_PE_SYMBOL_TABLE},
	{16, 4, FACT_PE_SYMBOL_COUNT},	  {20, 2, FACT_PE_OPTIONAL_SIZE},
	{22, 2, FACT_PE_CHARACTERISTICS},
};

/* Of the optional header, in both kinds of files. */
static const struct field optional_fields[] = {
	{0, 2, FACT_PE_MAGIC},
	{2, 1, FACT_PE_LINKER_MAJOR},
	{3, 1, FACT_PE_LINKER_MINOR},
	{4, 4, FACT_PE_CODE_SIZE},
	{8, 4, FACT_PE_DATA_SIZE},
	{12, 4, FACT_PE_BSS_SIZE},
	{16, 4, FACT_PE_ENTRY_POINT_RAW},
	{20, 4, FACT_PE_CODE_BASE},
	{32, 4, FACT_PE_SECTION_ALIGNMENT},
	{36, 4, FACT_PE_FILE_ALIGNMENT},
	{40, 2, FACT_PE_OS_MAJOR},
	{42, 2, FACT_PE_OS_MINOR},
	{44, 2, FACT_PE_IMAGE_MAJOR},
	{46, 2, FACT_PE_IMAGE_MINOR},
	{48, 2, FACT_PE_SUBSYSTEM_MAJOR},
	{50, 2, FACT_PE_SUBSYSTEM_MINOR},
	{52, 4, FACT_PE_WIN32_VERSION},
	{56, 4, FACT_PE_IMAGE_SIZE},
	{60, 4, FACT_PE_HEADERS_SIZE},
	{64, 4, FACT_PE_CHECKSUM},
	{68, 2, FACT_PE_SUBSYSTEM},
	{70, 2, FACT_PE_DLL_CHARACTERISTICS},
};

static const struct field optional_fields_32[] = {
	{24, 4, FACT_PE_DATA_BASE},	{28, 4, FACT_PE_IMAGE_BASE},
	{72, 4, FACT_PE_STACK_RESERVE}, {76, 4, FACT_PE_STACK_COMMIT},
	{80, 4, FACT_PE_HEAP_RESERVE},	{84, 4, FACT_PE_HEAP_COMMIT},
	{88, 4, FACT_PE_LOADER_FLAGS},	{92, 4, FACT_PE_DIRECTORY_COUNT},
};

static const struct field optional_fields_64[] = {
	{24, 8, FACT_PE_IMAGE_BASE},	   {72, 8, FACT_PE_STACK_RESERVE},
	{80, 8, FACT_PE_STACK_COMMIT},	   {88, 8, FACT_PE_HEAP_RESERVE},
	{96, 8, FACT_PE_HEAP_COMMIT},	   {104, 4, FACT_PE_LOADER_FLAGS},
	{108, 4, FACT_PE_DIRECTORY_COUNT},
};

static const struct field section_fields[] = {
	{8, 4, FACT_PE_SECTION_VIRTUAL_SIZE},
	{12, 4, FACT_PE_SECTION_ADDRESS},
	{16, 4, FACT_PE_SECTION_RAW_SIZE},
	{20, 4, FACT_PE_SECTION_RAW_OFFSET},
	{24, 4, FACT_PE_SECTION_RELOCATIONS},
	{28, 4, FACT_PE_SECTION_LINES},
	{32, 2, FACT_PE_SECTION_RELOCATION_COUNT},
	{34, 2, FACT_PE_SECTION_LINE_COUNT},
	{36, 4, FACT_PE_SECTION_FLAGS},
};

static void state_fields(struct pe *pe, const uint8_t *header, const struct field *fields,
			 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t *p = header + fields[i].at;
		uint64_t value = fields[i].bytes == 1	? *p
				 : fields[i].bytes == 2 ? get_u16le(p)
				 : fields[i].bytes == 4 ? get_u32le(p)
							: get_u64le(p);

		pe_state(pe, fields[i].id, (int64_t)value);
	}
}

static void state_headers(struct pe *pe)
{
	struct reader r;

	pe_state(pe, FACT_PE_IS_PE, 1);
	if (pe_table(pe, pe->header_at, PE_FILE_HEADER_BYTES, &r))
		state_fields(pe, r.data, file_fields, LEN(file_fields));
	/* pe_open() has seen that it is there */
	if (!pe_table(pe, pe->optional_at, pe->is_64 ? OPTIONAL_64 : OPTIONAL_32, &r))
		return;
	state_fields(pe, r.data, optional_fields, LEN(optional_fields));
	if (pe->is_64)
		state_fields(pe, r.data, optional_fields_64, LEN(optional_fields_64));
	else
		state_fields(pe, r.data, optional_fields_32, LEN(optional_fields_32));
	pe_state(pe, FACT_PE_ENTRY_POINT, pe_offset(pe, get_u32le(r.data + 16)));
}

static void state_directories(struct pe *pe)
{
	const struct fact *stated = fact_get(pe->set, FACT_PE_DIRECTORY_COUNT, 0);
	uint64_t count = stated != NULL ? min_u64((uint64_t)stated->integer, PE_DIRECTORIES) : 0;
	struct pe_range range;

	for (unsigned i = 0; i < count && pe_directory(pe, (enum pe_directory)i, &range); i++) {
		pe_row(pe, GROUP_PE_DIRECTORY);
		pe_state(pe, FACT_PE_DIRECTORY_ADDRESS, range.rva);
		pe_state(pe, FACT_PE_DIRECTORY_SIZE, range.size);
	}
}

/*
 * A name "/123" stands for the text at 123 of the string table, behind the symbols. What follows
 * the digits does not count, but every byte of the text must be printable.
 */
static void state_full_name(struct pe *pe, struct str name)
{
	uint64_t at = pe->symbols_at + (uint64_t)pe->symbol_count * SYMBOL_BYTES, index = 0;
	struct str full = name;

	if (pe->symbols_at != 0 && name.len > 0 && name.data[0] == '/') {
		for (size_t i = 1; i < name.len && name.data[i] >= '0' && name.data[i] <= '9'; i++)
			index = index * 10 + (uint64_t)(name.data[i] - '0');
		at += index;
		if (!pe_fits(pe, at, 1) || !pe_text(pe, at, PE_TEXT_MAX, &full) ||
		    full.len == PE_TEXT_MAX || !pe_fits(pe, at, full.len + 1))
			return;
		for (size_t i = 0; i < full.len; i++) {
			if (full.data[i] < ' ' || full.data[i] > '~')
				return;
		}
	}
	pe_state_text(pe, FACT_PE_SECTION_FULL_NAME, full);
}

static void state_sections(struct pe *pe)
{
	struct reader r;

	for (unsigned i = 0; i < pe->section_count; i++) {
		if (!pe_table(pe, pe->sections_at + i * PE_SECTION_BYTES, PE_SECTION_BYTES, &r))
			return;
		struct str name = {(const char *)r.data, NAME_BYTES};
		/* NULs inside belong to the name */
		while (name.len > 0 && name.data[name.len - 1] == '\0')
			name.len--;
		pe_row(pe, GROUP_PE_SECTION);
		pe_state_text(pe, FACT_PE_SECTION_NAME, name);
		state_full_name(pe, name);
		state_fields(pe, r.data, section_fields, LEN(section_fields));
	}
}

/* What is behind the section that ends last, its end compared in 32 bits. */
static void state_overlay(struct pe *pe)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct pe_section *s = &pe->sections[i];

		if ((uint32_t)(s->raw_at + s->raw_size) > end)
			end = (uint64_t)s->raw_at + s->raw_size;
	}
	bool has_overlay = end != 0 && end < pe->in->size;
	pe_state(pe, FACT_PE_OVERLAY_OFFSET, has_overlay ? (int64_t)end : 0);
	pe_state(pe, FACT_PE_OVERLAY_SIZE, has_overlay ? (int64_t)(pe->in->size - end) : 0);
}

enum status facts_pe(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	enum status status = pe_open(&pe, in, set, e);

	if (status == E_UNSUPPORTED) {
		enum status stated = fact_set_int(set, FACT_PE_IS_PE, 0);

		return stated != OK ? error_at(e, stated, 0, "too much") : status;
	}
	if (status != OK)
		return status;
	state_headers(&pe);
	state_directories(&pe);
	state_sections(&pe);
	state_overlay(&pe);
	if (pe.status == OK && pe.is_table_cut)
		return error_at(e, E_TRUNCATED, in->size, "section headers cut short");
	return pe_close(&pe);
}
