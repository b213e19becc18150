/*
 * Telling what is wrong with a YARA source.
 */
#pragma once

#include "lang/front.h"
#include "lang/yara/ast.h"

/* One compilation of a source with all that it includes. */
struct yara {
	struct arena *arena;
	const struct source_text *src;
	struct report *report; /* may be NULL */
	struct ast *ast;
	struct ast_rule *rule; /* being read or checked: an error makes it malformed */
	uint32_t errors, warnings;
	enum status status;    /* E_NOMEM or E_LIMIT once something could not be kept */
};

/** Report an error at a place; `hint` may be NULL. The current rule becomes malformed. */
void yara_error(struct yara *y, struct span at, const char *hint, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/** Report a warning, unless the settings say that none are wanted. */
void yara_warning(struct yara *y, struct span at, const char *hint, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/** Line and column, both from 1, of a byte of a file. */
void yara_position(const struct ast_file *file, uint32_t at, uint32_t *ret_line,
		   uint32_t *ret_col);

/* Looks for the name that somebody may have meant. */
struct suggestion {
	struct str wrong;
	struct str best; /* empty: none is near */
	unsigned distance;
};

/** Begin with no candidate. Behind many errors none is considered. */
struct suggestion suggest(const struct yara *y, struct str wrong);
void suggest_candidate(struct suggestion *s, struct str candidate);
/** "did you mean NAME?" in the arena, or NULL. */
const char *suggest_hint(struct arena *a, const struct suggestion *s);
