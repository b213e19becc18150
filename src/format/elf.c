/*
 * ELF: System V gABI, chapter 4 "Object Files", 32 and 64 bits, both byte orders.
 *
 *	file header | program headers (segments) | ... | section headers
 *
 *	              32 bits  64 bits
 *	file header      52       64   e_ident[16]: 7f 'E' 'L' 'F' class order version ...
 *	program header   32       56   p_flags stands elsewhere in each
 *	section header   40       64
 *
 * Counts that do not fit in 16 bits stand in section header 0 (e_shnum 0,
 * e_phnum PN_XNUM, e_shstrndx SHN_XINDEX).
 */
#include "format/format.h"
#include "format/parts.h"

enum { IDENT_BYTES = 16, HEADER_MAX = 64, SECTION_MAX = 64, SEGMENT_MAX = 56 };
/* Rows of a table that are read. Linkers make at most some ten thousand. */
enum { ROWS_MAX = 65536 };
enum { NAMES_MAX = 1 << 20, NAME_LEN_MAX = 255 };

enum { CLASS_32 = 1, CLASS_64 = 2, ORDER_LITTLE = 1, ORDER_BIG = 2 };
enum { TYPE_RELOCATABLE = 1, PT_LOAD = 1, SHT_NULL = 0, SHT_NOBITS = 8 };
enum { PN_XNUM = 0xffff, SHN_XINDEX = 0xffff };

/* One of the two tables of headers, read a block at a time. */
struct table {
	uint64_t at, count;
	uint16_t entry_size;
	size_t need; /* bytes of an entry that are looked at */
	uint64_t block_at;
	size_t block_len;
	uint8_t block[4096];
};

struct elf {
	enum fact_part part; /* whose facts are stated */
	struct input *in;
	struct fact_set *facts;
	struct error *e;
	bool is_64, is_big;
	uint16_t type;
	uint32_t names_index;
	uint64_t entry;
	bool has_entry_offset;
	uint64_t entry_offset;
	struct str names; /* the section name table */
};

struct section {
	uint32_t name, type, link, info;
	uint64_t flags, address, offset, size;
};

struct segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, file_size, mem_size, alignment;
};

static int probe(const struct probe *p)
{
	if (p->head_len < IDENT_BYTES || memcmp(p->head, "\177ELF", 4) != 0)
		return 0;
	if (p->head[4] != CLASS_32 && p->head[4] != CLASS_64)
		return 0;
	return p->head[5] == ORDER_LITTLE || p->head[5] == ORDER_BIG ? 95 : 0;
}

static uint16_t take_half(const struct elf *elf, struct reader *r)
{
	return elf->is_big ? reader_u16be(r) : reader_u16le(r);
}

static uint32_t take_word(const struct elf *elf, struct reader *r)
{
	return elf->is_big ? reader_u32be(r) : reader_u32le(r);
}

/* An address, offset or size: as wide as the class. */
static uint64_t take_wide(const struct elf *elf, struct reader *r)
{
	if (!elf->is_64)
		return take_word(elf, r);
	return elf->is_big ? reader_u64be(r) : reader_u64le(r);
}

static enum status state(struct elf *elf, enum fact_id id, uint64_t value)
{
	enum status status = OK;

	if (fact_info(id)->part == elf->part)
		status = fact_set_int(elf->facts, id, (int64_t)value);
	return status == OK ? OK : error_at(elf->e, status, 0, "too many facts");
}

struct value {
	enum fact_id id;
	uint64_t value;
};

static enum status state_all(struct elf *elf, const struct value *values, size_t count)
{
	enum status status = OK;

	for (size_t i = 0; status == OK && i < count; i++)
		status = state(elf, values[i].id, values[i].value);
	return status;
}

/* The entry at `index`; E_TRUNCATED when it is not all in the file. */
static enum status row(struct elf *elf, struct table *t, uint64_t index, struct reader *ret)
{
	uint64_t at;

	/* index < ROWS_MAX and entry_size < 2^16: the product fits */
	if (!add_u64(t->at, index * t->entry_size, &at) || !range_fits(at, t->need, elf->in->size))
		return error_at(elf->e, E_TRUNCATED, min_u64(t->at, elf->in->size),
				"header %llu lies outside the file", (unsigned long long)index);
	if (at < t->block_at || !range_fits(at - t->block_at, t->need, t->block_len)) {
		enum status status =
			elf->in->read(elf->in, at, t->block, sizeof t->block, &t->block_len);

		if (status != OK)
			return error_at(elf->e, status, at, "cannot read");
		t->block_at = at;
		if (t->block_len < t->need)
			return error_at(elf->e, E_TRUNCATED, at, "header cut short");
	}
	*ret = reader_of(t->block + (at - t->block_at), t->need);
	return OK;
}

static enum status read_section(struct elf *elf, struct table *t, uint64_t index,
				struct section *ret)
{
	struct reader r;
	enum status status = row(elf, t, index, &r);

	if (status != OK)
		return status;
	ret->name = take_word(elf, &r);
	ret->type = take_word(elf, &r);
	ret->flags = take_wide(elf, &r);
	ret->address = take_wide(elf, &r);
	ret->offset = take_wide(elf, &r);
	ret->size = take_wide(elf, &r);
	ret->link = take_word(elf, &r);
	ret->info = take_word(elf, &r);
	return OK;
}

static enum status read_segment(struct elf *elf, struct table *t, uint64_t index,
				struct segment *ret)
{
	struct reader r;
	enum status status = row(elf, t, index, &r);

	if (status != OK)
		return status;
	ret->type = take_word(elf, &r);
	ret->flags = elf->is_64 ? take_word(elf, &r) : 0;
	ret->offset = take_wide(elf, &r);
	ret->vaddr = take_wide(elf, &r);
	ret->paddr = take_wide(elf, &r);
	ret->file_size = take_wide(elf, &r);
	ret->mem_size = take_wide(elf, &r);
	ret->flags = elf->is_64 ? ret->flags : take_word(elf, &r);
	ret->alignment = take_wide(elf, &r);
	return OK;
}

/* The entry point belongs to the first range of addresses that holds it. */
static void translate_entry(struct elf *elf, uint64_t address, uint64_t size, uint64_t offset)
{
	uint64_t at;

	if (elf->has_entry_offset || elf->entry < address || elf->entry - address >= size)
		return;
	if (!add_u64(offset, elf->entry - address, &at) || at >= elf->in->size)
		return;
	elf->has_entry_offset = true;
	elf->entry_offset = at;
}

static enum status state_segments(struct elf *elf, struct table *t)
{
	uint64_t count = min_u64(t->count, ROWS_MAX);

	for (uint64_t i = 0; i < count; i++) {
		struct segment s;
		enum status status = read_segment(elf, t, i, &s);

		if (status != OK)
			return status;
		const struct value values[] = {
			{FACT_ELF_SEGMENT_TYPE, s.type},
			{FACT_ELF_SEGMENT_FLAGS, s.flags},
			{FACT_ELF_SEGMENT_OFFSET, s.offset},
			{FACT_ELF_SEGMENT_VADDR, s.vaddr},
			{FACT_ELF_SEGMENT_PADDR, s.paddr},
			{FACT_ELF_SEGMENT_FILE_SIZE, s.file_size},
			{FACT_ELF_SEGMENT_MEM_SIZE, s.mem_size},
			{FACT_ELF_SEGMENT_ALIGNMENT, s.alignment},
		};
		if (elf->part == PART_elf)
			status = fact_row(elf->facts, GROUP_ELF_SEGMENT);
		if (status == OK)
			status = state_all(elf, values, LEN(values));
		if (status != OK)
			return status;
		if (s.type == PT_LOAD && elf->type != TYPE_RELOCATABLE)
			translate_entry(elf, s.vaddr, s.file_size, s.offset);
	}
	return t->count > count ? error_at(elf->e, E_LIMIT, 0, "too many segments") : OK;
}

/* Load the section name table; without one the sections have empty names. */
static enum status load_names(struct elf *elf, struct table *t)
{
	struct section s;
	size_t got;

	if (elf->names_index == 0 || elf->names_index >= t->count)
		return OK;
	enum status status = read_section(elf, t, elf->names_index, &s);
	if (status != OK)
		return status;
	size_t len = (size_t)min_u64(s.size, NAMES_MAX);
	if (s.type == SHT_NOBITS || s.offset >= elf->in->size)
		return OK;
	len = (size_t)min_u64(len, elf->in->size - s.offset);
	uint8_t *bytes = arena_bytes(elf->facts->arena, len);
	if (bytes == NULL)
		return error_at(elf->e, E_LIMIT, 0, "too many facts");
	status = elf->in->read(elf->in, s.offset, bytes, len, &got);
	if (status != OK)
		return error_at(elf->e, status, s.offset, "cannot read");
	elf->names = (struct str){(const char *)bytes, got};
	return OK;
}

/* A name ends at its NUL, at the end of the table, or where it is too long to be one. */
static struct str section_name(const struct elf *elf, uint32_t at)
{
	struct str name = str_first(str_from(elf->names, at), NAME_LEN_MAX);

	return str_first(name, str_find(name, '\0'));
}

static enum status state_name(struct elf *elf, uint32_t at)
{
	enum status status = OK;

	if (elf->part == PART_elf)
		status = fact_set_text(elf->facts, FACT_ELF_SECTION_NAME, section_name(elf, at));
	return status == OK ? OK : error_at(elf->e, status, 0, "too many facts");
}

static enum status state_section(struct elf *elf, const struct section *s)
{
	uint64_t raw_size = s->type == SHT_NOBITS || s->type == SHT_NULL ? 0 : s->size;
	const struct value values[] = {
		{FACT_ELF_SECTION_TYPE, s->type},	{FACT_ELF_SECTION_FLAGS, s->flags},
		{FACT_ELF_SECTION_ADDRESS, s->address}, {FACT_ELF_SECTION_SIZE, s->size},
		{FACT_ELF_SECTION_OFFSET, s->offset},	{FACT_EXE_SECTION_OFFSET, s->offset},
		{FACT_EXE_SECTION_SIZE, raw_size},
	};
	enum status status = fact_row(elf->facts, elf->part == PART_elf ? GROUP_ELF_SECTION
									 : GROUP_EXE_SECTION);

	if (status == OK)
		status = state_all(elf, values, LEN(values));
	if (status == OK)
		status = state_name(elf, s->name);
	if (elf->type == TYPE_RELOCATABLE)
		translate_entry(elf, s->address, raw_size, s->offset);
	return status;
}

static enum status state_sections(struct elf *elf, struct table *t)
{
	uint64_t count = min_u64(t->count, ROWS_MAX);
	enum status named = load_names(elf, t);

	for (uint64_t i = 0; i < count; i++) {
		struct section s;
		enum status status = read_section(elf, t, i, &s);

		if (status == OK)
			status = state_section(elf, &s);
		if (status != OK)
			return status;
	}
	return t->count > count ? error_at(elf->e, E_LIMIT, 0, "too many sections") : named;
}

/* Counts that do not fit in the file header stand in section header 0. */
static enum status extend_counts(struct elf *elf, struct table *sections, struct table *segments)
{
	struct section first;
	bool is_long = sections->at != 0 && sections->count == 0;

	if (!is_long && segments->count != PN_XNUM && elf->names_index != SHN_XINDEX)
		return OK;
	if (sections->at == 0)
		return OK;
	enum status status = read_section(elf, sections, 0, &first);
	if (status != OK)
		return status;
	if (is_long)
		sections->count = first.size;
	if (segments->count == PN_XNUM)
		segments->count = first.info;
	if (elf->names_index == SHN_XINDEX)
		elf->names_index = first.link;
	return OK;
}

/* The file header: facts, and the two tables. */
static enum status read_header(struct elf *elf, struct table *sections, struct table *segments)
{
	uint8_t bytes[HEADER_MAX];
	size_t len;
	enum status status = elf->in->read(elf->in, 0, bytes, sizeof bytes, &len);
	struct reader r = reader_of(bytes, len);

	if (status != OK)
		return error_at(elf->e, status, 0, "cannot read");
	if (len < IDENT_BYTES)
		return error_at(elf->e, E_TRUNCATED, len, "file header cut short");
	elf->is_64 = bytes[4] == CLASS_64;
	elf->is_big = bytes[5] == ORDER_BIG;
	reader_skip(&r, IDENT_BYTES);
	elf->type = take_half(elf, &r);
	uint16_t machine = take_half(elf, &r);
	take_word(elf, &r); /* version */
	elf->entry = take_wide(elf, &r);
	segments->at = take_wide(elf, &r);
	sections->at = take_wide(elf, &r);
	take_word(elf, &r); /* flags */
	take_half(elf, &r); /* size of this header */
	segments->entry_size = take_half(elf, &r);
	segments->count = take_half(elf, &r);
	sections->entry_size = take_half(elf, &r);
	sections->count = take_half(elf, &r);
	elf->names_index = take_half(elf, &r);
	if (r.bad)
		return error_at(elf->e, E_TRUNCATED, len, "file header cut short");
	sections->need = elf->is_64 ? 64 : 40;
	segments->need = elf->is_64 ? 56 : 32;
	const struct value values[] = {
		{FACT_ELF_TYPE, elf->type},
		{FACT_ELF_MACHINE, machine},
		{FACT_ELF_SH_OFFSET, sections->at},
		{FACT_ELF_SH_ENTRY_SIZE, sections->entry_size},
		{FACT_ELF_PH_OFFSET, segments->at},
		{FACT_ELF_PH_ENTRY_SIZE, segments->entry_size},
	};
	return state_all(elf, values, LEN(values));
}

/* Entries smaller than the structure cannot be read; larger ones are for the future. */
static enum status check_entry_size(struct elf *elf, const struct table *t, const char *what)
{
	if (t->count == 0 || t->entry_size >= t->need)
		return OK;
	return error_at(elf->e, E_MALFORMED, 0, "%s headers of %u bytes", what, t->entry_size);
}

/* Damage in one table does not keep the other from being read; the first failure is told. */
static enum status find(struct input *in, struct fact_set *set, enum fact_part part,
			struct error *e)
{
	struct elf elf = {.in = in, .facts = set, .part = part, .e = e};
	struct table sections, segments;

	sections.block_at = segments.block_at = 0;
	sections.block_len = segments.block_len = 0;
	enum status status = read_header(&elf, &sections, &segments);
	if (status != OK)
		return status;
	enum status first = extend_counts(&elf, &sections, &segments);
	status = state(&elf, FACT_ELF_SECTION_COUNT, sections.count);
	if (status == OK)
		status = state(&elf, FACT_ELF_SEGMENT_COUNT, segments.count);
	if (status != OK)
		return status;
	status = check_entry_size(&elf, &segments, "program");
	if (status == OK)
		status = state_segments(&elf, &segments);
	first = first != OK ? first : status;
	status = check_entry_size(&elf, &sections, "section");
	if (status == OK)
		status = state_sections(&elf, &sections);
	first = first != OK ? first : status;
	/* gABI: an entry of 0 means that there is none */
	if (elf.entry == 0 || !elf.has_entry_offset)
		return first;
	status = state(&elf, FACT_ELF_ENTRY_POINT, elf.entry_offset);
	if (status == OK)
		status = state(&elf, FACT_EXE_ENTRY, elf.entry_offset);
	return first != OK ? first : status;
}

static enum status facts(struct input *in, struct fact_set *set, struct error *e)
{
	return find(in, set, PART_exe, e);
}

enum status facts_elf(struct input *in, struct fact_set *set, struct error *e)
{
	return find(in, set, PART_elf, e);
}

const struct format format_elf = {
	.name = "elf",
	.mime = "application/x-elf",
	.suffixes = "so o ko elf",
	.type = TYPE_ELF,
	.probe = probe,
	.facts = facts,
};
