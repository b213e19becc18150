/*
 * Rules and data that are made to be slow. Each is decided, or ends with E_LIMIT, within a
 * budget of work, so that no test here looks at a clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../image/made.h"
#include "base/buf.h"
#include "lang/front.h"
#include "match/match.h"

enum { CEILING = 512 << 20, STRINGS = 100000, NESTED = 10000 };

struct counter {
	struct report report;
	unsigned errors;
};

static void on_diagnostic(struct report *report, const struct diagnostic *d)
{
	((struct counter *)report)->errors += d->severity == SEVERITY_ERROR;
}

/* The image of one source; *ret_errors counts what is wrong with it. */
static struct image *compile(const struct buf *text, uint32_t strings_max, struct made_image *made,
			     unsigned *ret_errors)
{
	const struct front_settings settings = {.strings_max = strings_max};
	const struct source_text src = {
		.name = STR("r.yar"), .text = buf_str(text), .settings = &settings};
	struct counter counter = {{on_diagnostic}, 0};
	struct ruleset *rs;
	struct image *img;

	assert_int_equal(ruleset_new(CEILING, &rs), OK);
	assert_int_equal(front_for(&src)->compile(&src, rs, &counter.report), OK);
	assert_int_equal(made_build(rs, made, NULL), OK);
	assert_int_equal(image_open_memory(made->data, made->len, &img, NULL), OK);
	*ret_errors = counter.errors;
	return img;
}

/* Show it `len` times the byte: how the search ended, and the number of hits. */
static enum status scan(const struct image *img, uint8_t byte, size_t len, size_t *ret_count)
{
	uint8_t *data = malloc(len);
	const struct match_object object = {.size = len, .type = TYPE_DATA, .parent = TYPE_COUNT};
	const struct match_window window = {.data = data, .len = len, .last = true};
	const struct match_hit *hits;
	struct matcher *m;

	assert_non_null(data);
	memset(data, byte, len);
	assert_int_equal(matcher_new(img, &m, NULL), OK);
	assert_int_equal(matcher_begin(m, &object), OK);
	enum status status = matcher_feed(m, &window);
	enum status end = matcher_end(m, &hits, ret_count);
	matcher_free(m);
	free(data);
	return status != OK ? status : end;
}

static void repeat(struct buf *to, const char *text, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++)
		buf_addf(to, "%s", text);
}

static void test_expressions(void **state)
{
	static const struct {
		const char *name, *expression;
		bool matches;
	} cases[] = {
		{"repetitions of repetitions", "/((a{0,100}){0,100}){0,100}/", true},
		{"repetitions that end elsewhere", "/x((a{0,100}){0,100}){0,100}y/", false},
		{"two ways for each byte", "/(a|aa)*b/", false},
		{"stars of stars", "/(a*)*(a*)*(a*)*b/", false},
		{"gaps behind gaps", "/a.*a.*a.*a.*b/", false},
		{"many jumps", "{ 61 [0-200] 61 [0-200] 61 [0-200] 61 [0-200] 62 }", false},
		{"a chain of everything", "{ 61 [-] 61 [-] 61 [-] 62 }", false},
	};
	(void)state;

	for (size_t i = 0; i < LEN(cases); i++) {
		struct made_image made;
		struct buf text;
		unsigned errors;
		size_t count;

		print_message("%s\n", cases[i].name);
		buf_init(&text, CEILING);
		buf_addf(&text, "rule r { strings: $a = %s condition: $a }", cases[i].expression);
		struct image *img = compile(&text, 0, &made, &errors);
		assert_int_equal(errors, 0);
		enum status status = scan(img, 'a', 200000, &count);
		assert_true(status == OK || status == E_LIMIT);
		assert_int_equal(count, cases[i].matches);
		image_close(img);
		free(made.data);
		buf_done(&text);
	}
}

/* What is nested too deeply is refused, one error for each rule. */
static void test_nesting(void **state)
{
	static const struct {
		const char *name, *head, *open, *middle, *close, *tail;
	} cases[] = {
		{"parentheses", "condition: ", "(", "true", ")", ""},
		{"not", "condition: ", "not ", "true", "", ""},
		{"minus", "condition: ", "-", "1", "", " == 1"},
		{"groups", "strings: $a = /", "(", "a", ")", "/ condition: $a"},
		{"hex alternatives", "strings: $a = { 61 ", "(62|", "63", ")", " } condition: $a"},
	};
	(void)state;

	for (size_t i = 0; i < LEN(cases); i++) {
		struct made_image made;
		struct buf text;
		unsigned errors;

		print_message("%s\n", cases[i].name);
		buf_init(&text, CEILING);
		buf_addf(&text, "rule r { %s", cases[i].head);
		repeat(&text, cases[i].open, NESTED);
		buf_addf(&text, "%s", cases[i].middle);
		repeat(&text, cases[i].close, NESTED);
		buf_addf(&text, "%s }", cases[i].tail);
		struct image *img = compile(&text, 0, &made, &errors);
		assert_int_equal(errors, 1);
		assert_int_equal(image_rule_count(img), 0);
		image_close(img);
		free(made.data);
		buf_done(&text);
	}
}

static void test_deep_alternatives(void **state)
{
	struct made_image made;
	struct buf text;
	unsigned errors;
	size_t count;

	(void)state;
	buf_init(&text, CEILING);
	buf_addf(&text, "rule r { strings: $a = /x");
	repeat(&text, "(a|b", 39);
	repeat(&text, ")", 39);
	buf_addf(&text, "c/ condition: $a }");
	struct image *img = compile(&text, 0, &made, &errors);
	assert_int_equal(errors, 0);
	assert_int_equal(scan(img, 'x', 100000, &count), OK);
	assert_int_equal(count, 0);
	image_close(img);
	free(made.data);
	buf_done(&text);
}

static void test_strings(void **state)
{
	struct made_image made;
	struct buf text;
	unsigned errors;
	size_t count;

	(void)state;
	buf_init(&text, CEILING);
	buf_addf(&text, "rule r { strings:\n");
	for (uint32_t i = 0; i < STRINGS; i++)
		buf_addf(&text, "$s%u = \"string number %u\"\n", i, i);
	buf_addf(&text, "condition: any of them }");
	struct image *img = compile(&text, 0, &made, &errors);
	assert_int_equal(errors, 1); /* more than a rule has unless that is allowed */
	image_close(img);
	free(made.data);
	img = compile(&text, STRINGS, &made, &errors);
	assert_int_equal(errors, 0);
	assert_int_equal(scan(img, 'a', 100000, &count), OK);
	assert_int_equal(count, 0);
	image_close(img);
	free(made.data);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_deep_alternatives),
		cmocka_unit_test(test_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
