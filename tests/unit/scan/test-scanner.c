#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "run-scanner.h"

/* In the order of the rules, then of the digests, then of the members. */
static const struct fake_rule order[] = {
	WHOLE("sha256", EFFECT_DETECT, SHA256, "bad apple"),
	WHOLE("md5", EFFECT_DETECT, MD5, "bad apple"),
	TEXT("text-1", EFFECT_DETECT, "apple"),
	TEXT("suspect", EFFECT_SUSPECT, "bad"),
	TEXT("only-for-others", EFFECT_NONE, "bad"),
	WHOLE("sha1", EFFECT_SUSPECT, SHA1, "bad apple"),
};

static void findings_have_an_order(void **state)
{
	struct run r = run_of(order, LEN(order));

	(void)state;
	r.all_matches = true;
	expect_bytes("all", &r, "bad apple", 9, VERDICT_DETECTED,
		     "text-1@ suspect@ md5@ sha1@ sha256@ ");
	r.all_matches = false;
	expect_bytes("first", &r, "bad apple", 9, VERDICT_DETECTED, "text-1@ ");
	expect_bytes("suspect alone", &r, "bad pear", 8, VERDICT_SUSPICIOUS, "suspect@ ");
	expect_bytes("none", &r, "a pear", 6, VERDICT_CLEAN, "");
	expect_bytes("empty", &r, "", 0, VERDICT_CLEAN, "");
}

static void evidence_is_complete(void **state)
{
	struct run r = run_of(order, LEN(order));
	struct memory_input in;
	struct seen seen;
	struct buf gz;

	(void)state;
	buf_init(&gz, 4096);
	pack_gzip(&gz, "inner\xff.txt", "an apple", 8);
	memory_input_init(&in, gz.data, gz.len);
	struct outcome out = scan(&r, &in.in, &seen);
	const struct finding *f = &seen.last;
	assert_string_equal(f->rule, "text-1");
	assert_string_equal(f->source, "fake.db");
	assert_int_equal(f->line, 3);
	assert_string_equal(f->path, "//inner\xff.txt");
	assert_int_equal(f->depth, 1);
	assert_int_equal(f->type, TYPE_DATA);
	assert_true(f->has_match);
	assert_int_equal(f->offset, 3);
	assert_int_equal(f->length, 5);
	assert_int_equal(out.type, TYPE_GZIP);
	assert_int_equal(out.objects, 2);
	assert_int_equal(out.size, gz.len);
	assert_int_equal(out.bytes, gz.len + 8);
	buf_done(&seen.text);
	buf_done(&gz);
}

static void trust_covers_what_is_inside(void **state)
{
	struct fake_rule rules[] = {
		TEXT("text", EFFECT_DETECT, "apple"),
		WHOLE("trusted", EFFECT_TRUST, SHA256, "bad apple"),
		{"outer", EFFECT_TRUST, FAKE_OBJECT, DIGEST_MD5, NULL, 0, false},
	};
	struct run r = run_of(rules, 2);
	struct memory_input in;
	struct seen seen;
	struct buf gz, two;

	(void)state;
	buf_init(&gz, 4096);
	buf_init(&two, 4096);
	r.all_matches = true;
	expect_bytes("itself", &r, "bad apple", 9, VERDICT_CLEAN, "");
	expect_bytes("another", &r, "bad apples", 10, VERDICT_DETECTED, "text@ ");
	nest(&gz, "bad apple", 9, 1);
	expect_bytes("a trusted member", &r, gz.data, gz.len, VERDICT_CLEAN, "");
	/* the member is known good, what lies behind it is not */
	buf_add(&gz, "an apple", 8);
	expect_bytes("beside it", &r, gz.data, gz.len, VERDICT_DETECTED, "text@ text@// ");
	nest(&two, "an apple", 8, 2);
	expect_bytes("two deep", &r, two.data, two.len, VERDICT_DETECTED, "text@//1//2 ");
	rules[2].text = (const char *)two.data;
	rules[2].len = two.len;
	r.count = 3;
	memory_input_init(&in, two.data, two.len);
	struct outcome out = scan(&r, &in.in, &seen);
	assert_true(out.trusted);
	assert_int_equal(out.objects, 1);
	expect("the file", &out, &seen, VERDICT_CLEAN, "");
	/* in the middle: its trust covers what is in it */
	nest(&gz, two.data, two.len, 1);
	expect_bytes("in the middle", &r, gz.data, gz.len, VERDICT_CLEAN, "");
	buf_done(&gz);
	buf_done(&two);
}

/* The rule stands across the border of two windows. */
static void windows_overlap(void **state)
{
	static const struct fake_rule rules[] = {TEXT("text", EFFECT_DETECT, "apple")};
	enum { SIZE = 3 * 256 * 1024 };
	char *data = calloc(1, SIZE);
	struct run r = run_of(rules, 1);

	(void)state;
	assert_non_null(data);
	for (size_t at = 256 * 1024 - 6; at < 256 * 1024 + 2; at++) {
		memcpy(data + at, "apple", 5);
		expect_bytes("across", &r, data, SIZE, VERDICT_DETECTED, "text@ ");
		memset(data + at, 0, 5);
	}
	free(data);
}

static void long_paths_are_cut(void **state)
{
	static const struct fake_rule rules[] = {TEXT("text", EFFECT_DETECT, "apple")};
	struct run r = run_of(rules, 1);
	struct memory_input in;
	struct seen seen;
	struct buf inner, outer;
	char name[256];

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	buf_init(&inner, 1 << 16);
	buf_init(&outer, 1 << 16);
	buf_add(&inner, "apple", 5);
	for (int i = 0; i < 8; i++) {
		buf_clear(&outer);
		pack_gzip(&outer, name, inner.data, inner.len);
		buf_clear(&inner);
		buf_add(&inner, outer.data, outer.len);
	}
	memory_input_init(&in, inner.data, inner.len);
	struct outcome out = scan(&r, &in.in, &seen);
	assert_int_equal(out.verdict, VERDICT_DETECTED);
	assert_int_equal(strlen(seen.last.path), FINDING_PATH_MAX - 1);
	assert_int_equal(seen.last.depth, 8);
	buf_done(&seen.text);
	buf_done(&inner);
	buf_done(&outer);
}

/* As deep as can be asked for: the stack holds a walk for each level. */
static void the_deepest_nesting(void **state)
{
	static const struct fake_rule rules[] = {TEXT("text", EFFECT_DETECT, "apple")};
	struct run r = run_of(rules, 1);
	struct memory_input in;
	struct seen seen;
	struct buf gz;

	(void)state;
	buf_init(&gz, 1 << 16);
	r.limits.depth = 64;
	nest(&gz, "an apple", 8, 64);
	memory_input_init(&in, gz.data, gz.len);
	struct outcome out = scan(&r, &in.in, &seen);
	assert_int_equal(out.verdict, VERDICT_DETECTED);
	assert_int_equal(seen.last.depth, 64);
	assert_int_equal(out.objects, 65);
	buf_done(&seen.text);
	nest(&gz, "an apple", 8, 65);
	expect_bytes("too deep", &r, gz.data, gz.len, VERDICT_NOT_SCANNED, "");
	buf_done(&gz);
}

static void unwanted_types_are_still_opened(void **state)
{
	static const struct fake_rule rules[] = {TEXT("text", EFFECT_DETECT, "apple")};
	struct run r = run_of(rules, 1);
	struct buf gz;

	(void)state;
	buf_init(&gz, 4096);
	r.wanted_types = 1u << TYPE_DATA;
	nest(&gz, "an apple", 8, 2);
	expect_bytes("inside", &r, gz.data, gz.len, VERDICT_DETECTED, "text@//1//2 ");
	r.wanted_types = 1u << TYPE_ELF;
	expect_bytes("not wanted", &r, gz.data, gz.len, VERDICT_CLEAN, "");
	buf_done(&gz);
}

static void images_come_in_order(void **state)
{
	static const struct fake_rule first[] = {WHOLE("md5-1", EFFECT_DETECT, MD5, "apple"),
						 TEXT("text-1", EFFECT_DETECT, "apple")};
	static const struct fake_rule second[] = {WHOLE("sha256-2", EFFECT_DETECT, SHA256, "apple"),
						  WHOLE("md5-2", EFFECT_DETECT, MD5, "apple"),
						  TEXT("text-2", EFFECT_DETECT, "app")};
	struct image fakes[] = {{.rules = first, .count = 2}, {.rules = second, .count = 3}};
	struct image *images[] = {&fakes[0], &fakes[1]};
	struct scan_options options = {.images = images, .image_count = 2, .all_matches = true};
	struct seen seen = {.sink.finding = note};
	struct memory_input in;
	struct scanner *s;
	struct outcome out;

	(void)state;
	scan_limits_preset(&options.limits);
	buf_init(&seen.text, 4096);
	memory_input_init(&in, "apple", 5);
	assert_int_equal(scanner_new(&options, &s, NULL), OK);
	scanner_scan(s, &in.in, NULL, &seen.sink, &out);
	scanner_free(s);
	assert_int_equal(seen.last.image, 1);
	expect("two images", &out, &seen, VERDICT_DETECTED,
	       "text-1@ text-2@ md5-1@ md5-2@ sha256-2@ ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_have_an_order),
		cmocka_unit_test(evidence_is_complete),
		cmocka_unit_test(trust_covers_what_is_inside),
		cmocka_unit_test(windows_overlap),
		cmocka_unit_test(long_paths_are_cut),
		cmocka_unit_test(the_deepest_nesting),
		cmocka_unit_test(unwanted_types_are_still_opened),
		cmocka_unit_test(images_come_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
