#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../pack.h"
#include "codec/codec.h"

enum { TEXT_BYTES = 300000 };

/* Keeps what is decoded and says stop at a limit. */
struct keeper {
	struct codec_sink out;
	struct buf bytes;
	uint64_t progress;
};

static enum status keep(struct codec_sink *out, const void *data, size_t len)
{
	struct keeper *k = (struct keeper *)out;

	if (len > k->bytes.ceiling - k->bytes.len)
		return E_LIMIT;
	buf_add(&k->bytes, data, len);
	return OK;
}

static enum status count(struct codec_sink *out, size_t len)
{
	((struct keeper *)out)->progress += len;
	return OK;
}

static void keeper_init(struct keeper *k, size_t ceiling)
{
	*k = (struct keeper){.out = {.write = keep, .progress = count}};
	buf_init(&k->bytes, ceiling);
}

/* Text that deflate can shrink, but not to nothing: all kinds of blocks occur. */
static uint8_t *make_text(void)
{
	uint8_t *text = malloc(TEXT_BYTES);
	uint32_t x = 1;

	assert_non_null(text);
	for (size_t i = 0; i < TEXT_BYTES; i++) {
		x = x * 1664525 + 1013904223;
		uint8_t letter = (uint8_t) "the quick brown "[x >> 27 & 15];
		text[i] = i % 5000 < 2500 ? (uint8_t)(x >> 24) : letter;
	}
	return text;
}

static void any_place_in_the_input(void **state)
{
	uint8_t *text = make_text();
	struct buf packed;

	(void)state;
	buf_init(&packed, 1 << 22);
	/* chunks of the reader fall on every kind of place in the stream */
	for (size_t at = 0; at < 70000; at = at * 3 + 1) {
		struct memory_input in;
		struct keeper k;
		uint64_t end = 0;

		buf_clear(&packed);
		buf_add_zeros(&packed, at);
		pack_deflate(&packed, text, TEXT_BYTES);
		size_t want_end = packed.len;
		buf_add_zeros(&packed, 7);
		memory_input_init(&in, packed.data, packed.len);
		keeper_init(&k, TEXT_BYTES);
		enum status status = codec_deflate.decode(&in.in, at, &k.out, &end, NULL);
		if (status != OK || end != want_end)
			fail_msg("at %zu: %s, end %llu, want %zu", at, status_name(status),
				 (unsigned long long)end, want_end);
		assert_int_equal(k.bytes.len, TEXT_BYTES);
		assert_memory_equal(k.bytes.data, text, TEXT_BYTES);
		assert_true(k.progress >= want_end - at);
		buf_done(&k.bytes);
	}
	buf_done(&packed);
	free(text);
}

static void cut_anywhere(void **state)
{
	static const char text[] =
		"a text, a text, and a text that is cut at every byte of its stream";
	struct buf packed;

	(void)state;
	buf_init(&packed, 4096);
	pack_deflate(&packed, text, sizeof text);
	for (size_t len = 0; len < packed.len; len++) {
		struct memory_input in;
		struct keeper k;
		struct error e = {0};
		uint64_t end = 99;

		memory_input_init(&in, packed.data, len);
		keeper_init(&k, sizeof text);
		enum status status = codec_deflate.decode(&in.in, 0, &k.out, &end, &e);
		if (status != E_TRUNCATED || e.code != E_TRUNCATED || e.at != len || end != 99)
			fail_msg("%zu bytes: %s at %llu", len, status_name(status),
				 (unsigned long long)e.at);
		if (k.bytes.len > 0)
			assert_memory_equal(k.bytes.data, text, k.bytes.len);
		buf_done(&k.bytes);
	}
	buf_done(&packed);
}

static void damage_keeps_what_came_before(void **state)
{
	uint8_t *text = make_text();
	struct buf packed;
	struct memory_input in;
	struct keeper k;
	struct error e = {0};
	uint64_t end;

	(void)state;
	buf_init(&packed, 1 << 22);
	buf_add_u8(&packed, 0); /* a stored block of 5 bytes, not the last */
	buf_add_u16le(&packed, 5);
	buf_add_u16le(&packed, (uint16_t)~5);
	buf_add(&packed, "hello", 5);
	buf_add_u8(&packed, 6); /* a block of type 3, which there is not */
	buf_add(&packed, text, 100);
	memory_input_init(&in, packed.data, packed.len);
	keeper_init(&k, 1000);
	assert_int_equal(codec_deflate.decode(&in.in, 0, &k.out, &end, &e), E_MALFORMED);
	assert_int_equal(e.code, E_MALFORMED);
	assert_in_range(e.at, 10, 12);
	assert_int_equal(k.bytes.len, 5);
	assert_memory_equal(k.bytes.data, "hello", 5);
	buf_done(&k.bytes);
	buf_done(&packed);
	free(text);
}

static void sink_can_stop_a_bomb(void **state)
{
	enum { BOMB_BYTES = 64 << 20, LIMIT = 1 << 20 };
	uint8_t *zeros = calloc(1, BOMB_BYTES);
	struct buf packed;
	struct memory_input in;
	struct keeper k;
	uint64_t end;

	(void)state;
	assert_non_null(zeros);
	buf_init(&packed, BOMB_BYTES * 2); /* pack_deflate() reserves its worst case */
	pack_deflate(&packed, zeros, BOMB_BYTES);
	memory_input_init(&in, packed.data, packed.len);
	keeper_init(&k, LIMIT);
	assert_int_equal(codec_deflate.decode(&in.in, 0, &k.out, &end, NULL), E_LIMIT);
	assert_in_range(k.bytes.len, LIMIT - 65536, LIMIT);
	assert_true(k.progress <= packed.len);
	buf_done(&k.bytes);
	buf_done(&packed);
	free(zeros);
}

static void stored_nothing_is_progress(void **state)
{
	struct buf packed;
	struct memory_input in;
	struct keeper k;
	uint64_t end = 0;

	(void)state;
	buf_init(&packed, 1 << 20);
	for (size_t i = 0; i < 100000; i++) { /* empty stored blocks: input without output */
		buf_add_u8(&packed, i == 99999);
		buf_add_u32le(&packed, 0xffff0000);
	}
	memory_input_init(&in, packed.data, packed.len);
	keeper_init(&k, 1);
	assert_int_equal(codec_deflate.decode(&in.in, 0, &k.out, &end, NULL), OK);
	assert_int_equal(end, packed.len);
	assert_int_equal(k.bytes.len, 0);
	assert_int_equal(k.progress, packed.len);
	buf_done(&k.bytes);
	buf_done(&packed);
}

static void table_lists_every_codec(void **state)
{
	(void)state;
	assert_ptr_equal(codec_all()[0], &codec_deflate);
	assert_string_equal(codec_deflate.name, "deflate");
	assert_null(codec_all()[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_place_in_the_input),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damage_keeps_what_came_before),
		cmocka_unit_test(sink_can_stop_a_bomb),
		cmocka_unit_test(stored_nothing_is_progress),
		cmocka_unit_test(table_lists_every_codec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
