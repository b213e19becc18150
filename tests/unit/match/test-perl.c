/* Perl expressions: when they are searched for, what counts, and what happens at the limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../lang/compile.h"
#include "tiny.h"

struct perl_case {
	const char *what, *rule, *data;
	enum status ended;
	size_t hits;
};

#define HEAD "N;Engine:81-255,Target:0;"

static const struct perl_case cases[] = {
	{"matches", HEAD "0&1;6162;0/c(d+)e/", "abxcdde", OK, 1},
	{"does not match", HEAD "0&1;6162;0/c(d+)e/", "abxcdd", OK, 0},
	{"trigger does not hold", HEAD "1;6162;0/cd/", "xcd", OK, 0},
	{"trigger without a match", HEAD "1;6162;0=0/cd/", "xcd", OK, 1},
	{"back-reference", HEAD "1;6162;0/(c|d)\\1/", "abcdd", OK, 1},
	{"caseless", HEAD "1;6162;0/cd/i", "abCD", OK, 1},
	{"first match only", HEAD "1=1;6162;0/c/", "abccc", OK, 1},
	{"every match", HEAD "1=3;6162;0/c/g", "abccc", OK, 1},
	{"at a place", HEAD "1;6162;2:0/c/", "abxc", OK, 0},
	{"from a place on", HEAD "1;6162;2:0/c/r", "abxc", OK, 1},
	{"in a range", HEAD "1;6162;2,1:0/c/", "abxc", OK, 1},
	{"behind a range", HEAD "1;6162;2,1:0/c/", "abxxc", OK, 0},
	{"not encompassed", HEAD "1;6162;2,1:0/xc/e", "abxc", OK, 0},
	{"a chain of triggers", HEAD "2;6162;0/c/;1/d/", "abcd", OK, 1},
	{"too many steps", HEAD "1;6162;0/(c+)+(c+)+d\\z|(?:c*c*)*e\\z/",
	 "abcccccccccccccccccccccccccccccccccccccccccxe.d.", E_LIMIT, 0},
};

static void run_case(const struct perl_case *c)
{
	struct told told;
	struct tiny_image image;
	struct matcher *m;
	struct memory_input input;
	size_t len = strlen(c->data), count;
	const struct match_hit *hits;

	told_init(&told);
	told_compile(&told, "a.ldb", str_of(c->rule));
	tiny_open(told.rs, &image);
	assert_int_equal(matcher_new(image.img, &m, NULL), OK);
	memory_input_init(&input, c->data, len);
	const struct match_object object = {
		.size = len, .type = TYPE_DATA, .parent = TYPE_COUNT, .input = &input.in};
	const struct match_window w = {.data = (const uint8_t *)c->data, .len = len, .last = true};
	assert_int_equal(matcher_begin(m, &object), OK);
	assert_int_equal(matcher_feed(m, &w), OK);
	enum status ended = matcher_end(m, &hits, &count);
	if (ended != c->ended || count != c->hits)
		fail_msg("%s: status %d, %zu hits", c->what, ended, count);
	matcher_free(m);
	tiny_close(&image);
	buf_done(&told.text);
}

static void perl_expressions(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(cases); i++)
		run_case(&cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(perl_expressions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
