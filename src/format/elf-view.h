/*
 * What the readers of ELF files share: the file header, and fields in the
 * class and byte order of a file.
 */
#pragma once

#include "format/window.h"
#include "ir/object.h"

enum { ELF_RELOCATABLE = 1, ELF_EXECUTABLE = 2 };
enum { ELF_SHT_NULL = 0, ELF_SHT_SYMTAB = 2, ELF_SHT_STRTAB = 3, ELF_SHT_NOBITS = 8 };
enum { ELF_SHT_DYNSYM = 11, ELF_PT_LOAD = 1, ELF_PT_DYNAMIC = 2 };

/* One of the two tables of headers. */
struct elf_table {
	uint64_t at, count;
	uint16_t entry_size; /* as the file says */
	uint16_t least_size; /* of the fields that are known */
};

struct elf_view {
	struct window *window;
	struct fact_set *facts; /* borrowed */
	struct error *e;
	uint64_t size; /* of the file */
	bool is_64, is_big;
	uint16_t type, machine, names_index;
	uint64_t entry;
	struct elf_table sections, segments;
};

struct elf_section {
	uint32_t name, type, link, info;
	uint64_t flags, address, offset, size;
};

struct elf_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, file_size, mem_size, alignment;
};

/** Read the file header. E_UNSUPPORTED when the file is no ELF file. */
MUST_CHECK enum status elf_open(struct elf_view *elf, struct input *in, struct fact_set *facts,
				struct error *e);

/** Fields as wide as their name says; of a wide one the class decides. */
uint16_t elf_half(const struct elf_view *elf, struct reader *r);
uint32_t elf_word(const struct elf_view *elf, struct reader *r);
uint64_t elf_wide(const struct elf_view *elf, struct reader *r);

/** Headers at a place in the file. */
MUST_CHECK enum status elf_read_section(struct elf_view *elf, uint64_t at, struct elf_section *ret);
MUST_CHECK enum status elf_read_segment(struct elf_view *elf, uint64_t at, struct elf_segment *ret);

/* Whether the module "elf" reads a table: its count is no reserved one, and all of it is there. */
bool elf_has_sections(const struct elf_view *elf);
bool elf_has_segments(const struct elf_view *elf);

/* A table of texts, which begins with an empty one. */
struct elf_names {
	struct window *window;
	uint64_t at, end;
	bool is_usable;
};

/** Look at the table of texts in [at, end). One that lies elsewhere has no texts. */
MUST_CHECK enum status elf_names_open(struct elf_view *elf, uint64_t at, uint64_t end,
				      struct elf_names *ret);

/** State the text at `index`, if there is one, in the last row. */
MUST_CHECK enum status elf_state_name(struct elf_view *elf, enum fact_id id,
				      struct elf_names *names, uint32_t index);

struct elf_value {
	enum fact_id id;
	uint64_t value;
};

/** State some numbers in the last rows of their groups. */
MUST_CHECK enum status elf_state(struct elf_view *elf, const struct elf_value *values,
				 size_t count);
