#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/num.h"
#include "found.h"
#include "format/parts.h"

/* One section holds all of the file: an RVA is 0x1000 more than the offset. */
enum { FILE_BYTES = 4096, HEADER = 64, OPTIONAL = HEADER + 24, SECTIONS = OPTIONAL + 224 };
enum { RVA = 0x1000, EXPORTS = 1024, RESOURCES = 2048 };

struct image {
	uint8_t bytes[FILE_BYTES];
};

static void directory(struct image *image, unsigned which, uint32_t at, uint32_t size)
{
	put_u32le(image->bytes + OPTIONAL + 96 + 8 * which, at + RVA);
	put_u32le(image->bytes + OPTIONAL + 100 + 8 * which, size);
}

static void make(struct image *image)
{
	uint8_t *b = image->bytes;

	memset(b, 0, FILE_BYTES);
	memcpy(b, "MZ", 2);
	put_u32le(b + 0x3c, HEADER);
	memcpy(b + HEADER, "PE\0\0", 4);
	put_u16le(b + HEADER + 4, 0x14c);
	put_u16le(b + HEADER + 6, 1);
	put_u16le(b + HEADER + 20, 224);
	put_u16le(b + OPTIONAL, 0x10b);
	put_u32le(b + OPTIONAL + 16, RVA + 7);
	memcpy(b + SECTIONS, ".all", 4);
	put_u32le(b + SECTIONS + 8, FILE_BYTES);
	put_u32le(b + SECTIONS + 12, RVA);
	put_u32le(b + SECTIONS + 16, FILE_BYTES);
}

/* Functions 5 ("one"), 6 (in another library) and 7 (without a name). */
static void make_exports(struct image *image)
{
	uint8_t *x = image->bytes + EXPORTS;

	directory(image, 0, EXPORTS, 256);
	put_u32le(x + 4, 77);
	put_u32le(x + 12, EXPORTS + RVA + 100);
	put_u32le(x + 16, 5);
	put_u32le(x + 20, 3);
	put_u32le(x + 24, 2);
	put_u32le(x + 28, EXPORTS + RVA + 40);
	put_u32le(x + 32, EXPORTS + RVA + 52);
	put_u32le(x + 36, EXPORTS + RVA + 60);
	put_u32le(x + 40, RVA + 512);
	put_u32le(x + 44, EXPORTS + RVA + 120);
	put_u32le(x + 48, RVA + 0x100000);
	put_u32le(x + 52, EXPORTS + RVA + 110);
	put_u32le(x + 56, EXPORTS + RVA + 114);
	put_u16le(x + 60, 0);
	put_u16le(x + 62, 1);
	memcpy(x + 100, "a.dll", 6);
	memcpy(x + 110, "one\0two", 8);
	memcpy(x + 120, "b.two", 6);
}

static void wide(uint8_t *to, const char *text)
{
	for (; *text != '\0'; text++, to += 2)
		*to = (uint8_t)*text;
}

static void element(uint8_t *at, uint16_t len, uint16_t value_len, const char *key)
{
	put_u16le(at, len);
	put_u16le(at + 2, value_len);
	wide(at + 6, key);
}

/* A version resource, type 16, number 1, language 1033, with one text. */
static void make_resources(struct image *image)
{
	uint8_t *r = image->bytes + RESOURCES;
	static const uint32_t names[] = {16, 1, 1033};

	directory(image, 2, RESOURCES, 1024);
	put_u32le(r + 4, 99);
	for (uint32_t i = 0; i < 3; i++) {
		put_u16le(r + 24 * i + 14, 1);
		put_u32le(r + 24 * i + 16, names[i]);
		put_u32le(r + 24 * i + 20, i < 2 ? (24 * (i + 1)) | 0x80000000 : 72);
	}
	put_u32le(r + 72, RESOURCES + RVA + 128);
	put_u32le(r + 76, 300);
	element(r + 128, 300, 52, "VS_VERSION_INFO");
	element(r + 220, 120, 0, "StringFileInfo");
	element(r + 256, 80, 0, "040904b0");
	element(r + 280, 40, 3, "Name");
	wide(r + 296, "me");
}

static void assert_text(const struct fact_set *set, enum fact_id id, uint32_t row, const char *want)
{
	const struct fact *f = fact_get(set, id, row);

	assert_true((f == NULL) == (want == NULL));
	if (want != NULL) {
		assert_true(f->text.len == strlen(want));
		assert_memory_equal(f->text.data, want, strlen(want));
	}
}

struct found {
	struct arena *arena;
	struct fact_set set;
};

static enum status find(struct found *f, const struct image *image, size_t len, enum fact_part part)
{
	struct memory_input in;
	struct error e = {0};

	f->arena = arena_new(1 << 20);
	assert_non_null(f->arena);
	fact_set_init(&f->set, f->arena, NULL);
	/* not more than the file, so that a sanitizer sees a read behind it */
	uint8_t *copy = malloc(len ? len : 1);
	assert_non_null(copy);
	memcpy(copy, image->bytes, len);
	memory_input_init(&in, copy, len);
	enum status status = part_find(part, &in.in, &f->set, &e);
	free(copy);
	return status;
}

static void exports_are_found(void **state)
{
	struct image image;
	struct found f;
	static const struct {
		int64_t ordinal, offset;
		const char *name, *forward;
	} want[] = {{5, 512, "one", NULL}, {6, -1, "two", "b.two"}, {7, -1, NULL, NULL}};

	(void)state;
	make(&image);
	make_exports(&image);
	assert_int_equal(find(&f, &image, FILE_BYTES, PART_pe_exports), OK);
	assert_int_equal(number(&f.set, FACT_PE_EXPORT_COUNT, 0), 3);
	assert_int_equal(number(&f.set, FACT_PE_EXPORT_TIMESTAMP, 0), 77);
	assert_text(&f.set, FACT_PE_EXPORT_LIBRARY, 0, "a.dll");
	for (uint32_t i = 0; i < LEN(want); i++) {
		assert_int_equal(number(&f.set, FACT_PE_EXPORT_ORDINAL, i), want[i].ordinal);
		assert_int_equal(number(&f.set, FACT_PE_EXPORT_OFFSET, i), want[i].offset);
		assert_text(&f.set, FACT_PE_EXPORT_NAME, i, want[i].name);
		assert_text(&f.set, FACT_PE_EXPORT_FORWARD, i, want[i].forward);
	}
	arena_free(f.arena);
}

static void resources_are_found(void **state)
{
	struct image image;
	struct found f;

	(void)state;
	make(&image);
	make_resources(&image);
	assert_int_equal(find(&f, &image, FILE_BYTES, PART_pe_resources), OK);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_COUNT, 0), 1);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_TIMESTAMP, 0), 99);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_TYPE, 0), 16);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_ID, 0), 1);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_LANGUAGE, 0), 1033);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_OFFSET, 0), RESOURCES + 128);
	assert_int_equal(number(&f.set, FACT_PE_RESOURCE_LENGTH, 0), 300);
	arena_free(f.arena);
}

static void versions_are_found(void **state)
{
	struct image image;
	struct found f;
	uint32_t row;

	(void)state;
	make(&image);
	make_resources(&image);
	assert_int_equal(find(&f, &image, FILE_BYTES, PART_pe_versions), OK);
	assert_int_equal(number(&f.set, FACT_PE_VERSION_COUNT, 0), 1);
	assert_text(&f.set, FACT_PE_VERSION_KEY, 0, "Name");
	assert_text(&f.set, FACT_PE_VERSION_VALUE, 0, "me");
	assert_true(fact_find(&f.set, GROUP_PE_VERSION_INFO, 0, STR("Name"), &row));
	assert_text(&f.set, FACT_PE_VERSION_INFO_VALUE, row, "me");
	arena_free(f.arena);
}

static void start_is_found(void **state)
{
	static const struct {
		uint16_t machine;
		size_t len;
		enum status status;
		int64_t start;
	} cases[] = {
		{0x14c, FILE_BYTES, OK, 7},
		{0x1c0, FILE_BYTES, E_UNSUPPORTED, -1}, /* of other processors: none */
		{0x14c, SECTIONS + 40, OK, 0},		/* the file ends with the sections */
		{0x14c, SECTIONS, E_UNSUPPORTED, -1},
	};
	struct image image;
	struct found f;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		make(&image);
		put_u16le(image.bytes + HEADER + 4, cases[i].machine);
		assert_int_equal(find(&f, &image, cases[i].len, PART_exe_start), cases[i].status);
		assert_int_equal(number(&f.set, FACT_EXE_START, 0), cases[i].start);
		arena_free(f.arena);
	}
}

static void cut_files_are_survived(void **state)
{
	static const enum fact_part parts[] = {PART_pe, PART_pe_exports, PART_pe_resources,
					       PART_pe_versions, PART_exe_start};
	struct image image;
	struct found f;

	(void)state;
	make(&image);
	make_exports(&image);
	make_resources(&image);
	for (size_t i = 0; i < LEN(parts); i++) {
		for (size_t len = 0; len <= FILE_BYTES; len += 3) {
			enum status status = find(&f, &image, len, parts[i]);

			assert_true(status == OK || status == E_UNSUPPORTED ||
				    status == E_TRUNCATED);
			arena_free(f.arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exports_are_found),	  cmocka_unit_test(resources_are_found),
		cmocka_unit_test(versions_are_found),	  cmocka_unit_test(start_is_found),
		cmocka_unit_test(cut_files_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
