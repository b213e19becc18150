/*
 * Between the files of the printer: lines, and the comments among them.
 */
#pragma once

#include "base/buf.h"
#include "lang/yara/ast.h"

struct print {
	struct buf *to;
	struct buf flat; /* an expression that may fit on a line */
	const struct ast_file *file;
	const struct ast_comment *comment; /* the first that is not yet written */
	size_t start;      /* of the source in `to` */
	bool wants_blank;  /* before the next line */
	bool is_opened;    /* the last line opened a section or rule: no blank line behind it */
	bool is_dense;     /* in a condition: no blank lines */
	bool is_commented; /* the line ends with a comment that goes to its end */
};

/** Go to a new line. */
void print_line(struct print *p, unsigned indent);
/** A blank line before the next one if the source has one before byte `at`. */
void print_blank(struct print *p, uint32_t at);
/** Comments before byte `before`: behind the line at hand, or on lines of their own. */
void print_comments(struct print *p, uint32_t before, unsigned indent);
/** A condition, on as many lines as it needs. */
void print_condition(struct print *p, const struct ast_expr *e, unsigned indent);
/** A hex string with its braces. */
void print_hex(struct print *p, struct str text);
