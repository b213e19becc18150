/*
 * What a scanner remembers; private to scan/.
 *
 * The objects of a file form a tree that is walked depth first: while a
 * format hands out the members of an object, each member is scanned as soon
 * as it is complete, with all that is in it. So a walk is on the stack for
 * each container around the current object, at most limits.depth of them (64
 * is the most that can be set), each with frames of a few KiB: nothing large
 * stands on the stack on this way.
 */
#pragma once

#include "base/buf.h"
#include "format/format.h"
#include "match/match.h"
#include "scan/scan.h"

enum { SCAN_DEPTH_MAX = 64 };
enum { WINDOW_BYTES = 256 * 1024, WINDOW_ROOM = WINDOW_BYTES + MATCH_OVERLAP };

/* One image, and what it wants to know of objects of each type (a bit for each). */
struct scan_image {
	const struct image *img;
	struct matcher *matcher;
	uint32_t wanted_types;
	/* the current object */
	bool is_begun, is_fed; /* the matcher looks at it; it wants more windows */
	const struct match_hit *hits;
	size_t hit_count;
	const uint32_t *undecided; /* rules */
	size_t undecided_count;
};

/* An object while it is scanned. */
struct object {
	struct input *in;
	const uint8_t *memory;   /* all of it, or NULL: then it is read through `in` */
	uint32_t depth;
	bool is_process;
	enum object_type parent; /* TYPE_COUNT: the file itself */
	bool is_cut;             /* not all of it could be had: its digests are unknown */
	enum object_type type;
	const struct format *format; /* NULL: plain data */
	const struct scan_region *regions; /* of a process, which has nothing between them */
	size_t region_count;
};

/* What is known of the current object beside its bytes; see scan/subject.h. */
struct subject {
	struct scan_subject given; /* of the file */
	struct buf path;
	struct str filename, folder; /* in `path` */
	char extension[64], filetype[24];
	size_t extension_len, filetype_len;
};

struct scanner {
	struct scan_limits limits;
	bool all_matches, needs_subject;
	struct scan_wishes wishes;
	struct match_environment environment;
	struct subject subject;
	uint8_t data[DETAIL_TEXT_MAX]; /* bytes of a match that are told */
	struct scan_image *images;
	size_t image_count;
	uint32_t wanted_types; /* by any image */
	bool has_sections;     /* some rule is about the digest of a section */
	struct digester *digester;
	struct arena *arena; /* facts of the current object */
	struct fact_set facts;
	uint8_t *window;
	/* bytes of the members that are open, one for each depth */
	struct buf held[SCAN_DEPTH_MAX + 1];
	uint64_t held_bytes;

	/* the file that is scanned */
	struct scan_sink *sink;
	struct outcome out;
	bool is_done; /* found what ends the scan: nothing more is looked at or reported */
	bool is_late; /* out of time: nothing more is looked at */
	bool is_spent; /* out of bytes to unpack: no more members */
	uint64_t deadline_ns;
	uint64_t members, unpacked;
	char path[FINDING_PATH_MAX];
	size_t path_len;

	/* the current object */
	unsigned digests; /* known, a bit for each kind */
	uint8_t digest[DIGEST_COUNT][DIGEST_MAX_BYTES];
	bool has_hash_hits;
	uint32_t detections, suspicions;
	struct finding finding; /* being written */
	struct finding suspect; /* kept until it is clear that nothing worse comes */
};
