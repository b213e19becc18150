/*
 * The headers of ELF files as the module "elf" of YARA gives them: counts
 * and offsets as the file header states them, and a table only when all of it
 * lies in the file. Entries have the size of their class, whatever the file
 * says. What executables have in common is stated by elf.c.
 */
#include "format/elf-view.h"
#include "format/parts.h"

/* Whether an address lies in a range, whose end wraps as wide as addresses are. */
static bool covers(const struct elf_view *elf, uint64_t start, uint64_t size, uint64_t address)
{
	uint64_t end = start + size;

	return address >= start && address < (elf->is_64 ? end : (uint32_t)end);
}

static enum status entry_by_segments(struct elf_view *elf, uint64_t *ret, bool *ret_found)
{
	for (uint64_t i = 0; i < elf->segments.count; i++) {
		struct elf_segment s;
		enum status status =
			elf_read_segment(elf, elf->segments.at + i * elf->segments.least_size, &s);

		if (status != OK)
			return status;
		if (covers(elf, s.vaddr, s.mem_size, elf->entry)) {
			*ret = s.offset + (elf->entry - s.vaddr);
			*ret_found = true;
			break;
		}
	}
	return OK;
}

static enum status entry_by_sections(struct elf_view *elf, uint64_t *ret, bool *ret_found)
{
	for (uint64_t i = 0; i < elf->sections.count; i++) {
		struct elf_section s;
		enum status status =
			elf_read_section(elf, elf->sections.at + i * elf->sections.least_size, &s);

		if (status != OK)
			return status;
		if (s.type != ELF_SHT_NULL && s.type != ELF_SHT_NOBITS &&
		    covers(elf, s.address, s.size, elf->entry)) {
			*ret = s.offset + (elf->entry - s.address);
			*ret_found = true;
			break;
		}
	}
	return OK;
}

/* Segments say where executables start, sections where all others do. */
static enum status state_entry(struct elf_view *elf)
{
	bool by_segments = elf->type == ELF_EXECUTABLE, found = false;
	const struct elf_table *t = by_segments ? &elf->segments : &elf->sections;
	uint64_t at = 0;

	if (elf->entry == 0 || t->at == 0 ||
	    !range_fits(t->at, t->count * t->least_size, elf->size))
		return OK;
	enum status status = by_segments ? entry_by_segments(elf, &at, &found)
					 : entry_by_sections(elf, &at, &found);
	if (status != OK || !found)
		return status;
	return elf_state(elf, &(const struct elf_value){FACT_ELF_ENTRY_POINT, at}, 1);
}

static enum status state_header(struct elf_view *elf)
{
	const struct elf_value values[] = {
		{FACT_ELF_TYPE, elf->type},
		{FACT_ELF_MACHINE, elf->machine},
		{FACT_ELF_SH_OFFSET, elf->sections.at},
		{FACT_ELF_SH_ENTRY_SIZE, elf->sections.entry_size},
		{FACT_ELF_SECTION_COUNT, elf->sections.count},
		{FACT_ELF_PH_OFFSET, elf->segments.at},
		{FACT_ELF_PH_ENTRY_SIZE, elf->segments.entry_size},
		{FACT_ELF_SEGMENT_COUNT, elf->segments.count},
	};

	return elf_state(elf, values, LEN(values));
}

static enum status state_section(struct elf_view *elf, const struct elf_section *s,
				 struct elf_names *names)
{
	const struct elf_value values[] = {
		{FACT_ELF_SECTION_TYPE, s->type},	{FACT_ELF_SECTION_FLAGS, s->flags},
		{FACT_ELF_SECTION_ADDRESS, s->address}, {FACT_ELF_SECTION_SIZE, s->size},
		{FACT_ELF_SECTION_OFFSET, s->offset},
	};
	enum status status = fact_row(elf->facts, GROUP_ELF_SECTION);

	if (status == OK)
		status = elf_state(elf, values, LEN(values));
	if (status != OK)
		return error_at(elf->e, status, 0, "too many facts");
	return elf_state_name(elf, FACT_ELF_SECTION_NAME, names, s->name);
}

/* The names of sections end where the file ends, not the table. */
static enum status find_names(struct elf_view *elf, struct elf_names *ret)
{
	const struct elf_table *t = &elf->sections;
	struct elf_section s;
	enum status status =
		elf_read_section(elf, t->at + (uint64_t)elf->names_index * t->least_size, &s);

	if (status != OK)
		return status;
	return elf_names_open(elf, s.offset != 0 ? s.offset : elf->size, elf->size, ret);
}

static enum status state_sections(struct elf_view *elf)
{
	const struct elf_table *t = &elf->sections;
	struct elf_names names;

	if (!elf_has_sections(elf))
		return t->count == 0 ? OK
				     : error_at(elf->e, E_MALFORMED, min_u64(t->at, elf->size),
						"section headers that cannot be read");
	enum status status = find_names(elf, &names);
	for (uint64_t i = 0; status == OK && i < t->count; i++) {
		struct elf_section s;

		status = elf_read_section(elf, t->at + i * t->least_size, &s);
		if (status == OK)
			status = state_section(elf, &s, &names);
	}
	return status;
}

static enum status state_segments(struct elf_view *elf)
{
	const struct elf_table *t = &elf->segments;
	enum status status = OK;

	if (!elf_has_segments(elf))
		return t->count == 0 ? OK
				     : error_at(elf->e, E_MALFORMED, min_u64(t->at, elf->size),
						"program headers that cannot be read");
	for (uint64_t i = 0; status == OK && i < t->count; i++) {
		struct elf_segment s;

		status = elf_read_segment(elf, t->at + i * t->least_size, &s);
		if (status != OK)
			break;
		const struct elf_value values[] = {
			{FACT_ELF_SEGMENT_TYPE, s.type},
			{FACT_ELF_SEGMENT_FLAGS, s.flags},
			{FACT_ELF_SEGMENT_OFFSET, s.offset},
			{FACT_ELF_SEGMENT_VADDR, s.vaddr},
			{FACT_ELF_SEGMENT_PADDR, s.paddr},
			{FACT_ELF_SEGMENT_FILE_SIZE, s.file_size},
			{FACT_ELF_SEGMENT_MEM_SIZE, s.mem_size},
			{FACT_ELF_SEGMENT_ALIGNMENT, s.alignment},
		};
		status = fact_row(elf->facts, GROUP_ELF_SEGMENT);
		if (status == OK)
			status = elf_state(elf, values, LEN(values));
	}
	return status == OK ? OK : error_at(elf->e, status, 0, "too many facts");
}

/* Damage in one table does not keep the other from being read; the first failure is told. */
enum status facts_elf(struct input *in, struct fact_set *set, struct error *e)
{
	struct elf_view elf;
	enum status status = elf_open(&elf, in, set, e);

	if (status == OK)
		status = state_header(&elf);
	if (status == OK)
		status = state_entry(&elf);
	if (status != OK)
		return status;
	status = state_sections(&elf);
	if (status != OK && status != E_MALFORMED)
		return status;
	enum status second = state_segments(&elf);
	return status != OK ? status : second;
}

/* An entry after the other until one is DT_NULL, which counts. */
static enum status state_dynamic(struct elf_view *elf, uint64_t at)
{
	const size_t width = elf->is_64 ? 16 : 8;
	uint64_t count = 0, tag = 1;
	enum status status = OK;

	for (; status == OK && tag != 0 && range_fits(at, width, elf->size); at += width) {
		struct reader r;

		status = window_read(elf->window, at, width, &r);
		if (status != OK)
			break;
		tag = elf_wide(elf, &r);
		const struct elf_value values[] = {
			{FACT_ELF_DYNAMIC_TYPE, tag},
			{FACT_ELF_DYNAMIC_VAL, elf_wide(elf, &r)},
		};
		count++;
		status = fact_row(elf->facts, GROUP_ELF_DYNAMIC);
		if (status == OK)
			status = elf_state(elf, values, LEN(values));
	}
	if (status == OK)
		status =
			elf_state(elf, &(const struct elf_value){FACT_ELF_DYNAMIC_COUNT, count}, 1);
	return status == OK ? OK : error_at(elf->e, status, 0, "dynamic section cut off");
}

enum status facts_elf_dynamic(struct input *in, struct fact_set *set, struct error *e)
{
	struct elf_view elf;
	bool found = false;
	uint64_t at = 0;
	enum status status = elf_open(&elf, in, set, e);

	if (status != OK || !elf_has_segments(&elf))
		return status;
	/* of several the last one counts */
	for (uint64_t i = 0; i < elf.segments.count; i++) {
		struct elf_segment s;

		status = elf_read_segment(&elf, elf.segments.at + i * elf.segments.least_size, &s);
		if (status != OK)
			return status;
		if (s.type == ELF_PT_DYNAMIC) {
			found = true;
			at = s.offset;
		}
	}
	return found ? state_dynamic(&elf, at) : OK;
}
