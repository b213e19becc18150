/*
 * The objects of a pool, and queues of them. An object has one number as long
 * as it is in the pool, and is in one queue at a time.
 */
#pragma once

#include "scan/scan.h"

#define BACKLOG_NONE UINT32_MAX

struct backlog_object {
	int fd, regions_fd;    /* the second of a process only, else -1 */
	uint32_t regions;
	uint64_t size, cookie;
	const char *path, *owner; /* borrowed; or NULL */
	uint32_t told_details, seen_details; /* as told and seen below */
	uint32_t told;         /* findings that were reported */
	uint32_t seen;         /* findings in this attempt: the first `told` of them are old */
	enum verdict worst;    /* of the findings that were reported; else VERDICT_NOT_SCANNED */
	bool is_suspect;       /* its worker ended before: it is tried alone */
	uint32_t next;         /* in its queue */
};

struct backlog_queue {
	uint32_t first, last, count;
	uint64_t bytes; /* sizes of all */
};

struct backlog {
	struct backlog_object *objects;
	uint32_t capacity;
	struct backlog_queue unused;
};

#define BACKLOG_QUEUE ((struct backlog_queue){.first = BACKLOG_NONE, .last = BACKLOG_NONE})

/** Room for `capacity` objects; false when out of memory. Free with backlog_done(). */
MUST_CHECK bool backlog_init(struct backlog *b, uint32_t capacity);
/** Closes the descriptors of all objects that are left. */
void backlog_done(struct backlog *b);

/** The first of a queue, taken out of it; BACKLOG_NONE when it is empty. */
uint32_t backlog_take(struct backlog *b, struct backlog_queue *from);
void backlog_append(struct backlog *b, struct backlog_queue *to, uint32_t id);
/** Put back in front. */
void backlog_prepend(struct backlog *b, struct backlog_queue *to, uint32_t id);

/** A new object; the backlog must have room (unused.count). */
uint32_t backlog_new(struct backlog *b, int fd, uint64_t size, uint64_t cookie);
/** Close its descriptor and forget it. It must be in no queue. */
void backlog_forget(struct backlog *b, uint32_t id);
