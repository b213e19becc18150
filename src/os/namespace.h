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
 * Fork into as many new namespaces as this process may create (none unless
 * `wanted`), and run child(ctx) there, which must not return. Root in a new
 * user namespace is the caller; when the caller is root, the unprivileged user
 * below is there, too. E_IO when there cannot even be a plain child.
 */
MUST_CHECK enum status namespace_start(bool wanted, void (*child)(void *ctx), void *ctx,
				       pid_t *ret, struct error *e);

enum { UNPRIVILEGED_ID = 65534 }; /* "nobody" by kernel convention, owns nothing */

/**
 * Make an empty read-only folder the root of the calling process's mount
 * namespace; the old one is gone. E_DENIED or E_IO.
 */
MUST_CHECK enum status namespace_empty_root(struct error *e);

/** Whether the root folder is empty and read-only. */
bool namespace_root_is_empty(void);
