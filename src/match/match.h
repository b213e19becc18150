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
#include "ir/value.h"

struct buf;
struct module_state;

/* Longest part of a pattern that is looked at in one piece; longer ones are chained. */
enum { MATCH_PART_MAX = 65536 };
/* Bytes that a window must repeat from the one before it. */
enum { MATCH_OVERLAP = MATCH_PART_MAX + 64 };

/* What rules ask for that is no matter of the object's bytes. Any of it may be NULL. */
struct match_environment {
	/** The value of an external variable for this object; false: it keeps its own. */
	bool (*variable)(struct match_environment *env, struct str name, struct value *ret);
	/** A line of console.log(). */
	void (*log)(struct match_environment *env, struct str line);
	/* What modules work with beside the object (module/state.h); or NULL. */
	struct module_state *modules;
};

struct match_object {
	uint64_t size;   /* of a process: behind its last address */
	bool is_process; /* windows may have holes between them; there is no file size */
	enum object_type type, parent; /* parent: TYPE_COUNT for a top-level object */
	enum view view;
	struct fact_set *facts;        /* found when they are asked for; may be NULL */
	struct input *input;           /* for reads at computed offsets; may be NULL */
	struct match_environment *env; /* may be NULL */
};

/*
 * Bytes [start, start + len) of the object. Windows come in order, without
 * holes but those between the regions of a process, each of which begins
 * anew; a window begins at most MATCH_OVERLAP bytes before `fresh`, and
 * exactly that many once the object (or the region) has that many.
 */
struct match_window {
	const uint8_t *data;
	size_t len;
	uint64_t start; /* offset of data[0] in the object */
	uint64_t fresh; /* offset of the first byte that was in no window before */
	bool last;      /* the object ends with this window, or the region of a process does */
};

/* A match of one pattern. */
struct match_span {
	uint64_t start, length;
	uint8_t key; /* that its bytes are xored with; 0 without xor */
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

/** Begin an object. What `object` points to is borrowed until the next matcher_begin(). */
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

/* What a matcher keeps beyond what conditions need. */
struct match_wishes {
	bool every_match;  /* of every pattern, so that they can be shown */
	bool first_only;   /* of patterns whose condition asks only whether they match (yara -f) */
};

/** Applies from the next matcher_begin() on. */
void matcher_wish(struct matcher *m, const struct match_wishes *wishes);

/**
 * After matcher_end(): the matches of pattern `pattern` (from 0) of a rule, in order of
 * start; *ret_spans is valid until the next matcher_begin(). Only with every_match are
 * they all there. Returns how many; 0 for a number that is not a pattern's.
 */
size_t matcher_spans(struct matcher *m, uint32_t rule, uint32_t pattern,
		     const struct match_span **ret_spans);

/** After matcher_end(): the rules that were not decided, in order. */
size_t matcher_undecided(const struct matcher *m, const uint32_t **ret_rules);

/** Whether a pattern matched more often than is counted. */
bool matcher_is_overrun(struct matcher *m, uint32_t rule, uint32_t pattern);

/** After matcher_end(): why a rule holds or not, each part of its condition with its value. */
MUST_CHECK enum status matcher_explain(struct matcher *m, uint32_t rule, struct buf *to);
