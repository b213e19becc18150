/*
 * The rule language of YARA 4.5.
 */
#include "lang/lines.h"
#include "lang/yara/check.h"
#include "lang/yara/parser.h"
#include "lang/yara/patterns.h"

enum { ARENA_MIN = 64 << 20, ARENA_PER_BYTE = 64, PROBE_LEN = 4096 };

const struct ir_pattern *check_regex(struct check *c, const struct ast_regex *regex)
{
	const struct ir_pattern *p = yara_condition_regex(c->y, c->rs->arena, regex);

	c->is_full |= c->y->status != OK;
	return p;
}

struct ir_pattern *check_pattern(struct check *c, const struct ast_string *string)
{
	struct ir_pattern *p = yara_pattern(c->y, c->rs->arena, string);

	c->is_full |= c->y->status != OK;
	if (p != NULL)
		p->is_hex = string->kind == AST_STRING_HEX;
	return p;
}

/* What earlier sources of the namespace imported. */
static enum status enter_space(struct check *c)
{
	const struct source_text *src = c->y->src;
	struct str space = src->space.len > 0 ? src->space : src->name;
	enum status status = ruleset_space(c->rs, space, &c->space);

	if (status == OK) {
		const uint32_t *imports = check_known(c, 'i', STR(""));

		c->imports = imports != NULL ? *imports : 0;
	}
	return status;
}

static enum status check_items(struct check *c)
{
	enum status status = OK;

	for (const struct ast_item *i = c->y->ast->items; i != NULL && status == OK; i = i->next) {
		c->y->rule = NULL;
		/* without a text there was something else, which was reported */
		if (i->kind == AST_IMPORT && i->text.data != NULL)
			check_import(c, i);
		else if (i->kind == AST_RULE)
			status = check_rule(c, i->rule);
		if (status == OK && c->is_full)
			status = E_LIMIT;
	}
	c->y->rule = NULL;
	if (status == OK)
		check_unasked(c);
	return status != OK ? status : c->y->status;
}

static enum status compile_into(struct yara *y, struct ruleset *rs)
{
	struct check c = {.rs = rs, .y = y};
	enum status status = source_begin(rs, y->src, "yara", &c.source);

	if (status == OK)
		status = enter_space(&c);
	if (status == OK)
		status = yara_parse(y);
	if (status != OK)
		return status;
	symbols_init(&c.symbols, y->arena);
	map_init(&c.strings);
	map_init(&c.sets);
	status = check_items(&c);
	map_done(&c.strings);
	map_done(&c.sets);
	vec_done(&c.known_sets);
	symbols_done(&c.symbols);
	return status;
}

static enum status compile(const struct source_text *src, struct ruleset *rs, struct report *report)
{
	size_t ceiling = ARENA_MIN;

	/* texts are at most some hundred megabytes; see the limit of the sources */
	if (src->text.len < SIZE_MAX / ARENA_PER_BYTE - ARENA_MIN)
		ceiling += src->text.len * ARENA_PER_BYTE;
	struct arena *arena = arena_new(ceiling);
	if (arena == NULL)
		return E_NOMEM;
	struct ast ast = {.arena = arena};
	struct yara y = {.arena = arena, .src = src, .report = report, .ast = &ast};
	enum status status = compile_into(&y, rs);
	vec_done(&ast.files);
	arena_free(arena);
	return status;
}

/* Where the first word begins, behind blanks and comments. */
static struct str first_word(struct str text)
{
	for (;;) {
		text = str_trim(text);
		if (str_starts(text, STR("//"))) {
			text = str_from(text, str_find(text, '\n'));
		} else if (str_starts(text, STR("/*"))) {
			const char *end = memmem(text.data, text.len, "*/", 2);

			if (end == NULL)
				return STR("");
			text = str_from(text, (size_t)(end - text.data) + 2);
		} else {
			return text;
		}
	}
}

static int probe(const struct source_text *src)
{
	static const char *const words[] = {"rule", "private", "global", "import", "include"};
	struct str text = src->text;

	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	text = first_word(str_first(text, PROBE_LEN));
	for (size_t i = 0; i < LEN(words); i++) {
		size_t len = strlen(words[i]);

		if (str_starts(text, str_of(words[i])) && text.len > len &&
		    strchr(" \t\r\n\"/", text.data[len]) != NULL)
			return 80;
	}
	return 0;
}

const struct front front_yara = {
	.name = "yara",
	.suffixes = "yar yara",
	.probe = probe,
	.compile = compile,
};
