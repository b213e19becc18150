/*
 * Files that hold rule sources as members. One kind is one file here and one
 * row in containers.def. A container is opened as a whole: when anything of it
 * is wrong, there are no members.
 */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "lang/front.h"

struct member {
	struct str name; /* letters, digits, '.', '_' and '-'; no '.' first */
	struct str text;
	uint64_t at;     /* where its text starts in what was unpacked */
	bool is_note;    /* about the container: no source of rules */
};

enum { MEMBER_NAME_MAX = 99 };

/** Whether a name is one that a member can have: it leads nowhere. */
bool member_name_is_safe(struct str name);

struct contents {
	struct buf unpacked; /* what the members point into, unless that is the file itself */
	struct {
		VEC(struct member);
	} members; /* sources in the order in which they are to be compiled */
	bool is_newer;   /* made for a later engine: some of it may not be understood */
	char about[80];  /* what it is, and what of it was not checked */
};

struct container {
	const char *name;
	const char *suffixes; /* separated by blanks, without dots */
	/**
	 * Find all members of `bytes`, whose file is called `name`, and check them. What
	 * is unpacked fits into `ret->unpacked`, else E_LIMIT. `ret` is empty before,
	 * and to be given back after failures, too.
	 */
	enum status (*open)(struct str name, struct str bytes, struct contents *ret,
			    struct error *e);
};

/** The kind of container by the suffix of a name; NULL: it is none. */
const struct container *container_for(struct str name);

/**
 * Open a container, unpacking at most `ceiling` bytes. Give back with
 * contents_done(), after failures too. The members borrow `bytes`.
 */
MUST_CHECK enum status container_open(const struct container *container,
				      const struct source_text *src, size_t ceiling,
				      struct contents *ret, struct error *e);
void contents_done(struct contents *c);
