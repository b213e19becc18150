#include "lang/yara/print-line.h"

#include "lang/yara/print-expr.h"

enum { LINE_MAX = 100, TAB = 8, OPERATOR_ROOM = 4 };

void print_line(struct print *p, unsigned indent)
{
	if (p->to->len > p->start) {
		buf_add_u8(p->to, '\n');
		if (p->wants_blank && !p->is_opened && !p->is_dense)
			buf_add_u8(p->to, '\n');
	}
	p->wants_blank = p->is_opened = p->is_commented = false;
	for (unsigned i = 0; i < indent; i++)
		buf_add_u8(p->to, '\t');
}

void print_blank(struct print *p, uint32_t at)
{
	unsigned ends = 0;

	while (at > 0 && strchr(" \t\r\n", p->file->text.data[at - 1]) != NULL) {
		at--;
		if (p->file->text.data[at] == '\n' && ++ends == 2) {
			p->wants_blank = true;
			return;
		}
	}
}

/* Without what stands before the end of each line. */
static void add_comment(struct print *p, struct str text)
{
	struct str rest = text, line;

	while (str_next_field(&rest, '\n', &line)) {
		while (line.len > 0 && strchr(" \t\r", line.data[line.len - 1]) != NULL)
			line.len--;
		buf_add_str(p->to, line);
		if (rest.data != NULL)
			buf_add_u8(p->to, '\n');
	}
	p->is_commented = str_starts(text, STR("//"));
}

void print_comments(struct print *p, uint32_t before, unsigned indent)
{
	for (; p->comment != NULL && p->comment->span.start < before;
	     p->comment = p->comment->next) {
		struct span at = p->comment->span;

		if (p->comment->is_trailing && !p->is_commented && p->to->len > p->start) {
			buf_add_u8(p->to, ' ');
		} else {
			print_blank(p, at.start);
			print_line(p, indent);
		}
		add_comment(p, str_first(str_from(p->file->text, at.start), at.end - at.start));
	}
}

static bool is_chain(const struct ast_expr *e)
{
	return e->kind == AST_BINARY && (e->op == OP_AND || e->op == OP_OR);
}

static bool has_comment_before(const struct print *p, uint32_t at)
{
	return p->comment != NULL && p->comment->span.start < at;
}

/*
 * Whether the next comment has a place inside the expression when it is broken
 * into lines: only then it is broken for that.
 */
static bool holds_comment(const struct print *p, const struct ast_expr *e)
{
	while (is_chain(e) || (e->kind == AST_UNARY && e->op == OP_NOT)) {
		const struct ast_expr *last = e->args;

		while (last->next != NULL && is_chain(e))
			last = last->next;
		if (last != e->args && has_comment_before(p, last->span.start))
			return true;
		e = last;
	}
	return (e->kind == AST_GROUP || e->kind == AST_FOR_OF || e->kind == AST_FOR_IN) &&
	       has_comment_before(p, e->span.end);
}

static bool fits(struct print *p, const struct ast_expr *e, unsigned indent)
{
	if (indent * TAB + OPERATOR_ROOM > LINE_MAX || holds_comment(p, e))
		return false;
	buf_clear(&p->flat);
	print_expr(&p->flat, e);
	return !p->flat.bad && p->flat.len + indent * TAB + OPERATOR_ROOM <= LINE_MAX;
}

static void print_chain(struct print *p, const struct ast_expr *e, unsigned indent)
{
	for (const struct ast_expr *a = e->args; a != NULL && !p->to->bad; a = a->next) {
		if (a != e->args) {
			print_comments(p, a->span.start, indent);
			print_line(p, indent);
		}
		/* "and" among "or" goes on one level deeper */
		print_condition(p, a, indent + is_chain(a));
		if (a->next != NULL)
			buf_addf(p->to, " %s", print_operator(e->op));
	}
}

/* What stands in parentheses up to byte `end`. */
static void print_inside(struct print *p, const struct ast_expr *e, uint32_t end, unsigned indent)
{
	buf_add_u8(p->to, '(');
	print_comments(p, e->span.start, indent + 1);
	print_line(p, indent + 1);
	print_condition(p, e, indent + 1);
	print_comments(p, end - 1, indent + 1);
	print_line(p, indent);
	buf_add_u8(p->to, ')');
}

/* Recursion is bounded by AST_DEPTH_MAX. */
void print_condition(struct print *p, const struct ast_expr *e, unsigned indent)
{
	if (fits(p, e, indent)) {
		buf_add(p->to, p->flat.data, p->flat.len);
	} else if (is_chain(e)) {
		print_chain(p, e, indent);
	} else if (e->kind == AST_GROUP) {
		print_inside(p, e->args, e->span.end, indent);
	} else if (e->kind == AST_FOR_OF || e->kind == AST_FOR_IN) {
		print_loop_head(p->to, e);
		print_inside(p, e->args, e->span.end, indent);
	} else if (e->kind == AST_UNARY && e->op == OP_NOT) {
		buf_add_str(p->to, STR("not "));
		print_condition(p, e->args, indent);
	} else {
		print_expr(p->to, e);
	}
}
