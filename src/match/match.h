/*
 * The matcher: which rules with conditions hold for one view of an object.
 *
 * The caller owns one window over the object's bytes and hands it to the
 * matcher of every image in turn; nothing is copied and no object is ever
 * held in memory as a whole.
 */
#pragma once

#include "image/image.h"
#include "ir/object.h"

/* Longest part of a pattern that is looked at in one piece; longer ones are chained. */
enum { MATCH_PART_MAX = 8192 };
/* Bytes that a window must repeat from the one before it. */
enum { MATCH_OVERLAP = MATCH_PART_MAX + 64 };

struct match_object {
	uint64_t size;
	enum object_type type, parent; /* parent: TYPE_COUNT for a top-level object */
	enum view view;
	const struct fact_set *facts;  /* may be NULL */
	struct input *input;           /* for reads at computed offsets; may be NULL */
};

/*
 * Bytes [start, start + len) of the object. Windows come in order, without
 * holes; a window begins at most MATCH_OVERLAP bytes before `fresh`, and
 * exactly that many once the object has that many.
 */
struct match_window {
	const uint8_t *data;
	size_t len;
	uint64_t start; /* offset of data[0] in the object */
	uint64_t fresh; /* offset of the first byte that was in no window before */
	bool last;      /* the object ends with this window */
};

struct match_hit {
	uint32_t rule;          /* index of a rule with a condition */
	bool has_match;         /* whether a pattern matched; else the next two are 0 */
	uint64_t offset, length; /* of the first match of the rule's first matching pattern */
};

struct matcher;

/** Search state for one image, which is borrowed. Free with matcher_free(). */
MUST_CHECK enum status matcher_new(const struct image *img, struct matcher **ret, struct error *e);
void matcher_free(struct matcher *m);

/** Whether any rule can hold for objects of this type and view: else skip it altogether. */
bool matcher_wants(const struct matcher *m, enum object_type type, enum view view);

/** Begin an object. `object` is borrowed until matcher_end(). */
MUST_CHECK enum status matcher_begin(struct matcher *m, const struct match_object *object);

/** Look at a window. E_LIMIT when the work budget of the object is used up. */
MUST_CHECK enum status matcher_feed(struct matcher *m, const struct match_window *window);

/**
 * Evaluate the conditions of the rules whose patterns were found and of those
 * that need none. *ret_hits is valid until the next matcher_begin(), in order
 * of the rules. E_LIMIT when a condition was not decided: hits are still valid.
 */
MUST_CHECK enum status matcher_end(struct matcher *m, const struct match_hit **ret_hits,
				   size_t *ret_count);
