/*
 * Sources of one rule a line: walking the lines, and telling what is wrong
 * with one of them. Shared by the front ends.
 */
#pragma once

#include "lang/front.h"

struct line {
	struct str text; /* without its end */
	uint32_t number; /* from 1 */
};

/*
 *	struct lines l = lines_of(src->text);
 *	while (lines_next(&l)) use(&l.line);
 */
struct lines {
	struct str rest;
	struct line line;
};

/** Before the first line; a byte order mark of UTF-8 is stepped over. */
struct lines lines_of(struct str text);

/** Go to the next line that holds more than blanks and is no comment (a '#' first). */
bool lines_next(struct lines *l);

/* What is wrong with a line. Starts as {0}; the first to notice writes it. */
struct fault {
	struct str at;       /* the offending part, inside the line */
	const char *message; /* what is wrong and what was expected; a constant */
	const char *hint;    /* or NULL; a constant */
};

/** Describe a fault unless there is one. Returns E_SYNTAX. */
enum status fault_at(struct fault *f, struct str at, const char *message);

/** Like fault_at() for one character of `text`, or the place behind its end. */
enum status fault_char(struct fault *f, struct str text, size_t at, const char *message);

/** Pass a fault on to whoever shows it, with line, column and width. */
void fault_report(const struct fault *f, const struct line *line, struct str source,
		  struct report *report);

/** Enter a source into the rule set, with its digest and size. */
MUST_CHECK enum status source_begin(struct ruleset *rs, const struct source_text *src,
				    const char *front, uint32_t *ret_index);

/** "hdb" of "dir/x.hdb", empty when there is none. */
struct str source_suffix(struct str name);

/** Whether a suffix, in any case, is one of some that are separated by blanks. */
bool suffix_is_among(struct str suffix, const char *suffixes);

/** "x" of "dir/x.hdb". */
struct str source_stem(struct str name);
