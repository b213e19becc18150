#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <locale.h>

#include "cli/progress.h"
#include "os/term.h"

#define SECOND_NS 1000000000ull

static void lines(void **state)
{
	static const struct tally tally = {
		.files = 1000, .bytes = 5000000, .size = 5000000,
		.verdicts = {[VERDICT_DETECTED] = 2}};
	static const struct tally quiet = {.files = 1, .bytes = 1, .size = 1};
	static const struct feed_count half = {2000, 10000000, true}, counting = {10, 10, false},
				       less = {500, 100, true};
	static const struct {
		const char *name;
		const struct tally *tally;
		const struct feed_count *total;
		uint64_t elapsed_ns;
		const char *path;
		size_t columns;
		const char *want;
	} cases[] = {
		{"no total", &quiet, NULL, SECOND_NS, "/a", 80,
		 "1 files  1 B  1 files/s  1 B/s  /a"},
		{"still counting", &quiet, &counting, SECOND_NS, "/a", 80,
		 "1 files  1 B  1 files/s  1 B/s  /a"},
		{"half done", &tally, &half, 10 * SECOND_NS, "/a", 100,
		 "1,000 files  5.00 MB  100 files/s  500 kB/s  50 %  11 s left  2 detected  /a"},
		{"more than was counted", &tally, &less, 10 * SECOND_NS, "/a", 100,
		 "1,000 files  5.00 MB  100 files/s  500 kB/s  100 %  2 detected  /a"},
		{"path cut", &quiet, NULL, SECOND_NS, "/usr/share/some/folder/file", 48,
		 "1 files  1 B  1 files/s  1 B/s  …ome/folder/file"},
		{"no room for a path", &quiet, NULL, SECOND_NS, "/usr/share/x", 34,
		 "1 files  1 B  1 files/s  1 B/s"},
		{"no room at all", &quiet, NULL, SECOND_NS, "/a", 7, "1 files"},
		{"hostile name", &quiet, NULL, SECOND_NS, "/a\n\x1b[2J", 80,
		 "1 files  1 B  1 files/s  1 B/s  /a\\n\\x1b[2J"},
		{"wide name", &quiet, NULL, SECOND_NS, "/漢字漢字漢字", 43,
		 "1 files  1 B  1 files/s  1 B/s  …字漢字漢字"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf b;

		buf_init(&b, 4096);
		progress_line(&b, cases[i].tally, cases[i].elapsed_ns, cases[i].total,
			      str_of(cases[i].path), cases[i].columns);
		if (!str_eq(buf_str(&b), str_of(cases[i].want)))
			fail_msg("%s: got %.*s, want %s", cases[i].name, STR_ARG(buf_str(&b)),
				 cases[i].want);
		assert_true(term_width(buf_str(&b)) <= cases[i].columns);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lines)};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
