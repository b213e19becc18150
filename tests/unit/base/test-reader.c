#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "base/input.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void numbers(void **state)
{
	struct reader r = reader_of(bytes, sizeof bytes);

	(void)state;
	assert_int_equal(reader_u8(&r), 1);
	assert_int_equal(reader_u16le(&r), 0x0302);
	assert_int_equal(reader_u16be(&r), 0x0405);
	assert_int_equal(reader_u32le(&r), 0x09080706);
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.bad);
	reader_seek(&r, 1);
	assert_true(reader_u64be(&r) == 0x0203040506070809);
	reader_seek(&r, 0);
	assert_true(reader_u64le(&r) == 0x0807060504030201);
}

static void past_the_end(void **state)
{
	(void)state;
	for (size_t len = 0; len < 8; len++) {
		struct reader r = reader_of(bytes, len);

		assert_true(reader_u64le(&r) == 0);
		assert_true(r.bad);
		/* bad for good: what would fit is not given either */
		assert_int_equal(reader_u8(&r), 0);
		assert_int_equal(reader_left(&r), 0);
	}
	struct reader r = reader_of(bytes, sizeof bytes);
	assert_null(reader_take(&r, SIZE_MAX));
	r = reader_of(bytes, sizeof bytes);
	reader_seek(&r, UINT64_MAX);
	assert_true(r.bad);
	r = reader_of(bytes, sizeof bytes);
	struct reader sub = reader_sub(&r, 10);
	assert_true(sub.bad && sub.len == 0);
}

static void inputs(void **state)
{
	struct memory_input m;
	struct slice_input s;
	uint8_t to[16];
	size_t got;

	(void)state;
	memory_input_init(&m, bytes, sizeof bytes);
	slice_input_init(&s, &m.in, 2, 5);
	assert_int_equal(input_exact(&s.in, 1, to, 4), OK);
	assert_memory_equal(to, bytes + 3, 4);
	assert_int_equal(input_exact(&s.in, 1, to, 5), E_TRUNCATED);
	assert_int_equal(input_exact(&s.in, UINT64_MAX, to, 1), E_TRUNCATED);
	assert_int_equal(s.in.read(&s.in, 3, to, sizeof to, &got), OK);
	assert_int_equal(got, 2);
	assert_int_equal(s.in.read(&s.in, 6, to, sizeof to, &got), OK);
	assert_int_equal(got, 0);
}

static void errors(void **state)
{
	struct error e = {0};

	(void)state;
	assert_int_equal(error_at(&e, E_TRUNCATED, 7, "cut at %d", 7), E_TRUNCATED);
	assert_int_equal(error_text(&e, E_SYNTAX, 1, 2, "later"), E_SYNTAX);
	/* the first to notice wins */
	assert_int_equal(e.code, E_TRUNCATED);
	assert_string_equal(e.text, "cut at 7");
	assert_int_equal(e.at, 7);
	assert_int_equal(e.line, 0);
	assert_int_equal(error_at(NULL, E_LIMIT, 0, "nobody listens"), E_LIMIT);
	assert_string_equal(status_name(E_LIMIT), "limit");
	assert_string_equal(status_name((enum status)99), "unknown");
}

#define X10 "0123456789"
#define X40 X10 X10 X10 X10
#define X70 X40 X10 X10 X10

static void subjects_of_errors(void **state)
{
	static const struct {
		const char *name, *reason, *subject, *want;
	} cases[] = {
		{"plain", "cut short", "a", "a: cut short"},
		{"no reason", "", "a", "a: limit"},
		{"just fits", X40, X70 "0123456", X70 "0123456: " X40},
		{"too long", X40, X70 "01234567",
		 "…456789" X10 X10 X10 X10 X10 X10 "01234567: " X40},
		{"no half character", X40, "xxxä" X70 "012", "…" X70 "012: " X40},
		{"both too long", X70 X10 X10, X40 "a", "…456789" X10 X10 X10 "a: " X70 "0123456"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct error e = {0};

		if (cases[i].reason[0] != '\0')
			(void)error_at(&e, E_LIMIT, 7, "%s", cases[i].reason);
		assert_int_equal(error_about(&e, E_LIMIT, cases[i].subject), E_LIMIT);
		assert_int_equal(e.code, E_LIMIT);
		if (strcmp(e.text, cases[i].want) != 0)
			fail_msg("%s: got\n%s\nwant\n%s", cases[i].name, e.text, cases[i].want);
	}
	assert_int_equal(error_about(NULL, E_IO, "nobody listens"), E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(past_the_end),
		cmocka_unit_test(inputs),
		cmocka_unit_test(errors),
		cmocka_unit_test(subjects_of_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
