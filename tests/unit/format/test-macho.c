#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <cmocka.h>

#include "base/buf.h"
#include "found.h"
#include "format/parts.h"

enum { X86 = 7, PPC = 18, X86_64 = 0x1000007, MIPS = 8 };
enum { LC_SEGMENT = 1, LC_UNIXTHREAD = 5, LC_UUID = 0x1b, LC_SEGMENT_64 = 0x19 };
#define LC_MAIN 0x80000028u

/* Writes numbers of a width and byte order. */
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

static void put_name(struct maker *m, const char *name)
{
	char field[16] = {0};

	memcpy(field, name, min_size(strlen(name), sizeof field));
	buf_add(&m->b, field, sizeof field);
}

static void header(struct maker *m, uint32_t cputype, uint32_t commands)
{
	put(m, m->is_64 ? 0xfeedfacf : 0xfeedface, 4);
	put(m, cputype, 4);
	put(m, 3, 4);
	put(m, 2, 4);
	put(m, commands, 4);
	put(m, 1000, 4);
	put(m, 0x85, 4);
	if (m->is_64)
		put(m, 77, 4);
}

/* A segment at 0x1000 whose bytes start at 16, with one section. */
static void segment(struct maker *m, const char *name)
{
	put(m, m->is_64 ? LC_SEGMENT_64 : LC_SEGMENT, 4);
	put(m, m->is_64 ? 72 + 80 : 56 + 68, 4);
	put_name(m, name);
	wide(m, 0x1000);
	wide(m, 0x2000);
	wide(m, 16);
	wide(m, 0x800);
	put(m, 7, 4);
	put(m, 5, 4);
	put(m, 2, 4); /* sections: one more than there is room for */
	put(m, 1, 4);
	put_name(m, "__text");
	put_name(m, "__A_NAME_OF_MORE_BYTES");
	wide(m, 0x1100);
	wide(m, 0x10);
	for (uint32_t i = 0; i < 7; i++)
		put(m, 100 + i, 4);
	if (m->is_64)
		put(m, 107, 4);
}

/* A thread that starts at 0x1234. */
static void thread(struct maker *m, size_t counter_at, size_t bytes)
{
	put(m, LC_UNIXTHREAD, 4);
	put(m, 16 + bytes, 4);
	put(m, 1, 4);
	put(m, bytes / 4, 4);
	buf_add_zeros(&m->b, counter_at);
	wide(m, 0x1234);
	buf_add_zeros(&m->b, bytes - counter_at - (m->is_64 ? 8 : 4));
}

static void main_command(struct maker *m)
{
	put(m, LC_MAIN, 4);
	put(m, 24, 4);
	put(m, 0x99, 8);
	put(m, 0x4000, 8);
}

/* Everything of a file of one architecture. */
static void one_file(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct maker m = {.is_64 = (kind & 1) != 0, .is_big = (kind & 2) != 0};
		const char *name = m.is_64 ? "64 bits" : "32 bits";
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;

		buf_init(&m.b, 1 << 16);
		header(&m, m.is_64 ? X86_64 : X86, 2);
		segment(&m, "__TEXT");
		thread(&m, m.is_64 ? 128 : 40, m.is_64 ? 168 : 64);
		memory_input_init(&in, m.b.data, m.b.len);
		fact_set_init(&set, a, NULL);
		assert_int_equal(facts_macho(&in.in, &set, NULL), OK);
		const struct {
			enum fact_id id;
			int64_t want;
		} want[] = {
			{FACT_MACHO_MAGIC, get_u32le(m.b.data)},
			{FACT_MACHO_CPUTYPE, m.is_64 ? X86_64 : X86},
			{FACT_MACHO_CPUSUBTYPE, 3},
			{FACT_MACHO_FILETYPE, 2},
			{FACT_MACHO_NCMDS, 2},
			{FACT_MACHO_SIZEOFCMDS, 1000},
			{FACT_MACHO_FLAGS, 0x85},
			{FACT_MACHO_RESERVED, m.is_64 ? 77 : -1},
			{FACT_MACHO_SEGMENT_COUNT, 1},
			{FACT_MACHO_ENTRY_POINT, 16 + 0x234},
			{FACT_MACHO_STACK_SIZE, -1},
			{FACT_MACHO_SEGMENT_VMADDR, 0x1000},
			{FACT_MACHO_SEGMENT_VMSIZE, 0x2000},
			{FACT_MACHO_SEGMENT_FILEOFF, 16},
			{FACT_MACHO_SEGMENT_FSIZE, 0x800},
			{FACT_MACHO_SEGMENT_MAXPROT, 7},
			{FACT_MACHO_SEGMENT_INITPROT, 5},
			{FACT_MACHO_SEGMENT_NSECTS, 2},
			{FACT_MACHO_SEGMENT_FLAGS, 1},
			{FACT_MACHO_SECTION_ADDR, 0x1100},
			{FACT_MACHO_SECTION_SIZE, 0x10},
			{FACT_MACHO_SECTION_OFFSET, 100},
			{FACT_MACHO_SECTION_ALIGN, 101},
			{FACT_MACHO_SECTION_RELOFF, 102},
			{FACT_MACHO_SECTION_NRELOC, 103},
			{FACT_MACHO_SECTION_FLAGS, 104},
			{FACT_MACHO_SECTION_RESERVED1, 105},
			{FACT_MACHO_SECTION_RESERVED2, 106},
			{FACT_MACHO_SECTION_RESERVED3, m.is_64 ? 107 : -1},
			{FACT_MACHO_FAT_MAGIC, -1},
		};
		for (size_t i = 0; i < LEN(want); i++)
			check_number(name, &set, want[i].id, 0, want[i].want);
		assert_int_equal(set.groups[GROUP_MACHO_SECTION].len, 1);
		assert_string_equal(fact_get(&set, FACT_MACHO_SEGMENT_SEGNAME, 0)->text.data,
				    "__TEXT");
		assert_string_equal(fact_get(&set, FACT_MACHO_SECTION_SECTNAME, 0)->text.data,
				    "__text");
		assert_string_equal(fact_get(&set, FACT_MACHO_SECTION_SEGNAME, 0)->text.data,
				    "__A_NAME_OF_MORE");
		arena_free(a);
		buf_done(&m.b);
	}
}

static void entry_points(void **state)
{
	static const struct {
		const char *name;
		uint32_t cputype, counter_at, bytes;
		bool is_64, is_big, has_main;
		int64_t want;
	} cases[] = {
		{"68000", 6, 68, 72, false, true, false, 0x244},
		{"88000", 13, 124, 136, false, true, false, 0x244},
		{"SPARC", 14, 4, 76, false, true, false, 0x244},
		{"PowerPC", PPC, 0, 160, false, true, false, 0x244},
		{"PowerPC, 64 bits", 0x1000012, 0, 304, true, true, false, 0x244},
		{"ARM", 12, 60, 68, false, false, false, 0x244},
		{"ARM, 64 bits", 0x100000c, 256, 272, true, false, false, 0x244},
		{"registers cut short", X86, 40, 60, false, false, false, -1},
		{"unknown registers", MIPS, 0, 100, false, false, false, -1},
		{"LC_MAIN behind a thread", X86, 40, 64, false, false, true, 0x99},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct maker m = {.is_64 = cases[i].is_64, .is_big = cases[i].is_big};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;

		buf_init(&m.b, 1 << 16);
		header(&m, cases[i].cputype, cases[i].has_main ? 3 : 2);
		/* segments are looked for first, wherever they stand */
		thread(&m, cases[i].counter_at, cases[i].bytes);
		segment(&m, "");
		if (cases[i].has_main)
			main_command(&m);
		memory_input_init(&in, m.b.data, m.b.len);
		fact_set_init(&set, a, NULL);
		assert_int_equal(facts_macho(&in.in, &set, NULL), OK);
		check_number(cases[i].name, &set, FACT_MACHO_ENTRY_POINT, 0, cases[i].want);
		check_number(cases[i].name, &set, FACT_MACHO_STACK_SIZE, 0,
			     cases[i].has_main ? 0x4000 : -1);
		arena_free(a);
		buf_done(&m.b);
	}
}

/* What is wrong with the second of three commands, and what is found nevertheless. */
static void damaged_commands(void **state)
{
	static const struct {
		const char *name;
		uint32_t size;
		int64_t segments;
	} cases[] = {
		{"good", 24, 2},
		{"smaller than a command", 7, 1},
		{"behind the end", 5000, 1},
		{"as large as all that follows", 24 + 124, 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct maker m = {0};
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;

		buf_init(&m.b, 1 << 16);
		header(&m, X86, 9);
		segment(&m, "");
		put(&m, LC_UUID, 4);
		put(&m, cases[i].size, 4);
		buf_add_zeros(&m.b, 16);
		segment(&m, "");
		memory_input_init(&in, m.b.data, m.b.len);
		fact_set_init(&set, a, NULL);
		assert_int_equal(facts_macho(&in.in, &set, NULL), OK);
		check_number(cases[i].name, &set, FACT_MACHO_SEGMENT_COUNT, 0, cases[i].segments);
		arena_free(a);
		buf_done(&m.b);
	}
}

/* A fat file: its second architecture lies outside, its third one is the file `thin`. */
static void make_fat(struct buf *b, bool is_64, const struct buf *thin)
{
	struct maker m = {.is_64 = is_64, .is_big = true};
	uint32_t at = 8 + 3 * (is_64 ? 32 : 20);

	buf_init(&m.b, 1 << 16);
	put(&m, is_64 ? 0xcafebabf : 0xcafebabe, 4);
	put(&m, 3, 4);
	for (uint32_t i = 0; i < 3; i++) {
		put(&m, i == 2 ? X86 : PPC, 4);
		put(&m, i, 4);
		wide(&m, i == 1 ? 99999 : at);
		wide(&m, i == 0 ? 31 : thin->len);
		put(&m, 12, 4);
		if (is_64)
			put(&m, 0, 4);
	}
	buf_add(&m.b, thin->data, thin->len);
	*b = m.b;
}

static void fat_file(void **state)
{
	(void)state;
	for (unsigned is_64 = 0; is_64 < 2; is_64++) {
		struct maker m = {0};
		struct arena *a = arena_new(1 << 20);
		struct buf fat;
		struct memory_input in;
		struct fact_set set;

		buf_init(&m.b, 1 << 16);
		header(&m, X86, 2);
		segment(&m, "__TEXT");
		thread(&m, 40, 64);
		make_fat(&fat, is_64, &m.b);
		memory_input_init(&in, fat.data, fat.len);
		fact_set_init(&set, a, NULL);
		assert_int_equal(facts_macho(&in.in, &set, NULL), OK);
		const struct {
			enum fact_id id;
			uint64_t index;
			int64_t want;
		} want[] = {
			{FACT_MACHO_FAT_MAGIC, 0, is_64 ? 0xcafebabf : 0xcafebabe},
			{FACT_MACHO_NFAT_ARCH, 0, 3},
			{FACT_MACHO_FAT_ARCH_CPUTYPE, 2, X86},
			{FACT_MACHO_FAT_ARCH_CPUSUBTYPE, 2, 2},
			{FACT_MACHO_FAT_ARCH_OFFSET, 1, 99999},
			{FACT_MACHO_FAT_ARCH_SIZE, 0, 31},
			{FACT_MACHO_FAT_ARCH_ALIGN, 0, 12},
			{FACT_MACHO_FILE_CPUTYPE, 0, -1},
			{FACT_MACHO_FILE_CPUTYPE, 1, -1},
			{FACT_MACHO_FILE_CPUTYPE, 2, X86},
			{FACT_MACHO_FILE_SEGMENT_COUNT, 2, 1},
			{FACT_MACHO_FILE_ENTRY_POINT, 2, 0x244},
			{FACT_MACHO_FILE_SECTION_ADDR, 0, 0x1100},
			{FACT_MACHO_CPUTYPE, 0, -1},
		};
		for (size_t i = 0; i < LEN(want); i++)
			check_number("fat", &set, want[i].id, want[i].index, want[i].want);
		uint32_t first, count;
		fact_rows(&set, GROUP_MACHO_FILE_SEGMENT, 2, &first, &count);
		assert_int_equal(count, 1);
		arena_free(a);
		buf_done(&fat);
		buf_done(&m.b);
	}
}

static void damage_anywhere(void **state)
{
	struct maker m = {0};
	struct buf fat;

	(void)state;
	buf_init(&m.b, 1 << 16);
	header(&m, X86, 2);
	segment(&m, "__TEXT");
	thread(&m, 40, 64);
	make_fat(&fat, false, &m.b);
	check_damage(&fat, facts_macho);
	buf_done(&fat);
	buf_done(&m.b);
}

static void other_formats(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum status want;
	} cases[] = {
		{"", 0, E_UNSUPPORTED},
		{"\xce\xfa\xed", 3, E_UNSUPPORTED},
		{"MZ\220\0", 4, E_UNSUPPORTED},
		{"\xca\xfe\xba\xbe", 4, E_TRUNCATED},
		{"\xca\xfe\xba\xbe\0\0\0\x34", 8, E_TRUNCATED}, /* a class of Java */
		{"\xce\xfa\xed\xfe", 4, OK},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;

		memory_input_init(&in, cases[i].bytes, cases[i].len);
		fact_set_init(&set, a, NULL);
		assert_int_equal(facts_macho(&in.in, &set, NULL), cases[i].want);
		assert_null(fact_get(&set, FACT_MACHO_MAGIC, 0));
		arena_free(a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_file),	    cmocka_unit_test(entry_points),
		cmocka_unit_test(damaged_commands), cmocka_unit_test(fat_file),
		cmocka_unit_test(damage_anywhere),  cmocka_unit_test(other_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
