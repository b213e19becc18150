#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/buf.h"
#include "os/file.h"
#include "os/walk.h"

/* Each test runs in an empty folder of its own, which is the working directory. */
static int make_folder(void **state)
{
	char name[] = "/tmp/candor-walk-XXXXXX";

	if (mkdtemp(name) == NULL || chdir(name) != 0)
		return -1;
	*state = strdup(name);
	return 0;
}

static int remove_folder(void **state)
{
	char command[128];

	/* trees here are deeper than nftw() and PATH_MAX allow */
	snprintf(command, sizeof command, "rm -rf %s", (char *)*state);
	free(*state);
	return chdir("/") != 0 || system(command) != 0 ? -1 : 0;
}

static void put_file(int folder, const char *name)
{
	AUTO_FD fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
}

static int put_folder(int folder, const char *name)
{
	assert_int_equal(mkdirat(folder, name, 0700), 0);
	return openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int open_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int count = -3; /* ".", ".." and d itself */

	while (d != NULL && readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

/* What a walk gives, as "file:2 symlink:1 ". */
static void walk_counts(struct walk *w, const char *start, struct buf *ret)
{
	unsigned counts[WALK_COUNT] = {0};
	struct walk_entry entry;

	walk_start(w, start);
	while (walk_next(w, &entry))
		counts[entry.kind]++;
	buf_clear(ret);
	for (int kind = 0; kind < WALK_COUNT; kind++) {
		if (counts[kind] > 0)
			buf_addf(ret, "%s:%u ", walk_kind_name((enum walk_kind)kind), counts[kind]);
	}
}

static bool leaves_out(struct walk_filter *f, const char *path, const char *name, bool is_folder)
{
	(void)f;
	(void)path;
	return strcmp(name, "no") == 0 || (!is_folder && strcmp(name, "no-file") == 0);
}

static void put_zoo(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
	AUTO_FD bound = socket(AF_UNIX, SOCK_STREAM, 0);
	close(put_folder(AT_FDCWD, "sub"));
	AUTO_FD no = put_folder(AT_FDCWD, "no");

	assert_int_equal(bind(bound, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	put_file(AT_FDCWD, "a");
	put_file(sub, "b");
	put_file(sub, "no-file");
	put_file(no, "c");
	assert_int_equal(symlink("a", "to-file"), 0);
	assert_int_equal(symlink("sub", "to-folder"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(symlink("self", "self"), 0);
	assert_int_equal(symlinkat("..", sub, "up"), 0);
}

static void kinds(void **state)
{
	static struct walk_filter filter = {leaves_out};
	static const struct {
		const char *name, *start;
		struct walk_options options;
		const char *want;
	} cases[] = {
		{"plain", ".", {0}, "file:4 folder:3 symlink:5 fifo:1 socket:1 "},
		{"followed", ".", {.follow = true},
		 "file:7 folder:4 dangling-symlink:2 loop:2 fifo:1 socket:1 "},
		{"filtered", ".", {.filter = &filter},
		 "file:2 folder:2 symlink:5 fifo:1 socket:1 excluded:2 "},
		{"filter and start", "no", {.filter = &filter}, "file:1 folder:1 "},
		{"file", "a", {0}, "file:1 "},
		{"link to file", "to-file", {0}, "file:1 "},
		{"link to folder", "to-folder", {0}, "file:2 folder:1 symlink:1 "},
		{"slashes", "sub//", {0}, "file:2 folder:1 symlink:1 "},
		{"FIFO", "fifo", {0}, "fifo:1 "},
		{"device", "/dev/null", {0}, "character-device:1 "},
		{"missing", "nothing", {0}, "unreadable:1 "},
		{"link to nothing", "dangling", {0}, "unreadable:1 "},
		{"empty", "", {0}, "unreadable:1 "},
		{"kernel", "/proc", {0}, "kernel-file-system:1 "},
		{"kernel file", "/proc/self/status", {0}, "kernel-file-system:1 "},
	};
	struct buf got;

	(void)state;
	buf_init(&got, 1024);
	put_zoo();
	for (size_t i = 0; i < LEN(cases); i++) {
		int before = open_descriptors();
		struct walk *w = walk_new(&cases[i].options);

		walk_counts(w, cases[i].start, &got);
		walk_free(w);
		if (!str_eq(buf_str(&got), str_of(cases[i].want)))
			fail_msg("%s: got %.*s, want %s", cases[i].name, STR_ARG(buf_str(&got)),
				 cases[i].want);
		if (open_descriptors() != before)
			fail_msg("%s: leaks descriptors", cases[i].name);
	}
	buf_done(&got);
}

enum { DEPTH = 400, FILES_EACH = 3 };
#define DEEP_NAME "a-folder-with-a-name"

/* DEPTH folders inside each other, FILES_EACH files in each. */
static void put_deep(void)
{
	int at = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	for (int i = 0; i < DEPTH; i++) {
		for (int k = 0; k < FILES_EACH; k++) {
			char name[16];

			snprintf(name, sizeof name, "f%d", k);
			put_file(at, name);
		}
		int next = put_folder(at, DEEP_NAME);
		close(at);
		at = next;
		assert_true(at >= 0);
	}
	close(at);
}

/* Folders far below PATH_MAX are left and found again: each file is met once, and opens. */
static void deep_tree(void **state)
{
	static unsigned char seen[DEPTH][FILES_EACH];
	struct walk *w = walk_new(&(struct walk_options){0});
	struct walk_entry entry;
	unsigned files = 0;
	int most = 0;

	(void)state;
	put_deep();
	memset(seen, 0, sizeof seen);
	walk_start(w, ".");
	while (walk_next(w, &entry)) {
		size_t depth = (strlen(entry.path) - 2) / sizeof DEEP_NAME;
		uint64_t size;
		int fd;

		if (entry.kind != WALK_FILE) {
			assert_int_equal(entry.kind, WALK_FOLDER);
			continue;
		}
		assert_int_equal(seen[depth][entry.name[1] - '0']++, 0);
		assert_int_equal(walk_open_file(w, &entry, &fd, &size, NULL), WALK_OPENED);
		close(fd);
		if (files++ % 256 == 0 && open_descriptors() > most)
			most = open_descriptors();
	}
	walk_free(w);
	assert_int_equal(files, DEPTH * FILES_EACH);
	assert_true(most < 48);
}

/* A start longer than PATH_MAX is reached, too; so is a folder whose ".." is another one. */
static void long_start(void **state)
{
	struct walk *w = walk_new(&(struct walk_options){.follow = true});
	struct buf path, got;

	(void)state;
	put_deep();
	buf_init(&path, 1 << 20);
	buf_init(&got, 1024);
	for (int i = 0; i < 300; i++)
		buf_add_str(&path, STR(DEEP_NAME "/"));
	buf_add_u8(&path, 0);
	assert_int_equal(symlink(DEEP_NAME "/" DEEP_NAME, "into"), 0);
	walk_counts(w, (char *)path.data, &got);
	if (!str_eq(buf_str(&got), STR("file:300 folder:101 ")))
		fail_msg("got %.*s", STR_ARG(buf_str(&got)));
	walk_counts(w, "into", &got);
	if (!str_eq(buf_str(&got), STR("file:1194 folder:399 ")))
		fail_msg("got %.*s", STR_ARG(buf_str(&got)));

	path.len--;
	buf_add_str(&path, STR("f0"));
	buf_add_u8(&path, 0);
	walk_counts(w, (char *)path.data, &got);
	assert_true(str_eq(buf_str(&got), STR("file:1 ")));
	buf_done(&path);
	buf_done(&got);
	walk_free(w);
}

/* Links between chains of folders: the stack is deep, and ".." of a followed link is elsewhere. */
static void linked_chains(void **state)
{
	struct walk *w = walk_new(&(struct walk_options){.follow = true});
	struct buf got;

	(void)state;
	buf_init(&got, 1024);
	for (int i = 0; i < 100; i++) {
		char name[16], target[16];

		snprintf(name, sizeof name, "c%d", i);
		snprintf(target, sizeof target, "../c%d", i + 1);
		AUTO_FD fd = put_folder(AT_FDCWD, name);
		put_file(fd, "x");
		assert_int_equal(symlinkat(target, fd, "next"), 0);
		put_file(fd, "y");
	}
	walk_counts(w, "c0", &got);
	if (!str_eq(buf_str(&got), STR("file:200 folder:100 dangling-symlink:1 ")))
		fail_msg("got %.*s", STR_ARG(buf_str(&got)));
	buf_done(&got);
	walk_free(w);
}

static void huge_folder(void **state)
{
	struct walk *w = walk_new(&(struct walk_options){0});
	struct buf got;

	(void)state;
	buf_init(&got, 1024);
	for (int i = 0; i < 5000; i++) {
		char name[16];

		snprintf(name, sizeof name, "%d", i);
		put_file(AT_FDCWD, name);
	}
	walk_counts(w, ".", &got);
	assert_true(str_eq(buf_str(&got), STR("file:5000 folder:1 ")));
	buf_done(&got);
	walk_free(w);
}

/* What stands at a name when it is opened need not be what was listed. */
static void replaced(void **state)
{
	static const struct {
		const char *name, *command;
		enum walk_opened want;
	} cases[] = {
		{"the same", "true", WALK_OPENED},
		{"deleted", "rm sub/a", WALK_GONE},
		{"another file", "echo b > new && mv new sub/a", WALK_OPENED},
		{"symbolic link", "ln -sf /etc/passwd sub/a", WALK_REPLACED},
		{"FIFO", "rm sub/a && mkfifo sub/a", WALK_REPLACED},
		{"folder", "rm sub/a && mkdir sub/a", WALK_REPLACED},
	};
	struct walk *w = walk_new(&(struct walk_options){0});

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct walk_entry entry;
		uint64_t size;
		int fd = -1;

		assert_int_equal(system("rm -rf sub && mkdir sub && echo a > sub/a"), 0);
		walk_start(w, "sub");
		while (walk_next(w, &entry) && entry.kind != WALK_FILE)
			continue;
		assert_int_equal(system(cases[i].command), 0);
		enum walk_opened got = walk_open_file(w, &entry, &fd, &size, NULL);
		if (got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].name, got, cases[i].want);
		if (got == WALK_OPENED)
			close(fd);
	}
	walk_free(w);
}

static void one_file_system(void **state)
{
	struct buf got;

	(void)state;
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0)
		skip();
	buf_init(&got, 1024);
	close(put_folder(AT_FDCWD, "sub"));
	close(put_folder(AT_FDCWD, "proc"));
	if (mount("none", "sub", "tmpfs", 0, NULL) != 0 ||
	    mount("none", "proc", "proc", 0, NULL) != 0)
		skip();
	put_file(AT_FDCWD, "sub/a");
	put_file(AT_FDCWD, "b");

	struct walk *stay = walk_new(&(struct walk_options){.one_file_system = true});
	walk_counts(stay, ".", &got);
	assert_true(str_eq(buf_str(&got), STR("file:1 folder:1 other-file-system:2 ")));
	struct walk *cross = walk_new(&(struct walk_options){0});
	walk_counts(cross, ".", &got);
	assert_true(str_eq(buf_str(&got), STR("file:2 folder:2 kernel-file-system:1 ")));
	walk_free(stay);
	walk_free(cross);
	buf_done(&got);
	umount2("sub", MNT_DETACH);
	umount2("proc", MNT_DETACH);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(kinds),         IN_FOLDER(deep_tree),   IN_FOLDER(long_start),
		IN_FOLDER(linked_chains), IN_FOLDER(huge_folder), IN_FOLDER(replaced),
		IN_FOLDER(one_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
