/*
 * What the parts of facts about PE files share: where the headers are, which
 * addresses lie where in the file, and how YARA decides so (docs: "PE Format"
 * of Microsoft; behaviour: YARA 4.5, "pe" module).
 *
 * Offsets count from the start of the input. An image in the memory of a process
 * would be a slice of it.
 */
#pragma once

#include "format/window.h"
#include "ir/object.h"

enum {
	PE_SECTIONS_MAX = 96, /* more are not looked at */
	PE_DIRECTORIES = 16,
	PE_FILE_HEADER_BYTES = 24, /* with the signature */
	PE_SECTION_BYTES = 40,
	PE_NAME_MAX = 512,    /* of a function */
	PE_LIBRARY_MAX = 255, /* length of the name of an imported library */
	PE_TEXT_MAX = 65536   /* of other texts; YARA has no such bound */
};

enum pe_directory {
	PE_DIRECTORY_EXPORT = 0,
	PE_DIRECTORY_IMPORT = 1,
	PE_DIRECTORY_RESOURCE = 2,
	PE_DIRECTORY_SECURITY = 4,
	PE_DIRECTORY_DEBUG = 6,
	PE_DIRECTORY_DELAYED = 13
};

struct pe_section {
	uint32_t rva, virtual_size, raw_at, raw_size;
};

struct pe_range {
	uint32_t rva, size;
};

struct pe {
	struct input *in;
	struct fact_set *set; /* facts go here */
	struct error *e;
	/*
	 * The first failure to read or to state a fact, which ends the work. Damage is none: it
	 * only makes facts missing.
	 */
	enum status status;
	uint64_t header_at;   /* of the signature */
	uint64_t optional_at; /* of the optional header */
	uint64_t sections_at;
	bool is_64;
	bool is_table_cut; /* not all sections are in the file: none is found by address */
	uint64_t image_base;
	uint32_t image_size;
	uint32_t file_align, section_align, symbols_at, symbol_count;
	unsigned section_count; /* in the file, at most PE_SECTIONS_MAX */
	struct pe_section sections[PE_SECTIONS_MAX];
	uint64_t texts_read; /* bytes, to bound the work */
	struct window tables, texts;
};

/**
 * Read the headers. E_UNSUPPORTED: not what YARA takes for a PE file. `set` may be NULL when no
 * facts are stated.
 */
MUST_CHECK enum status pe_open(struct pe *pe, struct input *in, struct fact_set *set,
			       struct error *e);

/** Where an address is in the file, or -1. */
int64_t pe_offset(const struct pe *pe, uint64_t rva);

/** Whether [at, at + len) lies inside the file. */
bool pe_fits(const struct pe *pe, uint64_t at, uint64_t len);

/** A reader over [at, at + len) of a table, good until the next call; false: not all is there. */
bool pe_table(struct pe *pe, uint64_t at, size_t len, struct reader *ret);

/** An entry of the data directory, however many are announced; false: it is not in the file. */
bool pe_directory(struct pe *pe, enum pe_directory which, struct pe_range *ret);

/** Where a directory is in the file: false when it has no address or that is not in the file. */
bool pe_directory_at(struct pe *pe, enum pe_directory which, uint64_t *ret);

/**
 * The text at `at` up to its NUL, at most `max` bytes and not behind the end of the file. In
 * the arena of the facts. False when it could not be had; `status` is set then.
 */
bool pe_text(struct pe *pe, uint64_t at, size_t max, struct str *ret);

/** The bytes [at, at + len), which must lie inside the file. The same. */
bool pe_bytes(struct pe *pe, uint64_t at, size_t len, struct str *ret);

/** State facts, unless work has ended. */
void pe_row(struct pe *pe, enum fact_group group);
void pe_state(struct pe *pe, enum fact_id id, int64_t value);
void pe_state_text(struct pe *pe, enum fact_id id, struct str value);

/** What facts_<part>() returns: `status`, told in the struct error. */
enum status pe_close(struct pe *pe);
