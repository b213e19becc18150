/*
 * Namespaces: a process gets a network without devices, a table of processes
 * with only itself, and so on (namespaces(7), user_namespaces(7)).
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

enum namespace {
#define NAMESPACE(id, name, flag) NAMESPACE_##id,
#include "os/namespaces.def"
#undef NAMESPACE
	NAMESPACE_COUNT
};

/* Which namespaces a process is in. 0: cannot be told. */
struct namespace_ids {
	uint64_t id[NAMESPACE_COUNT];
};

/** "net" and so on, as below /proc/self/ns/. */
const char *namespace_name(enum namespace n);

/** Those of the calling process. */
void namespace_ids_read(struct namespace_ids *ret);

/**
 * Like fork(), into as many new namespaces as this process may create. When
 * *ret_user says that there is a new user namespace, the child has to read one
 * byte from a pipe before it goes on: namespace_release() writes it. -1 and
 * errno when there cannot even be a plain child.
 */
pid_t namespace_fork(bool *ret_user);

/**
 * The parent's part: let the child's users be known, and let it go on. Root in
 * there is the caller; when the caller is root, the unprivileged user below is
 * there, too. E_DENIED or E_IO; then the child still waits.
 */
MUST_CHECK enum status namespace_release(pid_t child, bool user, int pipe_fd, struct error *e);

enum { UNPRIVILEGED_ID = 65534 }; /* "nobody" by kernel convention, owns nothing */

/**
 * Make an empty read-only folder the root of the calling process's mount
 * namespace; the old one is gone. E_DENIED or E_IO.
 */
MUST_CHECK enum status namespace_empty_root(struct error *e);

/** Whether the root folder is empty and read-only. */
bool namespace_root_is_empty(void);
