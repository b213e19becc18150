/*
 * Privileges and resource limits of the calling process.
 */
#pragma once

#include "base/error.h"

/** No program that is executed later gains anything (PR_SET_NO_NEW_PRIVS). */
MUST_CHECK bool privilege_no_new(void);

/**
 * Give up all capabilities for good, the bounding set included where that may
 * be changed, and become the unprivileged user where the process is root and
 * that user exists in its user namespace. False when capabilities are left.
 */
MUST_CHECK bool privilege_drop(void);

/** Nobody of the same user may trace this process or read its memory; no core file. */
MUST_CHECK bool privilege_hide_memory(void);

/** The process is killed when its parent ends. Lost when the user changes. */
MUST_CHECK bool privilege_die_with_parent(void);

/** Memory that was ever writable cannot become executable (kernel 6.3). */
bool privilege_refuse_new_code(void);

/* What the kernel says of the process: /proc/self/status. */
struct privilege_facts {
	uint64_t capabilities; /* effective and permitted ones */
	uint64_t bounding;     /* what a set-user-id program could still give */
	unsigned no_new_privs;
	unsigned seccomp; /* 2: a filter is active */
};

/** A descriptor that can be read when nothing can be opened any more; -1 without /proc. */
int privilege_facts_open(void);
MUST_CHECK bool privilege_facts_read(int fd, struct privilege_facts *ret);

/* Bytes that a process uses. */
struct memory_use {
	uint64_t mapped;  /* address space */
	uint64_t private; /* writable memory of its own */
};

/** Of the calling process; where /proc is missing, what a small one uses. */
void memory_use_read(struct memory_use *ret);

/* Resource limits; see setrlimit(2). */
struct resource_limits {
	uint64_t memory;     /* bytes of private memory; 0: no bound */
	uint64_t mappings;   /* bytes of address space in addition, such as files that are mapped */
	uint64_t file_bytes; /* size that a file may be given; 0: none can be written */
	unsigned cpu_seconds; /* 0: no bound */
	unsigned descriptors; /* numbers from this on cannot be used */
};

/**
 * Set them, hard and soft, with no core files and no new processes; read them
 * back. Memory is counted from what is in use.
 */
MUST_CHECK bool resource_limits_set(const struct resource_limits *limits,
				    const struct memory_use *now);
