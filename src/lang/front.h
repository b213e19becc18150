/*
 * Rule languages. One language is one folder here and one row in fronts.def.
 * A front end turns text into rules of a rule set and does nothing else.
 */
#pragma once

#include "ir/rule.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

/* A message about one place in a source. Texts are borrowed during the call. */
struct diagnostic {
	enum severity severity;
	struct str source;    /* name of the file */
	uint32_t line, col;   /* from 1; col counts bytes */
	uint32_t width;       /* bytes to underline from col, at least 1 */
	struct str text;      /* the whole line, without its end */
	const char *message;  /* what is wrong and what was expected */
	const char *hint;     /* or NULL */
};

struct report {
	void (*diagnostic)(struct report *r, const struct diagnostic *d);
};

/* A source as it was read. */
struct source_text {
	struct str name; /* shown and stored: path below the folder that the user named */
	struct str text; /* the whole file, borrowed while it is compiled */
};

struct front {
	const char *name;
	const char *suffixes; /* separated by blanks, without dots */
	/** Whether this text without a known suffix is of the language: 0 to 100. */
	int (*probe)(const struct source_text *src);
	/**
	 * Add the rules of `src`. A malformed rule is reported and counted, the
	 * others still load: the result is OK then, too. Fails only when nothing
	 * more can be added (E_NOMEM, E_LIMIT).
	 */
	enum status (*compile)(const struct source_text *src, struct ruleset *rs,
			       struct report *report);
	/** Order among sources of one build: lower first (ignore lists before rules). */
	int (*rank)(struct str name);
};

/** The front end for a file, by suffix, else by its text; NULL when none fits. */
const struct front *front_for(const struct source_text *src);

/** Whether a file with this name is a rule source (used when folders are read). */
bool front_knows_suffix(struct str name);

/** Rank of a source by its name; 100 where the front end does not say. */
int front_rank(struct str name);
