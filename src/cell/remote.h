/*
 * A worker as the broker sees it: a process and the channel to it.
 */
#pragma once

#include "cell/wire.h"
#include "os/process.h"

/* What all workers of a pool have in common. */
struct remote_program {
	int program_fd; /* owned by the pool, as all here */
	const char *const *argv;
	const int *image_fds, *module_fds;
	struct wire_setup setup;
};

enum remote_state {
	REMOTE_ENDED,
	REMOTE_STARTING, /* has not said yet that it is ready */
	REMOTE_READY,
};

struct remote {
	enum remote_state state;
	pid_t pid;
	int channel;
};

/** Start a worker in namespaces of its own and send it the setup. */
MUST_CHECK enum status remote_start(const struct remote_program *program, struct remote *ret,
				    struct error *e);

/** Kill it and tell how it ended. */
void remote_end(struct remote *r, struct process_end *ret);

/** The same when it has closed its channel, which nearly always means that it is ending. */
void remote_finish(struct remote *r, struct process_end *ret);
