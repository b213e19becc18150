/*
 * The PE around the metadata: its headers, and where an address is in the file.
 */
#include "format/dotnet.h"

enum { LFANEW_AT = 0x3c, DOS_BYTES = 64, COFF_BYTES = 24, SECTION_BYTES = 40, SECTIONS_MAX = 96 };
enum { OPTIONAL_32 = 224, OPTIONAL_64 = 240, MAGIC_64 = 0x20b };
enum { CLI_DIRECTORY = 14, DIRECTORY_BYTES = 8, RAW_GRAIN = 512, PAGE_BYTES = 4096 };

/* The optional header, at `at`; `size` is what the file header says of it. */
static bool read_optional(struct dotnet *d, uint64_t at, uint16_t size)
{
	struct reader r;

	if (!dotnet_read(d, d->window, at, OPTIONAL_32, &r))
		return false;
	d->is_64 = get_u16le(r.data) == MAGIC_64;
	if (d->is_64 && !dotnet_read(d, d->window, at, OPTIONAL_64, &r))
		return false;
	size_t directory = (d->is_64 ? 112 : 96) + CLI_DIRECTORY * DIRECTORY_BYTES;
	d->entry = get_u32le(r.data + 16);
	d->section_align = get_u32le(r.data + 32);
	d->file_align = get_u32le(r.data + 36);
	d->directories = get_u32le(r.data + (d->is_64 ? 108 : 92));
	d->sections_at = at + size;
	/* neither the number of directories nor the size of the header is believed */
	d->directory = get_u32le(r.data + directory);
	return true;
}

bool dotnet_read_pe(struct dotnet *d)
{
	struct reader r;

	if (!dotnet_read(d, d->window, 0, DOS_BYTES, &r) || get_u16le(r.data) != 0x5a4d)
		return false;
	uint32_t at = get_u32le(r.data + LFANEW_AT);
	if (at > INT32_MAX || !dotnet_read(d, d->window, at, COFF_BYTES, &r) ||
	    get_u32le(r.data) != 0x4550)
		return false;
	d->section_count = get_u16le(r.data + 6);
	d->characteristics = get_u16le(r.data + 22);
	return read_optional(d, (uint64_t)at + COFF_BYTES, get_u16le(r.data + 20));
}

/* A section header as far as it matters here. */
struct section {
	uint32_t virtual_size, rva, raw_size, raw_at;
};

static bool read_section(struct dotnet *d, unsigned index, struct section *ret)
{
	struct reader r;

	if (!dotnet_read(d, d->window, d->sections_at + (uint64_t)index * SECTION_BYTES,
			 SECTION_BYTES, &r))
		return false;
	*ret = (struct section){
		.virtual_size = get_u32le(r.data + 8),
		.rva = get_u32le(r.data + 12),
		.raw_size = get_u32le(r.data + 16),
		.raw_at = get_u32le(r.data + 20),
	};
	return true;
}

int64_t dotnet_offset(struct dotnet *d, uint32_t rva)
{
	uint32_t lowest = UINT32_MAX, grain = d->file_align < RAW_GRAIN ? d->file_align : RAW_GRAIN;
	unsigned count = d->section_count < SECTIONS_MAX ? d->section_count : SECTIONS_MAX;
	struct section found = {0};

	for (unsigned i = 0; i < count; i++) {
		struct section s;

		if (!read_section(d, i, &s))
			return -1;
		lowest = s.rva < lowest ? s.rva : lowest;
		uint32_t size = s.virtual_size > s.raw_size ? s.virtual_size : s.raw_size;
		/* of sections that overlap, the last of those that start latest */
		if (rva < s.rva || rva - s.rva >= size || found.rva > s.rva)
			continue;
		found = s;
		found.raw_at -= grain != 0 ? s.raw_at % grain : 0;
		if (d->section_align >= PAGE_BYTES)
			found.raw_at -= found.raw_at % RAW_GRAIN;
	}
	/* what comes before the sections is mapped as it is in the file */
	if (rva < lowest)
		found = (struct section){.raw_size = (uint32_t)d->in->size};
	if (rva - found.rva >= found.raw_size)
		return -1;
	uint64_t at = (uint64_t)found.raw_at + (rva - found.rva);
	return at < d->in->size ? (int64_t)at : -1;
}
