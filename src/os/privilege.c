#include "os/privilege.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/num.h"
#include "os/file.h"
#include "os/namespace.h"

/* From linux/prctl.h of 6.3: "memory deny write execute" */
enum { SET_MDWE = 65, MDWE_REFUSE_EXEC_GAIN = 1 };

bool privilege_no_new(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/* Where it is refused the process stays who it is, which its report shows. */
static void become_nobody(void)
{
	if (geteuid() == 0 && setgroups(0, NULL) == 0 &&
	    setresgid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID) == 0 &&
	    setresuid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID) == 0)
		return;
}

bool privilege_drop(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			break;
	}
	become_nobody();
	return syscall(SYS_capset, &header, none) == 0;
}

bool privilege_hide_memory(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0;
}

bool privilege_die_with_parent(void)
{
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

bool privilege_refuse_new_code(void)
{
	return prctl(SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0;
}

int privilege_facts_open(void)
{
	return open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

/* The number behind "\nname:"; lines of the kernel, not input. */
static bool find_number(const char *text, const char *name, int base, uint64_t *ret)
{
	const char *at = strstr(text, name);

	if (at == NULL)
		return false;
	*ret = strtoull(at + strlen(name), NULL, base);
	return true;
}

bool privilege_facts_read(int fd, struct privilege_facts *ret)
{
	char text[4096];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
	uint64_t effective, permitted, bounding, no_new, mode;

	if (n <= 0)
		return false;
	text[n] = '\0';
	if (!find_number(text, "\nCapEff:", 16, &effective) ||
	    !find_number(text, "\nCapPrm:", 16, &permitted) ||
	    !find_number(text, "\nCapBnd:", 16, &bounding) ||
	    !find_number(text, "\nNoNewPrivs:", 10, &no_new) ||
	    !find_number(text, "\nSeccomp:", 10, &mode))
		return false;
	*ret = (struct privilege_facts){
		.capabilities = effective | permitted,
		.bounding = bounding,
		.no_new_privs = (unsigned)no_new,
		.seccomp = (unsigned)mode,
	};
	return true;
}

static bool set(__rlimit_resource_t what, uint64_t value)
{
	struct rlimit now, wanted = {value, value};

	if (getrlimit(what, &now) != 0)
		return false;
	if (wanted.rlim_max > now.rlim_max) /* what is stricter already stays so */
		wanted.rlim_cur = wanted.rlim_max = now.rlim_max;
	return setrlimit(what, &wanted) == 0 && getrlimit(what, &now) == 0 &&
	       now.rlim_cur <= value && now.rlim_max <= value;
}

void memory_use_read(struct memory_use *ret)
{
	char text[256];
	AUTO_FD fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
	unsigned long long pages, data;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	*ret = (struct memory_use){.mapped = 64u << 20, .private = 4u << 20};
	text[n > 0 ? n : 0] = '\0';
	/* fields: all, resident, shared, text, 0, data and stack, 0 (proc(5)) */
	if (sscanf(text, "%llu %*u %*u %*u %*u %llu", &pages, &data) == 2)
		*ret = (struct memory_use){.mapped = pages * page, .private = data * page};
}

/* RLIMIT_DATA does not count shared anonymous memory, RLIMIT_AS does. */
static bool set_memory(const struct resource_limits *limits, const struct memory_use *now)
{
	uint64_t data, all;

	return add_u64(now->private, limits->memory, &data) &&
	       add_u64(now->mapped, limits->memory, &all) &&
	       add_u64(all, limits->mappings, &all) && set(RLIMIT_DATA, data) &&
	       set(RLIMIT_AS, all);
}

bool resource_limits_set(const struct resource_limits *limits, const struct memory_use *now)
{
	return (limits->memory == 0 || set_memory(limits, now)) && set(RLIMIT_CORE, 0) &&
	       set(RLIMIT_FSIZE, limits->file_bytes) && set(RLIMIT_NPROC, 0) &&
	       set(RLIMIT_NOFILE, limits->descriptors) && set(RLIMIT_MSGQUEUE, 0) &&
	       set(RLIMIT_MEMLOCK, 0) &&
	       (limits->cpu_seconds == 0 || set(RLIMIT_CPU, limits->cpu_seconds));
}
