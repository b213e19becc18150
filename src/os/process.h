/*
 * Child processes that run a program with nothing but the descriptors they
 * are given.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

struct process_options {
	int program_fd;          /* the program, open for reading; executed by descriptor */
	const char *const *argv; /* NULL-ended */
	const int *fds;          /* become 3, 4 … in the child; 0, 1 and 2 are /dev/null */
	size_t fd_count;
	bool namespaces; /* in new ones, as many as are permitted */
};

/**
 * Start the program in a session of its own with an empty environment. It is
 * killed when the caller ends. What fails after the fork ends the child with
 * the exit status PROCESS_NOT_STARTED.
 */
MUST_CHECK enum status process_start(const struct process_options *options, pid_t *ret,
				     struct error *e);

enum { PROCESS_NOT_STARTED = 127, PROCESS_FDS_MAX = 64 };

#define PROCESS_SELF "/proc/self/exe"

/* How a child ended. */
struct process_end {
	bool by_signal;
	int code;             /* exit status or signal */
	uint64_t cpu_seconds; /* that it used, rounded down */
};

/** Wait for the end of a child. `ret` may be NULL. */
void process_wait(pid_t pid, struct process_end *ret);

/** Kill a child and wait for its end. `ret` may be NULL. */
void process_kill(pid_t pid, struct process_end *ret);

/** The same for a child that seems to be ending: it is given a moment to end as it does. */
void process_finish(pid_t pid, struct process_end *ret);

/** Open a program to be started; PROCESS_SELF is the running one. E_IO, E_DENIED. */
MUST_CHECK enum status process_open_program(const char *path, int *ret_fd, struct error *e);
