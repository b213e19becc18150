/*
 * Verdicts and the evidence for them.
 */
#pragma once

#include "image/image.h"

enum verdict {
	VERDICT_CLEAN,
	VERDICT_DETECTED,
	VERDICT_SUSPICIOUS,
	VERDICT_NOT_SCANNED,
	VERDICT_COUNT
};

enum reason {
#define REASON(id, name, text) REASON_##id,
#include "scan/reasons.def"
#undef REASON
	REASON_COUNT
};

/** "clean", "detected", "suspicious", "not-scanned". */
const char *verdict_name(enum verdict v);
/** The name for --accept and JSON, and the sentence for people. */
const char *reason_name(enum reason r);
const char *reason_text(enum reason r);
/** The reason with this name; false when there is none. */
bool reason_named(struct str name, enum reason *ret);
/** What a failed operation means for an object. */
enum reason reason_of_status(enum status s);

enum { FINDING_PATH_MAX = 1024 };

/* One rule that holds for one object. */
struct finding {
	uint32_t image;          /* index of the image, in the order they were opened */
	struct rule_ref ref;
	enum rule_effect effect; /* EFFECT_DETECT or EFFECT_SUSPECT */
	char rule[RULE_NAME_MAX];
	char source[256];        /* file that the rule came from */
	char author[128], reference[256]; /* what the rule says of itself; "" when it does not */
	uint32_t line;
	enum object_type type;   /* of the object that it holds for */
	enum view view;
	uint32_t depth;          /* 0: the file itself */
	/* names of members from the outside in, each behind "//"; raw bytes, "" at depth 0 */
	char path[FINDING_PATH_MAX];
	bool has_match;
	uint64_t offset, length; /* in the view */
};

/* What came of one top-level object. */
struct outcome {
	enum verdict verdict;
	unsigned missed;       /* bit for each enum reason: parts that were not scanned */
	enum reason reason;    /* the first of them; only with missed != 0 */
	uint64_t reason_at;    /* offset in the object that it concerns */
	uint32_t reason_depth;
	enum object_type type;
	uint64_t bytes;        /* scanned, members included */
	uint64_t size;
	uint32_t objects;      /* scanned, the file itself included */
	bool trusted;          /* a rule with EFFECT_TRUST holds for the file */
};

/**
 * Record that the part at `at`, `depth` levels inside, was not scanned. The
 * first reason is the one that is shown; what was clean so far is no more.
 */
void outcome_miss(struct outcome *o, enum reason reason, uint64_t at, uint32_t depth);

/** The outcome of an object of `size` bytes of which nothing was scanned. */
struct outcome outcome_not_scanned(enum reason reason, uint64_t size);
