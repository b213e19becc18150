#include "os/pseudo.h"

#include <linux/magic.h>
#include <stddef.h>
#include <sys/vfs.h>

/* Numbers that linux/magic.h does not export, from the file system's own source. */
#define CONFIGFS_NUMBER 0x62656570   /* fs/configfs/mount.c */
#define FUSECTL_NUMBER 0x65735543    /* fs/fuse/control.c */
#define MQUEUE_NUMBER 0x19800202     /* ipc/mqueue.c */
#define NFSD_NUMBER 0x6e667364       /* fs/nfsd/nfsctl.c */
#define RPC_PIPEFS_NUMBER 0x67596969 /* net/sunrpc/rpc_pipe.c */

bool pseudo_file_system(int fd)
{
	static const unsigned long numbers[] = {
		PROC_SUPER_MAGIC,   SYSFS_MAGIC,       CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
		DEBUGFS_MAGIC,      TRACEFS_MAGIC,     SECURITYFS_MAGIC,   SELINUX_MAGIC,
		SMACK_MAGIC,        BPF_FS_MAGIC,      PSTOREFS_MAGIC,     EFIVARFS_MAGIC,
		BINFMTFS_MAGIC,     NSFS_MAGIC,        DEVPTS_SUPER_MAGIC, RDTGROUP_SUPER_MAGIC,
		XENFS_SUPER_MAGIC,  BINDERFS_SUPER_MAGIC, OPENPROM_SUPER_MAGIC, CONFIGFS_NUMBER,
		FUSECTL_NUMBER,     MQUEUE_NUMBER,     NFSD_NUMBER,        RPC_PIPEFS_NUMBER,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		/* f_type is signed and, on some machines, narrower */
		if ((unsigned)fs.f_type == (unsigned)numbers[i])
			return true;
	}
	return false;
}
