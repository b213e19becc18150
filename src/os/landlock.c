#include "os/landlock.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The kernel's numbers, spelled out: the header of the system that compiles
 * this may be years older than the kernel that runs it.
 *
 *	ABI  kernel  adds
 *	1    5.13    13 rights on files and folders
 *	2    5.19    linking and renaming between folders
 *	3    6.2     truncation
 *	4    6.7     TCP bind and connect
 *	5    6.10    ioctl on devices
 *	6    6.12    scopes: abstract unix sockets, signals
 *	7    6.15    (nothing to deny: control of audit records)
 */
enum {
	CREATE_RULESET = 444,
	RESTRICT_SELF = 446,
	FLAG_VERSION = 1,
};
enum { FS_RIGHTS_1 = 13, NET_TCP = 3, SCOPE_ALL = 3 };

struct attributes {
	uint64_t handled_fs, handled_net, scoped;
};

int landlock_abi(void)
{
	long abi = syscall(CREATE_RULESET, NULL, 0, FLAG_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* A kernel accepts a shorter structure, and a longer one only if the rest is zero. */
static struct attributes all_rights(int abi)
{
	unsigned bits = FS_RIGHTS_1 + (abi >= 2) + (abi >= 3) + (abi >= 5);

	return (struct attributes){
		.handled_fs = (UINT64_C(1) << bits) - 1,
		.handled_net = abi >= 4 ? NET_TCP : 0,
		.scoped = abi >= 6 ? SCOPE_ALL : 0,
	};
}

enum status landlock_deny_all(int *ret_abi, struct error *e)
{
	int abi = landlock_abi();

	if (abi == 0)
		return error_at(e, E_UNSUPPORTED, 0, "this kernel has no Landlock: %s",
				strerror(errno));
	struct attributes attributes = all_rights(abi);
	size_t size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	int ruleset = (int)syscall(CREATE_RULESET, &attributes, size, 0);

	if (ruleset < 0)
		return error_at(e, E_IO, 0, "cannot create a Landlock ruleset: %s",
				strerror(errno));
	int failed = syscall(RESTRICT_SELF, ruleset, 0) != 0 ? errno : 0;

	close(ruleset);
	if (failed != 0)
		return error_at(e, failed == EPERM ? E_DENIED : E_IO, 0,
				"cannot apply Landlock: %s", strerror(failed));
	*ret_abi = abi;
	return OK;
}
