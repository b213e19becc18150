#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/parts.h"

enum { FILE_BYTES_MAX = 4096, HEADER_BYTES = 112, TABLES_END = 266 };

struct sample {
	uint8_t data[FILE_BYTES_MAX];
	size_t len;
};

/* A class with two fields and two methods, the first of which has code. */
static struct sample sample(const char *name)
{
	struct sample s = {.len = 0};
	char path[4096];
	const char *root = getenv("CANDOR_TEST_DATA");

	snprintf(path, sizeof path, "%s/fuzz/dex/%s", root != NULL ? root : "tests/data", name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	s.len = fread(s.data, 1, sizeof s.data, f);
	fclose(f);
	assert_true(s.len > 300 || strstr(name, "bad") != NULL);
	return s;
}

struct found {
	struct fact_source source;
	struct memory_input in;
	struct arena *arena;
	struct fact_set set;
	enum status status[2]; /* of the tables, of the classes */
};

static enum status find_part(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	struct found *f = (struct found *)source;
	struct error e = {0};
	enum status status = part_find(part, &f->in.in, set, &e);

	assert_true(status == OK || (e.code == status && e.at <= f->in.in.size));
	f->status[part == PART_dex_code] = status;
	return status;
}

static void find(struct found *f, const struct sample *s)
{
	*f = (struct found){.source = {find_part}, .arena = arena_new(4 << 20)};
	memory_input_init(&f->in, s->data, s->len);
	fact_set_init(&f->set, f->arena, &f->source);
	assert_int_equal(fact_need(&f->set, PART_dex), OK);
	assert_int_equal(fact_need(&f->set, PART_dex_code), OK);
}

static void check_int(const struct found *f, enum fact_id id, uint32_t row, int64_t want)
{
	const struct fact *got = fact_get(&f->set, id, row);

	if (got == NULL || got->integer != want)
		fail_msg("%s[%u]: got %" PRId64 ", want %" PRId64, fact_info(id)->name, row,
			 got != NULL ? got->integer : -1, want);
}

static void check_text(const struct found *f, enum fact_id id, uint32_t row, struct str want)
{
	const struct fact *got = fact_get(&f->set, id, row);

	if (got == NULL || !str_eq(got->text, want))
		fail_msg("%s[%u]: got \"%.*s\", want \"%.*s\"", fact_info(id)->name, row,
			 got != NULL ? (int)got->text.len : 0, got != NULL ? got->text.data : "",
			 STR_ARG(want));
}

static void whole(void **state)
{
	static const struct {
		enum fact_id id;
		uint32_t row;
		int64_t want;
	} numbers[] = {
		{FACT_DEX_HEADER_HEADER_SIZE, 0, 112},
		{FACT_DEX_HEADER_ENDIAN_TAG, 0, 0x12345678},
		{FACT_DEX_HEADER_CLASS_DEFS_SIZE, 0, 1},
		{FACT_DEX_STRING_IDS_SIZE, 1, 6},
		{FACT_DEX_TYPE_IDS_DESCRIPTOR_IDX, 2, 5},
		{FACT_DEX_PROTO_IDS_RETURN_TYPE_IDX, 0, 1},
		{FACT_DEX_FIELD_IDS_NAME_IDX, 1, 4},
		{FACT_DEX_METHOD_IDS_NAME_IDX, 1, 4},
		{FACT_DEX_CLASS_DEFS_SUPER_CLASS_IDX, 0, 0xffffffff},
		{FACT_DEX_CLASS_DEFS_SOURCE_FILE_IDX, 0, 6},
		{FACT_DEX_MAP_LIST_SIZE, 0, 2},
		{FACT_DEX_MAP_ITEM_TYPE, 1, 0x1000},
		{FACT_DEX_CLASS_DATA_ITEM_VIRTUAL_METHODS_SIZE, 0, 1},
		{FACT_DEX_NUMBER_OF_FIELDS, 0, 2},
		{FACT_DEX_NUMBER_OF_METHODS, 0, 2},
		{FACT_DEX_FIELD_STATIC, 0, 1},
		{FACT_DEX_FIELD_INSTANCE, 1, 1},
		{FACT_DEX_FIELD_ACCESS_FLAGS, 1, 2},
		{FACT_DEX_METHOD_DIRECT, 0, 1},
		{FACT_DEX_METHOD_ACCESS_FLAGS, 0, 0x10001},
		{FACT_DEX_METHOD_VIRTUAL, 1, 1},
		{FACT_DEX_METHOD_CODE_OFF, 1, 0},
		{FACT_DEX_METHOD_CODE_ITEM_REGISTERS_SIZE, 0, 2},
		{FACT_DEX_METHOD_CODE_ITEM_INSNS_SIZE, 0, 3},
	};
	static const struct {
		enum fact_id id;
		uint32_t row;
		struct str want;
	} texts[] = {
		{FACT_DEX_HEADER_MAGIC, 0, {"dex\n035", 7}},
		{FACT_DEX_STRING_IDS_VALUE, 0, {"<init>", 6}},
		{FACT_DEX_FIELD_NAME, 0, {"count", 5}},
		{FACT_DEX_FIELD_CLASS_NAME, 1, {"LMain;", 6}},
		{FACT_DEX_FIELD_PROTO, 1, {"I", 1}},
		{FACT_DEX_METHOD_NAME, 1, {"run", 3}},
		{FACT_DEX_METHOD_CLASS_NAME, 0, {"LMain;", 6}},
		{FACT_DEX_METHOD_PROTO, 0, {"V", 1}},
		{FACT_DEX_METHOD_CODE_ITEM_INSNS, 0, {"\x12\0\x0e\0\0\0", 6}},
	};
	struct sample s = sample("good-one-class");
	struct found f;

	(void)state;
	find(&f, &s);
	assert_int_equal(f.status[0], OK);
	assert_int_equal(f.status[1], OK);
	for (size_t i = 0; i < LEN(numbers); i++)
		check_int(&f, numbers[i].id, numbers[i].row, numbers[i].want);
	for (size_t i = 0; i < LEN(texts); i++)
		check_text(&f, texts[i].id, texts[i].row, texts[i].want);
	assert_null(fact_get(&f.set, FACT_DEX_METHOD_CODE_ITEM_INSNS, 1));
	arena_free(f.arena);
}

static void two_classes(void **state)
{
	struct sample s = sample("good-two-classes");
	struct found f;

	(void)state;
	find(&f, &s);
	check_int(&f, FACT_DEX_NUMBER_OF_FIELDS, 0, 4);
	check_int(&f, FACT_DEX_NUMBER_OF_METHODS, 0, 4);
	check_text(&f, FACT_DEX_METHOD_NAME, 3, STR("run"));
	arena_free(f.arena);
}

static void other_versions(void **state)
{
	static const struct {
		const char *magic;
		enum status want;
	} cases[] = {
		{"dex\n035", OK},
		{"dex\n039", OK},
		{"dex\n034", E_UNSUPPORTED},
		{"dex\n040", E_UNSUPPORTED},
		{"dey\n035", E_UNSUPPORTED},
	};
	struct sample s = sample("good-one-class");

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct found f;

		memcpy(s.data, cases[i].magic, 8);
		find(&f, &s);
		assert_int_equal(f.status[0], cases[i].want);
		assert_int_equal(f.status[1], cases[i].want);
		arena_free(f.arena);
	}
}

/*
 * A file that is cut in front of its map has none, and nothing else is
 * missing. The numbers of all classes are known only when all can be read.
 */
static void cut(void **state)
{
	struct sample s = sample("good-one-class");
	const size_t len = s.len;

	(void)state;
	for (s.len = 0; s.len < len; s.len++) {
		struct found f;

		find(&f, &s);
		assert_true(f.status[0] == (s.len < HEADER_BYTES ? E_UNSUPPORTED : E_TRUNCATED) ||
			    (s.len >= TABLES_END && f.status[0] == OK));
		assert_int_equal(fact_get(&f.set, FACT_DEX_HEADER_MAGIC, 0) != NULL,
				 s.len >= HEADER_BYTES);
		assert_int_equal(fact_get(&f.set, FACT_DEX_NUMBER_OF_METHODS, 0) != NULL,
				 f.status[1] == OK);
		arena_free(f.arena);
	}
}

static void damaged(void **state)
{
	struct sample s = sample("good-one-class");

	(void)state;
	for (size_t i = 8; i < s.len; i++) {
		const uint8_t before = s.data[i];

		for (unsigned bit = 0; bit < 8; bit++) {
			struct found f;

			s.data[i] = (uint8_t)(before ^ 1u << bit);
			find(&f, &s);
			for (int k = 0; k < 2; k++)
				assert_true(f.status[k] == OK || f.status[k] == E_TRUNCATED);
			check_text(&f, FACT_DEX_HEADER_MAGIC, 0, STR("dex\n035"));
			arena_free(f.arena);
		}
		s.data[i] = before;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),	  cmocka_unit_test(two_classes),
		cmocka_unit_test(other_versions), cmocka_unit_test(cut),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
