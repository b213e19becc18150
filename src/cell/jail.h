/*
 * A jail for one function: work on outside bytes that needs no worker pool,
 * such as compiling rules or reading an image.
 */
#pragma once

#include "cell/confine.h"

struct jail_limits {
	uint64_t memory; /* private bytes */
	uint64_t output; /* bytes it may write to any one file; 0: only to pipes and terminals */
	unsigned seconds; /* CPU time; 0: no bound */
};

/**
 * Fork, confine the child with every layer that needs no re-execution, and run
 * work(ctx) there. Descriptors that are open stay open; nothing else can be
 * opened. *ret_exit is what work() returned. E_INTERNAL with the reason when
 * the child was killed (signal, memory, a forbidden system call).
 */
MUST_CHECK enum status jail_run(const struct jail_limits *limits, int (*work)(void *ctx), void *ctx,
				int *ret_exit, struct error *e);
