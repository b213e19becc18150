/*
 * Walking over a file, or a folder with all that is below it.
 *
 * Memory and descriptors are bounded by the depth of the tree (and by a
 * constant for descriptors), not by the number of files: folders are read as a
 * stream, in the order of the file system. Files are reached relative to their
 * folder's descriptor, so paths may be longer than PATH_MAX.
 */
#pragma once

#include <sys/stat.h>

#include "base/error.h"

enum walk_kind {
#define WALK(id, name, text) WALK_##id,
#include "os/walk.def"
#undef WALK
	WALK_COUNT
};

/** The name in JSON, and the words for a number of them. */
const char *walk_kind_name(enum walk_kind kind);
const char *walk_kind_text(enum walk_kind kind);

/* Asked for every entry of a folder, not for the path that a walk starts with. */
struct walk_filter {
	bool (*leaves_out)(struct walk_filter *f, const char *path, const char *name,
			   bool is_folder);
};

struct walk_options {
	bool follow;          /* go through symbolic links, as the start always does */
	bool one_file_system; /* do not enter folders of another one */
	struct walk_filter *filter; /* borrowed; or NULL */
};

/* Valid until the next call for the same walk. */
struct walk_entry {
	enum walk_kind kind;
	const char *path; /* as it is shown; may be longer than PATH_MAX */
	struct stat st;   /* zeros when UNREADABLE or VANISHED */
	struct error error; /* why it is UNREADABLE */
	bool is_start;    /* the path that the walk was started with */
	int folder;       /* where `name` is: for walk_open_file() */
	const char *name;
};

struct walk;

/** For any number of walks, one after the other. NULL: out of memory. Free with walk_free(). */
struct walk *walk_new(const struct walk_options *options);
void walk_free(struct walk *w);

/** Begin at `path`, leaving what was under way. */
void walk_start(struct walk *w, const char *path);

/** The next entry; false at the end. Errors are entries. */
bool walk_next(struct walk *w, struct walk_entry *ret);

enum walk_opened {
	WALK_OPENED,
	WALK_GONE,          /* it vanished since it was listed */
	WALK_REPLACED,      /* something else stands in its place */
	WALK_REFUSED,       /* the reason is in the error */
	WALK_NO_DESCRIPTOR, /* this process has too many open: close some and try again */
};

/**
 * Open the FILE that walk_next() has just given, for reading. Nothing but a
 * regular file on the same file system is opened, even if it was put there meanwhile.
 * *ret_size is its size now.
 */
enum walk_opened walk_open_file(struct walk *w, const struct walk_entry *entry, int *ret_fd,
				uint64_t *ret_size, struct error *e);
