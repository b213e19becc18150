#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "format/format.h"
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

/* What differs between the cases; 0 takes the usual value. */
struct recipe {
	uint16_t type, phnum, shnum, shstrndx, shentsize, phentsize;
	bool has_no_segments, has_entry_elsewhere, has_counts_in_section;
};

enum { ADDRESS = 0x10000, CODE_BYTES = 16 };
static const char names[] = "\0.text\0.shstrtab";

struct section {
	uint32_t name, type;
	uint64_t address, at, size;
	uint32_t link, info;
};

static void section(struct maker *m, struct section s)
{
	put(m, s.name, 4);
	put(m, s.type, 4);
	wide(m, s.type == 1 ? 6 : 0); /* flags: alloc, exec */
	wide(m, s.address);
	wide(m, s.at);
	wide(m, s.size);
	put(m, s.link, 4);
	put(m, s.info, 4);
	wide(m, 1);
	wide(m, 0);
}

static void segment(struct maker *m, uint64_t size)
{
	put(m, 1, 4); /* PT_LOAD */
	if (m->is_64)
		put(m, 5, 4);
	wide(m, 0);
	wide(m, ADDRESS);
	wide(m, ADDRESS + 1);
	wide(m, size);
	wide(m, size + 2);
	if (!m->is_64)
		put(m, 5, 4);
	wide(m, 4096);
}

static uint16_t or_usual(uint16_t value, uint16_t usual)
{
	return value != 0 ? value : usual;
}

/* header | one segment | code | names | 3 sections: none, .text, .shstrtab */
static void make(struct maker *m, const struct recipe *r)
{
	static const uint8_t code[CODE_BYTES] = {0x90};
	unsigned eh = m->is_64 ? 64 : 52, ph = m->is_64 ? 56 : 32, sh = m->is_64 ? 64 : 40;
	uint64_t text = eh + ph, name_at = text + CODE_BYTES, sections = name_at + sizeof names;
	uint16_t type = or_usual(r->type, 2);
	bool is_long = r->has_counts_in_section;

	buf_init(&m->b, 1 << 16);
	buf_add(&m->b, "\177ELF", 4);
	put(m, m->is_64 ? 2 : 1, 1);
	put(m, m->is_big ? 2 : 1, 1);
	put(m, 1, 1);
	buf_add_zeros(&m->b, 9);
	put(m, type, 2);
	put(m, 62, 2);
	put(m, 1, 4);
	wide(m, r->has_entry_elsewhere ? 5 : ADDRESS + text + 4);
	wide(m, r->has_no_segments ? 0 : eh);
	wide(m, sections);
	put(m, 0, 4);
	put(m, eh, 2);
	put(m, or_usual(r->phentsize, (uint16_t)ph), 2);
	put(m, is_long ? 0xffff : r->has_no_segments ? 0 : or_usual(r->phnum, 1), 2);
	put(m, or_usual(r->shentsize, (uint16_t)sh), 2);
	put(m, is_long ? 0 : or_usual(r->shnum, 3), 2);
	put(m, is_long ? 0xffff : or_usual(r->shstrndx, 2), 2);
	segment(m, name_at);
	buf_add(&m->b, code, sizeof code);
	buf_add(&m->b, names, sizeof names);
	const struct section first = {.size = 3, .link = 2, .info = 1};
	section(m, is_long ? first : (struct section){0});
	section(m, (struct section){1, 1, ADDRESS + text, text, CODE_BYTES, 0, 0});
	section(m, (struct section){7, 3, 0, name_at, sizeof names, 0, 0});
}

/* The facts of both parts; they fail alike. */
static enum status find(struct input *in, struct fact_set *set, struct error *e)
{
	enum status status = facts_elf(in, set, NULL);

	assert_int_equal(status, format_named("elf")->facts(in, set, e));
	return status;
}

static int64_t number(const struct fact_set *set, enum fact_id id, uint64_t index)
{
	const struct fact *f = fact_get(set, id, index);

	return f != NULL ? f->integer : -1;
}

static void check_number(const char *name, const struct fact_set *set, enum fact_id id,
			 uint64_t index, int64_t want)
{
	int64_t got = number(set, id, index);

	if (got != want)
		fail_msg("%s: %s[%" PRIu64 "]: got %" PRId64 ", want %" PRId64, name,
			 fact_info(id)->name, index, got, want);
}

static void all_facts(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 8; kind++) {
		struct maker m = {.is_64 = (kind & 1) != 0, .is_big = (kind & 2) != 0};
		struct recipe r = {.has_counts_in_section = (kind & 4) != 0};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;
		struct error e = {0};
		char name[64];

		make(&m, &r);
		snprintf(name, sizeof name, "%d bits, %s, %s", m.is_64 ? 64 : 32,
			 m.is_big ? "big" : "little", kind & 4 ? "long counts" : "plain");
		memory_input_init(&in, m.b.data, m.b.len);
		fact_set_init(&set, a, NULL);
		enum status status = find(&in.in, &set, &e);
		if (status != OK)
			fail_msg("%s: %s", name, e.text);
		int64_t text = m.is_64 ? 120 : 84;
		const struct {
			enum fact_id id;
			uint64_t index;
			int64_t want;
		} want[] = {
						{FACT_ELF_TYPE, 0, 2},
			{FACT_ELF_MACHINE, 0, 62},
			{FACT_ELF_ENTRY_POINT, 0, text + 4},
			{FACT_EXE_ENTRY, 0, text + 4},
			{FACT_ELF_SH_OFFSET, 0, text + 16 + (int64_t)sizeof names},
			{FACT_ELF_SH_ENTRY_SIZE, 0, m.is_64 ? 64 : 40},
			{FACT_ELF_PH_OFFSET, 0, m.is_64 ? 64 : 52},
			{FACT_ELF_PH_ENTRY_SIZE, 0, m.is_64 ? 56 : 32},
			{FACT_ELF_SECTION_COUNT, 0, 3},
			{FACT_ELF_SEGMENT_COUNT, 0, 1},
			{FACT_ELF_SECTION_TYPE, 1, 1},
			{FACT_ELF_SECTION_FLAGS, 1, 6},
			{FACT_ELF_SECTION_ADDRESS, 1, ADDRESS + text},
			{FACT_ELF_SECTION_SIZE, 1, CODE_BYTES},
			{FACT_ELF_SECTION_OFFSET, 1, text},
			{FACT_EXE_SECTION_OFFSET, 1, text},
			{FACT_EXE_SECTION_SIZE, 0, 0},
			{FACT_EXE_SECTION_SIZE, 1, CODE_BYTES},
			{FACT_EXE_SECTION_SIZE, 3, -1},
			{FACT_ELF_SEGMENT_TYPE, 0, 1},
			{FACT_ELF_SEGMENT_FLAGS, 0, 5},
			{FACT_ELF_SEGMENT_OFFSET, 0, 0},
			{FACT_ELF_SEGMENT_VADDR, 0, ADDRESS},
			{FACT_ELF_SEGMENT_PADDR, 0, ADDRESS + 1},
			{FACT_ELF_SEGMENT_FILE_SIZE, 0, text + 16},
			{FACT_ELF_SEGMENT_MEM_SIZE, 0, text + 18},
			{FACT_ELF_SEGMENT_ALIGNMENT, 0, 4096},
			{FACT_ELF_SEGMENT_TYPE, 1, -1},
		};
		for (size_t i = 0; i < LEN(want); i++)
			check_number(name, &set, want[i].id, want[i].index, want[i].want);
		assert_string_equal(fact_get(&set, FACT_ELF_SECTION_NAME, 0)->text.data, "");
		assert_string_equal(fact_get(&set, FACT_ELF_SECTION_NAME, 1)->text.data, ".text");
		assert_string_equal(fact_get(&set, FACT_ELF_SECTION_NAME, 2)->text.data,
				    ".shstrtab");
		arena_free(a);
		buf_done(&m.b);
	}
}

static void unusual_files(void **state)
{
	static const struct {
		const char *name;
		struct recipe recipe;
		size_t cut; /* bytes taken away at the end */
		enum status want;
		int64_t sections, segments; /* stated, found are those that have facts */
		int64_t entry;
		uint64_t found_sections;
	} cases[] = {
		{"good: usual", {0}, 0, OK, 3, 1, 124, 3},
		{"good: relocatable", {.type = 1, .has_no_segments = true}, 0, OK, 3, 0, 124, 3},
		{"good: entry nowhere", {.has_entry_elsewhere = true}, 0, OK, 3, 1, -1, 3},
		{"good: larger section headers",
		 {.shentsize = 65, .shnum = 1, .shstrndx = 9},
		 0,
		 OK,
		 1,
		 1,
		 124,
		 1},
		{"bad: small section headers", {.shentsize = 40}, 0, E_MALFORMED, 3, 1, 124, 0},
		{"bad: small program headers", {.phentsize = 8}, 0, E_MALFORMED, 3, 1, -1, 3},
		{"bad: too many sections", {.shnum = 4}, 0, E_TRUNCATED, 4, 1, 124, 3},
		{"bad: last section cut", {0}, 1, E_TRUNCATED, 3, 1, 124, 2},
		{"bad: all sections cut", {0}, 193, E_TRUNCATED, 3, 1, 124, 0},
		{"bad: name table elsewhere", {.shstrndx = 77}, 0, OK, 3, 1, 124, 3},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct maker m = {.is_64 = true};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;
		struct error e = {0};

		make(&m, &cases[i].recipe);
		memory_input_init(&in, m.b.data, m.b.len - cases[i].cut);
		fact_set_init(&set, a, NULL);
		enum status got = find(&in.in, &set, &e);
		if (got != cases[i].want || e.code != got)
			fail_msg("%s: got %s (%s), want %s", cases[i].name, status_name(got),
				 e.text, status_name(cases[i].want));
		check_number(cases[i].name, &set, FACT_ELF_SECTION_COUNT, 0, cases[i].sections);
		check_number(cases[i].name, &set, FACT_ELF_SEGMENT_COUNT, 0, cases[i].segments);
		check_number(cases[i].name, &set, FACT_ELF_ENTRY_POINT, 0, cases[i].entry);
		if (set.groups[GROUP_ELF_SECTION].len != cases[i].found_sections)
			fail_msg("%s: %u sections found", cases[i].name,
				 set.groups[GROUP_ELF_SECTION].len);
		arena_free(a);
		buf_done(&m.b);
	}
}

/* No cut and no single changed byte does more than fail. */
static void damage_anywhere(void **state)
{
	struct maker m = {.is_64 = true};
	struct arena *a = arena_new(1 << 16);

	(void)state;
	make(&m, &(struct recipe){0});
	for (size_t i = 0; i < m.b.len; i++) {
		struct memory_input in;
		struct fact_set set;
		struct error e = {0};

		arena_clear(a);
		fact_set_init(&set, a, NULL);
		memory_input_init(&in, m.b.data, i);
		enum status status = i < 16 ? OK : find(&in.in, &set, &e);
		if (status != OK && (e.code == OK || e.at > i))
			fail_msg("cut at %zu: %s at %" PRIu64, i, e.text, e.at);
		m.b.data[i] ^= 0xff;
		arena_clear(a);
		fact_set_init(&set, a, NULL);
		e = (struct error){0};
		memory_input_init(&in, m.b.data, m.b.len);
		status = find(&in.in, &set, &e);
		if (status != OK && e.code == OK)
			fail_msg("changed at %zu: no reason", i);
		m.b.data[i] ^= 0xff;
	}
	arena_free(a);
	buf_done(&m.b);
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
		assert_int_equal(find(&in.in, &set, NULL), OK);
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
		cmocka_unit_test(all_facts),
		cmocka_unit_test(unusual_files),
		cmocka_unit_test(damage_anywhere),
		cmocka_unit_test(agrees_with_readelf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
