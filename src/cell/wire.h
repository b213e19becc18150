/*
 * Messages between the broker and its workers, and out of a jail.
 *
 * One message is one datagram of a SOCK_SEQPACKET pair. Numbers are
 * little-endian; texts are bytes without a NUL, their lengths stand in front
 * of all of them. docs/formats/wire.md shows the same tables.
 *
 * Every message begins with
 *	0   1  version: 1
 *	1   1  type: enum message
 *	2   2  count of what follows; 1 where a message holds one thing
 *
 * MSG_WORKER_SETUP, once, first:
 *	4   4  images (descriptors 4, 5 … of the worker)
 *	8   1  all matches: 0 or 1
 *	9   1  the broker is root of the machine: 0 or 1
 *	10  56 the broker's namespaces, 8 bytes each in the order of namespaces.def
 *	66  4  wishes: bits of enum scan_wish
 *	70  4  bytes that are told of each match
 *	74  8  modules with data: a bit for each enum module_id (descriptors behind the images)
 *	82  8  each limit, in the order of limits.def
 *	then 1 length, the name of rules that are explained (0: none)
 *
 * MSG_BROKER_READY, once, answers setup; count: layers
 *	4   1  asks for names and owners of files: 0 or 1
 *	for each layer:  1 state, 1 length, detail
 *
 * MSG_BROKER_FAILED, once, instead of ready:
 *	4   4  status: enum status
 *	8   4  the image that it is about, from 1; 0: none
 *	12  2  length
 *	14     what went wrong
 *
 * MSG_WORKER_SCAN, any number; count: 1 to 32 objects, a descriptor for each with it
 *	for each object: 4 id, 8 size, 4 regions (0: a file), 2 + 2 lengths of path and
 *	owner (0 unless the worker asks for them); then these.
 *	With regions it is the memory of a process, alone in its message, and a second
 *	descriptor is a file of them: 8 start, 8 end each
 *
 * MSG_BROKER_FINDING, any number for an object, before it is done:
 *	4   4  id            8   4  image         12  4  index of the rule
 *	16  1  kind of rule  17  1  effect        18  1  type of object   19 1 view
 *	20  4  line          24  4  depth         28  1  a match has a place: 0 or 1
 *	29  8  offset        37  8  length
 *	45  5 × 2            lengths of rule, source, path, author, reference; then these
 *
 * MSG_BROKER_DETAIL, any number for an object, before it is done; count: details
 *	4   4  id
 *	for each detail: 1 kind, 1 state, 1 is hex: 0 or 1, 4 image, 8 number, 8 offset,
 *	8 length, 4 × 2 lengths of name, text, source, path; then these, of any bytes
 *
 * MSG_BROKER_DONE, count: 1 to 32 objects, each once, in the order they were sent
 *	for each object: 4 id, 1 verdict, 1 reason, 1 type, 1 trusted: 0 or 1,
 *	4 missed, 4 depth of the reason, 4 objects, 8 offset of the reason, 8 bytes, 8 size
 *
 * MSG_PARENT_DIAGNOSTIC, any number, from a jail that compiles:
 *	4   4  line          8   4  column        12  4  width
 *	16  1  severity      17  1  has a hint: 0 or 1
 *	18  2 + 2 + 2 + 2    lengths of source, text, message, hint; then these
 *
 * MSG_PARENT_COMPILED, once, last:
 *	4   4 × 5  sources, rules accepted, malformed, skipped, ignored
 *	24  8  bytes of the image
 *	32  32 its digest
 *	64  4  digest rules  68  4  rules with a condition
 *	72  8  bytes of the image for digest rules
 *
 * MSG_PARENT_FAILED, once, instead of compiled: as MSG_BROKER_FAILED
 *
 * MSG_PARENT_INCLUDE, any number, from a jail that compiles and waits for the answer:
 *	4   4  the file that includes: sources from 0, behind them what was included
 *	8   2  length of the path; then it
 *
 * MSG_JAIL_INCLUDED, once for each of them, with a descriptor when the status is OK:
 *	4   4  status        8   8  size
 *	16  2 + 2            lengths of the name and of what went wrong; then these
 */
#pragma once

#include "base/buf.h"
#include "base/reader.h"
#include "cell/compile.h"
#include "cell/confine.h"
#include "scan/scan.h"

enum message {
	MSG_WORKER_SETUP = 1,
	MSG_WORKER_SCAN,
	MSG_BROKER_READY,
	MSG_BROKER_FAILED,
	MSG_BROKER_FINDING,
	MSG_BROKER_DONE,
	MSG_PARENT_DIAGNOSTIC,
	MSG_PARENT_COMPILED,
	MSG_PARENT_FAILED,
	MSG_BROKER_DETAIL,
	MSG_PARENT_INCLUDE,
	MSG_JAIL_INCLUDED,
	MSG_END
};

enum {
	WIRE_VERSION = 1,
	WIRE_MAX = 24576,       /* bytes of any message */
	WIRE_SCAN_MAX = 32,     /* objects in a request */
	WIRE_DONE_MAX = 32,     /* objects in an answer */
	WIRE_IMAGES_MAX = 60,
	WIRE_SOURCE_MAX = 4096, /* bytes of each text of a diagnostic; what is longer is cut */
	WIRE_LINE_MAX = 16384,
	WIRE_TEXT_MAX = 1024,
	WIRE_PATH_MAX = 4096, /* bytes of a path or a name of a detail; what is longer is cut */
	WIRE_OWNER_MAX = 256,
	WIRE_SCAN_OBJECT = 20, /* bytes of an object in a request but its texts */
};

struct wire_setup {
	uint32_t images;
	bool all_matches, started_by_root;
	struct namespace_ids outside;
	struct scan_limits limits;
	struct scan_wishes wishes;
	uint64_t modules; /* bit for each enum module_id: data was given for it */
};

struct wire_ready {
	struct confinement confinement;
	bool needs_subject;
};

struct wire_failed {
	struct error error;
	uint32_t image; /* that it is about, from 1; 0: none */
};

struct wire_scan {
	uint32_t count;
	struct {
		uint32_t id;
		uint64_t size;
		uint32_t regions;        /* of a process; 0: a file */
		struct str path, owner;  /* borrowed */
	} objects[WIRE_SCAN_MAX];
};

struct wire_finding {
	uint32_t id;
	struct finding finding;
};

/* The details of a message, taken one after the other. */
struct wire_details {
	uint32_t id, left;
	struct reader rest;
};

struct wire_include {
	uint32_t from;
	struct str path; /* borrowed */
};

struct wire_included {
	enum status status;
	uint64_t size;
	struct str name, reason; /* borrowed */
};

struct wire_done {
	uint32_t count;
	struct {
		uint32_t id;
		struct outcome outcome;
	} objects[WIRE_DONE_MAX];
};

struct wire_compiled {
	struct compile_counts counts;
	struct build_result result;
};

/* Each replaces what is in `to`, whose ceiling must be WIRE_MAX. */
void wire_put_setup(struct buf *to, const struct wire_setup *m);
void wire_put_scan(struct buf *to, const struct wire_scan *m);
void wire_put_ready(struct buf *to, const struct wire_ready *m);
/** `type`: MSG_BROKER_FAILED or MSG_PARENT_FAILED. */
void wire_put_failed(struct buf *to, enum message type, const struct wire_failed *m);
void wire_put_finding(struct buf *to, const struct wire_finding *m);
/** Begin a message of details about an object, and add one; false: no room, send it first. */
void wire_begin_details(struct buf *to, uint32_t id);
MUST_CHECK bool wire_add_detail(struct buf *to, const struct detail *d);
void wire_put_include(struct buf *to, const struct wire_include *m);
void wire_put_included(struct buf *to, const struct wire_included *m);
void wire_put_done(struct buf *to, const struct wire_done *m);
void wire_put_diagnostic(struct buf *to, const struct diagnostic *m);
void wire_put_compiled(struct buf *to, const struct wire_compiled *m);

/** The type of a message of this version; false for anything else. */
MUST_CHECK bool wire_type(struct str message, enum message *ret);

/*
 * Each takes a message of exactly its type, checks every range and that all of
 * it is consumed, and gives E_MALFORMED otherwise. Numbers that count in
 * something that the receiver knows (ids, images) are the receiver's to check.
 */
MUST_CHECK enum status wire_get_setup(struct str message, struct wire_setup *ret);
MUST_CHECK enum status wire_get_scan(struct str message, struct wire_scan *ret);
MUST_CHECK enum status wire_get_ready(struct str message, struct wire_ready *ret);
MUST_CHECK enum status wire_get_failed(struct str message, struct wire_failed *ret);
MUST_CHECK enum status wire_get_finding(struct str message, struct wire_finding *ret);
/** Checks all of them; then each comes out of wire_next_detail(), borrowed. */
MUST_CHECK enum status wire_get_details(struct str message, struct wire_details *ret);
bool wire_next_detail(struct wire_details *details, struct detail *ret);
MUST_CHECK enum status wire_get_include(struct str message, struct wire_include *ret);
MUST_CHECK enum status wire_get_included(struct str message, struct wire_included *ret);
MUST_CHECK enum status wire_get_done(struct str message, struct wire_done *ret);

/* Room for the texts of a diagnostic that was received. */
struct wire_texts {
	char message[WIRE_TEXT_MAX + 1], hint[WIRE_TEXT_MAX + 1];
};
/** Texts are borrowed from the message and from `texts`. */
MUST_CHECK enum status wire_get_diagnostic(struct str message, struct wire_texts *texts,
					   struct diagnostic *ret);
MUST_CHECK enum status wire_get_compiled(struct str message, struct wire_compiled *ret);
