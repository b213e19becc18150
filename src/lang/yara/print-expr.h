/*
 * The parts of a rule that stand on one line.
 */
#pragma once

#include "base/buf.h"
#include "lang/yara/ast.h"

/** An expression, on one line. Stops once `to` is full. */
void print_expr(struct buf *to, const struct ast_expr *e);
/** "for all i in (1..2) : ", what stands before the body. */
void print_loop_head(struct buf *to, const struct ast_expr *loop);
/** A text with its quotes and escapes. */
void print_quoted(struct buf *to, struct str text);
void print_regex(struct buf *to, const struct ast_regex *regex);
/** " wide xor(0x01-0xff)" */
void print_modifiers(struct buf *to, const struct ast_modifier *modifiers);
/** "and", "==", "matches" … of an AST_BINARY. */
const char *print_operator(enum ir_op op);
