#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/scan-options.h"

enum { ARGUMENTS = 8 };

/* What the parser tells the user is no part of the test's output. */
static bool parse_silently(struct scan_request *r, int argc, char **argv, int *ret_exit)
{
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY);

	assert_true(null >= 0);
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
	bool result = scan_request_parse(r, argc, argv, ret_exit);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close(out);
	close(err);
	return result;
}

static bool parse(struct scan_request *r, const char *const *arguments, int *ret_exit)
{
	char name[] = "scan";
	char *argv[ARGUMENTS + 2] = {name};
	int argc = 1;

	while (argc <= ARGUMENTS && arguments[argc - 1] != NULL) {
		argv[argc] = (char *)arguments[argc - 1];
		argc++;
	}
	scan_request_init(r);
	return parse_silently(r, argc, argv, ret_exit);
}

static void refused(void **state)
{
	static const struct {
		const char *name;
		const char *arguments[ARGUMENTS];
		int want;
	} cases[] = {
		{"help", {"--help"}, EXIT_FOUND_NOTHING},
		{"help and more", {"x", "-h"}, EXIT_FOUND_NOTHING},
		{"limits help", {"--limits", "help"}, EXIT_FOUND_NOTHING},
		{"no path", {NULL}, EXIT_TROUBLE},
		{"no such option", {"--nope", "x"}, EXIT_TROUBLE},
		{"no such letter", {"-x", "x"}, EXIT_TROUBLE},
		{"no value", {"x", "--db"}, EXIT_TROUBLE},
		{"no letter's value", {"x", "-j"}, EXIT_TROUBLE},
		{"value too many", {"--json=1", "x"}, EXIT_TROUBLE},
		{"jobs: none", {"-j", "0", "x"}, EXIT_TROUBLE},
		{"jobs: too many", {"-j", "257", "x"}, EXIT_TROUBLE},
		{"jobs: words", {"-j", "two", "x"}, EXIT_TROUBLE},
		{"reason", {"--accept", "encrypted,nope", "x"}, EXIT_TROUBLE},
		{"empty reason", {"--accept=", "x"}, EXIT_TROUBLE},
		{"limit without value", {"--limits", "depth", "x"}, EXIT_TROUBLE},
		{"limit out of range", {"--limits", "depth=65", "x"}, EXIT_TROUBLE},
		{"no such limit", {"--limits", "nope=1", "x"}, EXIT_TROUBLE},
		{"standard input twice", {"--files-from", "-", "-"}, EXIT_TROUBLE},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct scan_request r;
		int got = -1;

		if (parse(&r, cases[i].arguments, &got) || got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].name, got, cases[i].want);
		scan_request_done(&r);
	}
}

static void accepted(void **state)
{
	static const char *const arguments[] = {
		"a", "--jobs=3", "--limits=depth=2,memory=64M", "b",
		"--accept", "encrypted,limit", "--", "--json", NULL};
	struct scan_request r;
	int status;

	(void)state;
	assert_true(parse(&r, arguments, &status));
	assert_int_equal(r.paths.len, 3);
	assert_string_equal(r.paths.items[0], "a");
	assert_string_equal(r.paths.items[1], "b");
	assert_string_equal(r.paths.items[2], "--json");
	assert_int_equal(r.jobs, 3);
	assert_int_equal(r.limits.depth, 2);
	assert_int_equal(r.limits.memory, 64 << 20);
	assert_int_equal(r.accepted, 1u << REASON_ENCRYPTED | 1u << REASON_LIMIT);
	assert_false(r.json);
	scan_request_done(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(refused), cmocka_unit_test(accepted)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
