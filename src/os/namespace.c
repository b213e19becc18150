#include "os/namespace.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"

static const struct {
	const char *name;
	int flag;
} infos[] = {
#define NAMESPACE(id, name, flag) {name, flag},
#include "os/namespaces.def"
#undef NAMESPACE
};

enum {
	ALL_FLAGS = 0
#define NAMESPACE(id, name, flag) | flag
#include "os/namespaces.def"
#undef NAMESPACE
};

const char *namespace_name(enum namespace n)
{
	return infos[n].name;
}

void namespace_ids_read(struct namespace_ids *ret)
{
	for (size_t i = 0; i < NAMESPACE_COUNT; i++) {
		char path[64];
		struct stat st;

		snprintf(path, sizeof path, "/proc/self/ns/%s", infos[i].name);
		ret->id[i] = stat(path, &st) == 0 ? st.st_ino : 0;
	}
}

static int write_proc(pid_t child, const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)child, name);
	AUTO_FD fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return errno;
	return 0;
}

static int map_ids(pid_t child, const char *name, unsigned id)
{
	char text[96];

	snprintf(text, sizeof text, "0 %u 1\n%u %u 1\n", id, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
	if (id == 0 && write_proc(child, name, text) == 0)
		return 0;
	snprintf(text, sizeof text, "0 %u 1\n", id);
	return write_proc(child, name, text);
}

static int map_user(pid_t child)
{
	int failed = map_ids(child, "uid_map", geteuid());

	/* an ordinary user may map a group only where groups can no longer be dropped */
	if (failed == 0 && geteuid() != 0)
		failed = write_proc(child, "setgroups", "deny");
	if (failed == 0)
		failed = map_ids(child, "gid_map", getegid());
	return failed;
}

/* The child waits until its users are known, so that it is somebody from the start. */
static _Noreturn void wait_and_run(int go_fd, int hold_fd, void (*child)(void *ctx), void *ctx)
{
	char go;
	ssize_t n;

	close(hold_fd);
	do {
		n = read(go_fd, &go, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1)
		child(ctx);
	_exit(127);
}

/* A child in new namespaces of these kinds; an error number when there is none. */
static int start_in(int flags, void (*child)(void *ctx), void *ctx, pid_t *ret)
{
	int pair[2], failed = 0;

	if (pipe2(pair, O_CLOEXEC) != 0)
		return errno;
	AUTO_FD go = pair[0];
	AUTO_FD hold = pair[1];
	pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0)
		return errno;
	if (pid == 0)
		wait_and_run(go, hold, child, ctx);
	if ((flags & CLONE_NEWUSER) != 0)
		failed = map_user(pid);
	if (failed == 0 && write(hold, "", 1) != 1)
		failed = errno;
	if (failed != 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
		return failed;
	}
	*ret = pid;
	return 0;
}

enum status namespace_start(bool wanted, void (*child)(void *ctx), void *ctx, pid_t *ret,
			    struct error *e)
{
	/*
	 * A user namespace of its own is what an ordinary user needs for the
	 * others. Root may be allowed them where user namespaces are switched off.
	 */
	static const int choices[] = {ALL_FLAGS, ALL_FLAGS & ~CLONE_NEWUSER, 0};
	int failed = EPERM;

	for (size_t i = wanted ? 0 : LEN(choices) - 1; i < LEN(choices) && failed != 0; i++)
		failed = start_in(choices[i], child, ctx, ret);
	if (failed != 0)
		return error_at(e, E_IO, 0, "cannot start a process: %s", strerror(failed));
	return OK;
}

/* Mount over the first of some folders that exist everywhere; its contents do not matter. */
static int mount_empty(void)
{
	static const char *const folders[] = {"/proc", "/tmp", "/dev", "/usr"};
	int failed = ENOENT;

	for (size_t i = 0; i < LEN(folders) && failed != 0; i++) {
		failed = 0;
		if (mount("none", folders[i], "tmpfs",
			  MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
			  "mode=0555,nr_blocks=1,nr_inodes=1") != 0 ||
		    chdir(folders[i]) != 0)
			failed = errno;
	}
	return failed;
}

enum status namespace_empty_root(struct error *e)
{
	int failed = 0;

	/* nothing that happens here may be seen outside */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		failed = errno;
	if (failed == 0)
		failed = mount_empty();
	/* both roots on one spot: the old one is on top and is taken away (pivot_root(2)) */
	if (failed == 0 && (syscall(SYS_pivot_root, ".", ".") != 0 ||
			    umount2(".", MNT_DETACH) != 0 || chdir("/") != 0))
		failed = errno;
	if (failed != 0)
		return error_at(e, failed == EPERM || failed == EACCES ? E_DENIED : E_IO, 0,
				"cannot empty the root folder: %s", strerror(failed));
	return OK;
}

bool namespace_root_is_empty(void)
{
	struct statvfs fs;
	struct stat st;

	/* a folder without folders in it has two links: itself and its name */
	return statvfs("/", &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0 &&
	       stat("/", &st) == 0 && st.st_nlink == 2 && access("/proc", F_OK) != 0;
}
