/*
 * Scanning one object with all that is inside it. Runs in a worker: it reads
 * its input and nothing else.
 */
#pragma once

#include "base/input.h"
#include "match/match.h"
#include "scan/details.h"

struct scan_limits {
#define LIMIT(field, name, unit, preset, least, most, doc) uint64_t field;
#include "scan/limits.def"
#undef LIMIT
};

struct limit_info {
	const char *name, *unit, *doc;
	uint64_t preset, least, most;
};

void scan_limits_preset(struct scan_limits *l);
/** Rows of limits.def, ended by a NULL name. */
const struct limit_info *scan_limits_all(void);
/** Set one by name; a size may end in K, M, G or T. E_SYNTAX with what was expected. */
MUST_CHECK enum status scan_limits_set(struct scan_limits *l, struct str name, struct str value,
				       struct error *e);

/** Seconds that a file of `size` bytes may take: the limit, and one more for each 64 MiB. */
uint64_t scan_limits_seconds(const struct scan_limits *l, uint64_t size);

struct scan_options {
	struct image *const *images;
	size_t image_count;
	struct scan_limits limits;
	bool all_matches; /* every rule of every object; else the first detection ends the scan */
	struct scan_wishes wishes;
	const struct str *module_data; /* by enum module_id; borrowed; NULL: none was given */
};

/* Called in a fixed order: the details of an object before the findings about it. */
struct scan_sink {
	void (*finding)(struct scan_sink *sink, const struct finding *f);
	void (*detail)(struct scan_sink *sink, const struct detail *d); /* only with wishes */
};

/* Addresses [start, end) of a process that can be read. */
struct scan_region {
	uint64_t start, end;
};

/** Bytes of all of them. */
uint64_t regions_size(const struct scan_region *regions, size_t count);

/* What is known of a file but its bytes, for external variables. All may be empty. */
struct scan_subject {
	struct str path, owner;
	bool is_process; /* the input is the memory of a process: offsets are addresses */
	const struct scan_region *regions; /* of a process, rising and apart */
	size_t region_count;
};

struct scanner;

/** Free with scanner_free(). Images are borrowed. Allocates all that is needed up front. */
MUST_CHECK enum status scanner_new(const struct scan_options *options, struct scanner **ret,
				   struct error *e);
void scanner_free(struct scanner *s);

/** Always gives an outcome; what went wrong is in it. `subject` may be NULL. */
void scanner_scan(struct scanner *s, struct input *in, const struct scan_subject *subject,
		  struct scan_sink *sink, struct outcome *ret);

/** Whether some rule asks for a variable that a struct scan_subject has. */
bool scanner_needs_subject(const struct scanner *s);
