/*
 * What a worker that was taken over might try. Linked into the test program
 * only: no executable that is installed has any of it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Found by the test that looks for it in the executables that are installed. */
#define ATTEMPT_MARK "candor-escape-attempt"

enum { ATTEMPT_EXEC_STATUS = 42 }; /* exit status of a program that could be executed */

/* What there is to be reached outside. */
struct target {
	uint16_t tcp_port, udp_port;
	const char *folder;  /* holds "socket" and "file" */
	const char *abstract; /* name of an abstract socket */
	pid_t parent;
	int parent_fd;        /* a descriptor of the parent's */
	uintptr_t parent_memory;
	int data_fd;          /* was passed in: may be read */
};

/* Where the attempt is stopped when the filter of system calls is missing. */
enum hold {
	HOLD_NONE,   /* by nothing: the filter alone stops it */
	HOLD_OTHERS, /* by the other layers */
};

/* What it needs to succeed when nothing is confined: a control of the attempt itself. */
enum need {
	NEED_NOTHING,
	NEED_ROOT,
	NEED_LUCK, /* a kernel and a policy that allow it at all */
};

struct attempt {
	const char *name;
	int (*run)(const struct target *t); /* 0: it succeeded; else errno */
	enum hold without_filter;
	enum need need;
	bool is_memory; /* stopped by limits, which refuse and do not kill */
};

/** All of them, ended by a NULL name. */
const struct attempt *attempt_all(void);
