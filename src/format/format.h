/*
 * Formats: what an object is, what is known of it, what is inside.
 *
 * One format is one file here and one row in formats.def. A format pulls from
 * an input and pushes to a walk; it opens no file, decides nothing about
 * malice and never chooses how deep to go.
 */
#pragma once

#include "base/input.h"
#include "ir/object.h"

/* The first bytes of an object. */
enum { PROBE_HEAD = 4096 };

struct probe {
	const uint8_t *head;
	size_t head_len; /* min(size, PROBE_HEAD) */
	uint64_t size;
};

/* Something inside an object. Texts are borrowed. */
struct member {
	struct str name;   /* as the container has it, any bytes; may be empty */
	uint64_t declared; /* size as the container states it, or UINT64_MAX */
	bool is_encrypted;
};

/*
 * Where a format's walk() reports. Members are handed over as they are
 * produced, so that what came before damage is still scanned.
 *
 * Every call can return E_LIMIT: no more is wanted. Inside a member, which is
 * when it comes from write() or tick(), the format ends the member with E_LIMIT and
 * does what end() says: E_LIMIT again, return it at once; OK, the next member
 * may be asked for. From any other call it means to return it at once.
 */
struct walk {
	enum status (*begin)(struct walk *w, const struct member *m);
	enum status (*write)(struct walk *w, const void *data, size_t len);
	/* `how` is OK, or why the member is not whole. */
	enum status (*end)(struct walk *w, enum status how);
	/* A member that is a piece [at, at + len) of the container itself: no copy is made. */
	enum status (*slice)(struct walk *w, const struct member *m, uint64_t at, uint64_t len);
	/* Account for `work` (about bytes touched) and ask whether to go on. */
	enum status (*tick)(struct walk *w, uint64_t work);
};

struct format {
	const char *name, *mime, *suffixes;
	enum object_type type;
	/** 0 (certainly not) to 100, from the head alone. */
	int (*probe)(const struct probe *p);
	/** State the facts of PART_exe. Those found before damage stay. NULL: no executable. */
	enum status (*facts)(struct input *in, struct fact_set *facts, struct error *e);
	/** Hand out the members. NULL: not a container. */
	enum status (*walk)(struct input *in, struct walk *w, struct error *e);
};

/** The format that is most sure of the object, or NULL: plain data. Ties go to the earlier row. */
const struct format *format_identify(const struct probe *p);

/** All rows, ended by NULL. */
const struct format *const *format_all(void);

/** The row with this name, or NULL. */
const struct format *format_named(const char *name);
