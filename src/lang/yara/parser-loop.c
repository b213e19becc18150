/*
 * Quantified expressions: "of" and "for".
 */
#include "lang/yara/parser-expr.h"

static bool read_set_item(struct parser *p, struct ast_set_item *item)
{
	item->span = p->token.span;
	item->name = p->token.text;
	item->is_wildcard = p->token.is_wildcard;
	item->is_rule = p->token.kind == TOKEN_NAME;
	if (p->token.kind != TOKEN_STRING && !item->is_rule) {
		parser_expected(p, "a string such as $a, $a* or a rule");
		return false;
	}
	parser_step(p);
	if (item->is_rule && parser_take(p, "*"))
		item->is_wildcard = true;
	item->span = parser_span(p, item->span.start);
	return true;
}

static bool read_set(struct parser *p, struct ast_set *set)
{
	struct ast_set_item **end = &set->items;

	set->span = p->token.span;
	if (parser_take(p, "them")) {
		set->is_them = true;
		return !p->is_lost;
	}
	if (!parser_sees(p, "(")) {
		parser_expected(p, "'them' or a set of strings in parentheses");
		return false;
	}
	do {
		parser_step(p);
		struct ast_set_item *item = parser_new(p, sizeof *item);

		if (item == NULL || !read_set_item(p, item))
			return false;
		*end = item;
		end = &item->next;
	} while (parser_sees(p, ","));
	if (!parser_expect(p, ")"))
		return false;
	set->span = parser_span(p, set->span.start);
	return true;
}

bool parser_sees_quantifier(const struct parser *p)
{
	return parser_sees(p, "all") || parser_sees(p, "any") || parser_sees(p, "none");
}

void parser_take_quantifier(struct parser *p, struct ast_quantifier *q)
{
	q->kind = parser_sees(p, "all") ? AST_ALL : parser_sees(p, "any") ? AST_ANY : AST_NONE;
	q->span = p->token.span;
	parser_step(p);
}

/* Behind a quantifier, at "of". */
struct ast_expr *parser_of(struct parser *p, const struct ast_quantifier *q)
{
	struct ast_expr *e = parser_node(p, AST_OF, q->span.start);

	if (e == NULL || !parser_expect(p, "of"))
		return NULL;
	e->quantifier = *q;
	if (!read_set(p, &e->set) || !parser_place(p, &e->place, true))
		return NULL;
	return parser_finish(p, e);
}

void parser_quantifier_of(struct parser *p, struct ast_expr *expr, struct ast_quantifier *q)
{
	*q = (struct ast_quantifier){p->is_percent ? AST_PERCENT : AST_AT_LEAST, expr->span, expr};
	p->is_percent = false;
}

static bool read_variables(struct parser *p, struct ast_expr *e)
{
	struct ast_name **end = &e->variables;

	do {
		struct ast_name *name = parser_new(p, sizeof *name);

		if (name == NULL)
			return false;
		*name = (struct ast_name){.span = p->token.span, .name = p->token.text};
		if (p->token.kind != TOKEN_NAME) {
			parser_expected(p, "the name of a loop variable");
			return false;
		}
		*end = name;
		end = &name->next;
		parser_step(p);
	} while (parser_take(p, ","));
	return true;
}

/* "(low..high)", "(a, b, …)" or an array or dictionary. */
static bool read_iterator(struct parser *p, struct ast_iterator *it)
{
	it->span = p->token.span;
	if (!parser_take(p, "(")) {
		it->kind = AST_OVER;
		it->low = parser_sum(p, PARSER_LEVELS);
		return it->low != NULL;
	}
	it->low = parser_sum(p, 0);
	if (it->low == NULL)
		return false;
	if (parser_take(p, "..")) {
		it->kind = AST_RANGE;
		it->high = parser_sum(p, 0);
		return it->high != NULL && parser_expect(p, ")");
	}
	it->kind = AST_LIST;
	it->items = it->low;
	it->low = NULL;
	for (struct ast_expr *last = it->items; parser_take(p, ","); last = last->next) {
		last->next = parser_sum(p, 0);
		if (last->next == NULL)
			return false;
	}
	return parser_expect(p, ")");
}

static bool read_quantifier(struct parser *p, struct ast_quantifier *q)
{
	if (parser_sees_quantifier(p)) {
		parser_take_quantifier(p, q);
		return true;
	}
	struct ast_expr *expr = parser_sum(p, 0);

	if (expr == NULL)
		return false;
	parser_quantifier_of(p, expr, q);
	return true;
}

static bool read_loop_body(struct parser *p, struct ast_expr *e)
{
	if (!parser_expect(p, ":") || !parser_expect(p, "("))
		return false;
	e->args = parser_or(p);
	return e->args != NULL && parser_expect(p, ")");
}

struct ast_expr *parser_for(struct parser *p)
{
	struct ast_expr *e = parser_node(p, AST_FOR_OF, p->token.span.start);

	if (e == NULL || !parser_enter(p))
		return NULL;
	parser_step(p);
	bool ok = read_quantifier(p, &e->quantifier);
	if (ok && parser_take(p, "of")) {
		ok = read_set(p, &e->set);
	} else if (ok) {
		e->kind = AST_FOR_IN;
		ok = read_variables(p, e) && parser_expect(p, "in") &&
		     read_iterator(p, &e->iterator);
	}
	ok = ok && read_loop_body(p, e);
	p->depth--;
	return ok ? parser_finish(p, e) : NULL;
}
