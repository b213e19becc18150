#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "found.h"
#include "format/format.h"

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

/* What executables have in common; the module elf has a test of its own. */
static enum status find(struct input *in, struct fact_set *set, struct error *e)
{
	return format_named("elf")->facts(in, set, e);
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
			{FACT_EXE_ENTRY, 0, text + 4},	{FACT_EXE_SECTION_OFFSET, 1, text},
			{FACT_EXE_SECTION_SIZE, 0, 0},	{FACT_EXE_SECTION_SIZE, 1, CODE_BYTES},
			{FACT_EXE_SECTION_SIZE, 3, -1},
		};
		for (size_t i = 0; i < LEN(want); i++)
			check_number(name, &set, want[i].id, want[i].index, want[i].want);
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
		int64_t entry;
		uint64_t sections;
	} cases[] = {
		{"good: usual", {0}, 0, OK, 124, 3},
		{"good: relocatable", {.type = 1, .has_no_segments = true}, 0, OK, 124, 3},
		{"good: entry nowhere", {.has_entry_elsewhere = true}, 0, OK, -1, 3},
		{"good: larger section headers", {.shentsize = 65, .shnum = 1}, 0, OK, 124, 1},
		{"bad: small section headers", {.shentsize = 40}, 0, E_MALFORMED, 124, 0},
		{"bad: small program headers", {.phentsize = 8}, 0, E_MALFORMED, -1, 3},
		{"bad: too many sections", {.shnum = 4}, 0, E_TRUNCATED, 124, 3},
		{"bad: last section cut", {0}, 1, E_TRUNCATED, 124, 2},
		{"bad: all sections cut", {0}, 193, E_TRUNCATED, 124, 0},
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
		check_number(cases[i].name, &set, FACT_EXE_ENTRY, 0, cases[i].entry);
		if (set.groups[GROUP_EXE_SECTION].len != cases[i].sections)
			fail_msg("%s: %u sections found", cases[i].name,
				 set.groups[GROUP_EXE_SECTION].len);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_facts),
		cmocka_unit_test(unusual_files),
		cmocka_unit_test(damage_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
