/*
 * What a pool remembers; private to cell/.
 *
 * The life of an object: pending → sent to a worker → done. When a worker
 * ends, what it was sent and has not answered is suspect: each of these is
 * tried again alone on a fresh worker. One that ends a worker alone is to
 * blame; the others lose nothing.
 */
#pragma once

#include "cell/backlog.h"
#include "cell/pool.h"
#include "cell/remote.h"

enum { SENT_MAX = 2 * WIRE_SCAN_MAX }; /* objects at a worker: one request in work, one waiting */

struct member {
	struct remote remote;
	struct backlog_queue sent;
	uint64_t deadline_ns;
};

struct pool {
	struct pool_events *events;
	struct remote_program program;
	int *image_fds;
	int module_fds[MODULE_COUNT]; /* those of setup.modules */
	bool needs_subject; /* workers ask for names and owners */
	const char *const *image_names; /* or NULL */
	unsigned layers_required;
	struct backlog backlog;
	struct backlog_queue pending, suspects;
	struct member *members;
	struct pollfd *polls;
	unsigned jobs;
	struct confinement confinement;
	bool is_confined; /* a worker was ready: `confinement` is what it said */
	bool is_reporting; /* in a callback */
	bool is_held;     /* the kernel did not take a message */
	unsigned failed_starts;
	struct error broken; /* no more workers can be had */
	struct buf message;
	uint8_t incoming[WIRE_MAX];
};

/** Start a worker in place of one that ended; on failure p->broken says why. */
void pool_start(struct pool *p, struct member *m);

/** Set the time by which the first unanswered object of a worker must be done. */
void pool_set_deadline(struct pool *p, struct member *m);
