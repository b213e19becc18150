/*
 * How a process becomes a worker: it receives the setup and confines itself.
 *
 * Descriptors it is started with: 3 is the channel to the broker, 4, 5 … are
 * the images.
 */
#pragma once

#include "cell/wire.h"

enum {
	WORKER_CHANNEL = 3,
	WORKER_FIRST_IMAGE = 4,
	WORKER_CPU_SECONDS = 86400, /* of one worker's life; a last bound behind the watchdog */
};

/* How a worker ends when it ends itself. */
enum worker_end {
	WORKER_END_CLOSED = 0,    /* the broker closed the channel */
	WORKER_END_SETUP = 80,    /* could not start; the channel said why */
	WORKER_END_PROTOCOL = 81, /* the broker's message made no sense */
	WORKER_END_MEMORY = 82,   /* no memory where it could not be said in an outcome */
};

/**
 * Receive the setup and confine the process. `layers` is LAYERS_ALL but in
 * tests of single layers. On failure the broker was told.
 */
MUST_CHECK enum status entry_confine(unsigned layers, struct wire_setup *ret_setup,
				     struct confinement *ret);

/** Modules that data was given for. */
uint32_t setup_module_count(const struct wire_setup *setup);

/** Send a message to the broker; ends the process when that cannot be. */
void entry_send(const struct buf *message);

/** Tell the broker why this worker cannot start. */
void entry_fail(const struct wire_failed *why);
