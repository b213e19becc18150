#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/text.h"

static void escapes(void **state)
{
	static const struct {
		const char *name;
		struct str input;
		const char *terminal, *json;
	} cases[] = {
		{"plain", STR("a b"), "a b", "\"a b\""},
		{"newline", STR("a\nb"), "a\\nb", "\"a\\u000ab\""},
		{"escape sequence", STR("\x1b[31m"), "\\x1b[31m", "\"\\u001b[31m\""},
		{"backslash", STR("\\x"), "\\\\x", "\"\\\\x\""},
		{"quote", STR("\""), "\"", "\"\\\"\""},
		{"NUL", STR("a\0b"), "a\\x00b", "\"a\\u0000b\""},
		{"umlaut", STR("\xc3\xbc"), "\xc3\xbc", "\"\xc3\xbc\""},
		{"invalid byte", STR("a\xff"), "a\\xff", "\"a\\ufffd\""},
		{"cut sequence", STR("\xe2\x82"), "\\xe2\\x82", "\"\\ufffd\\ufffd\""},
		{"overlong", STR("\xc0\xaf"), "\\xc0\\xaf", "\"\\ufffd\\ufffd\""},
		{"surrogate", STR("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\"\\ufffd\\ufffd\\ufffd\""},
		{"right-to-left override", STR("\xe2\x80\xae"), "\\u{202e}", "\"\\u202e\""},
		{"C1 control", STR("\xc2\x9b"), "\\u{9b}", "\"\\u009b\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b;

		buf_init(&b, 256);
		text_escape(&b, cases[i].input);
		buf_add_u8(&b, 0);
		if (strcmp((char *)b.data, cases[i].terminal) != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, (char *)b.data,
				 cases[i].terminal);
		buf_clear(&b);
		text_json(&b, cases[i].input);
		buf_add_u8(&b, 0);
		if (strcmp((char *)b.data, cases[i].json) != 0)
			fail_msg("%s: got %s, want %s", cases[i].name, (char *)b.data,
				 cases[i].json);
		buf_done(&b);
	}
}

static void base64(void **state)
{
	/* RFC 4648, section 10 */
	static const struct {
		struct str input;
		const char *want;
	} cases[] = {
		{STR(""), ""},
		{STR("f"), "Zg=="},
		{STR("fo"), "Zm8="},
		{STR("foo"), "Zm9v"},
		{STR("foob"), "Zm9vYg=="},
		{STR("\xff\xfe\xfd"), "//79"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b;

		buf_init(&b, 64);
		text_base64(&b, cases[i].input);
		if (!str_eq(buf_str(&b), str_of(cases[i].want)))
			fail_msg("got %.*s, want %s", STR_ARG(buf_str(&b)), cases[i].want);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(base64), cmocka_unit_test(escapes)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
