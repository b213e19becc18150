/*
 * Rules of real languages in a real image, through the real matcher.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "../pack.h"
#include "compile.h"
#include "scan/scan.h"

/* A PE32 of 1024 bytes: one section at 512 of 512 bytes, entered 16 bytes behind its start. */
static void make_pe(uint8_t pe[1024])
{
	memset(pe, 0, 1024);
	memcpy(pe, "MZ", 2);
	put_u32le(pe + 0x3c, 64);
	memcpy(pe + 64, "PE\0\0\x4c\1\1\0", 8);
	put_u16le(pe + 84, 224);
	put_u16le(pe + 88, 0x10b);
	put_u32le(pe + 88 + 16, 0x1010);
	put_u32le(pe + 88 + 32, 4096);
	put_u32le(pe + 88 + 36, 512);
	put_u32le(pe + 88 + 60, 512);
	put_u32le(pe + 312 + 12, 0x1000);
	put_u32le(pe + 312 + 16, 512);
	put_u32le(pe + 312 + 20, 512);
	memcpy(pe + 512, "a section", 9);
	memcpy(pe + 528, "\x90\x90\xcc\xcc", 4);
}

struct listing {
	struct scan_sink sink;
	struct buf text;
};

static void note(struct scan_sink *sink, const struct finding *f)
{
	struct listing *l = (struct listing *)sink;

	buf_addf(&l->text, "%s@%s", f->rule, f->path);
	if (f->has_match)
		buf_addf(&l->text, ":%llu+%llu", (unsigned long long)f->offset,
			 (unsigned long long)f->length);
	buf_add_u8(&l->text, ' ');
}

static void check(const struct compiled *c, const char *name, const void *data, size_t len,
		  const char *want)
{
	struct image *images[] = {c->img};
	struct scan_options options = {.images = images, .image_count = 1, .all_matches = true};
	struct listing l = {.sink.finding = note};
	struct memory_input in;
	struct scanner *s;
	struct outcome out;

	scan_limits_preset(&options.limits);
	buf_init(&l.text, 1 << 16);
	memory_input_init(&in, data, len);
	assert_int_equal(scanner_new(&options, &s, NULL), OK);
	scanner_scan(s, &in.in, NULL, &l.sink, &out);
	scanner_free(s);
	buf_add_u8(&l.text, 0);
	if (strcmp((char *)l.text.data, want) != 0)
		fail_msg("%s: got '%s', want '%s'", name, (char *)l.text.data, want);
	buf_done(&l.text);
}

static void hex_of(enum digest_kind kind, const void *data, size_t len, char *to)
{
	uint8_t value[DIGEST_MAX_BYTES];

	assert_int_equal(digest_once(kind, data, len, value), OK);
	hex_encode(value, digest_info(kind)->bytes, to);
}

static void rules_of_all_kinds(void **state)
{
	uint8_t pe[1024];
	char whole[65], section[65], text[2048], good[65];
	struct compiled c;
	struct buf gz;

	(void)state;
	make_pe(pe);
	hex_of(DIGEST_MD5, pe, sizeof pe, whole);
	hex_of(DIGEST_MD5, pe + 512, 512, section);
	hex_of(DIGEST_SHA256, "a pear in a section", 19, good);
	const struct source_text sources[] = {
		{STR("a.hdb"), {text, (size_t)snprintf(text, 512, "%s:1024:Whole\n", whole)}},
		{STR("b.mdb"),
		 {text + 512, (size_t)snprintf(text + 512, 512, "512:%s:Section\n", section)}},
		{STR("c.ndb"), STR("Text:0:*:612073*6f6e\nEntry:1:EP+0:9090cccc\n"
				   "Elf:6:*:612073\n")},
		{STR("d.sfp"),
		 {text + 1024, (size_t)snprintf(text + 1024, 512, "%s:19:Trusted\n", good)}},
	};
	compile_rules(&c, sources, 2);
	check(&c, "digests", pe, sizeof pe, "Whole@ Section@:512+512 ");
	compiled_done(&c);
	compile_rules(&c, sources, LEN(sources));
	check(&c, "all", pe, sizeof pe, "Text@:512+9 Entry@:528+4 Whole@ Section@:512+512 ");
	check(&c, "no PE", pe + 512, 512, "Text@:0+9 ");
	check(&c, "trusted", "a pear in a section", 19, "");
	check(&c, "nothing", "a pear", 6, "");
	buf_init(&gz, 4096);
	pack_gzip(&gz, "x", pe, sizeof pe);
	check(&c, "inside", gz.data, gz.len,
	      "Text@//x:512+9 Entry@//x:528+4 Whole@//x Section@//x:512+512 ");
	buf_done(&gz);
	compiled_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
