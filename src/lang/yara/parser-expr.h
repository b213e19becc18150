/*
 * Between the files of the parser that read conditions.
 */
#pragma once

#include "lang/yara/parser.h"

/* Levels of operators of arithmetic; the level behind them is what binds strongest. */
enum { PARSER_LEVELS = 6 };

/** A node that begins at byte `start`; NULL when out of memory. */
struct ast_expr *parser_node(struct parser *p, enum ast_expr_kind kind, uint32_t start);
/** End a node whose parts are all there. NULL: an error was reported, or it is too deep. */
struct ast_expr *parser_finish(struct parser *p, struct ast_expr *e);
/** One level down, which p->depth counts; false and reported when that is too deep. */
bool parser_enter(struct parser *p);

/** A whole expression. NULL: an error was reported; so for all that follow. */
struct ast_expr *parser_or(struct parser *p);
/** An expression of the operators from `level` on. */
struct ast_expr *parser_sum(struct parser *p, unsigned level);
/** "at offset" or "in (low..high)", where there is one. */
bool parser_place(struct parser *p, struct ast_place *place, bool can_be_at);

bool parser_sees_quantifier(const struct parser *p);
void parser_take_quantifier(struct parser *p, struct ast_quantifier *q);
/** The quantifier that an expression before "of" is. */
void parser_quantifier_of(struct parser *p, struct ast_expr *expr, struct ast_quantifier *q);
/** Behind a quantifier, at "of". */
struct ast_expr *parser_of(struct parser *p, const struct ast_quantifier *q);
/** At "for". */
struct ast_expr *parser_for(struct parser *p);
