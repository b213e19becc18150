/*
 * Containers of rule sources, made here with a small tar writer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <zlib.h>

#include "digest/digest.h"
#include "lang/container.h"

enum { CEILING = 1 << 16, HEADER = 512, BLOCK = 512 };

struct file {
	const char *name, *text;
};

static const struct file files[] = {
	{"b.ndb", "first"},
	{"a.ldb", "second"},
	{"z.ign2", "third"},
};

static void add_header(struct buf *to, const char *md5, const char *count)
{
	buf_addf(to, "ClamAV-VDB:now:7:%s:90:%s:X:me:1624388280", count, md5);
}

static void add_file(struct buf *tar, const char *name, struct str text, char type)
{
	char h[BLOCK] = {0};

	(void)snprintf(h, 100, "%s", name);
	(void)snprintf(h + 124, 12, "%011zo", text.len);
	h[156] = type;
	buf_add(tar, h, sizeof h);
	buf_add_str(tar, text);
	buf_add_zeros(tar, (BLOCK - text.len % BLOCK) % BLOCK);
}

static void add_info(struct buf *tar)
{
	struct buf info;

	buf_init(&info, CEILING);
	add_header(&info, "X", "3");
	for (size_t i = 0; i < LEN(files); i++) {
		struct str text = str_of(files[i].text);
		uint8_t digest[32];
		char hex[65];

		assert_int_equal(digest_once(DIGEST_SHA256, text.data, text.len, digest), OK);
		hex_encode(digest, sizeof digest, hex);
		buf_addf(&info, "\n%s:%zu:%s", files[i].name, text.len, hex);
	}
	buf_addf(&info, "\nDSIG:x\n");
	add_file(tar, "a.info", buf_str(&info), '0');
	buf_done(&info);
}

/* The tar of all files, with one more member unless `extra` is NULL. */
static void make_tar(struct buf *tar, const char *extra, char type)
{
	add_file(tar, "COPYING", STR("free"), '0');
	add_info(tar);
	for (size_t i = 0; i < LEN(files); i++)
		add_file(tar, files[i].name, str_of(files[i].text), '0');
	if (extra != NULL)
		add_file(tar, extra, STR("x"), type);
	buf_add_zeros(tar, 2 * BLOCK);
}

static void add_gzip(struct buf *to, struct str data)
{
	z_stream z = {0};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, MAX_WBITS + 16, 8, 0), Z_OK);
	size_t most = deflateBound(&z, data.len);
	z.next_in = (uint8_t *)(uintptr_t)data.data;
	z.avail_in = (uInt)data.len;
	z.next_out = buf_reserve(to, most);
	z.avail_out = (uInt)most;
	assert_non_null(z.next_out);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	to->len += z.total_out;
	deflateEnd(&z);
}

/* `md5` NULL: the right one. */
static void make(struct buf *to, struct str tar, bool is_zipped, const char *md5,
		 const char *count)
{
	struct buf body;
	uint8_t digest[16];
	char hex[33];

	buf_init(&body, 1 << 25);
	if (is_zipped)
		add_gzip(&body, tar);
	else
		buf_add_str(&body, tar);
	assert_int_equal(digest_once(DIGEST_MD5, body.data, body.len, digest), OK);
	hex_encode(digest, sizeof digest, hex);
	add_header(to, md5 != NULL ? md5 : hex, count);
	while (to->len < HEADER)
		buf_add_u8(to, ' ');
	buf_add_str(to, buf_str(&body));
	buf_done(&body);
	assert_false(to->bad);
}

static enum status open_named(const char *name, struct str bytes, struct contents *ret,
			      struct error *e)
{
	const struct source_text src = {str_of(name), bytes};

	*e = (struct error){0};
	return container_open(container_for(src.name), &src, CEILING, ret, e);
}

static void check_good(const char *name, bool is_zipped, const char *md5)
{
	static const char *const order[] = {"z.ign2", "third", "COPYING", "free", "a.info", NULL,
					    "a.ldb", "second", "b.ndb", "first"};
	struct buf tar, bytes;
	struct contents c;
	struct error e;

	buf_init(&tar, CEILING);
	buf_init(&bytes, CEILING);
	make_tar(&tar, NULL, 0);
	make(&bytes, buf_str(&tar), is_zipped, md5, "3");
	if (open_named(name, buf_str(&bytes), &c, &e) != OK)
		fail_msg("%s: %s", name, e.text);
	assert_int_equal(c.members.len, LEN(order) / 2);
	for (size_t i = 0; i < c.members.len; i++) {
		const struct member *m = &c.members.items[i];
		const char *text = order[2 * i + 1];

		assert_true(str_eq(m->name, str_of(order[2 * i])));
		assert_true(text == NULL || str_eq(m->text, str_of(text)));
	}
	assert_string_equal(c.about, "cvd version 7, signature not checked");
	assert_false(c.is_newer);
	contents_done(&c);
	buf_done(&tar);
	buf_done(&bytes);
}

static void good(void **state)
{
	(void)state;
	check_good("a.cvd", true, NULL);
	check_good("a.cvd", false, NULL);
	check_good("a.CLD", false, "X");
	check_good("x/a.cud", true, "X");
}

static void wrong(void **state)
{
	static const struct {
		const char *extra;
		char type;
		const char *md5, *count, *want;
		enum status status;
	} cases[] = {
		{NULL, 0, "X", "3", "the header holds no MD5", E_MALFORMED},
		{NULL, 0, "00000000000000000000000000000000", "3",
		 "the MD5 in the header is of other data", E_MALFORMED},
		{NULL, 0, NULL, "4",
		 "in the tar: .info and the header have different numbers", E_MALFORMED},
		{NULL, 0, NULL, "-3", "a number is expected in the header", E_MALFORMED},
		{NULL, 0, NULL, "3:3", "the header has not 9 fields", E_MALFORMED},
		{"c.ndb", '0', NULL, "3", "in the tar: c.ndb is not in .info", E_MALFORMED},
		{"b.ndb", '0', NULL, "3", "in the tar: b.ndb is there twice", E_MALFORMED},
		{"b.info", '0', NULL, "3", "in the tar: 2 .info files, not one", E_MALFORMED},
		{"a/b.ndb", '0', NULL, "3", "in the tar: not the name of a source", E_MALFORMED},
		{"/b.ndb", '0', NULL, "3", "in the tar: not the name of a source", E_MALFORMED},
		{".ndb", '0', NULL, "3", "in the tar: not the name of a source", E_MALFORMED},
		{"b\n.ndb", '0', NULL, "3", "in the tar: not the name of a source", E_MALFORMED},
		{"c.ndb", '2', NULL, "3", "in the tar: not a plain file", E_MALFORMED},
		{"c.ndb", '5', NULL, "3", "in the tar: not a plain file", E_MALFORMED},
	};

	(void)state;
	for (size_t i = 0; i < 2 * LEN(cases); i++) {
		size_t n = i / 2;
		struct buf tar, bytes;
		struct contents c;
		struct error e;

		buf_init(&tar, CEILING);
		buf_init(&bytes, CEILING);
		make_tar(&tar, cases[n].extra, cases[n].type);
		make(&bytes, buf_str(&tar), i % 2 == 0, cases[n].md5, cases[n].count);
		assert_int_equal(open_named("a.cvd", buf_str(&bytes), &c, &e), cases[n].status);
		assert_string_equal(e.text, cases[n].want);
		assert_int_equal(c.members.len, 0);
		contents_done(&c);
		buf_done(&tar);
		buf_done(&bytes);
	}
}

/* A container that ends anywhere before its last member does is none. */
static void cut_short(void **state)
{
	(void)state;
	for (int is_zipped = 0; is_zipped < 2; is_zipped++) {
		struct buf tar, bytes;
		struct contents c;
		struct error e;

		buf_init(&tar, CEILING);
		buf_init(&bytes, CEILING);
		make_tar(&tar, NULL, 0);
		make(&bytes, buf_str(&tar), is_zipped, "X", "3");
		size_t end = is_zipped ? bytes.len : bytes.len - 3 * BLOCK;
		for (size_t len = 0; len < end; len++) {
			struct str part = str_first(buf_str(&bytes), len);

			assert_int_not_equal(open_named("a.cld", part, &c, &e), OK);
			assert_int_equal(c.members.len, 0);
			assert_true(e.text[0] != '\0');
			contents_done(&c);
		}
		buf_done(&tar);
		buf_done(&bytes);
	}
}

static void bomb(void **state)
{
	struct buf zeros, bytes;
	struct contents c;
	struct error e;

	(void)state;
	buf_init(&zeros, 1 << 24);
	buf_init(&bytes, 1 << 20);
	buf_add_zeros(&zeros, 1 << 24);
	make(&bytes, buf_str(&zeros), true, NULL, "3");
	assert_int_equal(open_named("a.cvd", buf_str(&bytes), &c, &e), E_LIMIT);
	assert_string_equal(e.text, "it unpacks to more than 65536 bytes");
	contents_done(&c);
	buf_done(&zeros);
	buf_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(wrong),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(bomb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
