/* What a budget, damage or a failing file cuts off is told, and nothing else is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

#include "run-scanner.h"

static void limits_cut_off_and_say_so(void **state)
{
	static const struct fake_rule rules[] = {TEXT("text", EFFECT_DETECT, "apple")};
	static const struct {
		const char *name;
		struct str limit, value;
		unsigned depth; /* of "apple" */
		size_t zeros;	/* in front of it */
		const char *findings;
		enum reason reason;
	} cases[] = {
		{"no limit in the way", STR("depth"), STR("3"), 3, 0, "text@//1//2//3 ", 0},
		{"depth", STR("depth"), STR("2"), 3, 0, "", REASON_LIMIT},
		{"depth 0", STR("depth"), STR("0"), 1, 0, "", REASON_LIMIT},
		{"members", STR("members"), STR("2"), 3, 0, "", REASON_LIMIT},
		{"member bytes: before", STR("member-bytes"), STR("10"), 1, 5, "text@//1 ", 0},
		{"member bytes: behind", STR("member-bytes"), STR("10"), 1, 6, "", REASON_LIMIT},
		{"total bytes", STR("total-bytes"), STR("100000"), 1, 200000, "", REASON_LIMIT},
		{"ratio within the free part", STR("ratio"), STR("1"), 1, 200000, "text@//1 ", 0},
		{"ratio", STR("ratio"), STR("1"), 1, 17 << 20, "", REASON_LIMIT},
		{"file size", STR("file-bytes"), STR("20"), 1, 0, "", REASON_LIMIT},
		{"memory", STR("memory"), STR("64M"), 1, 33 << 20, "", REASON_MEMORY},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct run r = run_of(rules, LEN(rules));
		uint8_t *data = calloc(1, cases[i].zeros + 5);
		struct memory_input in;
		struct seen seen;
		struct buf gz;

		assert_non_null(data);
		memcpy(data + cases[i].zeros, "apple", 5);
		buf_init(&gz, 1 << 26);
		buf_reserve(&gz, 1);
		nest(&gz, data, cases[i].zeros + 5, cases[i].depth);
		assert_int_equal(scan_limits_set(&r.limits, cases[i].limit, cases[i].value, NULL),
				 OK);
		memory_input_init(&in, gz.data, gz.len);
		struct outcome out = scan(&r, &in.in, &seen);
		bool is_found = cases[i].findings[0] != '\0';
		if (!is_found &&
		    (out.missed != 1u << cases[i].reason || out.reason != cases[i].reason))
			fail_msg("%s: missed 0x%x", cases[i].name, out.missed);
		expect(cases[i].name, &out, &seen,
		       is_found ? VERDICT_DETECTED : VERDICT_NOT_SCANNED, cases[i].findings);
		buf_done(&gz);
		free(data);
	}
}

static void a_matcher_out_of_work_is_told(void **state)
{
	static const struct fake_rule rules[] = {
		TEXT("text", EFFECT_DETECT, "apple"),
		WHOLE("md5", EFFECT_DETECT, MD5, "an apple that is far too long to be looked at"),
		WHOLE("trust", EFFECT_TRUST, MD5, "a pear that is far too long to be looked at"),
	};
	struct run r = run_of(rules, LEN(rules));
	struct memory_input in;
	struct seen seen;

	(void)state;
	r.work = 10;
	memory_input_init(&in, "a fig which is far too long to be looked at..", 45);
	struct outcome out = scan(&r, &in.in, &seen);
	assert_int_equal(out.missed, 1u << REASON_LIMIT);
	expect("neither", &out, &seen, VERDICT_NOT_SCANNED, "");
	expect_bytes("the digest", &r, rules[1].text, rules[1].len, VERDICT_DETECTED, "md5@ ");
	expect_bytes("trusted", &r, rules[2].text, rules[2].len, VERDICT_CLEAN, "");
}

/* An input that is shorter than it said, or fails, from `good` on. */
struct broken_input {
	struct input in;
	uint64_t good;
	enum status how; /* OK: short */
	uint64_t reads;
};

static enum status read_broken(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len)
{
	struct broken_input *b = (struct broken_input *)in;

	b->reads++;
	if (b->how != OK && (at > b->good || len > b->good - at))
		return b->how;
	*ret_len = at < b->good ? (size_t)min_u64(len, b->good - at) : 0;
	memset(to, 'x', *ret_len);
	if (at == 0 && *ret_len >= 5)
		memcpy(to, "apple", 5);
	return OK;
}

static void broken_files(void **state)
{
	static const struct fake_rule rules[] = {
		TEXT("text", EFFECT_DETECT, "apple"),
		{"any", EFFECT_DETECT, FAKE_OBJECT, DIGEST_MD5, "none", 4, true},
	};
	static const struct {
		const char *name;
		uint64_t size, good;
		enum status how;
		bool with_text;
		enum verdict verdict;
		enum reason reason;
		uint64_t at;
	} cases[] = {
		{"whole", 9, 9, OK, false, VERDICT_CLEAN, 0, 0},
		{"whole, large", 1 << 20, 1 << 20, OK, false, VERDICT_CLEAN, 0, 0},
		{"shrunk", 1000, 10, OK, false, VERDICT_NOT_SCANNED, REASON_CHANGED, 10},
		{"shrunk to nothing", 10, 0, OK, false, VERDICT_NOT_SCANNED, REASON_CHANGED, 0},
		{"shrunk later", 3 << 20, 1 << 20, OK, false, VERDICT_NOT_SCANNED, REASON_CHANGED,
		 1 << 20},
		{"shrunk behind a find", 3 << 20, 1 << 20, OK, true, VERDICT_DETECTED,
		 REASON_CHANGED, 1 << 20},
		{"shrunk at once behind a find", 1000, 10, OK, true, VERDICT_DETECTED,
		 REASON_CHANGED, 10},
		{"failed", 1000, 10, E_IO, false, VERDICT_NOT_SCANNED, REASON_UNREADABLE, 0},
		{"failed later", 3 << 20, 2 << 20, E_IO, true, VERDICT_DETECTED, REASON_UNREADABLE,
		 2 << 20},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct run r = run_of(rules + !cases[i].with_text, 2 - !cases[i].with_text);
		struct broken_input in = {
			.in = {.size = cases[i].size, .read = read_broken},
			.good = cases[i].good,
			.how = cases[i].how,
		};
		struct seen seen;
		bool is_whole = cases[i].good == cases[i].size;

		r.all_matches = true;
		struct outcome out = scan(&r, &in.in, &seen);
		if (out.missed != (is_whole ? 0 : 1u << cases[i].reason) ||
		    out.reason_at != cases[i].at)
			fail_msg("%s: missed 0x%x at %llu", cases[i].name, out.missed,
				 (unsigned long long)out.reason_at);
		expect(cases[i].name, &out, &seen, cases[i].verdict,
		       cases[i].verdict == VERDICT_DETECTED ? "text@ " : "");
	}
}

static void bytes_are_read_once_or_not_at_all(void **state)
{
	static const struct fake_rule sized[] = {WHOLE("md5", EFFECT_DETECT, MD5, "five!")};
	static const struct fake_rule text[] = {TEXT("text", EFFECT_DETECT, "berry")};
	static const struct {
		const char *name;
		const struct fake_rule *rules;
		uint64_t size, reads, bytes; /* reads: of one scan */
	} cases[] = {
		{"no rule for the size: the head", sized, 1 << 20, 1, 4096},
		{"a rule for the size", sized, 5, 1, 5},
		{"a small file", text, 5000, 1, 5000},
		{"two windows", text, 300000, 2, 300000},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct run r = run_of(cases[i].rules, 1);
		struct broken_input in = {
			.in = {.size = cases[i].size, .read = read_broken},
			.good = cases[i].size,
		};
		struct seen seen;
		struct outcome out = scan(&r, &in.in, &seen);

		if (in.reads != 2 * cases[i].reads || out.bytes != cases[i].bytes)
			fail_msg("%s: %llu reads, %llu bytes", cases[i].name,
				 (unsigned long long)in.reads / 2, (unsigned long long)out.bytes);
		expect(cases[i].name, &out, &seen, VERDICT_CLEAN, "");
	}
}

static void damage_keeps_what_came_before(void **state)
{
	static const struct fake_rule rules[] = {TEXT("text", EFFECT_DETECT, "apple")};
	struct run r = run_of(rules, 1);
	struct memory_input in;
	struct seen seen;
	struct buf gz;

	(void)state;
	buf_init(&gz, 4096);
	pack_gzip(&gz, "", "an apple", 8);
	gz.data[gz.len - 8] ^= 1;
	memory_input_init(&in, gz.data, gz.len);
	struct outcome out = scan(&r, &in.in, &seen);
	assert_int_equal(out.reason, REASON_DAMAGED);
	expect("checksum", &out, &seen, VERDICT_DETECTED, "text@// ");
	buf_clear(&gz);
	pack_gzip(&gz, "", "a pear", 6);
	memory_input_init(&in, gz.data, gz.len - 3);
	out = scan(&r, &in.in, &seen);
	assert_int_equal(out.missed, 1u << REASON_DAMAGED);
	assert_int_equal(out.reason_at, gz.len - 8);
	assert_int_equal(out.reason_depth, 0);
	expect("cut", &out, &seen, VERDICT_NOT_SCANNED, "");
	buf_done(&gz);
}

static void put_section(uint8_t *pe, unsigned index, uint32_t at, uint32_t size)
{
	uint8_t *h = pe + 64 + 24 + 224 + index * 40;

	put_u32le(h + 12, 0x1000 * (index + 1));
	put_u32le(h + 16, size);
	put_u32le(h + 20, at);
}

/* A PE32 with `count` sections, without alignment. */
static void make_pe(uint8_t *pe, unsigned count)
{
	memcpy(pe, "MZ", 2);
	put_u32le(pe + 0x3c, 64);
	memcpy(pe + 64, "PE\0\0", 4);
	put_u16le(pe + 64 + 6, (uint16_t)count);
	put_u16le(pe + 64 + 20, 224);
	put_u16le(pe + 64 + 24, 0x10b);
}

static void sections_are_hashed_within_bounds(void **state)
{
	static const struct fake_rule rules[] = {
		{"section", EFFECT_DETECT, FAKE_SECTION, DIGEST_MD5, "apples", 6, false},
		{"any", EFFECT_SUSPECT, FAKE_SECTION, DIGEST_SHA1, "a pear!", 7, true},
	};
	enum { SIZE = 300 * 1024, MANY = 100 };
	uint8_t *pe = calloc(1, SIZE);
	struct run r = run_of(rules, 1);
	struct memory_input in;
	struct seen seen;

	(void)state;
	assert_non_null(pe);
	r.needs_facts = r.all_matches = true;
	make_pe(pe, 3);
	put_section(pe, 0, 8192, 6);
	put_section(pe, 1, 8200, 7);
	put_section(pe, 2, SIZE, 6); /* outside */
	memcpy(pe + 8192, "apples", 6);
	memcpy(pe + 8200, "a pear!", 7);
	expect_bytes("sized", &r, pe, SIZE, VERDICT_DETECTED, "section@ ");
	r.count = 2;
	memory_input_init(&in, pe, SIZE);
	struct outcome out = scan(&r, &in.in, &seen);
	assert_int_equal(seen.last.offset, 8200);
	assert_int_equal(seen.last.length, 7);
	expect("any size", &out, &seen, VERDICT_DETECTED, "section@ any@ ");
	/* each section is all of the file: work does not grow with their square */
	make_pe(pe, MANY);
	for (unsigned i = 0; i < MANY; i++)
		put_section(pe, i, 0, SIZE);
	memory_input_init(&in, pe, SIZE);
	out = scan(&r, &in.in, &seen);
	assert_int_equal(out.missed, 1u << REASON_LIMIT);
	expect("overlapping", &out, &seen, VERDICT_NOT_SCANNED, "");
	free(pe);
}

/* Each read takes a quarter of a second, as from a disk that fails. */
static enum status read_slowly(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len)
{
	const struct timespec pause = {.tv_nsec = 250000000};

	(void)in;
	nanosleep(&pause, NULL);
	memset(to, at == 0 ? 'a' : 'b', len);
	*ret_len = len;
	return OK;
}

static void time_is_bounded(void **state)
{
	static const struct fake_rule rules[] = {TEXT("start", EFFECT_DETECT, "aaaa"),
						 TEXT("nowhere", EFFECT_DETECT, "apple")};
	struct input in = {.size = 20 << 20, .read = read_slowly};
	struct run r = run_of(rules + 1, 1);
	struct seen seen;

	(void)state;
	r.limits.time = 1;
	struct outcome out = scan(&r, &in, &seen);
	assert_int_equal(out.missed, 1u << REASON_TIMEOUT);
	assert_true(out.bytes < 2 << 20);
	expect("out of time", &out, &seen, VERDICT_NOT_SCANNED, "");
	/* what was found until then counts */
	r.rules = rules;
	out = scan(&r, &in, &seen);
	assert_int_equal(out.reason, REASON_TIMEOUT);
	expect("found in time", &out, &seen, VERDICT_DETECTED, "start@ ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_cut_off_and_say_so),
		cmocka_unit_test(a_matcher_out_of_work_is_told),
		cmocka_unit_test(broken_files),
		cmocka_unit_test(bytes_are_read_once_or_not_at_all),
		cmocka_unit_test(damage_keeps_what_came_before),
		cmocka_unit_test(sections_are_hashed_within_bounds),
		cmocka_unit_test(time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
