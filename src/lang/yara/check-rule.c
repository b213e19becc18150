/*
 * Rules: names, tags, metas, and what a namespace knows.
 */
#include "lang/yara/check.h"

enum { KEY_MAX = 512 };

/* "r17 name": what kind of name, of which namespace. */
static struct str key_of(char *to, char kind, uint32_t space, struct str name)
{
	size_t len = 0;

	to[len++] = kind;
	do {
		to[len++] = (char)('0' + space % 10);
		space /= 10;
	} while (space > 0);
	to[len++] = ' ';
	if (name.len > KEY_MAX - len)
		name.len = KEY_MAX - len;
	if (name.len > 0)
		memcpy(to + len, name.data, name.len);
	return (struct str){to, len + name.len};
}

uint32_t *check_known(struct check *c, char kind, struct str name)
{
	char text[KEY_MAX];

	return map_get(&c->rs->names, key_of(text, kind, c->space, name));
}

bool check_remember(struct check *c, char kind, struct str name, uint32_t value)
{
	char text[KEY_MAX];
	struct str key = key_of(text, kind, c->space, name);
	uint32_t *known = map_get(&c->rs->names, key);

	if (known != NULL) {
		*known = value;
		return true;
	}
	key = arena_str(c->rs->arena, key);
	return key.data != NULL && map_put(&c->rs->names, key, value);
}

/* Whether a set like "any of (a*)" was used before this rule that belongs to it. */
static bool is_in_wildcard(struct check *c, struct str name)
{
	if (check_known(c, 'W', STR("")) == NULL)
		return false;
	for (size_t len = 0; len <= name.len; len++) {
		if (check_known(c, 'w', str_first(name, len)) != NULL)
			return true;
	}
	return false;
}

static bool is_external(const struct check *c, struct str name)
{
	for (size_t i = 0; c->y->src->settings != NULL && i < c->y->src->settings->variable_count;
	     i++) {
		if (str_eq(c->y->src->settings->variables[i].name, name))
			return true;
	}
	return false;
}

/* Whether the rule can have its name. */
static bool check_rule_name(struct check *c)
{
	struct str name = c->rule->name;
	enum module_id module = symbols_module(name);

	if (check_known(c, 'r', name) != NULL || is_external(c, name) ||
	    (module != MODULE_COUNT && (c->imports >> module & 1) != 0)) {
		yara_error(c->y, c->rule->name_span, NULL, "duplicated identifier \"%.*s\"",
			   STR_ARG(name));
		return false;
	}
	if (is_in_wildcard(c, name))
		yara_error(c->y, c->rule->name_span, "define it before the set is used",
			   "rule identifier \"%.*s\" matches previously used wildcard rule set",
			   STR_ARG(name));
	return true;
}

static void tags(struct check *c, struct ir_rule *to)
{
	uint32_t count = 0;

	for (const struct ast_name *t = c->rule->tags; t != NULL; t = t->next)
		count++;
	if (count == 0)
		return;
	struct str *all = arena_new_array(c->rs->arena, struct str, count);
	if (all == NULL) {
		c->is_full = true;
		return;
	}
	struct map known;

	map_init(&known);
	for (const struct ast_name *t = c->rule->tags; t != NULL; t = t->next) {
		if (map_get(&known, t->name) != NULL)
			yara_error(c->y, t->span, NULL, "duplicated tag identifier \"%.*s\"",
				   STR_ARG(t->name));
		all[to->tag_count] = arena_str(c->rs->arena, t->name);
		c->is_full |= all[to->tag_count].data == NULL ||
			      !map_put(&known, t->name, to->tag_count);
		to->tag_count++;
	}
	map_done(&known);
	to->tags = all;
}

static void metas(struct check *c, struct ir_rule *to)
{
	uint32_t count = 0;

	for (const struct ast_meta *m = c->rule->metas; m != NULL; m = m->next)
		count++;
	struct ir_meta *all = arena_new_array(c->rs->arena, struct ir_meta, count + 1);
	if (all == NULL) {
		c->is_full = true;
		return;
	}
	for (const struct ast_meta *m = c->rule->metas; m != NULL; m = m->next) {
		struct ir_meta *meta = &all[to->meta_count++];

		meta->key = arena_str(c->rs->arena, m->name);
		meta->kind = m->kind == AST_META_TEXT  ? META_TEXT
			     : m->kind == AST_META_INT ? META_INT
						       : META_BOOL;
		meta->integer = m->integer;
		if (m->kind == AST_META_TEXT)
			meta->text = arena_str(c->rs->arena, m->text);
		c->is_full |= meta->key.data == NULL ||
			      (m->kind == AST_META_TEXT && meta->text.data == NULL);
	}
	to->meta = all;
}

/* Count the rule, which has an error, and let others know that it is not there. */
static enum status refuse(struct check *c, bool has_name)
{
	c->rs->sources.items[c->source].malformed++;
	if (has_name && !check_remember(c, 'r', c->rule->name, RULE_MALFORMED))
		return E_LIMIT;
	return c->is_full ? E_LIMIT : OK;
}

static enum status add(struct check *c, struct ir_rule *rule)
{
	enum status status = ruleset_add_rule(c->rs, rule);

	if (status == E_INTERNAL) {
		yara_error(c->y, c->rule->name_span, NULL, "the rule is nested too deeply");
		return refuse(c, true);
	}
	if (status != OK)
		return status;
	return check_remember(c, 'r', rule->name, (uint32_t)c->rs->rules.len - 1) ? OK : E_LIMIT;
}

enum status check_rule(struct check *c, struct ast_rule *ast)
{
	struct ir_rule rule = {
		.name = ast->name,
		.source = c->source,
		.space = c->space,
		.effect = ast->is_private ? EFFECT_NONE : EFFECT_DETECT,
		.is_global = ast->is_global,
		.view = VIEW_RAW,
	};
	struct ir_pattern **patterns = NULL;
	uint32_t col;

	c->rule = ast;
	c->y->rule = ast;
	c->variable_count = c->loop_count = 0;
	c->in_for_of = false;
	yara_position(&c->y->ast->files.items[ast->name_span.file], ast->name_span.start,
		      &rule.line, &col);
	bool has_name = check_rule_name(c);
	tags(c, &rule);
	metas(c, &rule);
	if (!check_strings_begin(c))
		return E_NOMEM;
	if (ast->condition != NULL)
		rule.condition = check_condition(c, ast->condition);
	check_strings_end(c, &patterns, &rule.pattern_count);
	rule.patterns = patterns;
	if (c->is_full || ast->is_malformed || rule.condition == NULL)
		return refuse(c, has_name);
	return add(c, &rule);
}

void check_import(struct check *c, const struct ast_item *item)
{
	enum module_id module = symbols_module(item->text);

	if (module == MODULE_COUNT) {
		struct suggestion s = suggest(c->y, item->text);

		symbols_suggest_module(&s);
		yara_error(c->y, item->text_span, suggest_hint(c->y->arena, &s),
			   item->text.len == 0 ? "invalid module name \"%.*s\""
					       : "unknown module \"%.*s\"",
			   STR_ARG(item->text));
		return;
	}
	c->imports |= 1U << module;
	if (!check_remember(c, 'i', STR(""), c->imports))
		c->is_full = true;
}
