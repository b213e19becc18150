#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "os/file.h"
#include "os/output.h"

static int make_folder(void **state)
{
	char name[] = "/tmp/candor-output-XXXXXX";

	if (mkdtemp(name) == NULL || chdir(name) != 0)
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

static unsigned files_here(void)
{
	DIR *d = opendir(".");
	unsigned count = 0;

	assert_non_null(d);
	for (struct dirent *entry; (entry = readdir(d)) != NULL;)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(d);
	return count;
}

static void put(const char *path, const char *text)
{
	struct output o;
	struct error e = {0};

	assert_int_equal(output_begin(&o, path, &e), OK);
	assert_int_equal(file_write_all(o.fd, text, strlen(text), &e), OK);
	assert_int_equal(output_commit(&o, &e), OK);
}

static void expect(const char *path, const char *want)
{
	char got[64] = "";
	AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0 && read(fd, got, sizeof got - 1) >= 0);
	assert_string_equal(got, want);
}

static void replaces(void **state)
{
	struct stat st;

	(void)state;
	umask(022);
	put("a", "one");
	expect("a", "one");
	put("./a", "two");
	expect("a", "two");
	assert_int_equal(files_here(), 1);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
}

static void leaves_nothing(void **state)
{
	struct output o;
	struct error e = {0};

	(void)state;
	assert_int_equal(output_begin(&o, "a", NULL), OK);
	assert_int_equal(file_write_all(o.fd, "x", 1, NULL), OK);
	output_abandon(&o);
	assert_int_equal(files_here(), 0);
	/* what cannot be replaced stays, and nothing else does */
	assert_int_equal(output_begin(&o, "taken", NULL), OK);
	assert_int_equal(mkdir("taken", 0700), 0);
	assert_int_equal(output_commit(&o, &e), E_IO);
	assert_int_equal(files_here(), 1);
	assert_int_equal(rmdir("taken"), 0);
	e = (struct error){0};
	assert_int_equal(output_begin(&o, "nowhere/a", &e), E_IO);
	assert_true(e.text[0] != '\0');
	assert_int_equal(output_begin(&o, "folder/", NULL), E_IO);
}

static void keeps_what_is_no_file(void **state)
{
	struct output o;

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(symlink("fifo", "link"), 0);
	static const char *const names[] = {"folder", "fifo", "link"};
	for (size_t i = 0; i < LEN(names); i++) {
		if (output_begin(&o, names[i], NULL) != E_IO)
			fail_msg("%s would be replaced", names[i]);
	}
	assert_int_equal(files_here(), 3);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(replaces),
		IN_FOLDER(leaves_nothing),
		IN_FOLDER(keeps_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
