/*
 * Where execution starts, as YARA's `entrypoint` has it: by rules of its own, which the facts
 * of its modules do not follow. PE by the section with the highest address below, whether it
 * reaches so far or not; ELF by segments in executables and by sections in all else. An
 * address that is nowhere gives 0.
 */
#include "format/parts.h"
#include "format/window.h"

enum { DOS_BYTES = 64, LFANEW_AT = 0x3c, PE_HEADERS_BYTES = 24 + 224, PE_ENTRY_AT = 24 + 16 };
enum { PE_SECTION_BYTES = 40, PE_SECTIONS_MAX = 60 };
enum { MACHINE_I386 = 0x14c, MACHINE_AMD64 = 0x8664 };
enum { ELF_32 = 1, ELF_64 = 2, ET_EXEC = 2, SHT_NULL = 0, SHT_NOBITS = 8 };

struct start {
	struct window w;
	bool is_unreadable; /* what was not found may be there */
};

static bool read_at(struct start *s, uint64_t at, size_t len, struct reader *ret)
{
	enum status status = window_read(&s->w, at, len, ret);

	s->is_unreadable |= status == E_IO;
	return status == OK;
}

/* False: not what YARA takes for a PE file. */
static bool start_of_pe(struct start *s, uint64_t *ret)
{
	uint64_t size = s->w.in->size, rva, found = 0, raw_at = 0;
	struct reader r;

	if (!read_at(s, 0, DOS_BYTES, &r) || get_u16le(r.data) != 0x5a4d)
		return false;
	uint64_t at = get_u32le(r.data + LFANEW_AT);
	/* a negative number in the header, and a file that ends with the headers, is none */
	if (at > INT32_MAX || !read_at(s, at, PE_HEADERS_BYTES + 1, &r) ||
	    get_u32le(r.data) != 0x4550)
		return false;
	uint16_t machine = get_u16le(r.data + 4), count = get_u16le(r.data + 6);
	if (machine != MACHINE_I386 && machine != MACHINE_AMD64)
		return false;
	rva = get_u32le(r.data + PE_ENTRY_AT);
	at += 24u + get_u16le(r.data + 20);
	*ret = 0;
	for (unsigned i = 0; i < count && i < PE_SECTIONS_MAX; i++) {
		if (at + PE_SECTION_BYTES >= size || !read_at(s, at, PE_SECTION_BYTES, &r))
			return true;
		uint32_t start = get_u32le(r.data + 12);
		if (rva >= start && start >= found) {
			found = start;
			raw_at = get_u32le(r.data + 20);
		}
		at += PE_SECTION_BYTES;
	}
	*ret = raw_at + (rva - found);
	return true;
}

/* A table of segments or of sections, and where its fields are. */
struct elf_table {
	uint64_t at;
	uint16_t count, entry_bytes;
	uint8_t offset_at, address_at, size_at;
	bool is_64, has_types;
};

static uint64_t word(const struct elf_table *t, const uint8_t *p)
{
	return t->is_64 ? get_u64le(p) : get_u32le(p);
}

static uint64_t find_in_table(struct start *s, const struct elf_table *t, uint64_t address)
{
	struct reader r;

	if (t->at == 0 || !range_fits(t->at, (uint64_t)t->count * t->entry_bytes, s->w.in->size))
		return 0;
	for (uint64_t i = 0; i < t->count; i++) {
		if (!read_at(s, t->at + i * t->entry_bytes, t->entry_bytes, &r))
			return 0;
		uint64_t start = word(t, r.data + t->address_at);
		uint64_t end = start + word(t, r.data + t->size_at);
		uint32_t type = get_u32le(r.data + 4);

		if (t->has_types && (type == SHT_NULL || type == SHT_NOBITS))
			continue;
		/* as wide as addresses are */
		if (address >= start && address < (t->is_64 ? end : (uint32_t)end))
			return word(t, r.data + t->offset_at) + (address - start);
	}
	return 0;
}

static bool start_of_elf(struct start *s, uint64_t *ret)
{
	struct reader r;

	if (!read_at(s, 0, 16, &r) || memcmp(r.data, "\177ELF", 4) != 0)
		return false;
	uint8_t class = r.data[4];
	bool is_64 = class == ELF_64;
	if ((class != ELF_32 && !is_64) || !read_at(s, 0, is_64 ? 64 : 52, &r))
		return false;
	const uint8_t *h = r.data;
	struct elf_table t = {.is_64 = is_64, .has_types = get_u16le(h + 16) != ET_EXEC};
	uint64_t address = word(&t, h + 24);

	if (t.has_types) {
		t.at = word(&t, h + (is_64 ? 40 : 32));
		t.count = get_u16le(h + (is_64 ? 60 : 48));
		t.entry_bytes = is_64 ? 64 : 40;
		t.address_at = is_64 ? 16 : 12;
		t.offset_at = is_64 ? 24 : 16;
		t.size_at = is_64 ? 32 : 20;
	} else {
		t.at = word(&t, h + (is_64 ? 32 : 28));
		t.count = get_u16le(h + (is_64 ? 56 : 44));
		t.entry_bytes = is_64 ? 56 : 32;
		t.offset_at = is_64 ? 8 : 4;
		t.address_at = is_64 ? 16 : 8;
		t.size_at = is_64 ? 40 : 20;
	}
	*ret = find_in_table(s, &t, address);
	return true;
}

enum status facts_exe_start(struct input *in, struct fact_set *set, struct error *e)
{
	struct start s = {.w.in = in};
	uint64_t start;
	bool is_found = start_of_pe(&s, &start) || start_of_elf(&s, &start);

	if (s.is_unreadable)
		return error_at(e, E_IO, 0, "cannot read");
	if (!is_found)
		return error_at(e, E_UNSUPPORTED, 0, "neither PE nor ELF");
	enum status status = fact_set_int(set, FACT_EXE_START, (int64_t)start);
	return status != OK ? error_at(e, status, 0, "too much") : OK;
}
