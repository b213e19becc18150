#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/error.h"
#include "cli/globs.h"

static void globs(void **state)
{
	static const struct {
		const char *name, *include, *exclude, *path, *base;
		bool is_folder, want; /* left out */
	} cases[] = {
		{"no patterns", NULL, NULL, "a/b", "b", false, false},
		{"exclude by name", NULL, "*.o", "a/b.o", "b.o", false, true},
		{"exclude by path", NULL, "a/*", "a/b", "b", false, true},
		{"star crosses slashes", NULL, "/x/*.o", "/x/y/z.o", "z.o", false, true},
		{"exclude a folder", NULL, ".git", "a/.git", ".git", true, true},
		{"name is not a part", NULL, "b", "b/c", "c", false, false},
		{"include a file", "*.exe", NULL, "a.exe", "a.exe", false, false},
		{"include leaves out others", "*.exe", NULL, "a.txt", "a.txt", false, true},
		{"include does not concern folders", "*.exe", NULL, "a", "a", true, false},
		{"exclude beats include", "*.exe", "a*", "a.exe", "a.exe", false, true},
		{"leading dot is nothing special", NULL, "*", ".x", ".x", false, true},
		{"invalid UTF-8", NULL, "*.o", "a/\xff.o", "\xff.o", false, true},
		{"bad pattern is itself", NULL, "[", "a/[", "[", false, true},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct globs g;

		globs_init(&g);
		if (cases[i].include != NULL)
			assert_true(vec_push(&g.include, &cases[i].include));
		if (cases[i].exclude != NULL)
			assert_true(vec_push(&g.exclude, &cases[i].exclude));
		bool got = g.filter.leaves_out(&g.filter, cases[i].path, cases[i].base,
					       cases[i].is_folder);
		if (got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].name, got, cases[i].want);
		globs_done(&g);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(globs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
