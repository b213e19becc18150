#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "os/file.h"
#include "os/records.h"

/* A descriptor from which `text` can be read. */
static int text_fd(struct str text)
{
	int fd;

	assert_int_equal(file_anonymous("test", &fd, NULL), OK);
	assert_int_equal(file_write_all(fd, text.data, text.len, NULL), OK);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void records(void **state)
{
	static const struct {
		const char *name;
		struct str text;
		char separator;
		const char *want; /* each behind a '|'; '!' for an error */
	} cases[] = {
		{"empty", STR(""), '\n', ""},
		{"lines", STR("a\nb c\n"), '\n', "|a|b c"},
		{"no newline at the end", STR("a\nb"), '\n', "|a|b"},
		{"empty lines", STR("\n\na\n\n"), '\n', "|a"},
		{"NULs", STR("a\nb\0c\0"), '\0', "|a\nb|c"},
		{"NUL in a line", STR("a\nb\0c\nd\n"), '\n', "|a!"},
		{"carriage return is kept", STR("a\r\n"), '\n', "|a\r"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		AUTO_FD fd = text_fd(cases[i].text);
		struct records r;
		struct buf got;
		const char *text = "";

		records_init(&r, fd, cases[i].separator);
		buf_init(&got, 1024);
		while (text != NULL) {
			if (records_next(&r, &text, NULL) != OK) {
				buf_add_u8(&got, '!');
				break;
			}
			if (text != NULL)
				buf_addf(&got, "|%s", text);
		}
		if (!str_eq(buf_str(&got), str_of(cases[i].want)))
			fail_msg("%s: got %.*s, want %s", cases[i].name, STR_ARG(buf_str(&got)),
				 cases[i].want);
		buf_done(&got);
		records_done(&r);
	}
}

/* A text that is as long as can be, after others that fill the buffer unevenly. */
static void ceiling(void **state)
{
	for (size_t over = 0; over < 2; over++) {
		struct buf text;
		struct records r;
		struct error e = {0};
		const char *got;

		(void)state;
		buf_init(&text, 4 << 20);
		for (int i = 0; i < 1000; i++)
			buf_addf(&text, "name %d\n", i);
		for (size_t i = 0; i < RECORD_CEILING + over; i++)
			buf_add_u8(&text, 'x');
		buf_add_u8(&text, '\n');
		AUTO_FD fd = text_fd(buf_str(&text));
		records_init(&r, fd, '\n');
		for (int i = 0; i < 1000; i++)
			assert_int_equal(records_next(&r, &got, &e), OK);
		enum status status = records_next(&r, &got, &e);
		if (status == OK)
			assert_int_equal(strlen(got), RECORD_CEILING + over);
		else
			assert_true(over > 0 && status == E_LIMIT);
		records_done(&r);
		buf_done(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(records), cmocka_unit_test(ceiling)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
