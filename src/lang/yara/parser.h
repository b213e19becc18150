/*
 * From the text of a YARA source to its syntax tree.
 */
#pragma once

#include "lang/yara/lexer.h"

struct parser {
	struct yara *y;
	struct lexer lexer;
	struct token token; /* the next one */
	uint32_t last_end;  /* where the token before it ends */
	bool is_lost;       /* an error was reported: skip to where it is clear again */
	uint32_t depth;     /* of conditions around */
	bool is_percent;    /* "%" before "of" was read */
};

/**
 * Read y->src and all that it includes into y->ast, which is empty. What is
 * wrong is reported, all of it; rules with errors are marked. Fails only with
 * E_NOMEM or E_LIMIT.
 */
MUST_CHECK enum status yara_parse(struct yara *y);

/* Between the files of the parser. */

/** Go to the next token. */
void parser_step(struct parser *p);
/** Whether the next token is this mark or keyword. */
bool parser_sees(const struct parser *p, const char *text);
/** Step over it when it is. */
bool parser_take(struct parser *p, const char *text);
/** The same, an error when it is not. */
bool parser_expect(struct parser *p, const char *text);
/** Report that something else was expected here, unless an error was reported already. */
void parser_expected(struct parser *p, const char *what);
/** Memory for a node; NULL and lost when there is none. */
void *parser_new(struct parser *p, size_t size);
/** The span from `start` to the end of the last token. */
struct span parser_span(const struct parser *p, uint32_t start);

/** Read a condition; NULL when it is wrong, which was reported. */
struct ast_expr *parser_condition(struct parser *p);
/** Read the strings section, behind its colon. */
void parser_strings(struct parser *p, struct ast_rule *rule);
