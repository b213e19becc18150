/*
 * PE: headers and addresses, as YARA takes them.
 *
 * An address is looked for in the section with the highest address that is not
 * above it. Only as many bytes as the section has in the file can be found; what is below all
 * sections is where it is in memory.
 */
#include "format/pe.h"

enum { DOS_BYTES = 64, LFANEW_AT = 0x3c };
enum { OPTIONAL_32 = 224, OPTIONAL_64 = 240, DIRECTORIES_32 = 96, DIRECTORIES_64 = 112 };
enum { MAGIC_64 = 0x20b, DIRECTORY_BYTES = 8 };
/* The loader maps files with this granularity, whatever a larger alignment says. */
enum { RAW_GRAIN = 512, PAGE = 4096 };

#define TEXTS_READ_MAX ((uint64_t)1 << 28)

static enum status not_pe(struct error *e)
{
	return error_at(e, E_UNSUPPORTED, 0, "not a PE file");
}

static enum status read_headers(struct pe *pe)
{
	struct reader r;

	if (!pe_table(pe, 0, DOS_BYTES, &r) || get_u16le(r.data) != 0x5a4d)
		return not_pe(pe->e);
	pe->header_at = get_u32le(r.data + LFANEW_AT);
	pe->optional_at = pe->header_at + PE_FILE_HEADER_BYTES;
	/* a negative number in the header is none */
	if (pe->header_at > INT32_MAX ||
	    !pe_table(pe, pe->header_at, PE_FILE_HEADER_BYTES + OPTIONAL_32, &r) ||
	    get_u32le(r.data) != 0x4550)
		return not_pe(pe->e);
	pe->sections_at = pe->optional_at + get_u16le(r.data + 20);
	pe->section_count = get_u16le(r.data + 6);
	pe->symbols_at = get_u32le(r.data + 12);
	pe->symbol_count = get_u32le(r.data + 16);
	const uint8_t *optional = r.data + PE_FILE_HEADER_BYTES;
	pe->is_64 = get_u16le(optional) == MAGIC_64;
	if (pe->is_64 && !pe_fits(pe, pe->optional_at, OPTIONAL_64))
		return not_pe(pe->e);
	pe->image_base = pe->is_64 ? get_u64le(optional + 24) : get_u32le(optional + 28);
	pe->image_size = get_u32le(optional + 56);
	pe->section_align = get_u32le(optional + 32);
	pe->file_align = get_u32le(optional + 36);
	return OK;
}

static void read_sections(struct pe *pe)
{
	unsigned announced = (unsigned)min_u64(pe->section_count, PE_SECTIONS_MAX);
	struct reader r;

	pe->section_count = 0;
	for (unsigned i = 0; i < announced; i++) {
		if (!pe_table(pe, pe->sections_at + i * PE_SECTION_BYTES, PE_SECTION_BYTES, &r)) {
			pe->is_table_cut = true;
			return;
		}
		pe->sections[pe->section_count++] = (struct pe_section){
			.virtual_size = get_u32le(r.data + 8),
			.rva = get_u32le(r.data + 12),
			.raw_size = get_u32le(r.data + 16),
			.raw_at = get_u32le(r.data + 20),
		};
	}
}

enum status pe_open(struct pe *pe, struct input *in, struct fact_set *set, struct error *e)
{
	*pe = (struct pe){.in = in, .set = set, .e = e, .tables.in = in, .texts.in = in};
	enum status status = read_headers(pe);

	if (status == OK)
		read_sections(pe);
	return pe->status != OK ? pe_close(pe) : status;
}

enum status pe_close(struct pe *pe)
{
	if (pe->status == OK)
		return OK;
	return error_at(pe->e, pe->status, 0, pe->status == E_IO ? "cannot read" : "too much");
}

/* Where the bytes of a section start in the file. */
static uint32_t raw_start(const struct pe *pe, const struct pe_section *s)
{
	uint32_t grain = (uint32_t)min_u64(pe->file_align, RAW_GRAIN);
	uint32_t at = grain == 0 ? s->raw_at : s->raw_at - s->raw_at % grain;

	return pe->section_align >= PAGE ? at & ~(uint32_t)(RAW_GRAIN - 1) : at;
}

int64_t pe_offset(const struct pe *pe, uint64_t rva)
{
	uint32_t lowest = UINT32_MAX, start = 0, at = 0, size = 0;

	if (pe->is_table_cut)
		return -1;
	for (unsigned i = 0; i < pe->section_count; i++) {
		const struct pe_section *s = &pe->sections[i];

		lowest = s->rva < lowest ? s->rva : lowest;
		if (rva < s->rva || s->rva < start ||
		    rva - s->rva >= max_u64(s->virtual_size, s->raw_size))
			continue;
		start = s->rva;
		at = raw_start(pe, s);
		size = s->raw_size;
	}
	if (rva < lowest) {
		start = 0;
		at = 0;
		size = (uint32_t)pe->in->size;
	}
	if (rva - start >= size)
		return -1;
	uint64_t offset = at + (rva - start);
	return offset < pe->in->size ? (int64_t)offset : -1;
}

bool pe_fits(const struct pe *pe, uint64_t at, uint64_t len)
{
	return range_fits(at, len, pe->in->size);
}

bool pe_table(struct pe *pe, uint64_t at, size_t len, struct reader *ret)
{
	enum status status = window_read(&pe->tables, at, len, ret);

	if (status == E_IO && pe->status == OK)
		pe->status = status;
	return status == OK && pe->status == OK;
}

bool pe_directory(struct pe *pe, enum pe_directory which, struct pe_range *ret)
{
	uint64_t first = pe->optional_at + (pe->is_64 ? DIRECTORIES_64 : DIRECTORIES_32);
	struct reader r;

	if (!pe_table(pe, first + which * DIRECTORY_BYTES, DIRECTORY_BYTES, &r))
		return false;
	ret->rva = reader_u32le(&r);
	ret->size = reader_u32le(&r);
	return true;
}

bool pe_directory_at(struct pe *pe, enum pe_directory which, uint64_t *ret)
{
	struct pe_range range;

	if (!pe_directory(pe, which, &range) || range.rva == 0)
		return false;
	int64_t at = pe_offset(pe, range.rva);
	if (at < 0)
		return false;
	*ret = (uint64_t)at;
	return true;
}

static bool failed(struct pe *pe, enum status status)
{
	if (pe->status == OK)
		pe->status = status;
	return false;
}

bool pe_text(struct pe *pe, uint64_t at, size_t max, struct str *ret)
{
	uint64_t end = min_u64(at + max, pe->in->size);
	uint64_t stop = at;
	struct reader r;

	while (stop < end && pe->status == OK) {
		size_t len = (size_t)min_u64(end - stop, WINDOW_BYTES / 2);

		if ((pe->texts_read += len) > TEXTS_READ_MAX)
			return failed(pe, E_LIMIT);
		enum status status = window_read(&pe->texts, stop, len, &r);
		if (status != OK)
			return failed(pe, status);
		const uint8_t *nul = memchr(r.data, '\0', len);
		stop += nul != NULL ? (size_t)(nul - r.data) : len;
		if (nul != NULL)
			break;
	}
	return pe_bytes(pe, at, (size_t)(stop - at), ret);
}

bool pe_bytes(struct pe *pe, uint64_t at, size_t len, struct str *ret)
{
	enum status status = window_copy(&pe->texts, at, len, pe->set->arena, ret);

	if (status != OK)
		return failed(pe, status);
	return pe->status == OK;
}

void pe_row(struct pe *pe, enum fact_group group)
{
	if (pe->status == OK)
		pe->status = fact_row(pe->set, group);
}

void pe_state(struct pe *pe, enum fact_id id, int64_t value)
{
	if (pe->status == OK)
		pe->status = fact_set_int(pe->set, id, value);
}

void pe_state_text(struct pe *pe, enum fact_id id, struct str value)
{
	if (pe->status == OK)
		pe->status = fact_set_text(pe->set, id, value);
}
