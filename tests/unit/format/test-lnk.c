#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <cmocka.h>

#include "base/buf.h"
#include "format/parts.h"

enum { HAS_ITEMS = 1, HAS_INFO = 2, HAS_NAME = 4, HAS_ARGUMENTS = 0x20, IS_WIDE = 0x80 };
enum { HEADER_BYTES = 76 };

static const char guid[] = "\x50\xe0\x4f\xd0\x20\xea\x3a\x69\x10\xa2\xd8\x08\x00\x2b\x30\x30\x9d";
#define GUID_TEXT "20d04fe0-3aea-1069-a2d8-08002b30309d"

static void put(struct buf *b, const char *bytes, size_t len)
{
	buf_add(b, bytes, len);
}
#define PUT(b, literal) put(b, "" literal, sizeof(literal) - 1)

/* Of a file of 5 bytes, made one second after 1970, read before it, written in 1970. */
static void header(struct buf *b, uint32_t flags)
{
	buf_init(b, 1 << 20);
	PUT(b, "\x4c\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46");
	buf_add_u32le(b, flags);
	buf_add_u32le(b, 0x20);
	buf_add_u64le(b, 116444736010000000);
	buf_add_u64le(b, 116444735999999999);
	buf_add_u64le(b, 116444736000000000);
	buf_add_u32le(b, 5);
	buf_add_u32le(b, 0xffffffff);
	buf_add_u32le(b, 7);
	buf_add_zeros(b, 12);
}

static void item(struct buf *b, const char *bytes, size_t len)
{
	buf_add_u16le(b, (uint16_t)(len + 2));
	buf_add(b, bytes, len);
}
#define ITEM(b, literal) item(b, "" literal, sizeof(literal) - 1)

/* A LinkInfo with a volume and both paths, in UTF-16 when it is wide. */
static void info(struct buf *b, bool is_wide)
{
	const uint32_t head = is_wide ? 36 : 28, volume = head, path = volume + 24;

	buf_add_u32le(b, path + 12);
	buf_add_u32le(b, head);
	buf_add_u32le(b, 3);
	buf_add_u32le(b, volume);
	buf_add_u32le(b, path);
	buf_add_u32le(b, 0);
	buf_add_u32le(b, path + 4);
	if (is_wide) {
		buf_add_u32le(b, path);
		buf_add_u32le(b, path + 6);
	}
	buf_add_u32le(b, 24);
	buf_add_u32le(b, 3);
	buf_add_u32le(b, 0xabcd1234);
	buf_add_u32le(b, is_wide ? 20 : 16);
	if (is_wide)
		PUT(b, "\x14\0\0\0V\0\0\0");
	else
		PUT(b, "VOL\0\0\0\0\0");
	if (is_wide)
		PUT(b, "\xe4\0\x3d\xd8\0\0\x7a\0y\0\0\0");
	else
		PUT(b, "C:\\\0end\0\0\0\0\0");
}

static void tracker(struct buf *b)
{
	buf_add_u32le(b, 96);
	buf_add_u32le(b, 0xa0000003);
	buf_add_u32le(b, 88);
	buf_add_u32le(b, 1);
	PUT(b, "machine\0\0\0\0\0\0\0\0\0");
	for (int i = 0; i < 4; i++)
		buf_add(b, guid, 16);
}

struct found {
	struct arena *arena;
	struct fact_set set;
	enum status status;
};

static void find(struct found *f, const struct buf *b, size_t len)
{
	struct memory_input m;
	struct error e = {0};

	f->arena = arena_new(4 << 20);
	fact_set_init(&f->set, f->arena, NULL);
	memory_input_init(&m, b->data, len);
	f->status = part_find(PART_lnk, &m.in, &f->set, &e);
	assert_true(f->status == OK || (e.code == f->status && e.at <= len));
}

static void check_int(const struct found *f, enum fact_id id, uint32_t row, int64_t want)
{
	const struct fact *got = fact_get(&f->set, id, row);

	if (got == NULL || got->integer != want)
		fail_msg("%s[%u]: got %" PRId64 ", want %" PRId64, fact_info(id)->name, row,
			 got != NULL ? got->integer : -1, want);
}

static void check_text(const struct found *f, enum fact_id id, uint32_t row, const char *want)
{
	const struct fact *got = fact_get(&f->set, id, row);

	if (want == NULL ? got != NULL : got == NULL || !str_eq(got->text, str_of(want)))
		fail_msg("%s[%u]: got \"%.*s\", want \"%s\"", fact_info(id)->name, row,
			 got != NULL ? (int)got->text.len : 0, got != NULL ? got->text.data : "",
			 want != NULL ? want : "nothing");
}

static void header_only(void **state)
{
	struct found f;
	struct buf b;

	(void)state;
	header(&b, 0);
	buf_add_u32le(&b, 0);
	find(&f, &b, b.len);
	assert_int_equal(f.status, OK);
	check_int(&f, FACT_LNK_IS_LNK, 0, 1);
	check_int(&f, FACT_LNK_FILE_ATTRIBUTES, 0, 0x20);
	check_int(&f, FACT_LNK_CREATION_TIME, 0, 1);
	assert_null(fact_get(&f.set, FACT_LNK_ACCESS_TIME, 0));
	check_int(&f, FACT_LNK_WRITE_TIME, 0, 0);
	check_int(&f, FACT_LNK_FILE_SIZE, 0, 5);
	check_int(&f, FACT_LNK_ICON_INDEX, 0, 0xffffffff);
	check_int(&f, FACT_LNK_SHOW_COMMAND, 0, 7);
	check_int(&f, FACT_LNK_OVERLAY_SIZE, 0, 0);
	assert_null(fact_get(&f.set, FACT_LNK_OVERLAY_OFFSET, 0));
	assert_null(fact_get(&f.set, FACT_LNK_NAME, 0));
	arena_free(f.arena);
	buf_done(&b);
}

static void other_files(void **state)
{
	static const char long_text[] = "a text of more than seventy-six bytes, "
					"which is what the header of a shortcut has";
	static const char *const texts[] = {"", "L", long_text};

	(void)state;
	for (size_t i = 0; i < LEN(texts); i++) {
		struct found f;
		struct buf b;

		buf_init(&b, 1 << 10);
		buf_add_str(&b, str_of(texts[i]));
		find(&f, &b, b.len);
		assert_int_equal(f.status, E_UNSUPPORTED);
		check_int(&f, FACT_LNK_IS_LNK, 0, 0);
		arena_free(f.arena);
		buf_done(&b);
	}
}

static void items(void **state)
{
	static const struct {
		enum fact_id id;
		uint32_t row;
		const char *want;
	} texts[] = {
		{FACT_LNK_ITEM_ROOT_FOLDER_ID, 0, GUID_TEXT},
		{FACT_LNK_ITEM_VOLUME_NAME, 1, "C:\\"},
		{FACT_LNK_ITEM_VOLUME_ID, 1, NULL},
		{FACT_LNK_ITEM_VOLUME_ID, 2, GUID_TEXT},
		{FACT_LNK_ITEM_FILE_ENTRY_NAME, 3, "test"},
		{FACT_LNK_ITEM_FILE_ENTRY_NAME, 4, "t\303\244"},
		{FACT_LNK_ITEM_NETWORK_LOCATION, 5, "\\\\host\\share"},
		{FACT_LNK_ITEM_CPL_FILE_PATH, 6, "a.cpl"},
		{FACT_LNK_ITEM_CPL_FILE_PATH, 7, "b"},
		{FACT_LNK_ITEM_DATA, 8, "\252\273"},
		{FACT_LNK_ITEM_FILE_ENTRY_NAME, 9, NULL},
	};
	static const int64_t types[] = {0x1f, 0x20, 0x20, 0x30, 0x30, 0x40, 0, 0, 0x88, 0x30};
	struct found f;
	struct buf b, list;

	(void)state;
	buf_init(&list, 1 << 10);
	ITEM(&list, "\x1e\x50\xe0\x4f\xd0\x20\xea\x3a\x69\x10\xa2\xd8\x08\x00\x2b\x30\x30\x9d");
	ITEM(&list, "\x2f"
		    "C:\\\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	ITEM(&list, "\x2e\x50\xe0\x4f\xd0\x20\xea\x3a\x69\x10\xa2\xd8\x08\x00\x2b\x30\x30\x9d");
	ITEM(&list, "\x31...........test\0more");
	ITEM(&list, "\xb6...........t\0\xe4\0\0\0");
	ITEM(&list, "\xc2..\\\\host\\share");
	ITEM(&list, "\0.........a.cpl");
	ITEM(&list, "\0.........\0...........b\0\0\0");
	ITEM(&list, "\x88\xaa\xbb");
	ITEM(&list, "");
	ITEM(&list, "\x31..........");
	buf_add_u16le(&list, 0);
	ITEM(&list, "\x31 behind the end");
	header(&b, HAS_ITEMS);
	buf_add_u16le(&b, (uint16_t)list.len);
	buf_add_str(&b, buf_str(&list));
	buf_add_u32le(&b, 3);
	PUT(&b, "overlay");
	find(&f, &b, b.len);
	assert_int_equal(f.status, OK);
	assert_int_equal(f.set.groups[GROUP_LNK_ITEM].len, LEN(types));
	for (uint32_t i = 0; i < LEN(types); i++)
		check_int(&f, FACT_LNK_ITEM_ITEM_TYPE, i, types[i]);
	for (size_t i = 0; i < LEN(texts); i++)
		check_text(&f, texts[i].id, texts[i].row, texts[i].want);
	check_int(&f, FACT_LNK_OVERLAY_SIZE, 0, 7);
	check_int(&f, FACT_LNK_OVERLAY_OFFSET, 0, (int64_t)b.len - 7);
	arena_free(f.arena);
	buf_done(&list);
	buf_done(&b);
}

static void all_parts(struct buf *b, bool is_wide)
{
	header(b, HAS_INFO | HAS_NAME | HAS_ARGUMENTS | (is_wide ? IS_WIDE : 0));
	info(b, is_wide);
	buf_add_u16le(b, 5);
	if (is_wide)
		PUT(b, "n\0\0\xdc\x3d\xd8\x00\xde\0\0");
	else
		PUT(b, "n\0\377\303\244");
	buf_add_u16le(b, 300);
	for (int i = 0; i < (is_wide ? 600 : 300); i++)
		buf_add_u8(b, is_wide && i % 2 == 1 ? 0 : 'x');
	tracker(b);
	buf_add_u32le(b, 0);
}

static void whole(void **state)
{
	(void)state;
	for (int is_wide = 0; is_wide < 2; is_wide++) {
		struct found f;
		struct buf b;

		all_parts(&b, is_wide != 0);
		find(&f, &b, b.len);
		assert_int_equal(f.status, OK);
		check_int(&f, FACT_LNK_DRIVE_TYPE, 0, 3);
		check_int(&f, FACT_LNK_DRIVE_SERIAL_NUMBER, 0, 0xabcd1234);
		check_text(&f, FACT_LNK_VOLUME_LABEL, 0, is_wide ? "V" : "VOL");
		check_text(&f, FACT_LNK_LOCAL_BASE_PATH, 0,
			   is_wide ? "\303\244\357\277\275" : "C:\\");
		check_text(&f, FACT_LNK_COMMON_PATH_SUFFIX, 0, is_wide ? "zy" : "end");
		const struct fact *name = fact_get(&f.set, FACT_LNK_NAME, 0);
		const struct str want = is_wide ? STR("n\357\277\275\360\237\230\200")
						: STR("n\0\357\277\275\303\244");
		assert_non_null(name);
		assert_true(str_eq(name->text, want));
		const struct fact *arguments = fact_get(&f.set, FACT_LNK_CMD_LINE_ARGS, 0);
		assert_non_null(arguments);
		assert_int_equal(arguments->text.len, 300);
		check_int(&f, FACT_LNK_TRACKER_DATA_VERSION, 0, 1);
		check_text(&f, FACT_LNK_TRACKER_DATA_MACHINE_ID, 0, "machine");
		check_text(&f, FACT_LNK_TRACKER_DATA_DROID_VOLUME_ID, 0,
			   "d04fe050-ea20-693a-10a2-d808002b3030");
		check_int(&f, FACT_LNK_OVERLAY_SIZE, 0, 0);
		arena_free(f.arena);
		buf_done(&b);
	}
}

/* Whatever is cut off, what stands before it is found. */
static void cut(void **state)
{
	struct buf b;

	(void)state;
	all_parts(&b, true);
	for (size_t len = 0; len < b.len; len++) {
		struct found f;

		find(&f, &b, len);
		assert_int_equal(f.status, len < HEADER_BYTES ? E_UNSUPPORTED : E_TRUNCATED);
		check_int(&f, FACT_LNK_IS_LNK, 0, len >= HEADER_BYTES);
		assert_int_equal(fact_get(&f.set, FACT_LNK_LOCAL_BASE_PATH, 0) != NULL,
				 len >= HEADER_BYTES + 72);
		assert_null(fact_get(&f.set, FACT_LNK_OVERLAY_SIZE, 0));
		arena_free(f.arena);
	}
	buf_done(&b);
}

/* Any byte with another value: no failure but those that are told, and no text outside. */
static void damaged(void **state)
{
	struct buf b;

	(void)state;
	all_parts(&b, false);
	for (size_t i = 20; i < b.len; i++) {
		const uint8_t before = b.data[i];

		for (unsigned bit = 0; bit < 8; bit++) {
			struct found f;

			b.data[i] = (uint8_t)(before ^ 1u << bit);
			find(&f, &b, b.len);
			assert_true(f.status == OK || f.status == E_TRUNCATED);
			check_int(&f, FACT_LNK_IS_LNK, 0, 1);
			arena_free(f.arena);
		}
		b.data[i] = before;
	}
	buf_done(&b);
}

static void paths_have_an_end(void **state)
{
	struct found f;
	struct buf b;

	(void)state;
	header(&b, HAS_NAME);
	buf_add_u16le(&b, 1000);
	for (int i = 0; i < 260; i++)
		buf_add_u8(&b, 'x');
	buf_add_u32le(&b, 0);
	find(&f, &b, b.len);
	assert_int_equal(f.status, OK);
	const struct fact *name = fact_get(&f.set, FACT_LNK_NAME, 0);
	assert_non_null(name);
	assert_int_equal(name->text.len, 260);
	arena_free(f.arena);
	buf_done(&b);
}

static void too_many_blocks(void **state)
{
	struct found f;
	struct buf b;

	(void)state;
	header(&b, 0);
	for (int i = 0; i < 5000; i++)
		buf_add_u32le(&b, 4);
	buf_add_u32le(&b, 0);
	find(&f, &b, b.len);
	assert_int_equal(f.status, E_MALFORMED);
	arena_free(f.arena);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_only),
		cmocka_unit_test(other_files),
		cmocka_unit_test(items),
		cmocka_unit_test(whole),
		cmocka_unit_test(cut),
		cmocka_unit_test(damaged),
		cmocka_unit_test(too_many_blocks),
		cmocka_unit_test(paths_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
