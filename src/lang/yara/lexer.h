/*
 * Words of a YARA source (YARA 4.5, "Writing rules"; yara.md of the manual
 * names no grammar, so the words are those that the program takes).
 */
#pragma once

#include "lang/yara/messages.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,     /* identifier that is no keyword: text */
	TOKEN_KEYWORD,  /* text */
	TOKEN_STRING,   /* $a: text; is_wildcard: $a* */
	TOKEN_COUNT,    /* #a */
	TOKEN_OFFSET,   /* @a */
	TOKEN_LENGTH,   /* !a */
	TOKEN_INT,      /* integer */
	TOKEN_FLOAT,    /* real */
	TOKEN_TEXT,     /* value: escapes resolved */
	TOKEN_REGEX,    /* regex */
	TOKEN_HEX,      /* value: between the braces */
	TOKEN_MARK,     /* text: one or two characters */
	TOKEN_BAD,      /* was reported */
};

struct token {
	enum token_kind kind;
	struct span span;
	struct str text; /* as it is written; of STRING … LENGTH with the sign, without "*" */
	struct str value;
	bool is_wildcard;
	int64_t integer;
	double real;
	struct ast_regex regex;
};

struct lexer {
	struct yara *y;
	uint32_t file;
	const char *data;
	uint32_t at, len;
	bool is_quiet; /* behind an error: a character of no use is not told of */
	struct ast_comment **comment_end;
};

enum { YARA_NAME_MAX = 128, YARA_TOKEN_MAX = 8192 };

/** Begin at the start of a file of y->ast. */
struct lexer lexer_of(struct yara *y, uint32_t file);

/** The next word. Errors are reported and give TOKEN_BAD. */
void lexer_next(struct lexer *l, struct token *ret);

/** Read what follows "{" as a hex string up to its "}". The lexer stands behind the "{". */
void lexer_hex(struct lexer *l, struct token *ret);

/** Read what follows "/" as a regular expression. The lexer stands behind the "/". */
void lexer_regex(struct lexer *l, struct token *ret);

/** Whether a word is reserved. */
bool lexer_is_keyword(struct str word);
/** All reserved words, ended by NULL. */
const char *const *lexer_keywords(void);
