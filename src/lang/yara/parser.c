/*
 * Files, includes, rules and their sections. Behind an error the parser goes
 * on at the next section or rule, so that one run shows all errors of a file.
 */
#include "lang/yara/parser.h"

#include <stdio.h>

#include "base/num.h"

enum { INCLUDE_DEPTH_MAX = 16 };

void parser_step(struct parser *p)
{
	p->last_end = p->token.span.end;
	p->lexer.is_quiet = p->is_lost;
	lexer_next(&p->lexer, &p->token);
	if (p->token.kind == TOKEN_BAD)
		p->is_lost = true;
}

bool parser_sees(const struct parser *p, const char *text)
{
	return (p->token.kind == TOKEN_MARK || p->token.kind == TOKEN_KEYWORD) &&
	       str_eq(p->token.text, str_of(text));
}

bool parser_take(struct parser *p, const char *text)
{
	if (!parser_sees(p, text))
		return false;
	parser_step(p);
	return true;
}

static const char *near_keyword(struct parser *p)
{
	struct suggestion s = suggest(p->y, p->token.text);

	if (p->token.kind != TOKEN_NAME)
		return NULL;
	for (const char *const *k = lexer_keywords(); *k != NULL; k++)
		suggest_candidate(&s, str_of(*k));
	return suggest_hint(p->y->arena, &s);
}

void parser_expected(struct parser *p, const char *what)
{
	struct str found = str_first(p->token.text, 40);

	if (p->is_lost)
		return;
	p->is_lost = true;
	if (p->token.kind == TOKEN_END)
		yara_error(p->y, p->token.span, NULL, "expected %s, found the end of the file",
			   what);
	else
		yara_error(p->y, p->token.span, near_keyword(p), "expected %s, found '%.*s'", what,
			   STR_ARG(found));
}

bool parser_expect(struct parser *p, const char *text)
{
	char what[32];

	if (parser_take(p, text))
		return true;
	snprintf(what, sizeof what, "'%s'", text);
	parser_expected(p, what);
	return false;
}

void *parser_new(struct parser *p, size_t size)
{
	void *node = arena_alloc(p->y->arena, size);

	if (node == NULL) {
		p->y->status = E_LIMIT;
		p->is_lost = true;
	}
	return node;
}

struct span parser_span(const struct parser *p, uint32_t start)
{
	return (struct span){p->lexer.file, start, p->last_end > start ? p->last_end : start + 1};
}

static bool begins_item(const struct parser *p)
{
	return parser_sees(p, "rule") || parser_sees(p, "private") || parser_sees(p, "global") ||
	       parser_sees(p, "import") || parser_sees(p, "include");
}

static bool begins_section(const struct parser *p)
{
	return parser_sees(p, "meta") || parser_sees(p, "strings") || parser_sees(p, "condition");
}

/* "private" stands behind strings as well, "condition" nowhere else. */
static void skip_to(struct parser *p, bool section_will_do)
{
	while (p->token.kind != TOKEN_END) {
		if (parser_sees(p, "rule") || parser_sees(p, "import") ||
		    parser_sees(p, "include") || parser_sees(p, "global"))
			break;
		if (section_will_do && (begins_section(p) || parser_sees(p, "}")))
			break;
		parser_step(p);
	}
	p->is_lost = false;
}

/* -------------------------------------------------------------------- rules */

static void read_tags(struct parser *p, struct ast_rule *rule)
{
	struct ast_name **end = &rule->tags;

	if (!parser_take(p, ":"))
		return;
	if (p->token.kind != TOKEN_NAME)
		parser_expected(p, "a tag");
	while (p->token.kind == TOKEN_NAME) {
		struct ast_name *tag = parser_new(p, sizeof *tag);

		if (tag == NULL)
			return;
		*tag = (struct ast_name){.span = p->token.span, .name = p->token.text};
		*end = tag;
		end = &tag->next;
		parser_step(p);
	}
}

static bool read_meta_value(struct parser *p, struct ast_meta *m)
{
	bool is_negative = parser_take(p, "-");

	m->kind = AST_META_INT;
	m->text = p->token.text;
	if (p->token.kind == TOKEN_INT) {
		m->integer = is_negative ? -p->token.integer : p->token.integer;
	} else if (!is_negative && p->token.kind == TOKEN_TEXT) {
		m->kind = AST_META_TEXT;
		m->text = p->token.value;
	} else if (!is_negative && (parser_sees(p, "true") || parser_sees(p, "false"))) {
		m->kind = AST_META_BOOL;
		m->integer = parser_sees(p, "true");
	} else {
		parser_expected(p, "a text, an integer, true or false");
		return false;
	}
	parser_step(p);
	return true;
}

static void read_metas(struct parser *p, struct ast_rule *rule)
{
	struct ast_meta **end = &rule->metas;

	if (p->token.kind != TOKEN_NAME)
		parser_expected(p, "the name of a metadata entry");
	while (!p->is_lost && p->token.kind == TOKEN_NAME) {
		struct ast_meta *m = parser_new(p, sizeof *m);

		if (m == NULL)
			return;
		m->name_span = p->token.span;
		m->name = p->token.text;
		parser_step(p);
		if (!parser_expect(p, "=") || !read_meta_value(p, m))
			return;
		m->span = parser_span(p, m->name_span.start);
		*end = m;
		end = &m->next;
	}
}

static void read_condition(struct parser *p, struct ast_rule *rule)
{
	rule->condition = parser_condition(p);
}

/* An error led to the next rule or the end: that the rest is missing is no news. */
static bool is_over(const struct parser *p)
{
	return p->y->rule->is_malformed && (p->token.kind == TOKEN_END || begins_item(p));
}

static void read_body(struct parser *p, struct ast_rule *rule)
{
	const struct {
		const char *name;
		struct span *span;
		void (*read)(struct parser *p, struct ast_rule *rule);
	} sections[] = {
		{"meta", &rule->meta_span, read_metas},
		{"strings", &rule->strings_span, parser_strings},
		{"condition", &rule->condition_span, read_condition},
	};

	if (!parser_expect(p, "{"))
		return;
	for (size_t i = 0; i < LEN(sections) && !is_over(p); i++) {
		*sections[i].span = p->token.span;
		if (parser_take(p, sections[i].name)) {
			if (parser_expect(p, ":"))
				sections[i].read(p, rule);
		} else if (i == 2 && !p->is_lost) {
			parser_expected(p, "'condition'");
		}
		if (p->is_lost)
			skip_to(p, true);
	}
	if (!is_over(p) && !parser_expect(p, "}")) {
		skip_to(p, true);
		(void)parser_take(p, "}");
	}
}

static struct ast_rule *read_rule(struct parser *p)
{
	struct ast_rule *rule = parser_new(p, sizeof *rule);
	uint32_t start = p->token.span.start;

	if (rule == NULL)
		return NULL;
	p->y->rule = rule;
	for (;; parser_step(p)) {
		if (parser_sees(p, "private"))
			rule->is_private = true;
		else if (parser_sees(p, "global"))
			rule->is_global = true;
		else
			break;
	}
	if (parser_expect(p, "rule")) {
		rule->name = p->token.text;
		rule->name_span = p->token.span;
		if (p->token.kind == TOKEN_NAME)
			parser_step(p);
		else
			parser_expected(p, "the name of a rule");
	}
	if (!p->is_lost)
		read_tags(p, rule);
	if (!p->is_lost)
		read_body(p, rule);
	rule->span = parser_span(p, start);
	p->y->rule = NULL;
	return rule;
}

/* ------------------------------------------------------------ files, includes */

static uint32_t count_lines(struct str text)
{
	uint32_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n';
	return count;
}

static bool add_file(struct yara *y, const struct source_text *src, uint32_t parent,
		     uint32_t depth)
{
	struct ast_file file = {.name = src->name, .text = src->text, .parent = parent,
				.depth = depth};

	if (src->text.len >= UINT32_MAX)
		return false;
	file.line_count = count_lines(src->text);
	file.lines = arena_new_array(y->arena, uint32_t, file.line_count);
	if (file.lines == NULL)
		return false;
	for (uint32_t i = 0, line = 1; i < src->text.len; i++) {
		if (src->text.data[i] == '\n')
			file.lines[line++] = i + 1;
	}
	return vec_push(&y->ast->files, &file);
}

static bool is_circular(const struct ast *ast, uint32_t file, struct str name)
{
	for (;;) {
		if (str_eq(ast->files.items[file].name, name))
			return true;
		if (file == 0)
			return false;
		file = ast->files.items[file].parent;
	}
}

static enum status read_file(struct yara *y, uint32_t file, struct ast_item ***end);

static void include(struct parser *p, struct ast_item *item, struct ast_item ***end)
{
	struct yara *y = p->y;
	const struct front_settings *settings = y->src->settings;
	struct includer *includer = settings != NULL ? settings->includer : NULL;
	const struct ast_file *from = &y->ast->files.items[p->lexer.file];
	const struct source_text outer = {.name = from->name, .text = from->text};
	struct source_text text;
	struct error e = {0};

	item->file = UINT32_MAX;
	if (includer == NULL) {
		yara_error(y, item->text_span, NULL, "includes are not allowed here");
		return;
	}
	if (from->depth >= INCLUDE_DEPTH_MAX) {
		yara_error(y, item->text_span, NULL, "includes are nested more than %d deep",
			   INCLUDE_DEPTH_MAX);
		return;
	}
	enum status status = includer->open(includer, &outer, item->text, &text, &e);
	if (status != OK) {
		yara_error(y, item->text_span, NULL, "cannot include '%.*s': %s",
			   STR_ARG(str_first(item->text, 100)),
			   e.code != OK ? e.text : status_name(status));
		return;
	}
	if (is_circular(y->ast, p->lexer.file, text.name)) {
		yara_error(y, item->text_span, NULL, "circular include of '%.*s'",
			   STR_ARG(str_first(text.name, 100)));
		return;
	}
	uint32_t file = (uint32_t)y->ast->files.len;
	if (!add_file(y, &text, p->lexer.file, from->depth + 1)) {
		y->status = E_LIMIT;
		return;
	}
	item->file = file;
	status = read_file(y, file, end);
	if (status != OK)
		y->status = status;
}

/* import "module", include "file" */
static void read_reference(struct parser *p, struct ast_item *item, struct ast_item ***end)
{
	item->kind = parser_sees(p, "import") ? AST_IMPORT : AST_INCLUDE;
	parser_step(p);
	item->text_span = p->token.span;
	item->text = p->token.value;
	if (p->token.kind != TOKEN_TEXT) {
		parser_expected(p, item->kind == AST_IMPORT ? "the name of a module in quotes"
							    : "the path of a file in quotes");
		return;
	}
	if (item->kind == AST_INCLUDE)
		include(p, item, end);
	parser_step(p);
}

static enum status read_items(struct parser *p, struct ast_item ***end)
{
	while (p->token.kind != TOKEN_END && p->y->status == OK) {
		if (!begins_item(p)) {
			parser_expected(p, "a rule, an import or an include");
			skip_to(p, false);
			continue;
		}
		struct ast_item *item = parser_new(p, sizeof *item);
		uint32_t start = p->token.span.start;

		if (item == NULL)
			return E_LIMIT;
		**end = item;
		*end = &item->next;
		if (parser_sees(p, "import") || parser_sees(p, "include")) {
			read_reference(p, item, end);
		} else {
			item->kind = AST_RULE;
			item->rule = read_rule(p);
		}
		item->span = parser_span(p, start);
		if (p->is_lost)
			skip_to(p, false);
	}
	return p->y->status;
}

/* Recursion is bounded by INCLUDE_DEPTH_MAX. */
static enum status read_file(struct yara *y, uint32_t file, struct ast_item ***end)
{
	struct parser p = {.y = y, .lexer = lexer_of(y, file)};

	parser_step(&p);
	if (p.is_lost)
		skip_to(&p, false);
	return read_items(&p, end);
}

enum status yara_parse(struct yara *y)
{
	struct ast_item **end = &y->ast->items;

	y->ast->arena = y->arena;
	if (!add_file(y, y->src, 0, 0))
		return E_LIMIT;
	return read_file(y, 0, &end);
}
