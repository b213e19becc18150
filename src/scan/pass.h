/*
 * The one pass over an object's bytes: every digest and every image's matcher
 * sees the same window.
 */
#pragma once

#include "scan/state.h"

struct pass {
	struct object *o;
	unsigned digests; /* wanted */
	bool is_matched;  /* some matcher wants the object */
	uint64_t end;     /* of the region that windows are taken of: of a file, its size */
	bool is_undecided; /* some rule has no answer: missed, unless the object is trusted */
	enum reason undecided; /* why */
	struct match_window window;
};

/**
 * Read the first bytes, at least the head for identification; all of a first
 * window when it is wanted anyway. False when nothing can be read, which is recorded.
 */
bool pass_begin(struct scanner *s, struct pass *p, struct object *o);

/** Remember a failure that costs some rules their answer, but not all. */
void pass_note(struct pass *p, enum status status);

/** Whether the window holds the whole object. */
static inline bool pass_has_all(const struct pass *p)
{
	return p->window.start == 0 && p->window.len == p->o->in->size;
}

/**
 * Read what is wanted of the object, whose type and facts are known. Leaves the hits
 * in s->images and the digests in s->digest.
 */
void pass_run(struct scanner *s, struct pass *p);
