#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/file.h"
#include "os/namespace.h"
#include "os/privilege.h"
#include "os/sanitizer.h"

enum { FIRST_FD = 3, FINISH_MS = 200 };

enum status process_open_program(const char *path, int *ret_fd, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	/* without /proc, the path by which this program was started */
	if (fd < 0 && strcmp(path, PROCESS_SELF) == 0)
		fd = open((const char *)getauxval(AT_EXECFN), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_at(e, errno == EACCES ? E_DENIED : E_IO, 0, "%s: %s", path,
				strerror(errno));
	*ret_fd = fd;
	return OK;
}

/* Give the descriptors their numbers. All are first moved out of the way. */
static bool place_fds(const struct process_options *o, int null_fd, int *program_fd)
{
	int above = FIRST_FD + (int)o->fd_count;
	int moved[PROCESS_FDS_MAX];

	*program_fd = fcntl(o->program_fd, F_DUPFD_CLOEXEC, above);
	null_fd = fcntl(null_fd, F_DUPFD_CLOEXEC, above);
	if (*program_fd < 0 || null_fd < 0)
		return false;
	for (size_t i = 0; i < o->fd_count; i++) {
		moved[i] = fcntl(o->fds[i], F_DUPFD_CLOEXEC, above);
		if (moved[i] < 0)
			return false;
	}
	for (int fd = 0; fd < FIRST_FD - SANITIZED; fd++) {
		if (dup2(null_fd, fd) < 0)
			return false;
	}
	for (size_t i = 0; i < o->fd_count; i++) {
		if (dup2(moved[i], FIRST_FD + (int)i) < 0)
			return false;
	}
	return syscall(SYS_close_range, above, ~0u, CLOSE_RANGE_CLOEXEC) == 0;
}

struct start {
	const struct process_options *options;
	int null_fd;
};

/* The child, which may have been forked off a program with threads: system calls only. */
static void become(void *ctx)
{
	static const char *const no_environment[] = {NULL};
	const struct start *s = ctx;
	sigset_t none;
	int program_fd;

	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) != 0 || setsid() < 0 ||
	    !privilege_die_with_parent() || !place_fds(s->options, s->null_fd, &program_fd))
		_exit(PROCESS_NOT_STARTED);
	syscall(SYS_execveat, program_fd, "", s->options->argv, no_environment, AT_EMPTY_PATH);
	_exit(PROCESS_NOT_STARTED);
}

enum status process_start(const struct process_options *o, pid_t *ret, struct error *e)
{
	AUTO_FD null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct start s = {o, null_fd};

	if (o->fd_count > PROCESS_FDS_MAX)
		return error_at(e, E_LIMIT, 0, "more than %d descriptors for a process",
				PROCESS_FDS_MAX);
	if (null_fd < 0)
		return error_at(e, E_IO, 0, "/dev/null: %s", strerror(errno));
	return namespace_start(o->namespaces, become, &s, ret, e);
}

void process_wait(pid_t pid, struct process_end *ret)
{
	struct rusage used = {0};
	int status = 0;

	while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		continue;
	if (ret == NULL)
		return;
	*ret = (struct process_end){
		.by_signal = WIFSIGNALED(status),
		.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		.cpu_seconds = (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec),
	};
}

void process_finish(pid_t pid, struct process_end *ret)
{
	static const struct timespec moment = {.tv_nsec = 1000000};
	siginfo_t info;

	for (int i = 0; i < FINISH_MS; i++) {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    info.si_pid == pid)
			break;
		nanosleep(&moment, NULL);
	}
	process_kill(pid, ret);
}

void process_kill(pid_t pid, struct process_end *ret)
{
	/* 0 and below are whole groups of processes */
	if (pid <= 0)
		abort();
	kill(pid, SIGKILL);
	process_wait(pid, ret);
}
