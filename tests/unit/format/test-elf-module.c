#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "found.h"
#include "format/parts.h"
#include "os/file.h"

/* Writes numbers of a class and byte order. */
struct maker {
	struct buf b;
	bool is_64, is_big;
};

static void put(struct maker *m, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_add_u8(&m->b, (uint8_t)(value >> 8 * (m->is_big ? bytes - 1 - i : i)));
}

static void wide(struct maker *m, uint64_t value)
{
	put(m, value, m->is_64 ? 8 : 4);
}

enum { ADDRESS = 0x10000, SECTIONS = 6, SYMBOLS = 3 };
enum { SHT_PROGBITS = 1, SHT_SYMTAB = 2, SHT_STRTAB = 3, SHT_DYNSYM = 11 };

/* Names of sections and of symbols. */
static const char names[] = "\0.text\0.strtab\0printf\0main";

/* Where things are. */
struct places {
	uint64_t segments, dynamic, names, symbols, sections;
};

/* What differs between the cases; 0 takes the usual value. */
struct recipe {
	uint16_t type, phnum, shnum, shstrndx;
	uint64_t entry, names_size, dynamic_at;
	uint32_t link, symbol_name, names_type;
	uint8_t first_name_byte;
	bool has_no_end;
};

static uint64_t or_usual(uint64_t value, uint64_t usual)
{
	return value != 0 ? value : usual;
}

static struct places places_of(const struct maker *m)
{
	uint64_t header = m->is_64 ? 64 : 52, segment = m->is_64 ? 56 : 32;
	struct places at = {.segments = header};

	at.dynamic = header + 2 * segment;
	at.names = at.dynamic + 2 * (m->is_64 ? 16 : 8);
	at.symbols = at.names + sizeof names;
	at.sections = at.symbols + SYMBOLS * (m->is_64 ? 24 : 16);
	return at;
}

static void segment(struct maker *m, uint32_t type, uint64_t at, uint64_t size)
{
	put(m, type, 4);
	if (m->is_64)
		put(m, 5, 4);
	wide(m, at);
	wide(m, ADDRESS + at);
	wide(m, ADDRESS + at + 1);
	wide(m, size);
	wide(m, size + 2);
	if (!m->is_64)
		put(m, 5, 4);
	wide(m, 4096);
}

static void section(struct maker *m, uint32_t name, uint32_t type, uint64_t at, uint64_t size,
		    uint32_t link)
{
	put(m, name, 4);
	put(m, type, 4);
	wide(m, 6);
	wide(m, ADDRESS + at);
	wide(m, at);
	wide(m, size);
	put(m, link, 4);
	put(m, 0, 4);
	wide(m, 1);
	wide(m, 0);
}

static void symbol(struct maker *m, uint32_t name, uint64_t value, uint8_t info, uint16_t shndx)
{
	put(m, name, 4);
	if (!m->is_64) {
		put(m, value, 4);
		put(m, 7, 4);
	}
	put(m, info, 1);
	put(m, 2, 1);
	put(m, shndx, 2);
	if (m->is_64) {
		put(m, value, 8);
		put(m, 7, 8);
	}
}

static void header(struct maker *m, const struct recipe *r, const struct places *at)
{
	buf_add(&m->b, "\177ELF", 4);
	put(m, m->is_64 ? 2 : 1, 1);
	put(m, m->is_big ? 2 : 1, 1);
	buf_add_zeros(&m->b, 10);
	put(m, or_usual(r->type, 2), 2);
	put(m, 62, 2);
	put(m, 1, 4);
	wide(m, or_usual(r->entry, ADDRESS + at->names + 1));
	wide(m, at->segments);
	wide(m, at->sections);
	put(m, 0, 4);
	put(m, 0, 2);
	put(m, 9, 2); /* sizes of entries: not used */
	put(m, or_usual(r->phnum, 2), 2);
	put(m, 8, 2);
	put(m, or_usual(r->shnum, SECTIONS), 2);
	put(m, or_usual(r->shstrndx, 2), 2);
}

/* header | LOAD, DYNAMIC | dynamic | names | symbols | section headers */
static void make(struct maker *m, const struct recipe *r)
{
	struct places at = places_of(m);
	uint64_t names_size = or_usual(r->names_size, sizeof names);
	uint64_t symbols_size = at.sections - at.symbols;
	uint32_t link = (uint32_t)or_usual(r->link, 2);

	buf_init(&m->b, 1 << 16);
	header(m, r, &at);
	segment(m, 1, 0, at.sections);
	segment(m, 2, or_usual(r->dynamic_at, at.dynamic), at.names - at.dynamic);
	wide(m, 5);
	wide(m, 0x4711);
	wide(m, r->has_no_end ? 1 : 0);
	wide(m, 8);
	buf_add(&m->b, names, sizeof names);
	m->b.data[at.names] = r->first_name_byte;
	symbol(m, 0, 0, 0, 0);
	symbol(m, (uint32_t)or_usual(r->symbol_name, 15), 0, 0x12, 0);
	symbol(m, 22, ADDRESS + 5, 0x12, 1);
	section(m, 0, 0, 0, 0, 0);
	section(m, 1, SHT_PROGBITS, at.names, names_size, 0);
	section(m, 7, (uint32_t)or_usual(r->names_type, SHT_STRTAB), at.names, names_size, 0);
	section(m, 7, SHT_SYMTAB, at.symbols, symbols_size, link);
	section(m, 7, SHT_DYNSYM, at.symbols, symbols_size - 1, link);
	section(m, UINT32_MAX, 8, 0, 0, 0);
}

static void check_text(const char *name, const struct fact_set *set, enum fact_id id,
		       uint64_t index, const char *want)
{
	const struct fact *f = fact_get(set, id, index);
	const char *got = f != NULL ? f->text.data : "(undefined)";

	if (strcmp(got, want) != 0)
		fail_msg("%s: %s[%" PRIu64 "]: got \"%s\", want \"%s\"", name, fact_info(id)->name,
			 index, got, want);
}

/* All three parts. */
static enum status find(struct input *in, struct fact_set *set, struct error *e)
{
	enum status status = facts_elf(in, set, e);

	if (status == OK)
		status = facts_elf_dynamic(in, set, e);
	return status == OK ? facts_elf_symbols(in, set, e) : status;
}

static void check_headers(const char *name, const struct fact_set *set, const struct maker *m)
{
	struct places at = places_of(m);
	const struct {
		enum fact_id id;
		uint64_t index;
		uint64_t want;
	} want[] = {
		{FACT_ELF_TYPE, 0, 2},
		{FACT_ELF_MACHINE, 0, 62},
		{FACT_ELF_ENTRY_POINT, 0, at.names + 1},
		{FACT_ELF_SH_OFFSET, 0, at.sections},
		{FACT_ELF_SH_ENTRY_SIZE, 0, 8},
		{FACT_ELF_PH_OFFSET, 0, at.segments},
		{FACT_ELF_PH_ENTRY_SIZE, 0, 9},
		{FACT_ELF_SECTION_COUNT, 0, SECTIONS},
		{FACT_ELF_SEGMENT_COUNT, 0, 2},
		{FACT_ELF_SECTION_TYPE, 1, 1},
		{FACT_ELF_SECTION_FLAGS, 1, 6},
		{FACT_ELF_SECTION_ADDRESS, 1, ADDRESS + at.names},
		{FACT_ELF_SECTION_SIZE, 1, sizeof names},
		{FACT_ELF_SECTION_OFFSET, 1, at.names},
		{FACT_ELF_SEGMENT_TYPE, 1, 2},
		{FACT_ELF_SEGMENT_FLAGS, 0, 5},
		{FACT_ELF_SEGMENT_OFFSET, 1, at.dynamic},
		{FACT_ELF_SEGMENT_VADDR, 0, ADDRESS},
		{FACT_ELF_SEGMENT_PADDR, 0, ADDRESS + 1},
		{FACT_ELF_SEGMENT_FILE_SIZE, 0, at.sections},
		{FACT_ELF_SEGMENT_MEM_SIZE, 0, at.sections + 2},
		{FACT_ELF_SEGMENT_ALIGNMENT, 0, 4096},
	};

	for (size_t i = 0; i < LEN(want); i++)
		check_number(name, set, want[i].id, want[i].index, (int64_t)want[i].want);
	check_text(name, set, FACT_ELF_SECTION_NAME, 0, "");
	check_text(name, set, FACT_ELF_SECTION_NAME, 1, ".text");
	check_text(name, set, FACT_ELF_SECTION_NAME, 2, ".strtab");
	check_text(name, set, FACT_ELF_SECTION_NAME, 5, "(undefined)");
}

static void check_tables(const char *name, const struct fact_set *set)
{
	static const struct {
		enum fact_id id;
		uint64_t index;
		int64_t want;
	} want[] = {
		{FACT_ELF_DYNAMIC_COUNT, 0, 2},
		{FACT_ELF_DYNAMIC_TYPE, 0, 5},
		{FACT_ELF_DYNAMIC_VAL, 0, 0x4711},
		{FACT_ELF_DYNAMIC_TYPE, 1, 0},
		{FACT_ELF_DYNAMIC_VAL, 1, 8},
		{FACT_ELF_SYMTAB_COUNT, 0, 3},
		{FACT_ELF_SYMTAB_VALUE, 2, ADDRESS + 5},
		{FACT_ELF_SYMTAB_SIZE, 2, 7},
		{FACT_ELF_SYMTAB_TYPE, 2, 2},
		{FACT_ELF_SYMTAB_BIND, 2, 1},
		{FACT_ELF_SYMTAB_SHNDX, 2, 1},
		{FACT_ELF_SYMTAB_VISIBILITY, 2, 2},
		{FACT_ELF_DYNSYM_COUNT, 0, 2},
		{FACT_ELF_DYNSYM_SHNDX, 1, 0},
	};

	for (size_t i = 0; i < LEN(want); i++)
		check_number(name, set, want[i].id, want[i].index, want[i].want);
	check_text(name, set, FACT_ELF_SYMTAB_NAME, 0, "");
	check_text(name, set, FACT_ELF_SYMTAB_NAME, 1, "printf");
	check_text(name, set, FACT_ELF_SYMTAB_NAME, 2, "main");
	check_text(name, set, FACT_ELF_DYNSYM_NAME, 1, "printf");
}

static void all_facts(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct maker m = {.is_64 = (kind & 1) != 0, .is_big = (kind & 2) != 0};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;
		struct error e = {0};
		char name[64];

		make(&m, &(struct recipe){0});
		snprintf(name, sizeof name, "%d bits, %s", m.is_64 ? 64 : 32,
			 m.is_big ? "big" : "little");
		memory_input_init(&in, m.b.data, m.b.len);
		fact_set_init(&set, a, NULL);
		if (find(&in.in, &set, &e) != OK)
			fail_msg("%s: %s", name, e.text);
		check_headers(name, &set, &m);
		check_tables(name, &set);
		arena_free(a);
		buf_done(&m.b);
	}
}

/* What YARA makes of files that are not as they should be. */
static void unusual_files(void **state)
{
	enum { NAMES_AT = 64 + 2 * 56 + 32 };
	static const struct {
		const char *name;
		struct recipe recipe;
		size_t cut; /* bytes taken away at the end */
		enum fact_id id;
		uint64_t index;
		int64_t want;
	} cases[] = {
		{"entry by sections", {.type = 3}, 0, FACT_ELF_ENTRY_POINT, 0, NAMES_AT + 1},
		{"no section has the entry",
		 {.type = 3, .entry = ADDRESS},
		 0,
		 FACT_ELF_ENTRY_POINT,
		 0,
		 -1},
		{"segments have it", {.entry = ADDRESS}, 0, FACT_ELF_ENTRY_POINT, 0, 0},
		{"section headers cut: no section", {0}, 1, FACT_ELF_SECTION_TYPE, 0, -1},
		{"section headers cut: their count", {0}, 1, FACT_ELF_SECTION_COUNT, 0, SECTIONS},
		{"section headers cut: no symbols", {0}, 1, FACT_ELF_SYMTAB_COUNT, 0, -1},
		{"section headers cut: segments", {0}, 1, FACT_ELF_SEGMENT_TYPE, 1, 2},
		{"reserved count", {.shnum = 0xff00}, 0, FACT_ELF_SECTION_TYPE, 0, -1},
		{"names of no section", {.shstrndx = 6}, 0, FACT_ELF_SECTION_TYPE, 0, -1},
		{"too many segments", {.phnum = 99}, 0, FACT_ELF_SEGMENT_TYPE, 0, -1},
		{"no string table", {.names_type = 1}, 0, FACT_ELF_SYMTAB_COUNT, 0, -1},
		{"linked to nothing", {.link = 6}, 0, FACT_ELF_SYMTAB_COUNT, 0, -1},
		{"names larger than the file",
		 {.names_size = 9999},
		 0,
		 FACT_ELF_SYMTAB_COUNT,
		 0,
		 -1},
		{"dynamic outside", {.dynamic_at = 99999}, 0, FACT_ELF_DYNAMIC_COUNT, 0, 0},
		{"dynamic at the end",
		 {.dynamic_at = NAMES_AT + sizeof names + 72 + 6 * 64 - 17},
		 0,
		 FACT_ELF_DYNAMIC_COUNT,
		 0,
		 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct maker m = {.is_64 = true};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;

		make(&m, &cases[i].recipe);
		memory_input_init(&in, m.b.data, m.b.len - cases[i].cut);
		fact_set_init(&set, a, NULL);
		(void)!facts_elf(&in.in, &set, NULL);
		(void)!facts_elf_dynamic(&in.in, &set, NULL);
		(void)!facts_elf_symbols(&in.in, &set, NULL);
		check_number(cases[i].name, &set, cases[i].id, cases[i].index, cases[i].want);
		arena_free(a);
		buf_done(&m.b);
	}
}

static void unusual_names(void **state)
{
	static const struct {
		const char *name;
		struct recipe recipe;
		enum fact_id id;
		uint64_t index;
		const char *want;
	} cases[] = {
		{"inside another", {.symbol_name = 17}, FACT_ELF_SYMTAB_NAME, 1, "intf"},
		{"behind the table", {.symbol_name = 99}, FACT_ELF_SYMTAB_NAME, 1, "(undefined)"},
		{"negative", {.symbol_name = 1u << 31}, FACT_ELF_SYMTAB_NAME, 1, "(undefined)"},
		{"table that ends in it",
		 {.names_size = 25},
		 FACT_ELF_SYMTAB_NAME,
		 2,
		 "(undefined)"},
		{"table that starts with a text",
		 {.first_name_byte = 'x'},
		 FACT_ELF_SYMTAB_NAME,
		 1,
		 "(undefined)"},
		{"the same for sections",
		 {.first_name_byte = 'x'},
		 FACT_ELF_SECTION_NAME,
		 1,
		 "(undefined)"},
		{"sections end with the file",
		 {.names_size = 3},
		 FACT_ELF_SECTION_NAME,
		 2,
		 ".strtab"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct maker m = {.is_big = true};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;

		make(&m, &cases[i].recipe);
		memory_input_init(&in, m.b.data, m.b.len);
		fact_set_init(&set, a, NULL);
		assert_int_equal(find(&in.in, &set, NULL), OK);
		check_text(cases[i].name, &set, cases[i].id, cases[i].index, cases[i].want);
		arena_free(a);
		buf_done(&m.b);
	}
}

static void damage_anywhere(void **state)
{
	struct maker m = {.is_64 = true};

	(void)state;
	make(&m, &(struct recipe){0});
	check_damage(&m.b, find);
	buf_done(&m.b);
}

static void other_formats(void **state)
{
	struct memory_input in;
	struct fact_set set;
	struct arena *a = arena_new(1 << 20);

	(void)state;
	memory_input_init(&in, "MZ\220", 3);
	fact_set_init(&set, a, NULL);
	assert_int_equal(facts_elf(&in.in, &set, NULL), E_UNSUPPORTED);
	assert_int_equal(facts_elf_dynamic(&in.in, &set, NULL), E_UNSUPPORTED);
	assert_int_equal(facts_elf_symbols(&in.in, &set, NULL), E_UNSUPPORTED);
	assert_null(fact_get(&set, FACT_ELF_TYPE, 0));
	arena_free(a);
}

/* The path goes through the environment: it may hold what a shell takes apart. */
static FILE *readelf(const char *option, const char *path)
{
	char command[64];

	setenv("READELF_FILE", path, 1);
	snprintf(command, sizeof command, "readelf %s \"$READELF_FILE\" 2>/dev/null", option);
	return popen(command, "r");
}

/* Compare with what readelf prints of the sections: "[Nr] Name Type Address Off Size". */
static void compare_sections(const char *path, const struct fact_set *set)
{
	char line[1024];
	unsigned compared = 0;

	FILE *f = readelf("-SW", path);
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		unsigned index;
		char name[256], type[64];
		uint64_t address, at, size;

		if (sscanf(line, " [%u] %255s %63s %" SCNx64 " %" SCNx64 " %" SCNx64, &index, name,
			   type, &address, &at, &size) != 6 ||
		    index == 0)
			continue; /* another line, or section 0: without a name the columns shift */
		const struct fact *got = fact_get(set, FACT_ELF_SECTION_NAME, index);
		assert_non_null(got);
		if (strcmp(got->text.data, name) != 0)
			fail_msg("%s: section %u is '%s', not '%s'", path, index, name,
				 got->text.data);
		check_number(path, set, FACT_ELF_SECTION_ADDRESS, index, (int64_t)address);
		check_number(path, set, FACT_ELF_SECTION_OFFSET, index, (int64_t)at);
		check_number(path, set, FACT_ELF_SECTION_SIZE, index, (int64_t)size);
		compared++;
	}
	pclose(f);
	assert_int_equal(compared + 1, set->groups[GROUP_ELF_SECTION].len);
}

/* "LOAD 0x000000 0x0000000000000000 0x0000000000000000 0x0034d8 0x0034d8 R   0x1000" */
static void compare_segments(const char *path, const struct fact_set *set)
{
	char line[1024];
	unsigned index = 0;

	FILE *f = readelf("-lW", path);
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		char type[64];
		uint64_t v[5];

		if (sscanf(line,
			   " %63s 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64 " 0x%" SCNx64
			   " 0x%" SCNx64,
			   type, &v[0], &v[1], &v[2], &v[3], &v[4]) != 6)
			continue;
		check_number(path, set, FACT_ELF_SEGMENT_OFFSET, index, (int64_t)v[0]);
		check_number(path, set, FACT_ELF_SEGMENT_VADDR, index, (int64_t)v[1]);
		check_number(path, set, FACT_ELF_SEGMENT_PADDR, index, (int64_t)v[2]);
		check_number(path, set, FACT_ELF_SEGMENT_FILE_SIZE, index, (int64_t)v[3]);
		check_number(path, set, FACT_ELF_SEGMENT_MEM_SIZE, index, (int64_t)v[4]);
		index++;
	}
	pclose(f);
	assert_int_equal(index, set->groups[GROUP_ELF_SEGMENT].len);
}

static void agrees_with_readelf(void **state)
{
	static const char *const paths[] = {"/bin/ls", "/bin/sh", "/lib/x86_64-linux-gnu/libc.so.6",
					    "/usr/lib/x86_64-linux-gnu/crt1.o", "/proc/self/exe"};
	unsigned compared = 0;

	(void)state;
	if (system("readelf --version >/dev/null 2>&1") != 0) {
		print_message("SKIPPED: readelf is not installed\n");
		skip();
	}
	for (size_t i = 0; i < LEN(paths); i++) {
		char path[PATH_MAX];
		int fd;
		uint64_t size;
		struct file_input in;
		struct fact_set set;

		/* /proc/self would be another one for readelf */
		if (realpath(paths[i], path) == NULL || file_open(path, &fd, &size, NULL) != OK)
			continue;
		struct arena *a = arena_new(1 << 24);
		file_input_init(&in, fd, size);
		fact_set_init(&set, a, NULL);
		assert_int_equal(facts_elf(&in.in, &set, NULL), OK);
		compare_sections(path, &set);
		compare_segments(path, &set);
		compared++;
		arena_free(a);
		close(fd);
	}
	assert_true(compared > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_facts),	 cmocka_unit_test(unusual_files),
		cmocka_unit_test(unusual_names), cmocka_unit_test(damage_anywhere),
		cmocka_unit_test(other_formats), cmocka_unit_test(agrees_with_readelf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
