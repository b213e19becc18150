#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../pack.h"
#include "format/format.h"

/* Members as one line: "name=data;" each, slices as "[at+len]". */
struct listing {
	struct walk w;
	struct buf text;
	uint64_t stop_after; /* bytes written; UINT64_MAX: never */
	enum status how;     /* what the last end() was told */
};

static enum status on_begin(struct walk *w, const struct member *m)
{
	struct listing *l = (struct listing *)w;

	buf_add_str(&l->text, m->name);
	buf_add_u8(&l->text, '=');
	return OK;
}

static enum status on_write(struct walk *w, const void *data, size_t len)
{
	struct listing *l = (struct listing *)w;

	if (len > l->stop_after)
		return E_LIMIT;
	l->stop_after -= len;
	buf_add(&l->text, data, len);
	return OK;
}

static enum status on_end(struct walk *w, enum status how)
{
	struct listing *l = (struct listing *)w;

	buf_add_u8(&l->text, ';');
	l->how = how;
	return OK;
}

static enum status on_slice(struct walk *w, const struct member *m, uint64_t at, uint64_t len)
{
	(void)m;
	buf_addf(&((struct listing *)w)->text, "[%llu+%llu]", (unsigned long long)at,
		 (unsigned long long)len);
	return OK;
}

static enum status on_tick(struct walk *w, uint64_t work)
{
	(void)w, (void)work;
	return OK;
}

static enum status list(const void *data, size_t len, struct listing *l, struct error *e)
{
	struct memory_input in;

	*l = (struct listing){
		.w = {on_begin, on_write, on_end, on_slice, on_tick},
		.stop_after = UINT64_MAX,
	};
	buf_init(&l->text, 1 << 20);
	memory_input_init(&in, data, len);
	return format_named("gzip")->walk(&in.in, &l->w, e);
}

#define HEAD(flags) "\x1f\x8b\x08" flags "\0\0\0\0\0\3"
/* raw deflate of "hello" (one fixed block), its CRC-32 and length */
#define HELLO "\xcb\x48\xcd\xc9\xc9\x07\x00"
#define SUM "\x86\xa6\x10\x36"
#define FIVE "\5\0\0\0"

static void walks(void **state)
{
	static const struct {
		const char *name;
		struct str input;
		enum status want;
		uint64_t at;
		const char *members;
	} cases[] = {
		{"good: one member", STR(HEAD("\0") HELLO SUM FIVE), OK, 0, "=hello;"},
		{"good: name", STR(HEAD("\x8") "a\xff\0" HELLO SUM FIVE), OK, 0, "a\xff=hello;"},
		{"good: extra, comment",
		 STR(HEAD("\x14") "\3\0abc"
				  "no name\0" HELLO SUM FIVE),
		 OK, 0, "=hello;"},
		{"good: header checksum", STR(HEAD("\x2") "\xa7\x77" HELLO SUM FIVE), OK, 0,
		 "=hello;"},
		{"good: text flag", STR(HEAD("\x1") HELLO SUM FIVE), OK, 0, "=hello;"},
		{"good: two members are one object",
		 STR(HEAD("\x8") "a\0" HELLO SUM FIVE HEAD("\x8") "b\0" HELLO SUM FIVE), OK, 0,
		 "a=hellohello;"},
		{"good: padding", STR(HEAD("\0") HELLO SUM FIVE "\0\0\0\0\0\0\0"), OK, 0,
		 "=hello;"},
		{"good: something behind it", STR(HEAD("\0") HELLO SUM FIVE "\0\0garbage"), OK, 0,
		 "=hello;[27+7]"},
		{"good: behind it what only looks like a member",
		 STR(HEAD("\0") HELLO SUM FIVE HEAD("\x80") HELLO), OK, 0, "=hello;[25+17]"},
		{"bad: header cut", STR("\x1f\x8b\x08\0\0"), E_TRUNCATED, 5, ""},
		{"bad: name cut", STR(HEAD("\x8") "abc"), E_TRUNCATED, 13, ""},
		{"bad: extra longer than the file", STR(HEAD("\x4") "\xff\xff" HELLO), E_TRUNCATED,
		 19, ""},
		{"bad: header checksum", STR(HEAD("\x2") "\0\0" HELLO SUM FIVE), E_MALFORMED, 10,
		 "=hello;"},
		{"bad: stream cut", STR(HEAD("\0") "\xcb\x48\xcd\xc9"), E_TRUNCATED, 14, "=hel;"},
		{"bad: no stream", STR(HEAD("\0")), E_TRUNCATED, 10, "=;"},
		{"bad: trailer cut", STR(HEAD("\0") HELLO SUM "\5"), E_TRUNCATED, 17, "=hello;"},
		{"bad: checksum", STR(HEAD("\0") HELLO "\1\2\3\4" FIVE), E_MALFORMED, 17,
		 "=hello;"},
		{"bad: length", STR(HEAD("\0") HELLO SUM "\6\0\0\0"), E_MALFORMED, 21, "=hello;"},
		{"bad: checksum, and another member",
		 STR(HEAD("\0") HELLO "\1\2\3\4" FIVE HEAD("\0") HELLO SUM FIVE), E_MALFORMED, 17,
		 "=hellohello;"},
		{"bad: second stream damaged", STR(HEAD("\0") HELLO SUM FIVE HEAD("\0") "\xff"),
		 E_MALFORMED, 36, "=hello;"},
		{"bad: second header cut", STR(HEAD("\0") HELLO SUM FIVE HEAD("\x8") "ab"),
		 E_TRUNCATED, 37, "=hello;"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct listing l;
		struct error e = {0};
		enum status got = list(cases[i].input.data, cases[i].input.len, &l, &e);

		buf_add_u8(&l.text, 0);
		if (got != cases[i].want || e.at != cases[i].at || e.code != got ||
		    strcmp((char *)l.text.data, cases[i].members) != 0)
			fail_msg("%s: got %s at %llu (%s) with '%s', want %s at %llu with '%s'",
				 cases[i].name, status_name(got), (unsigned long long)e.at, e.text,
				 (char *)l.text.data, status_name(cases[i].want),
				 (unsigned long long)cases[i].at, cases[i].members);
		buf_done(&l.text);
	}
}

static void identifies(void **state)
{
	static const struct {
		const char *name;
		struct str head;
		bool want;
	} cases[] = {
		{"good: plain", STR(HEAD("\0") HELLO SUM FIVE), true},
		{"good: all flags", STR(HEAD("\x1f") "\0\0"), true},
		{"good: cut behind the header", STR(HEAD("\0")), true},
		{"bad: too short", STR("\x1f\x8b\x08\0\0\0\0\0\0"), false},
		{"bad: empty", STR(""), false},
		{"unsupported: method", STR("\x1f\x8b\x07\0\0\0\0\0\0\0\0\0\0"), false},
		{"bad: reserved flag", STR(HEAD("\x20") HELLO SUM FIVE), false},
		{"bad: no such block", STR(HEAD("\0") "\x07....................."), false},
		{"bad: compress, not gzip", STR("\x1f\x9d\x90\0\0\0\0\0\0\0\0\0"), false},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct probe p = {(const uint8_t *)cases[i].head.data, cases[i].head.len,
				  cases[i].head.len};
		const struct format *f = format_identify(&p);
		bool got = f != NULL && f->type == TYPE_GZIP;

		if (got != cases[i].want)
			fail_msg("%s: got %d", cases[i].name, got);
	}
}

static void every_cut_is_told(void **state)
{
	static const char data[] = "a text, a text, and a text that is cut";
	struct buf gz;

	(void)state;
	buf_init(&gz, 4096);
	pack_gzip(&gz, "name", data, sizeof data - 1);
	for (size_t len = 10; len < gz.len; len++) {
		struct listing l;
		struct error e = {0};
		enum status got = list(gz.data, len, &l, &e);

		if (got != E_TRUNCATED || e.code != E_TRUNCATED || e.at > len)
			fail_msg("%zu bytes: %s at %llu", len, status_name(got),
				 (unsigned long long)e.at);
		if (l.text.len > 6) /* "name=" and ";" around it */
			assert_memory_equal(l.text.data + 5, data, l.text.len - 6);
		buf_done(&l.text);
	}
	buf_done(&gz);
}

static void stops_when_told(void **state)
{
	uint8_t *zeros = calloc(1, 1 << 20);
	struct listing l = {
		.w = {on_begin, on_write, on_end, on_slice, on_tick},
		.stop_after = 200000,
	};
	struct memory_input in;
	struct buf gz;

	(void)state;
	assert_non_null(zeros);
	buf_init(&gz, 1 << 22);
	pack_gzip(&gz, "", zeros, 1 << 20);
	memory_input_init(&in, gz.data, gz.len);
	buf_init(&l.text, 1 << 20);
	assert_int_equal(format_named("gzip")->walk(&in.in, &l.w, NULL), E_LIMIT);
	assert_int_equal(l.how, E_LIMIT);
	assert_in_range(l.text.len, 200000 - 65536, 200002);
	buf_done(&l.text);
	buf_done(&gz);
	free(zeros);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks),
		cmocka_unit_test(identifies),
		cmocka_unit_test(every_cut_is_told),
		cmocka_unit_test(stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
