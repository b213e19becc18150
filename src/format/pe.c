/*
 * PE: Microsoft, "PE Format". The headers up to the section table.
 *
 *	 0  'M' 'Z' ... 0x3c: offset of the PE header (4)
 *	+0  'P' 'E' 0 0
 *	+4  machine (2), sections (2), time (4), symbols (4), their count (4),
 *	    size of the optional header (2), characteristics (2)
 *	+24 optional header: magic 0x10b (PE32) or 0x20b (PE32+) (2)
 *	      +16 entry point, an RVA (4)      +32 section alignment (4)
 *	      +36 file alignment (4)           +60 size of headers (4)
 *	    section headers, 40 bytes: name (8), virtual size (4), RVA (4),
 *	    raw size (4), raw pointer (4), ...
 *
 * Raw bytes of a section are what the loader maps: the pointer rounded down
 * and the size rounded up to the file alignment, as far as the file goes.
 */
#include "format/format.h"

enum { DOS_BYTES = 64, LFANEW_AT = 0x3c };
enum { COFF_BYTES = 24, OPTIONAL_BYTES = 64, SECTION_BYTES = 40 };
enum { MAGIC_PE32 = 0x10b, MAGIC_PE32_PLUS = 0x20b };

/* The loader maps with this granularity whatever a larger file alignment says. */
enum { RAW_GRAIN = 512 };

struct pe {
	struct input *in;
	struct fact_set *facts;
	struct error *e;
	uint16_t section_count;
	uint32_t entry, section_align, file_align, headers_size;
	uint64_t sections_at;
	bool has_entry_offset;
	uint64_t entry_offset;
};

struct section {
	uint32_t rva, raw_size, raw_at;
};

static int probe(const struct probe *p)
{
	if (p->head_len < DOS_BYTES || p->head[0] != 'M' || p->head[1] != 'Z')
		return 0;
	struct reader r = reader_of(p->head, p->head_len);
	uint32_t at = get_u32le(p->head + LFANEW_AT);
	/* behind a long DOS program: facts() will see, and most such files are PE */
	if (at > p->head_len - 4)
		return range_fits(at, COFF_BYTES + 2, p->size) ? 40 : 0;
	reader_seek(&r, at);
	return reader_u32le(&r) == 0x4550 ? 95 : 0;
}

static enum status state(struct pe *pe, enum fact_id id, uint64_t value)
{
	enum status status = fact_set_int(pe->facts, id, (int64_t)value);

	return status == OK ? OK : error_at(pe->e, status, 0, "too many facts");
}

static enum status load(struct pe *pe, uint64_t at, uint8_t *to, size_t len, const char *what)
{
	enum status status = input_exact(pe->in, at, to, len);

	if (status == OK)
		return OK;
	return error_at(pe->e, status, min_u64(at, pe->in->size), "%s cut short", what);
}

static enum status read_headers(struct pe *pe)
{
	uint8_t lfanew[4], coff[COFF_BYTES], optional[OPTIONAL_BYTES];
	enum status status = load(pe, LFANEW_AT, lfanew, sizeof lfanew, "DOS header");

	if (status != OK)
		return status;
	uint64_t at = get_u32le(lfanew);
	status = load(pe, at, coff, sizeof coff, "PE header");
	if (status != OK)
		return status;
	if (get_u32le(coff) != 0x4550)
		return error_at(pe->e, E_MALFORMED, at, "no PE header");
	pe->section_count = get_u16le(coff + 6);
	at += COFF_BYTES;
	status = load(pe, at, optional, sizeof optional, "optional header");
	if (status != OK)
		return status;
	uint16_t magic = get_u16le(optional);
	if (magic != MAGIC_PE32 && magic != MAGIC_PE32_PLUS)
		return error_at(pe->e, E_UNSUPPORTED, at, "optional header of kind 0x%x", magic);
	pe->entry = get_u32le(optional + 16);
	pe->section_align = get_u32le(optional + 32);
	pe->file_align = get_u32le(optional + 36);
	pe->headers_size = get_u32le(optional + 60);
	pe->sections_at = at + get_u16le(coff + 20);
	return OK;
}

/* Round down to a multiple of `grain`, which need be no power of two; 0: no rounding. */
static uint64_t round_down(uint64_t value, uint32_t grain)
{
	return grain == 0 ? value : value / grain * grain;
}

static uint64_t round_up(uint64_t value, uint32_t grain)
{
	return grain == 0 ? value : round_down(value + grain - 1, grain);
}

static enum status read_section(struct pe *pe, unsigned index, struct section *ret)
{
	uint8_t h[SECTION_BYTES];
	enum status status = load(pe, pe->sections_at + (uint64_t)index * SECTION_BYTES, h,
				  sizeof h, "section header");

	if (status != OK)
		return status;
	*ret = (struct section){
		.rva = get_u32le(h + 12),
		.raw_size = get_u32le(h + 16),
		.raw_at = get_u32le(h + 20),
	};
	return OK;
}

/*
 * A file alignment that a section's pointer contradicts, although the pointer
 * is a multiple of 512, is not what the file was made with.
 */
static uint32_t effective_alignment(uint32_t stated, const struct section *s)
{
	bool contradicts = stated != 0 && s->raw_size != 0 && s->raw_at % stated != 0;

	return contradicts && s->raw_at % RAW_GRAIN == 0 ? RAW_GRAIN : stated;
}

static enum status state_section(struct pe *pe, const struct section *s)
{
	uint64_t at = round_down(s->raw_at, pe->file_align);
	uint64_t size = round_up(s->raw_size, pe->file_align);
	uint64_t rva = round_down(s->rva, pe->section_align);

	if (s->raw_size == 0 || at >= pe->in->size)
		size = 0;
	else
		size = min_u64(size, pe->in->size - at);
	/* sections may overlap in memory: the later one is on top */
	if (pe->entry >= rva && pe->entry - rva < size) {
		pe->has_entry_offset = true;
		pe->entry_offset = at + (pe->entry - rva);
	}
	enum status status = fact_row(pe->facts, GROUP_EXE_SECTION);
	if (status == OK)
		status = state(pe, FACT_EXE_SECTION_OFFSET, at);
	return status == OK ? state(pe, FACT_EXE_SECTION_SIZE, size) : status;
}

static enum status read_sections(struct pe *pe)
{
	uint32_t stated = pe->file_align;

	for (unsigned i = 0; i < pe->section_count && pe->file_align == stated; i++) {
		struct section s;

		if (read_section(pe, i, &s) != OK)
			break; /* told below */
		pe->file_align = effective_alignment(stated, &s);
	}
	for (unsigned i = 0; i < pe->section_count; i++) {
		struct section s;
		enum status status = read_section(pe, i, &s);

		if (status == OK)
			status = state_section(pe, &s);
		if (status != OK)
			return status;
	}
	return OK;
}

static enum status facts(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe = {.in = in, .facts = set, .e = e};
	enum status status = read_headers(&pe);

	if (status != OK)
		return status;
	status = read_sections(&pe);
	/* the headers are mapped as they are, in front of the first section */
	uint64_t headers = min_u64(pe.headers_size, in->size);
	if (!pe.has_entry_offset && pe.entry != 0 && pe.entry < headers) {
		pe.has_entry_offset = true;
		pe.entry_offset = pe.entry;
	}
	if (!pe.has_entry_offset)
		return status;
	enum status stated = state(&pe, FACT_EXE_ENTRY, pe.entry_offset);
	return status != OK ? status : stated;
}

const struct format format_pe = {
	.name = "pe",
	.mime = "application/vnd.microsoft.portable-executable",
	.suffixes = "exe dll sys scr ocx cpl efi",
	.type = TYPE_PE,
	.probe = probe,
	.facts = facts,
};
