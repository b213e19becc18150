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
 * e_phnum PN_XNUM).
 *
 * This file identifies ELF files and states what all executables have in
 * common; elf-module.c and elf-symbols.c state what rules of YARA ask for.
 */
#include "format/elf-view.h"
#include "format/format.h"

enum { IDENT_BYTES = 16, CLASS_32 = 1, CLASS_64 = 2, ORDER_LITTLE = 1, ORDER_BIG = 2 };
/* Rows of a table that are read. Linkers make at most some ten thousand. */
enum { ROWS_MAX = 65536 };
enum { PN_XNUM = 0xffff };

/* The entry point, once it is found. */
struct entry {
	bool is_found;
	uint64_t offset;
};

static int probe(const struct probe *p)
{
	if (p->head_len < IDENT_BYTES || memcmp(p->head, "\177ELF", 4) != 0)
		return 0;
	if (p->head[4] != CLASS_32 && p->head[4] != CLASS_64)
		return 0;
	return p->head[5] == ORDER_LITTLE || p->head[5] == ORDER_BIG ? 95 : 0;
}

/* Where the header at `index` is; E_TRUNCATED when it is not all in the file. */
static enum status locate(struct elf_view *elf, const struct elf_table *t, uint64_t index,
			  uint64_t *ret)
{
	uint64_t at;

	/* index < ROWS_MAX and entry_size < 2^16: the product fits */
	if (!add_u64(t->at, index * t->entry_size, &at) ||
	    !range_fits(at, t->least_size, elf->size))
		return error_at(elf->e, E_TRUNCATED, min_u64(t->at, elf->size),
				"header %llu lies outside the file", (unsigned long long)index);
	*ret = at;
	return OK;
}

static enum status read_section(struct elf_view *elf, uint64_t index, struct elf_section *ret)
{
	uint64_t at;
	enum status status = locate(elf, &elf->sections, index, &at);

	return status == OK ? elf_read_section(elf, at, ret) : status;
}

static enum status read_segment(struct elf_view *elf, uint64_t index, struct elf_segment *ret)
{
	uint64_t at;
	enum status status = locate(elf, &elf->segments, index, &at);

	return status == OK ? elf_read_segment(elf, at, ret) : status;
}

/* The entry point belongs to the first range of addresses that holds it. */
static void translate_entry(const struct elf_view *elf, struct entry *entry, uint64_t address,
			    uint64_t size, uint64_t offset)
{
	uint64_t at;

	if (entry->is_found || elf->entry < address || elf->entry - address >= size)
		return;
	if (!add_u64(offset, elf->entry - address, &at) || at >= elf->size)
		return;
	*entry = (struct entry){true, at};
}

/* Entries smaller than the structure cannot be read; larger ones are for the future. */
static enum status check_entry_size(struct elf_view *elf, const struct elf_table *t,
				    const char *what)
{
	if (t->count == 0 || t->entry_size >= t->least_size)
		return OK;
	return error_at(elf->e, E_MALFORMED, 0, "%s headers of %u bytes", what, t->entry_size);
}

static enum status read_segments(struct elf_view *elf, struct entry *entry)
{
	uint64_t count = min_u64(elf->segments.count, ROWS_MAX);
	enum status status = check_entry_size(elf, &elf->segments, "program");

	for (uint64_t i = 0; status == OK && i < count; i++) {
		struct elf_segment s;

		status = read_segment(elf, i, &s);
		if (status == OK && s.type == ELF_PT_LOAD && elf->type != ELF_RELOCATABLE)
			translate_entry(elf, entry, s.vaddr, s.file_size, s.offset);
	}
	if (status == OK && elf->segments.count > count)
		status = error_at(elf->e, E_LIMIT, 0, "too many segments");
	return status;
}

static enum status state_section(struct elf_view *elf, const struct elf_section *s,
				 struct entry *entry)
{
	uint64_t raw_size = s->type == ELF_SHT_NOBITS || s->type == ELF_SHT_NULL ? 0 : s->size;
	const struct elf_value values[] = {
		{FACT_EXE_SECTION_OFFSET, s->offset},
		{FACT_EXE_SECTION_SIZE, raw_size},
	};
	enum status status = fact_row(elf->facts, GROUP_EXE_SECTION);

	if (status != OK)
		return error_at(elf->e, status, 0, "too many facts");
	if (elf->type == ELF_RELOCATABLE)
		translate_entry(elf, entry, s->address, raw_size, s->offset);
	return elf_state(elf, values, LEN(values));
}

static enum status read_sections(struct elf_view *elf, struct entry *entry)
{
	uint64_t count = min_u64(elf->sections.count, ROWS_MAX);
	enum status status = check_entry_size(elf, &elf->sections, "section");

	for (uint64_t i = 0; status == OK && i < count; i++) {
		struct elf_section s;

		status = read_section(elf, i, &s);
		if (status == OK)
			status = state_section(elf, &s, entry);
	}
	if (status == OK && elf->sections.count > count)
		status = error_at(elf->e, E_LIMIT, 0, "too many sections");
	return status;
}

/* Counts that do not fit in the file header stand in section header 0. */
static enum status extend_counts(struct elf_view *elf)
{
	struct elf_section first;
	bool is_long = elf->sections.at != 0 && elf->sections.count == 0;

	if ((!is_long && elf->segments.count != PN_XNUM) || elf->sections.at == 0)
		return OK;
	enum status status = read_section(elf, 0, &first);
	if (status != OK)
		return status;
	if (is_long)
		elf->sections.count = first.size;
	if (elf->segments.count == PN_XNUM)
		elf->segments.count = first.info;
	return OK;
}

/* Damage in one table does not keep the other from being read; the first failure is told. */
static enum status facts(struct input *in, struct fact_set *set, struct error *e)
{
	struct elf_view elf;
	struct entry entry = {0};
	enum status status = elf_open(&elf, in, set, e);

	if (status != OK)
		return status;
	enum status first = extend_counts(&elf);
	status = read_segments(&elf, &entry);
	first = first != OK ? first : status;
	status = read_sections(&elf, &entry);
	first = first != OK ? first : status;
	/* gABI: an entry of 0 means that there is none */
	if (elf.entry == 0 || !entry.is_found)
		return first;
	status = elf_state(&elf, &(const struct elf_value){FACT_EXE_ENTRY, entry.offset}, 1);
	return first != OK ? first : status;
}

const struct format format_elf = {
	.name = "elf",
	.mime = "application/x-elf",
	.suffixes = "so o ko elf",
	.type = TYPE_ELF,
	.probe = probe,
	.facts = facts,
};
