/*
 * Between the files that read regular expressions.
 */
#pragma once

#include "lang/yara/byteset.h"
#include "lang/yara/regex.h"
#include "lang/yara/pieces.h"

struct regex_reader {
	struct yara *y;
	const struct ast_regex *regex;
	struct regex_options options;
	struct str text;
	size_t at;
	unsigned depth; /* of groups around */
	bool has_greedy, has_lazy;
	bool has_choice; /* of lengths, in which the order matters */
	bool has_bar;    /* the whole expression has alternatives */
	size_t front;    /* so many brackets are opened before anything else */
	struct pieces sequence;
};

/** The next character, or NUL at the end. */
static inline char regex_peek(const struct regex_reader *r)
{
	return r->at < r->text.len ? r->text.data[r->at] : '\0';
}

/** Where a piece of regex.source stands; one byte at least. */
struct span regex_span(const struct regex_reader *r, size_t start, size_t end);

/** Report what is wrong from `start` to where the reader stands, at least one byte. False. */
bool regex_fail(struct regex_reader *r, size_t start, const char *hint, const char *message);

/** At a letter behind a backslash: \w \W \s \S \d \D. False: it is another one. */
bool regex_set_of(char letter, struct byteset *ret);

/** Read an escape that stands for one byte, at its backslash. */
bool regex_escape(struct regex_reader *r, uint8_t *ret);

/** Read a class, at its "[". Case is not regarded. */
bool regex_class(struct regex_reader *r, struct byteset *ret);
