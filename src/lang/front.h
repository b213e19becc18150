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

struct source_text;

/* Where a front end gets the files that a source includes. */
struct includer {
	/**
	 * Open `path` as it stands in `from`, which may itself be included. The text is
	 * borrowed until the whole compilation is over. E_DENIED where that is not
	 * allowed, E_IO where there is none.
	 */
	enum status (*open)(struct includer *in, const struct source_text *from, struct str path,
			    struct source_text *ret, struct error *e);
};

/* What a user can set for all sources of a compilation. */
struct front_settings {
	const struct ir_variable *variables; /* external variables that are defined */
	size_t variable_count;
	struct includer *includer; /* NULL: includes are refused */
	const char *language;      /* of all sources, whatever they are called; NULL: each tells */
	uint32_t strings_max;      /* strings of a YARA rule; 0: 10,000 */
	bool strict_escape;        /* warn of escapes without a meaning in regular expressions */
	bool no_warnings;
	bool advice;               /* warn of what the language's own compiler takes silently */
};

/* A source as it was read. */
struct source_text {
	struct str name;  /* shown and stored: path below the folder that the user named */
	struct str text;  /* the whole file, borrowed while it is compiled */
	struct str space; /* namespace of its rules; empty: one of its own, called as the source */
	const struct front_settings *settings; /* NULL: none is set */
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
