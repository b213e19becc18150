#include "attempts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* Numbers that the headers of older systems lack; the same on every architecture. */
enum { NR_IO_URING_SETUP = 425, NR_FSOPEN = 430, NR_PIDFD_OPEN = 434, NR_PIDFD_GETFD = 438 };

enum { UFFD_USER_MODE_ONLY_FLAG = 1, KEYCTL_GET_KEYRING = 0, PROCESS_KEYRING = -2 };

static const size_t BEYOND_LIMIT = (size_t)256 << 20;

/* A call that gives a negative number on failure. */
static int outcome(long result)
{
	return result < 0 ? errno : 0;
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

static int attempt_socket(const struct target *t)
{
	(void)t;
	return outcome(socket(AF_INET, SOCK_STREAM, 0));
}

static int attempt_netlink(const struct target *t)
{
	(void)t;
	return outcome(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int attempt_tcp_connect(const struct target *t)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in to = loopback(t->tcp_port);

	return fd < 0 ? errno : outcome(connect(fd, (struct sockaddr *)&to, sizeof to));
}

static int attempt_tcp_listen(const struct target *t)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in at = {.sin_family = AF_INET};

	(void)t;
	/* a port of another namespace is of no use: what counts is the one outside */
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 1) != 0)
		return errno;
	socklen_t len = sizeof at;

	if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		return errno;
	int other = socket(AF_INET, SOCK_STREAM, 0);

	return outcome(connect(other, (struct sockaddr *)&at, sizeof at));
}

static int attempt_udp_send(const struct target *t)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in to = loopback(t->udp_port);

	return fd < 0 ? errno : outcome(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to));
}

static int attempt_unix_path(const struct target *t)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	snprintf(to.sun_path, sizeof to.sun_path, "%s/socket", t->folder);
	return fd < 0 ? errno : outcome(connect(fd, (struct sockaddr *)&to, sizeof to));
}

static int attempt_unix_abstract(const struct target *t)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = strlen(t->abstract);

	memcpy(to.sun_path + 1, t->abstract, len);
	return fd < 0 ? errno :
		outcome(connect(fd, (struct sockaddr *)&to,
				(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len)));
}

static int attempt_open(const struct target *t)
{
	(void)t;
	return outcome(open("/etc/passwd", O_RDONLY));
}

static int attempt_list(const struct target *t)
{
	(void)t;
	return outcome(open("/usr", O_RDONLY | O_DIRECTORY));
}

static int attempt_stat(const struct target *t)
{
	struct stat st;

	(void)t;
	return outcome(stat("/etc/passwd", &st));
}

static int attempt_statx(const struct target *t)
{
	struct statx st;

	(void)t;
	return outcome(statx(AT_FDCWD, "/etc/passwd", 0, STATX_SIZE, &st));
}

static int attempt_access(const struct target *t)
{
	(void)t;
	return outcome(access("/etc/passwd", R_OK));
}

static int attempt_readlink(const struct target *t)
{
	char to[256];

	(void)t;
	return outcome(readlink("/proc/self/exe", to, sizeof to));
}

static int attempt_create(const struct target *t)
{
	char path[256];

	snprintf(path, sizeof path, "%s/created", t->folder);
	return outcome(open(path, O_WRONLY | O_CREAT, 0600));
}

static int attempt_unlink(const struct target *t)
{
	char path[256];

	snprintf(path, sizeof path, "%s/file", t->folder);
	return outcome(unlink(path));
}

static int attempt_chmod(const struct target *t)
{
	char path[256];

	snprintf(path, sizeof path, "%s/file", t->folder);
	return outcome(chmod(path, 0600));
}

static int attempt_reopen(const struct target *t)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", t->data_fd);
	return outcome(open(path, O_RDONLY));
}

static int attempt_other_fd(const struct target *t)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)t->parent, t->parent_fd);
	return outcome(open(path, O_RDONLY));
}

static int attempt_exec(const struct target *t)
{
	(void)t;
	execl("/bin/sh", "sh", "-c", "exit 42", (char *)NULL);
	return errno;
}

static int attempt_fork(const struct target *t)
{
	(void)t;
	/* not fork(), which the C library prepares for with other calls */
	long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return outcome(pid);
}

static void *nothing(void *arg)
{
	return arg;
}

static int attempt_thread(const struct target *t)
{
	pthread_t thread;

	(void)t;
	return pthread_create(&thread, NULL, nothing, NULL);
}

static int attempt_kill(const struct target *t)
{
	return outcome(kill(t->parent, 0));
}

static int attempt_ptrace(const struct target *t)
{
	return outcome(ptrace(PTRACE_SEIZE, t->parent, NULL, NULL));
}

static int attempt_read_memory(const struct target *t)
{
	char bytes[8];
	struct iovec local = {bytes, sizeof bytes};
	struct iovec remote = {(void *)t->parent_memory, sizeof bytes};

	return outcome(process_vm_readv(t->parent, &local, 1, &remote, 1, 0));
}

static int attempt_take_fd(const struct target *t)
{
	long pidfd = syscall(NR_PIDFD_OPEN, t->parent, 0);

	return pidfd < 0 ? errno : outcome(syscall(NR_PIDFD_GETFD, pidfd, t->parent_fd, 0));
}

static int attempt_io_uring(const struct target *t)
{
	char parameters[120] = {0};

	(void)t;
	return outcome(syscall(NR_IO_URING_SETUP, 4, parameters));
}

static int attempt_memfd(const struct target *t)
{
	(void)t;
	return outcome(memfd_create("x", 0));
}

static int attempt_wx_memory(const struct target *t)
{
	(void)t;
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int attempt_mprotect_exec(const struct target *t)
{
	(void)t;
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? errno : outcome(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int attempt_map_data_exec(const struct target *t)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, t->data_fd, 0);

	return p == MAP_FAILED ? errno : 0;
}

static int attempt_user_namespace(const struct target *t)
{
	(void)t;
	return outcome(unshare(CLONE_NEWUSER));
}

static int attempt_mount(const struct target *t)
{
	(void)t;
	/* a file system that could then be mounted: as privileged, and leaves nothing behind */
	return outcome(syscall(NR_FSOPEN, "tmpfs", 0));
}

static int attempt_chroot(const struct target *t)
{
	(void)t;
	return outcome(chroot("/"));
}

/* The name of root is worth nothing in a namespace of one's own: its capabilities count. */
static int attempt_become_root(const struct target *t)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	(void)t;
	if (setuid(0) != 0 || syscall(SYS_capget, &header, data) != 0)
		return errno;
	return (data[0].effective | data[0].permitted) != 0 ? 0 : EPERM;
}

static int attempt_bpf(const struct target *t)
{
	union bpf_attr map = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
			      .max_entries = 1};

	(void)t;
	return outcome(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map));
}

static int attempt_perf(const struct target *t)
{
	struct perf_event_attr event = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof event,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.exclude_kernel = 1,
	};

	(void)t;
	return outcome(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0));
}

static int attempt_keys(const struct target *t)
{
	(void)t;
	return outcome(syscall(SYS_keyctl, KEYCTL_GET_KEYRING, PROCESS_KEYRING, 1));
}

static int attempt_userfaultfd(const struct target *t)
{
	(void)t;
	return outcome(syscall(SYS_userfaultfd, UFFD_USER_MODE_ONLY_FLAG));
}

static int attempt_shared_segment(const struct target *t)
{
	(void)t;
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return outcome(id);
}

static int attempt_inotify(const struct target *t)
{
	(void)t;
	return outcome(inotify_init1(0));
}

static int attempt_ioctl(const struct target *t)
{
	int waiting;

	return outcome(ioctl(t->data_fd, FIONREAD, &waiting));
}

static int attempt_personality(const struct target *t)
{
	(void)t;
	return outcome(personality(0xffffffff));
}

static int attempt_dumpable(const struct target *t)
{
	(void)t;
	return outcome(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int attempt_raise_limits(const struct target *t)
{
	struct rlimit l;

	(void)t;
	if (getrlimit(RLIMIT_NPROC, &l) != 0)
		return errno;
	l.rlim_cur = l.rlim_max = l.rlim_max < RLIM_INFINITY ? l.rlim_max + 1 : l.rlim_max;
	return outcome(setrlimit(RLIMIT_NPROC, &l));
}

static int attempt_memory(const struct target *t)
{
	(void)t;
	char *p = mmap(NULL, BEYOND_LIMIT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);

	if (p == MAP_FAILED)
		return errno;
	for (size_t i = 0; i < BEYOND_LIMIT; i += 4096)
		p[i] = 1;
	return 0;
}

static int attempt_shared_memory(const struct target *t)
{
	(void)t;
	char *p = mmap(NULL, BEYOND_LIMIT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		       0);

	return p == MAP_FAILED ? errno : 0;
}

#ifdef __x86_64__
/* The same kernel by another door: numbers of the 32-bit and of the x32 interface. */
static int attempt_32_bit_call(const struct target *t)
{
	long result;

	(void)t;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(20L /* getpid */) : "memory", "r8", "r9",
			 "r10", "r11");
	return result < 0 ? (int)-result : 0;
}

static int attempt_x32_call(const struct target *t)
{
	(void)t;
	return outcome(syscall(0x40000000 | SYS_getpid));
}
#endif

const struct attempt *attempt_all(void)
{
	static const struct attempt all[] = {
		{"TCP connect", attempt_tcp_connect, HOLD_OTHERS, NEED_NOTHING, false},
		{"TCP listen", attempt_tcp_listen, HOLD_OTHERS, NEED_NOTHING, false},
		{"UDP send", attempt_udp_send, HOLD_OTHERS, NEED_NOTHING, false},
		{"unix socket by path", attempt_unix_path, HOLD_OTHERS, NEED_NOTHING, false},
		{"unix socket by abstract name", attempt_unix_abstract, HOLD_OTHERS, NEED_NOTHING,
		 false},
		{"make a socket", attempt_socket, HOLD_NONE, NEED_NOTHING, false},
		{"make a netlink socket", attempt_netlink, HOLD_NONE, NEED_LUCK, false},
		{"open a file", attempt_open, HOLD_OTHERS, NEED_NOTHING, false},
		{"open a folder", attempt_list, HOLD_OTHERS, NEED_NOTHING, false},
		{"stat", attempt_stat, HOLD_OTHERS, NEED_NOTHING, false},
		{"statx", attempt_statx, HOLD_OTHERS, NEED_NOTHING, false},
		{"access", attempt_access, HOLD_OTHERS, NEED_NOTHING, false},
		{"readlink", attempt_readlink, HOLD_OTHERS, NEED_NOTHING, false},
		{"create a file", attempt_create, HOLD_OTHERS, NEED_NOTHING, false},
		{"unlink a file", attempt_unlink, HOLD_OTHERS, NEED_NOTHING, false},
		{"change a mode", attempt_chmod, HOLD_OTHERS, NEED_NOTHING, false},
		{"reopen the passed descriptor", attempt_reopen, HOLD_OTHERS, NEED_NOTHING, false},
		{"open the broker's descriptor", attempt_other_fd, HOLD_OTHERS, NEED_LUCK, false},
		{"execute a program", attempt_exec, HOLD_OTHERS, NEED_NOTHING, false},
		{"fork", attempt_fork, HOLD_OTHERS, NEED_NOTHING, false},
		{"start a thread", attempt_thread, HOLD_OTHERS, NEED_NOTHING, false},
		{"signal the broker", attempt_kill, HOLD_OTHERS, NEED_NOTHING, false},
		{"trace the broker", attempt_ptrace, HOLD_OTHERS, NEED_LUCK, false},
		{"read the broker's memory", attempt_read_memory, HOLD_OTHERS, NEED_LUCK, false},
		{"pidfd_getfd from the broker", attempt_take_fd, HOLD_OTHERS, NEED_LUCK, false},
		{"io_uring_setup", attempt_io_uring, HOLD_NONE, NEED_LUCK, false},
		{"memfd_create", attempt_memfd, HOLD_NONE, NEED_NOTHING, false},
		{"map writable and executable", attempt_wx_memory, HOLD_NONE, NEED_NOTHING, false},
		{"make memory executable", attempt_mprotect_exec, HOLD_NONE, NEED_NOTHING, false},
		{"map the passed file executable", attempt_map_data_exec, HOLD_NONE, NEED_LUCK,
		 false},
		{"new user namespace", attempt_user_namespace, HOLD_NONE, NEED_LUCK, false},
		{"prepare a mount", attempt_mount, HOLD_OTHERS, NEED_LUCK, false},
		{"chroot", attempt_chroot, HOLD_OTHERS, NEED_ROOT, false},
		{"become root", attempt_become_root, HOLD_OTHERS, NEED_ROOT, false},
		{"bpf", attempt_bpf, HOLD_NONE, NEED_LUCK, false},
		{"perf_event_open", attempt_perf, HOLD_NONE, NEED_LUCK, false},
		{"keyctl", attempt_keys, HOLD_NONE, NEED_LUCK, false},
		{"userfaultfd", attempt_userfaultfd, HOLD_NONE, NEED_LUCK, false},
		{"System V shared memory", attempt_shared_segment, HOLD_NONE, NEED_LUCK, false},
		{"inotify", attempt_inotify, HOLD_NONE, NEED_LUCK, false},
		{"ioctl", attempt_ioctl, HOLD_NONE, NEED_NOTHING, false},
		{"personality", attempt_personality, HOLD_NONE, NEED_NOTHING, false},
		{"become dumpable", attempt_dumpable, HOLD_NONE, NEED_NOTHING, false},
		{"raise a limit", attempt_raise_limits, HOLD_OTHERS, NEED_LUCK, false},
		{"memory beyond the limit", attempt_memory, HOLD_OTHERS, NEED_NOTHING, true},
		{"shared memory beyond the limit", attempt_shared_memory, HOLD_OTHERS, NEED_NOTHING,
		 true},
#ifdef __x86_64__
		{"32-bit system call", attempt_32_bit_call, HOLD_NONE, NEED_LUCK, false},
		{"x32 system call", attempt_x32_call, HOLD_NONE, NEED_LUCK, false},
#endif
		{NULL},
	};

	return all;
}
