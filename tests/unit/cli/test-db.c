#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/command.h"
#include "os/file.h"

int cmd_db(int argc, char **argv);

#define MD5 "44d88612fea8a8f36de82e1278abb02f"

/* The tests run in a folder of their own with these files. */
static const struct {
	const char *path, *text;
} files[] = {
	{"good.hdb", MD5 ":68:Test.One\n" MD5 ":69:Test.Two\n"},
	{"bad.hdb", MD5 ":68:Test.Three\nnonsense\n"},
	{"list.sha256", "no digest in here\n"},
	{"unknown.xyz", "hello\n"},
	{"tree/b/two.hdb", MD5 ":70:Test.Four\n"},
	{"tree/one.hdb", MD5 ":71:Test.Five\n"},
	{"tree/readme.xyz", "not a rule\n"},
	{"left.ign2", "Test.Two\n"},
	{"name\x1b[31m.hdb", "\x1b[2J\n"},
};

static void put_file(const char *path, const char *text)
{
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text), NULL), OK);
}

static int make_folder(void **state)
{
	char name[] = "/tmp/candor-db-XXXXXX";

	if (mkdtemp(name) == NULL || chdir(name) != 0 || mkdir("tree", 0700) != 0 ||
	    mkdir("tree/b", 0700) != 0 || mkdir("empty", 0700) != 0)
		return -1;
	for (size_t i = 0; i < LEN(files); i++)
		put_file(files[i].path, files[i].text);
	if (symlink("../good.hdb", "tree/again.hdb") != 0)
		return -1;
	*state = strdup(name);
	return 0;
}

static int remove_folder(void **state)
{
	char command[128];

	snprintf(command, sizeof command, "rm -rf %s", (char *)*state);
	free(*state);
	return chdir("/") != 0 || system(command) != 0 ? -1 : 0;
}

/* Run the command; what it prints on both descriptors goes to `ret_text`. */
static int run_db(const char *arguments, char *ret_text, size_t size)
{
	char copy[512], *argv[16] = {0}, *rest = copy;
	int argc = 0, out = dup(1), err = dup(2);
	AUTO_FD to = open("output", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	snprintf(copy, sizeof copy, "db %s", arguments);
	for (char *word; (word = strsep(&rest, " ")) != NULL && argc < 15;)
		argv[argc++] = word;
	fflush(NULL);
	assert_true(to >= 0 && dup2(to, 1) == 1 && dup2(to, 2) == 2);
	optind = 0; /* begin anew (getopt(3), notes of glibc) */
	int status = cmd_db(argc, argv);
	fflush(NULL);
	assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	close(out);
	close(err);
	ssize_t len = pread(to, ret_text, size - 1, 0);
	assert_true(len >= 0);
	ret_text[len] = '\0';
	return status;
}

static void commands(void **state)
{
	static const struct {
		const char *arguments;
		int want;
		const char *text;   /* printed */
		const char *absent; /* not printed, or NULL */
	} cases[] = {
		{"build -o a good.hdb", 0, "a: 2 rules from 1 sources", "malformed"},
		{"verify a", 0, "a: OK, sha256 ", NULL},
		{"info a", 0, "good.hdb  (clamav, 90 bytes)\n           2  md5\n", NULL},
		{"info --json a", 0, "\"rules\":{\"md5\":2}", NULL},
		{"build -o a good.hdb ./good.hdb tree", 0, "a: 4 rules from 3 sources", NULL},
		{"info a", 0, "\nb/two.hdb  (clamav", "readme"},
		{"build -o a good.hdb left.ign2", 0, "left out by ignore lists: 1\n", NULL},
		{"build -o b bad.hdb good.hdb", 2, "bad.hdb:2:", NULL},
		{"info b", 0, "           1  malformed\n", NULL},
		{"build --keep-going -o b bad.hdb good.hdb", 0, "malformed: 1\n", NULL},
		{"build -o c unknown.xyz good.hdb", 2, "1 of 2 sources are in no known rule", NULL},
		{"info c", 2, "candor: c: cannot open", NULL},
		{"build -o c missing.hdb", 2, "candor: missing.hdb: cannot open", NULL},
		{"build -o c empty", 2, "candor: empty: no rule source", NULL},
		{"build -o tree good.hdb", 2, "candor: tree: exists and is not a regular", NULL},
		{"build -o no/a good.hdb", 2, "candor: no/a: cannot open the folder", NULL},
		{"build -o good.hdb good.hdb", 2, "replace one of its sources", NULL},
		{"build -o c name\x1b[31m.hdb", 2, "name\\x1b[31m.hdb:1:5: error: ", "\x1b"},
		{"verify good.hdb", 2, "candor: good.hdb: not a Candor image (at byte 0)", NULL},
		{"verify unknown.xyz", 2, "candor: unknown.xyz: too short for an image", NULL},
		{"verify empty", 2, "candor: empty: not a regular file", NULL},
		{"info", 2, "one IMAGE is expected", NULL},
		{"info --bogus a", 2, "no such option: --bogus", NULL},
		{"verify --json a", 2, "verify has no --json", NULL},
		{"build good.hdb", 2, "build needs -o IMAGE", NULL},
		{"build -o a", 2, "build needs a SOURCE", NULL},
		{"build -o", 2, "a value is missing behind -o", NULL},
		{"bogus", 2, "build, info, verify or unpack is expected", NULL},
		{"--help", 0, "usage: candor db build", NULL},
	};
	char text[8192];

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		int got = run_db(cases[i].arguments, text, sizeof text);

		if (got != cases[i].want || strstr(text, cases[i].text) == NULL ||
		    (cases[i].absent != NULL && strstr(text, cases[i].absent) != NULL))
			fail_msg("db %s: got status %d, want %d; printed:\n%s", cases[i].arguments,
				 got, cases[i].want, text);
	}
}

static void same_bytes_in_any_order(void **state)
{
	static const char *const orders[] = {
		"build -o a good.hdb bad.hdb tree -k", "build -k -o b tree bad.hdb good.hdb",
		"build -k -o b ./bad.hdb tree/../good.hdb tree",
	};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < LEN(orders); i++) {
		assert_int_equal(run_db(orders[i], text, sizeof text), 0);
		if (i > 0 && system("cmp a b") != 0)
			fail_msg("'%s' gives other bytes", orders[i]);
	}
}

static void damage(void **state)
{
	char text[4096];

	(void)state;
	assert_int_equal(run_db("build -o a good.hdb", text, sizeof text), 0);
	AUTO_FD fd = open("a", O_RDWR | O_CLOEXEC);
	assert_int_equal(pwrite(fd, "x", 1, 400), 1);
	assert_int_equal(run_db("verify a", text, sizeof text), 2);
	assert_non_null(strstr(text, "candor: a: contents do not have the digest that the header"));
	assert_int_equal(ftruncate(fd, 500), 0);
	assert_int_equal(run_db("info a", text, sizeof text), 2);
	assert_non_null(strstr(text, "candor: a: image cut short (at byte 500)"));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(commands),
		IN_FOLDER(same_bytes_in_any_order),
		IN_FOLDER(damage),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
