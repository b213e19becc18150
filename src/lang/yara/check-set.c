/*
 * What stands behind "of": strings of the rule, or other rules. A set that is
 * written again is the same one: a source can ask for thousands of rules in a
 * few bytes, thousands of times. What all sets name, and what is looked at for
 * that, is bounded for those that are written differently each time.
 */
#include "lang/yara/check.h"

enum { MEMBERS_MAX = 1 << 24, WORK_MAX = 1 << 28 };

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

static struct str written(const struct check *c, const struct ast_set *set)
{
	struct str text = str_from(c->y->ast->files.items[set->span.file].text, set->span.start);

	return str_first(text, set->span.end - set->span.start);
}

static const struct set *find_known(const struct check *c, struct str text)
{
	const uint32_t *at = map_get(&c->sets, text);
	const struct known_set *known = at != NULL ? &c->known_sets.items[*at] : NULL;

	if (known == NULL || (!known->set.is_rules && known->rule != c->rule))
		return NULL;
	return &known->set;
}

static void remember(struct check *c, struct str text, const struct set *set)
{
	const struct known_set known = {c->rule, *set};

	if (!vec_push(&c->known_sets, &known) ||
	    !map_put(&c->sets, text, (uint32_t)c->known_sets.len - 1))
		c->is_full = true;
}

/* Whether one more set can be resolved, of which each item looks at all rules or strings. */
static bool has_room(struct check *c, const struct ast_set *set)
{
	uint64_t names = set->is_them ? c->use_count : 0;

	for (const struct ast_set_item *i = set->items; i != NULL; i = i->next)
		names += !i->is_wildcard ? 1 : i->is_rule ? c->rs->rules.len : c->use_count;
	c->set_work += names;
	if (c->set_work <= WORK_MAX && c->set_members <= MEMBERS_MAX)
		return true;
	yara_error(c->y, set->span, "write the same set in the same way, or use fewer wildcards",
		   "the sets of this source name too many rules or strings");
	return false;
}

static struct set resolve(struct check *c, const struct ast_set *set)
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
	c->set_members += m.len;
	r.items = arena_new_array(c->rs->arena, uint32_t, m.len + 1);
	if (r.items == NULL)
		r.is_bad = c->is_full = true;
	else if (m.len > 0)
		memcpy(r.items, m.items, m.len * sizeof *m.items);
	vec_done(&m);
	return r;
}

struct set check_set(struct check *c, const struct ast_set *set)
{
	struct str text = written(c, set);
	const struct set *known = find_known(c, text);

	if (known != NULL)
		return *known;
	if (!has_room(c, set))
		return (struct set){.is_bad = true};
	struct set made = resolve(c, set);
	if (!made.is_bad)
		remember(c, text, &made);
	return made;
}

struct ir_expr *check_over_set(struct check *c, enum ir_op op, const struct set *set)
{
	struct ir_expr *tree = check_tree(c, ir_op(c->rs->arena, op, NULL, 0));

	if (tree != NULL) {
		tree->set.items = set->items;
		tree->set.count = set->count;
	}
	return tree;
}
