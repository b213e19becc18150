/*
 * The pool of workers: the broker's side of the wall.
 *
 * The broker opens files and passes descriptors; each worker is a process of
 * its own, re-executed and confined (cell/confine.h), that scans them and
 * answers with fixed, checked messages (cell/wire.h). A worker that crashes,
 * hangs or outgrows its memory costs one object.
 *
 * One thread, no locks: submit objects, call pool_wait(), get callbacks.
 */
#pragma once

#include "cell/confine.h"
#include "scan/scan.h"

struct pool_events {
	void (*finding)(struct pool_events *ev, uint64_t cookie, const struct finding *f);
	/*
	 * Once for each object that was submitted. The descriptor is closed by then.
	 * Both may call pool_submit(), not pool_wait().
	 */
	void (*done)(struct pool_events *ev, uint64_t cookie, const struct outcome *o);
	/* What is wished beside findings, or NULL. Texts are borrowed during the call. */
	void (*detail)(struct pool_events *ev, uint64_t cookie, const struct detail *d);
};

struct pool_options {
	const char *program;      /* executed as a worker; NULL: the installed candor-worker */
	const char *const *argv;  /* its arguments, NULL-ended, borrowed; NULL: its name only */
	const int *image_fds;     /* copied; the workers map them */
	/* What messages call them, borrowed as long as the pool lives; NULL: nothing. */
	const char *const *image_names;
	size_t image_count;
	unsigned jobs;            /* workers; 0: one for each core */
	struct scan_limits limits;
	bool all_matches;
	struct scan_wishes wishes;
	/* Open data that the user gave for modules, by enum module_id, else -1; NULL: none. */
	const int *module_fds;
	/* Bit for each enum layer beside LAYERS_CORE: fail rather than start with one off. */
	unsigned layers_required;
	struct pool_events *events;
};

struct pool;

/** Start the workers and wait until they are confined. Free with pool_free(). */
MUST_CHECK enum status pool_new(const struct pool_options *options, struct pool **ret,
				struct error *e);
/**
 * Start one worker and tell what it reached, even when that is too little to
 * work with. Only the program, its arguments and the limits matter.
 */
MUST_CHECK enum status pool_probe(const struct pool_options *options, struct confinement *ret,
				  struct error *e);
/** End the workers. Objects that are not done get no event. NULL is allowed. */
void pool_free(struct pool *p);

/** How many more objects pool_submit() takes now. */
size_t pool_room(const struct pool *p);

/** Hand over one open regular file (the descriptor is the pool's from here on) of `size` bytes. */
MUST_CHECK enum status pool_submit(struct pool *p, int fd, uint64_t size, uint64_t cookie);

/* What can be said of an object beside its descriptor. */
struct pool_object {
	int fd;               /* the pool's from here on */
	uint64_t size, cookie;
	const char *path, *owner; /* borrowed until it is done; NULL: not known */
	/* Of the memory of a process: a file of struct scan_region, the pool's too; else 0. */
	int regions_fd;
	uint32_t regions;
};
MUST_CHECK enum status pool_submit_object(struct pool *p, const struct pool_object *object);

/** Whether some rule asks for the path or the owner of an object. */
bool pool_needs_subject(const struct pool *p);

/** Objects submitted and not done. */
size_t pool_busy(const struct pool *p);

/**
 * Wait for events up to timeout_ms (-1: no bound) or a signal, and report them.
 * May return before there is one. Returns at once when nothing is busy.
 * E_INTERNAL when no worker can be started any more.
 */
MUST_CHECK enum status pool_wait(struct pool *p, int timeout_ms, struct error *e);

/**
 * Forget all objects, which get no event, and what is said of them. Workers that
 * are at them are replaced. Not from a callback.
 */
void pool_cancel(struct pool *p);

/** What the workers reached; the same for all of them. */
const struct confinement *pool_confinement(const struct pool *p);
