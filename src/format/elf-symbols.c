/*
 * The symbol tables of ELF files as the module "elf" of YARA gives them: of
 * each kind the last section that is linked to a string table.
 *
 *	         32 bits                               64 bits
 *	symbol   name value size info other shndx      name info other shndx value size
 *	            4     4    4    1     1     2         4    1     1     2     8    8
 */
#include "format/elf-view.h"
#include "format/parts.h"

/* One kind of table and what is stated of it. */
struct kind {
	uint32_t type;
	enum fact_group group;
	enum fact_id count, name, value, size, symbol_type, bind, shndx, visibility;
};

static const struct kind symtab = {
	.type = ELF_SHT_SYMTAB,
	.group = GROUP_ELF_SYMTAB,
	.count = FACT_ELF_SYMTAB_COUNT,
	.name = FACT_ELF_SYMTAB_NAME,
	.value = FACT_ELF_SYMTAB_VALUE,
	.size = FACT_ELF_SYMTAB_SIZE,
	.symbol_type = FACT_ELF_SYMTAB_TYPE,
	.bind = FACT_ELF_SYMTAB_BIND,
	.shndx = FACT_ELF_SYMTAB_SHNDX,
	.visibility = FACT_ELF_SYMTAB_VISIBILITY,
};

static const struct kind dynsym = {
	.type = ELF_SHT_DYNSYM,
	.group = GROUP_ELF_DYNSYM,
	.count = FACT_ELF_DYNSYM_COUNT,
	.name = FACT_ELF_DYNSYM_NAME,
	.value = FACT_ELF_DYNSYM_VALUE,
	.size = FACT_ELF_DYNSYM_SIZE,
	.symbol_type = FACT_ELF_DYNSYM_TYPE,
	.bind = FACT_ELF_DYNSYM_BIND,
	.shndx = FACT_ELF_DYNSYM_SHNDX,
	.visibility = FACT_ELF_DYNSYM_VISIBILITY,
};

struct found {
	bool is_there;
	struct elf_section symbols, names;
};

/* YARA compares the index with the count as it stands in the file, whatever the byte order. */
static uint64_t link_limit(const struct elf_view *elf)
{
	uint16_t count = (uint16_t)elf->sections.count;

	return elf->is_big ? (uint16_t)(count << 8 | count >> 8) : count;
}

static enum status take_section(struct elf_view *elf, const struct elf_section *s,
				struct found *found)
{
	const struct elf_table *t = &elf->sections;
	uint64_t at = t->at + (uint64_t)s->link * t->least_size;
	struct elf_section names;

	if (s->link >= link_limit(elf) || !range_fits(at, t->least_size, elf->size))
		return OK;
	enum status status = elf_read_section(elf, at, &names);
	if (status == OK && names.type == ELF_SHT_STRTAB)
		*found = (struct found){true, *s, names};
	return status;
}

static enum status find_tables(struct elf_view *elf, struct found *ret_symtab,
			       struct found *ret_dynsym)
{
	const struct elf_table *t = &elf->sections;
	enum status status = OK;

	for (uint64_t i = 0; status == OK && i < t->count; i++) {
		struct elf_section s;

		status = elf_read_section(elf, t->at + i * t->least_size, &s);
		if (status == OK && s.type == ELF_SHT_SYMTAB)
			status = take_section(elf, &s, ret_symtab);
		else if (status == OK && s.type == ELF_SHT_DYNSYM)
			status = take_section(elf, &s, ret_dynsym);
	}
	return status;
}

static enum status state_symbol(struct elf_view *elf, const struct kind *kind, struct reader *r,
				struct elf_names *names)
{
	uint32_t name = elf_word(elf, r);
	uint64_t value = elf->is_64 ? 0 : elf_wide(elf, r);
	uint64_t size = elf->is_64 ? 0 : elf_wide(elf, r);
	uint8_t info = reader_u8(r), other = reader_u8(r);
	uint16_t shndx = elf_half(elf, r);

	value = elf->is_64 ? elf_wide(elf, r) : value;
	size = elf->is_64 ? elf_wide(elf, r) : size;
	const struct elf_value values[] = {
		{kind->value, value},	 {kind->size, size},   {kind->symbol_type, info & 15},
		{kind->bind, info >> 4}, {kind->shndx, shndx}, {kind->visibility, other & 3},
	};
	enum status status = fact_row(elf->facts, kind->group);
	if (status != OK)
		return error_at(elf->e, status, 0, "too many symbols");
	status = elf_state(elf, values, LEN(values));
	return status == OK ? elf_state_name(elf, kind->name, names, name) : status;
}

static enum status state_table(struct elf_view *elf, const struct kind *kind,
			       const struct found *found)
{
	const size_t width = elf->is_64 ? 24 : 16;
	const struct elf_section *s = &found->symbols, *n = &found->names;
	struct elf_names names;

	if (!found->is_there)
		return OK;
	if (!range_fits(s->offset, s->size, elf->size) ||
	    !range_fits(n->offset, n->size, elf->size))
		return error_at(elf->e, E_MALFORMED, 0, "symbols outside the file");
	enum status status = elf_names_open(elf, n->offset, n->offset + n->size, &names);
	for (uint64_t i = 0; status == OK && i < s->size / width; i++) {
		struct reader r;

		status = window_read(elf->window, s->offset + i * width, width, &r);
		if (status == OK)
			status = state_symbol(elf, kind, &r, &names);
	}
	if (status == OK)
		status = elf_state(elf, &(const struct elf_value){kind->count, s->size / width}, 1);
	return status == OK ? OK : error_at(elf->e, status, s->offset, "cannot read symbols");
}

enum status facts_elf_symbols(struct input *in, struct fact_set *set, struct error *e)
{
	struct elf_view elf;
	struct found tables[2] = {0};
	enum status status = elf_open(&elf, in, set, e);

	if (status != OK || !elf_has_sections(&elf))
		return status;
	status = find_tables(&elf, &tables[0], &tables[1]);
	if (status != OK)
		return status;
	status = state_table(&elf, &symtab, &tables[0]);
	if (status != OK && status != E_MALFORMED)
		return status;
	enum status second = state_table(&elf, &dynsym, &tables[1]);
	return second != OK ? second : status;
}
