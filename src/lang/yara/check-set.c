/*
 * What stands behind "of": strings of the rule, or other rules.
 */
#include "lang/yara/check.h"

struct members {
	VEC(uint32_t);
};

static bool add(struct check *c, struct members *m, uint32_t number)
{
	if (vec_push(m, &number))
		return true;
	c->is_full = true;
	return false;
}

static void add_string(struct check *c, struct members *m, uint32_t number)
{
	c->uses[number].is_used = true;
	c->uses[number].is_placed = true;
	c->uses[number].is_fixed = false;
	add(c, m, number);
}

/* The strings whose names begin with `prefix`; "$" stands for all. */
static void strings_like(struct check *c, struct members *m, struct span span, struct str prefix)
{
	size_t before = m->len;

	for (uint32_t i = 0; i < c->use_count; i++) {
		if (str_starts(c->uses[i].string->name, prefix))
			add_string(c, m, i);
	}
	if (m->len == before && !c->is_full)
		yara_error(c->y, span, NULL, "undefined string \"%.*s*\"", STR_ARG(prefix));
}

static void one_string(struct check *c, struct members *m, const struct ast_set_item *item)
{
	const uint32_t *known = item->name.len > 1 ? map_get(&c->strings, item->name) : NULL;

	if (known == NULL || *known < c->first_string)
		yara_error(c->y, item->span, NULL, "undefined string \"%.*s\"",
			   STR_ARG(item->name));
	else
		add_string(c, m, *known - c->first_string);
}

static void one_rule(struct check *c, struct members *m, const struct ast_set_item *item)
{
	const uint32_t *known = check_known(c, 'r', item->name);

	if (known == NULL)
		yara_error(c->y, item->span, NULL, "undefined identifier \"%.*s\"",
			   STR_ARG(item->name));
	else if (*known == RULE_MALFORMED)
		yara_error(c->y, item->span, NULL, "rule \"%.*s\" has errors of its own",
			   STR_ARG(item->name));
	else
		add(c, m, *known);
}

/* Rules so far whose names begin so. Later ones may not: the set would change. */
static void rules_like(struct check *c, struct members *m, const struct ast_set_item *item)
{
	size_t before = m->len;

	for (uint32_t i = 0; i < c->rs->rules.len; i++) {
		const struct ir_rule *rule = &c->rs->rules.items[i];

		if (rule->space == c->space && str_starts(rule->name, item->name) && !add(c, m, i))
			return;
	}
	if (m->len == before)
		yara_error(c->y, item->span, NULL, "undefined identifier \"%.*s\"",
			   STR_ARG(item->name));
	else if (!check_remember(c, 'w', item->name, 0) || !check_remember(c, 'W', STR(""), 0))
		c->is_full = true;
}

struct set check_set(struct check *c, const struct ast_set *set)
{
	struct members m = {0};
	struct set r = {0};
	uint32_t errors = c->y->errors;

	if (set->is_them)
		strings_like(c, &m, set->span, STR("$"));
	for (const struct ast_set_item *i = set->items; i != NULL; i = i->next) {
		r.is_rules = i->is_rule;
		if (i->is_rule && i->is_wildcard)
			rules_like(c, &m, i);
		else if (i->is_rule)
			one_rule(c, &m, i);
		else if (i->is_wildcard)
			strings_like(c, &m, i->span, i->name);
		else
			one_string(c, &m, i);
	}
	r.is_bad = c->y->errors > errors || c->is_full;
	r.count = (uint32_t)m.len;
	r.items = arena_new_array(c->rs->arena, uint32_t, m.len + 1);
	if (r.items == NULL)
		r.is_bad = c->is_full = true;
	else if (m.len > 0)
		memcpy(r.items, m.items, m.len * sizeof *m.items);
	vec_done(&m);
	return r;
}
