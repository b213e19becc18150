/*
 * Where the files of a scan come from: the paths of the command line, the list
 * of --files-from, standard input. One after the other, opened.
 */
#pragma once

#include "cli/scan-options.h"

enum feed_kind {
	FEED_FILE,    /* open, to be scanned */
	FEED_REFUSED, /* a file or folder that cannot be scanned, and why */
	FEED_MET,     /* what is not scanned by its kind: counted */
	FEED_WAIT,    /* too many open files: close some and come back */
};

struct feed_item {
	enum feed_kind kind;
	const char *path; /* valid until the next item */
	bool is_named;    /* by the user, not found in a folder */
	enum walk_kind met;
	/* FEED_FILE */
	int fd; /* the receiver's */
	uint64_t size;
	/* FEED_REFUSED */
	enum reason reason;
	struct error error;
};

struct feed;

/**
 * The request is borrowed. E_NOMEM, or E_IO when the list cannot be opened.
 * Free with feed_free().
 */
MUST_CHECK enum status feed_new(const struct scan_request *request, struct feed **ret,
				struct error *e);
void feed_free(struct feed *f);

/** The next item; false at the end. Without `can_wait` there is no FEED_WAIT. */
bool feed_next(struct feed *f, bool can_wait, struct feed_item *ret);

/* What a whole feed amounts to, as far as it was counted. */
struct feed_count {
	_Atomic uint64_t files, bytes;
	_Atomic bool is_complete;
};

/** Whether it can be known beforehand what a feed will give. */
bool feed_can_count(const struct scan_request *request);
/** Go through all of it without opening files. */
void feed_count(const struct scan_request *request, struct feed_count *count);
