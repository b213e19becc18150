#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <cmocka.h>

#include "base/buf.h"
#include "found.h"
#include "format/format.h"

enum { FILE_BYTES = 4096, LFANEW = 64, OPTIONAL_32 = 224, OPTIONAL_64 = 240 };

struct section {
	uint32_t rva, size, at;
};

/* What differs between the cases; 0 takes the usual value. */
struct recipe {
	uint32_t entry, file_align, section_align, lfanew;
	uint16_t magic;
	struct section sections[3]; /* up to the first of all zeros */
	uint16_t count;		    /* stated */
};

static void make(uint8_t *pe, const struct recipe *r)
{
	uint32_t at = r->lfanew ? r->lfanew : LFANEW;
	uint16_t magic = r->magic ? r->magic : 0x10b;
	uint16_t optional = magic == 0x20b ? OPTIONAL_64 : OPTIONAL_32;
	uint16_t count = 0;

	memset(pe, 0, FILE_BYTES);
	memcpy(pe, "MZ", 2);
	put_u32le(pe + 0x3c, at);
	memcpy(pe + at, "PE\0\0", 4);
	put_u16le(pe + at + 20, optional);
	uint8_t *o = pe + at + 24;
	put_u16le(o, magic);
	put_u32le(o + 16, r->entry);
	put_u32le(o + 32, r->section_align ? r->section_align : 4096);
	put_u32le(o + 36, r->file_align ? r->file_align : 512);
	put_u32le(o + 60, 1024);
	for (; count < 3 && (r->sections[count].size | r->sections[count].rva) != 0; count++) {
		uint8_t *h = o + optional + count * 40;

		put_u32le(h + 12, r->sections[count].rva);
		put_u32le(h + 16, r->sections[count].size);
		put_u32le(h + 20, r->sections[count].at);
	}
	put_u16le(pe + at + 6, r->count ? r->count : count);
}

static const struct {
	const char *name;
	struct recipe recipe;
	size_t size; /* of the file; 0: all */
	enum status want;
	int64_t entry;
	struct {
		int64_t at, size;
	} sections[3];
} made[] = {
	{"good: PE32",
	 {.entry = 0x1010, .sections = {{0x1000, 512, 1024}}},
	 0,
	 OK,
	 1040,
	 {{1024, 512}, {-1, -1}}},
	{"good: PE32+",
	 {.magic = 0x20b, .entry = 0x2001, .sections = {{0x1000, 512, 1024}, {0x2000, 99, 1536}}},
	 0,
	 OK,
	 1537,
	 {{1024, 512}, {1536, 512}, {-1, -1}}},
	{"good: no sections", {.entry = 0x50}, 0, OK, 0x50, {{-1, -1}}},
	{"good: no entry point", {.sections = {{0x1000, 512, 1024}}}, 0, OK, -1, {{1024, 512}}},
	{"good: entry in no section",
	 {.entry = 0x9000, .sections = {{0x1000, 512, 1024}}},
	 0,
	 OK,
	 -1,
	 {{1024, 512}}},
	{"good: pointer rounded down, size up",
	 {.entry = 0x1000, .sections = {{0x1000, 700, 1030}}},
	 0,
	 OK,
	 1024,
	 {{1024, 1024}}},
	{"good: alignment that the file contradicts",
	 {.file_align = 4096, .entry = 0x1000, .sections = {{0x1000, 512, 512}}},
	 0,
	 OK,
	 512,
	 {{512, 512}}},
	{"good: alignment 16",
	 {.file_align = 16, .entry = 0x1003, .sections = {{0x1000, 17, 1040}}},
	 0,
	 OK,
	 1043,
	 {{1040, 32}}},
	{"good: only virtual",
	 {.entry = 0x1000, .sections = {{0x1000, 0, 1024}}},
	 0,
	 OK,
	 -1,
	 {{1024, 0}}},
	{"good: overlapping in memory, the later wins",
	 {.entry = 0x1000, .sections = {{0x1000, 512, 1024}, {0x1000, 512, 2048}}},
	 0,
	 OK,
	 2048,
	 {{1024, 512}, {2048, 512}}},
	{"bad: section longer than the file",
	 {.sections = {{0x1000, 9999, 2048}}},
	 0,
	 OK,
	 -1,
	 {{2048, 2048}}},
	{"bad: section behind the file",
	 {.sections = {{0x1000, 512, 8192}}},
	 0,
	 OK,
	 -1,
	 {{8192, 0}}},
	{"bad: section table cut",
	 {.count = 200, .sections = {{0x1000, 512, 1024}}},
	 360,
	 E_TRUNCATED,
	 -1,
	 {{512 * 0 + 1024, 0}, {-1, -1}}},
	{"bad: optional header cut", {.entry = 1}, 100, E_TRUNCATED, -1, {{-1, -1}}},
	{"bad: header behind the file", {.lfanew = 2000}, 1999, E_TRUNCATED, -1, {{-1, -1}}},
	{"unsupported: ROM image", {.magic = 0x107}, 0, E_UNSUPPORTED, -1, {{-1, -1}}},
};

static void facts_of_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(made); i++) {
		uint8_t pe[FILE_BYTES];
		struct arena *a = arena_new(1 << 20);
		struct memory_input in;
		struct fact_set set;
		struct error e = {0};

		make(pe, &made[i].recipe);
		memory_input_init(&in, pe, made[i].size ? made[i].size : FILE_BYTES);
		fact_set_init(&set, a, NULL);
		enum status got = format_named("pe")->facts(&in.in, &set, &e);
		if (got != made[i].want || e.code != got)
			fail_msg("%s: got %s (%s), want %s", made[i].name, status_name(got),
				 e.text, status_name(made[i].want));
		int64_t entry = number(&set, FACT_EXE_ENTRY, 0);
		if (entry != made[i].entry)
			fail_msg("%s: entry point %" PRId64 ", want %" PRId64, made[i].name, entry,
				 made[i].entry);
		for (size_t k = 0; k < 3 && (made[i].sections[k].at != 0); k++) {
			int64_t at = number(&set, FACT_EXE_SECTION_OFFSET, k);
			int64_t size = number(&set, FACT_EXE_SECTION_SIZE, k);

			if (at != made[i].sections[k].at || size != made[i].sections[k].size)
				fail_msg("%s: section %zu at %" PRId64 ", size %" PRId64,
					 made[i].name, k, at, size);
		}
		arena_free(a);
	}
}

static void identifies(void **state)
{
	static const struct {
		const char *name;
		uint32_t lfanew;
		bool is_marked; /* has "PE" there */
		uint64_t size;
		bool want;
	} cases[] = {
		{"good: usual", 64, true, 4096, true},
		{"good: far away", 1 << 20, false, 2 << 20, true},
		{"bad: far away, behind the file", 1 << 20, false, 1 << 20, false},
		{"bad: a DOS program", 64, false, 4096, false},
		{"bad: far, overflowing", 0xffffffff, false, 1 << 20, false},
		{"bad: at the end of the head", 4094, false, 4096, false},
		{"good: overlapping the DOS header", 4, true, 4096, true},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		uint8_t head[PROBE_HEAD] = {'M', 'Z'};
		struct probe p = {head, sizeof head, cases[i].size};

		put_u32le(head + 0x3c, cases[i].lfanew);
		if (cases[i].is_marked)
			memcpy(head + cases[i].lfanew, "PE\0\0", 4);
		const struct format *f = format_identify(&p);
		bool got = f != NULL && f->type == TYPE_PE;
		if (got != cases[i].want)
			fail_msg("%s: got %d", cases[i].name, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_headers),
		cmocka_unit_test(identifies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
