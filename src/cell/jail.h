/*
 * A jail for one function: work on outside bytes that needs no worker pool,
 * such as compiling rules or reading an image.
 */
#pragma once

#include <sys/types.h>

#include "cell/confine.h"

struct jail_limits {
	uint64_t memory; /* private bytes */
	uint64_t mappings; /* bytes of files that it will map */
	/*
	 * Size that it may give to a file, standard output included; 0: it writes
	 * only to pipes and terminals.
	 */
	uint64_t output;
	unsigned seconds; /* CPU time; 0: no bound */
	bool receives;    /* one descriptor at a time, by a channel */
};

enum { JAIL_NOT_CONFINED = 125 }; /* exit status that work() may not use */

struct jail {
	pid_t pid;
};

/**
 * Fork, confine the child with every layer, and run work(ctx) there, whose
 * result is its exit status. Descriptors that are open stay open; nothing else
 * can be opened. It may write to standard output. End with jail_wait().
 */
MUST_CHECK enum status jail_start(const struct jail_limits *limits, int (*work)(void *ctx),
				  void *ctx, struct jail *ret, struct error *e);

/**
 * *ret_exit is what work() returned. E_INTERNAL with the reason when the child
 * was killed (signal, memory, a forbidden system call), E_DENIED when it could
 * not be confined.
 */
MUST_CHECK enum status jail_wait(struct jail *jail, int *ret_exit, struct error *e);

/** Both. */
MUST_CHECK enum status jail_run(const struct jail_limits *limits, int (*work)(void *ctx), void *ctx,
				int *ret_exit, struct error *e);
