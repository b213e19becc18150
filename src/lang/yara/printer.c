#include "lang/yara/printer.h"

#include "lang/yara/print-expr.h"
#include "lang/yara/print-line.h"

enum { FLAT_MAX = 128 };

static void open_section(struct print *p, struct span word, const char *name, bool is_first)
{
	print_comments(p, word.start, is_first ? 1 : 2);
	p->wants_blank = !is_first;
	print_line(p, 1);
	buf_addf(p->to, "%s:", name);
	p->is_opened = true;
}

static void print_meta(struct print *p, const struct ast_meta *m)
{
	print_comments(p, m->name_span.start, 2);
	print_blank(p, m->name_span.start);
	print_line(p, 2);
	buf_add_str(p->to, m->name);
	buf_add_str(p->to, STR(" = "));
	if (m->kind == AST_META_TEXT)
		print_quoted(p->to, m->text);
	else if (m->kind == AST_META_BOOL)
		buf_addf(p->to, "%s", m->integer ? "true" : "false");
	else
		buf_addf(p->to, "%s%.*s", m->integer < 0 ? "-" : "", STR_ARG(m->text));
}

static void print_string(struct print *p, const struct ast_string *s)
{
	bool is_hex = s->kind == AST_STRING_HEX;

	/* those inside a hex string are a part of it, so what is before them comes first */
	print_comments(p, is_hex ? s->value_span.start : s->name_span.start, 2);
	print_blank(p, s->name_span.start);
	print_line(p, 2);
	buf_add_str(p->to, s->name);
	buf_add_str(p->to, STR(" = "));
	if (is_hex)
		print_hex(p, s->text);
	else if (s->kind == AST_STRING_REGEX)
		print_regex(p->to, &s->regex);
	else
		print_quoted(p->to, s->text);
	while (is_hex && p->comment != NULL && p->comment->span.start < s->value_span.end)
		p->comment = p->comment->next;
	print_modifiers(p->to, s->modifiers);
}

static void print_head(struct print *p, const struct ast_rule *rule)
{
	print_line(p, 0);
	buf_addf(p->to, "%s%srule %.*s", rule->is_global ? "global " : "",
		 rule->is_private ? "private " : "", STR_ARG(rule->name));
	for (const struct ast_name *t = rule->tags; t != NULL; t = t->next)
		buf_addf(p->to, "%s%.*s", t == rule->tags ? " : " : " ", STR_ARG(t->name));
	buf_add_str(p->to, STR(" {"));
	p->is_opened = true;
}

static void print_rule(struct print *p, const struct ast_rule *rule)
{
	print_head(p, rule);
	if (rule->metas != NULL)
		open_section(p, rule->meta_span, "meta", true);
	for (const struct ast_meta *m = rule->metas; m != NULL && !p->to->bad; m = m->next)
		print_meta(p, m);
	if (rule->strings != NULL)
		open_section(p, rule->strings_span, "strings", rule->metas == NULL);
	for (const struct ast_string *s = rule->strings; s != NULL && !p->to->bad; s = s->next)
		print_string(p, s);
	open_section(p, rule->condition_span, "condition",
		     rule->metas == NULL && rule->strings == NULL);
	p->is_dense = true;
	print_comments(p, rule->condition->span.start, 2);
	print_line(p, 2);
	print_condition(p, rule->condition, 2);
	print_comments(p, rule->span.end - 1, 2);
	print_line(p, 0);
	buf_add_u8(p->to, '}');
	p->is_dense = false;
}

static void print_item(struct print *p, const struct ast_item *item)
{
	print_comments(p, item->span.start, 0);
	print_blank(p, item->span.start);
	if (item->kind == AST_RULE) {
		print_rule(p, item->rule);
		return;
	}
	print_line(p, 0);
	buf_add_str(p->to, item->kind == AST_IMPORT ? STR("import ") : STR("include "));
	print_quoted(p->to, item->text);
}

static bool can_print(const struct ast_item *item)
{
	if (item->span.file != 0)
		return false;
	return item->kind == AST_RULE ? item->rule->condition != NULL : item->text.data != NULL;
}

void yara_print(struct buf *to, const struct ast *ast)
{
	struct print p = {.to = to, .file = &ast->files.items[0], .start = to->len};
	bool was_rule = false;

	buf_init(&p.flat, FLAT_MAX);
	p.comment = p.file->comments;
	for (const struct ast_item *i = ast->items; i != NULL && !to->bad; i = i->next) {
		if (!can_print(i))
			continue;
		p.wants_blank = was_rule || i->kind == AST_RULE;
		print_item(&p, i);
		was_rule = i->kind == AST_RULE;
	}
	p.wants_blank = was_rule;
	print_comments(&p, UINT32_MAX, 0);
	if (to->len > p.start)
		buf_add_u8(to, '\n');
	buf_done(&p.flat);
}
