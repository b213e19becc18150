#include "format/elf-view.h"

enum { IDENT_BYTES = 16, HEADER_32 = 52, HEADER_64 = 64 };
/* Numbers from here on are reserved: a file that needs them has its count elsewhere. */
enum { SHN_LORESERVE = 0xff00, PN_XNUM = 0xffff };
enum { CLASS_32 = 1, CLASS_64 = 2, ORDER_LITTLE = 1, ORDER_BIG = 2 };

uint16_t elf_half(const struct elf_view *elf, struct reader *r)
{
	return elf->is_big ? reader_u16be(r) : reader_u16le(r);
}

uint32_t elf_word(const struct elf_view *elf, struct reader *r)
{
	return elf->is_big ? reader_u32be(r) : reader_u32le(r);
}

uint64_t elf_wide(const struct elf_view *elf, struct reader *r)
{
	if (!elf->is_64)
		return elf_word(elf, r);
	return elf->is_big ? reader_u64be(r) : reader_u64le(r);
}

static enum status fail(struct elf_view *elf, enum status status, uint64_t at, const char *what)
{
	return error_at(elf->e, status, min_u64(at, elf->size), "%s", what);
}

static enum status identify(struct elf_view *elf, struct reader *r)
{
	const uint8_t *ident = reader_take(r, IDENT_BYTES);

	if (ident == NULL || memcmp(ident, "\177ELF", 4) != 0 || ident[4] < CLASS_32 ||
	    ident[4] > CLASS_64 || ident[5] < ORDER_LITTLE || ident[5] > ORDER_BIG)
		return fail(elf, E_UNSUPPORTED, 0, "not an ELF file");
	elf->is_64 = ident[4] == CLASS_64;
	elf->is_big = ident[5] == ORDER_BIG;
	return OK;
}

static void read_header(struct elf_view *elf, struct reader *r)
{
	elf->type = elf_half(elf, r);
	elf->machine = elf_half(elf, r);
	elf_word(elf, r); /* version */
	elf->entry = elf_wide(elf, r);
	elf->segments.at = elf_wide(elf, r);
	elf->sections.at = elf_wide(elf, r);
	elf_word(elf, r); /* flags */
	elf_half(elf, r); /* size of this header */
	elf->segments.entry_size = elf_half(elf, r);
	elf->segments.count = elf_half(elf, r);
	elf->sections.entry_size = elf_half(elf, r);
	elf->sections.count = elf_half(elf, r);
	elf->names_index = elf_half(elf, r);
	elf->segments.least_size = elf->is_64 ? 56 : 32;
	elf->sections.least_size = elf->is_64 ? 64 : 40;
}

enum status elf_open(struct elf_view *elf, struct input *in, struct fact_set *facts,
		     struct error *e)
{
	struct reader r;

	*elf = (struct elf_view){.facts = facts, .e = e, .size = in->size};
	elf->window = window_new(facts->arena, in);
	if (elf->window == NULL)
		return fail(elf, E_LIMIT, 0, "too many facts");
	size_t len = (size_t)min_u64(in->size, HEADER_64);
	enum status status = window_read(elf->window, 0, len, &r);
	if (status != OK)
		return fail(elf, status, 0, "cannot read");
	status = identify(elf, &r);
	if (status != OK)
		return status;
	/* a header that nothing follows is a cut one */
	if (in->size <= (elf->is_64 ? HEADER_64 : HEADER_32))
		return fail(elf, E_TRUNCATED, len, "file header cut short");
	read_header(elf, &r);
	return OK;
}

enum status elf_read_section(struct elf_view *elf, uint64_t at, struct elf_section *ret)
{
	struct reader r;
	enum status status = window_read(elf->window, at, elf->sections.least_size, &r);

	if (status != OK)
		return fail(elf, status, at, "section header outside the file");
	ret->name = elf_word(elf, &r);
	ret->type = elf_word(elf, &r);
	ret->flags = elf_wide(elf, &r);
	ret->address = elf_wide(elf, &r);
	ret->offset = elf_wide(elf, &r);
	ret->size = elf_wide(elf, &r);
	ret->link = elf_word(elf, &r);
	ret->info = elf_word(elf, &r);
	return OK;
}

enum status elf_read_segment(struct elf_view *elf, uint64_t at, struct elf_segment *ret)
{
	struct reader r;
	enum status status = window_read(elf->window, at, elf->segments.least_size, &r);

	if (status != OK)
		return fail(elf, status, at, "program header outside the file");
	ret->type = elf_word(elf, &r);
	ret->flags = elf->is_64 ? elf_word(elf, &r) : 0;
	ret->offset = elf_wide(elf, &r);
	ret->vaddr = elf_wide(elf, &r);
	ret->paddr = elf_wide(elf, &r);
	ret->file_size = elf_wide(elf, &r);
	ret->mem_size = elf_wide(elf, &r);
	ret->flags = elf->is_64 ? ret->flags : elf_word(elf, &r);
	ret->alignment = elf_wide(elf, &r);
	return OK;
}

enum status elf_state(struct elf_view *elf, const struct elf_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum status status =
			fact_set_int(elf->facts, values[i].id, (int64_t)values[i].value);

		if (status != OK)
			return fail(elf, status, 0, "too many facts");
	}
	return OK;
}

static bool table_fits(const struct elf_view *elf, const struct elf_table *t)
{
	return t->at < elf->size && range_fits(t->at, t->count * t->least_size, elf->size);
}

bool elf_has_sections(const struct elf_view *elf)
{
	return elf->sections.count < SHN_LORESERVE && elf->names_index < elf->sections.count &&
	       table_fits(elf, &elf->sections);
}

bool elf_has_segments(const struct elf_view *elf)
{
	return elf->segments.count > 0 && elf->segments.count < PN_XNUM &&
	       table_fits(elf, &elf->segments);
}

enum status elf_names_open(struct elf_view *elf, uint64_t at, uint64_t end, struct elf_names *ret)
{
	struct reader r;

	*ret = (struct elf_names){.at = at, .end = end};
	if (at >= end || end > elf->size)
		return OK;
	/* texts and what refers to them lie apart: a window for each */
	ret->window = window_new(elf->facts->arena, elf->window->in);
	if (ret->window == NULL)
		return fail(elf, E_LIMIT, 0, "too many facts");
	enum status status = window_read(ret->window, at, 1, &r);
	if (status != OK)
		return fail(elf, status, at, "cannot read");
	ret->is_usable = reader_u8(&r) == 0;
	return OK;
}

enum status elf_state_name(struct elf_view *elf, enum fact_id id, struct elf_names *names,
			   uint32_t index)
{
	struct str name;

	if (!names->is_usable || index > INT32_MAX || index >= names->end - names->at)
		return OK;
	enum status status =
		window_text(names->window, names->at + index, names->end, elf->facts->arena, &name);
	if (status == E_TRUNCATED)
		return OK; /* no text: it has no end */
	if (status == OK)
		status = fact_set_kept(elf->facts, id, name);
	return status == OK ? OK : fail(elf, status, 0, "names of too many bytes");
}
