#include "match/match.h"

#include <stdlib.h>

#include "base/num.h"
#include "match/evaluate.h"
#include "match/explain.h"
#include "match/perl.h"
#include "match/search.h"
#include "match/work.h"

struct matcher {
	struct match_tables tables;
	const struct image *img;
	struct match_object object;
	struct search search;
	struct condition condition;
	struct perl_search perls;
	uint8_t *spaces; /* by namespace: enum space_state */
	struct { VEC(uint32_t); } rules; /* whose conditions are to be evaluated */
	struct { VEC(uint32_t); } undecided;
	struct { VEC(struct match_hit); } hits;
};

/* Whether rules of a namespace count: that is up to its global rules. */
enum space_state { SPACE_OPEN, SPACE_UNDECIDED, SPACE_SHUT };

/* Conditions have this much work, and so much more for each byte, as functions read those. */
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
enum { CONDITION_WORK = 1 << 20 };
#else
enum { CONDITION_WORK = 1 << 25 };
#endif
enum { CONDITION_WORK_PER_BYTE = 8 };
/* Each has half of what is left, and never less than this. */
enum { RULE_WORK_MIN = 1 << 14 };
/* Texts that functions return for one object. */
enum { TEXT_BYTES_MAX = 1 << 20 };

static struct value host_matches(struct module_host *host, struct value regex, struct str text)
{
	struct condition *c = (struct condition *)host;

	if (regex.kind != VALUE_REGEX)
		return VALUE_OF_UNKNOWN;
	switch (confirm_text(c->confirm, (uint32_t)regex.integer, text)) {
	case KNOWN_NO:
		return value_int(0);
	case KNOWN_YES:
		return value_int(1);
	case UNKNOWN:
		break;
	}
	return VALUE_OF_UNKNOWN;
}

/* A byte costs a hash or a histogram less than a step of a pattern. */
static bool host_charge(struct module_host *host, uint64_t bytes)
{
	struct condition *c = (struct condition *)host;

	return condition_charge(c, bytes / 4 + 1);
}

static void host_log(struct module_host *host, struct str line)
{
	struct match_environment *env = ((struct condition *)host)->object->env;

	if (env != NULL && env->log != NULL)
		env->log(env, line);
}

static enum status init_condition(struct matcher *m, const struct image *img)
{
	m->img = img;
	m->spaces = calloc((size_t)m->tables.space_count + 1, sizeof *m->spaces);
	m->condition = (struct condition){
		.host = {host_matches, host_charge, host_log, NULL},
		.img = img,
		.t = &m->tables,
		.found = &m->search.found,
		.confirm = m->search.confirm,
		.texts = arena_new(TEXT_BYTES_MAX),
		.rules = calloc((size_t)m->tables.rule_count + 1, 1),
	};
	return m->spaces && m->condition.texts && m->condition.rules ? OK : E_NOMEM;
}

enum status matcher_new(const struct image *img, struct matcher **ret, struct error *e)
{
	struct matcher *m = calloc(1, sizeof *m);
	enum status status;

	if (m == NULL)
		return error_at(e, E_NOMEM, 0, "no memory for a matcher");
	status = tables_open(img, &m->tables, e);
	if (status == OK)
		status = search_init(&m->search, &m->tables);
	if (status == OK)
		status = init_condition(m, img);
	if (status == OK)
		status = perl_init(&m->perls, &m->tables);
	if (status != OK) {
		matcher_free(m);
		return error_at(e, status, 0, "no memory for a matcher");
	}
	*ret = m;
	return OK;
}

void matcher_free(struct matcher *m)
{
	if (m == NULL)
		return;
	search_done(&m->search);
	perl_done(&m->perls);
	arena_free(m->condition.texts);
	free(m->condition.rules);
	free(m->spaces);
	vec_done(&m->rules);
	vec_done(&m->undecided);
	vec_done(&m->hits);
	free(m);
}

bool matcher_wants(const struct matcher *m, enum object_type type, enum view view)
{
	return (uint32_t)view < m->tables.want_count && (m->tables.wants[view] >> type & 1) != 0;
}

enum status matcher_begin(struct matcher *m, const struct match_object *object)
{
	m->hits.len = m->undecided.len = 0;
	for (size_t i = 0; i < m->rules.len; i++) {
		if (m->rules.items[i] < m->tables.rule_count)
			m->condition.rules[m->rules.items[i]] = 0;
	}
	m->rules.len = 0;
	m->object = *object;
	search_begin(&m->search, &m->object);
	condition_begin(&m->condition, &m->object);
	perl_begin(&m->perls);
	return OK;
}

enum status matcher_feed(struct matcher *m, const struct match_window *window)
{
	return search_window(&m->search, window);
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

static bool applies(const struct matcher *m, const struct image_rule *rule)
{
	const struct match_object *object = &m->object;

	return rule->head.view == (uint8_t)object->view &&
	       (rule->types == 0 || (rule->types >> object->type & 1) != 0);
}

/* Rules of which a pattern was found, and those that need none, each once and in order. */
static bool collect(struct matcher *m)
{
	const struct match_tables *t = &m->tables;
	const struct found_set *found = &m->search.found;
	size_t kept = 0;

	m->rules.len = 0;
	for (uint32_t i = 0; i < t->always_count; i++) {
		if (!vec_push(&m->rules, &t->always[i]))
			return false;
	}
	for (size_t i = 0; i < found->items.len; i++) {
		const struct found *f = found->items.items[i];

		if ((f->is_found || f->is_limited) &&
		    !vec_push(&m->rules, &t->patterns[f->pattern].rule))
			return false;
	}
	if (m->rules.len > 0)
		qsort(m->rules.items, m->rules.len, sizeof *m->rules.items, by_number);
	for (size_t i = 0; i < m->rules.len; i++) {
		if (kept == 0 || m->rules.items[kept - 1] != m->rules.items[i])
			m->rules.items[kept++] = m->rules.items[i];
	}
	m->rules.len = kept;
	return true;
}

static struct match_hit show(struct matcher *m, uint32_t index, const struct image_rule *rule)
{
	struct found_set *found = &m->search.found;
	struct match_hit hit = {.rule = index};
	struct match_span span;
	uint64_t count = min_u64(rule->pattern_count, found->work);

	found->work -= count;
	for (uint64_t i = 0; i < count; i++) {
		uint64_t pattern = rule->pattern_first + i;

		if (pattern >= m->tables.pattern_count)
			break;
		if ((m->tables.patterns[pattern].flags & PATTERN_PRIVATE) == 0 &&
		    found_show(found, (uint32_t)pattern, &span)) {
			hit.has_match = true;
			hit.offset = span.start;
			hit.length = span.length;
			break;
		}
	}
	return hit;
}

/* Perl expressions are searched for only where the rest of the rule leaves it open. */
static enum known holds(struct matcher *m, uint32_t index, const struct image_rule *rule)
{
	enum known known;

	if ((rule->head.flags & RULE_PERL) != 0)
		perl_expect(&m->condition, rule);
	known = condition_holds(&m->condition, index, rule->condition);
	if (known != UNKNOWN || (rule->head.flags & RULE_PERL) == 0)
		return known;
	perl_find(&m->perls, &m->condition, index);
	return condition_holds(&m->condition, index, rule->condition);
}

/* Evaluate one rule with its share of the work that is left in *pool. */
static void decide(struct matcher *m, uint32_t index, uint64_t *pool)
{
	struct found_set *found = &m->search.found;
	struct image_rule rule;
	uint64_t share = max_u64(*pool / 2, RULE_WORK_MIN);

	if (index >= m->tables.rule_count)
		return;
	rule = m->tables.rules[index];
	if (!applies(m, &rule))
		return;
	found->work = share;
	m->condition.rules[index] = (uint8_t)(1 + holds(m, index, &rule));
	*pool -= min_u64(*pool, share - found->work);
}

/* What the global rules make of their namespaces. */
static void decide_spaces(struct matcher *m)
{
	const struct match_tables *t = &m->tables;

	memset(m->spaces, SPACE_OPEN, t->space_count);
	for (uint32_t i = 0; i < t->global_count; i++) {
		uint32_t index = t->globals[i];

		if (index >= t->rule_count)
			continue;
		struct image_rule rule = t->rules[index];
		uint8_t known = m->condition.rules[index];
		if (rule.space >= t->space_count || !applies(m, &rule) || known == 1 + KNOWN_YES)
			continue;
		bool is_open = known == 1 + UNKNOWN || (known == 0 && m->search.found.is_cut);
		if (!is_open)
			m->spaces[rule.space] = SPACE_SHUT;
		else if (m->spaces[rule.space] == SPACE_OPEN)
			m->spaces[rule.space] = SPACE_UNDECIDED;
	}
}

/* What becomes of a rule that was evaluated. E_LIMIT: it was not decided. */
static enum status conclude(struct matcher *m, uint32_t index)
{
	uint8_t known = index < m->tables.rule_count ? m->condition.rules[index] : 0;

	if (known == 0 || known == 1 + KNOWN_NO)
		return OK;
	struct image_rule rule = m->tables.rules[index];
	uint8_t space = rule.space < m->tables.space_count ? m->spaces[rule.space] : SPACE_OPEN;
	if (space == SPACE_SHUT || rule.head.effect == EFFECT_NONE)
		return OK;
	if (space == SPACE_UNDECIDED || known == 1 + UNKNOWN)
		return vec_push(&m->undecided, &index) ? E_LIMIT : E_NOMEM;
	struct match_hit hit = show(m, index, &rule);
	return vec_push(&m->hits, &hit) ? OK : E_NOMEM;
}

enum status matcher_end(struct matcher *m, const struct match_hit **ret_hits, size_t *ret_count)
{
	struct found_set *found = &m->search.found;
	uint64_t pool = work_for(CONDITION_WORK, m->object.size, CONDITION_WORK_PER_BYTE);
	enum status result = OK;

	*ret_hits = NULL;
	*ret_count = 0;
	if (!collect(m))
		return E_NOMEM;
	for (size_t i = 0; i < m->rules.len; i++)
		decide(m, m->rules.items[i], &pool);
	found->work = CONDITION_WORK;
	decide_spaces(m);
	for (size_t i = 0; i < m->rules.len; i++) {
		enum status status = conclude(m, m->rules.items[i]);

		if (status == E_NOMEM)
			return status;
		if (status != OK)
			result = status;
	}
	*ret_hits = m->hits.items;
	*ret_count = m->hits.len;
	return result;
}

size_t matcher_undecided(const struct matcher *m, const uint32_t **ret_rules)
{
	*ret_rules = m->undecided.items;
	return m->undecided.len;
}

void matcher_wish(struct matcher *m, const struct match_wishes *wishes)
{
	m->search.found.wishes = *wishes;
}

/* The pattern's place in PATN; false when the rule has no such pattern. */
static bool find_pattern(const struct matcher *m, uint32_t rule, uint32_t pattern, uint32_t *ret)
{
	if (rule >= m->tables.rule_count)
		return false;
	const struct image_rule row = m->tables.rules[rule];
	*ret = row.pattern_first + pattern;
	return pattern < row.pattern_count && *ret >= pattern && *ret < m->tables.pattern_count;
}

size_t matcher_spans(struct matcher *m, uint32_t rule, uint32_t pattern,
		     const struct match_span **ret_spans)
{
	uint32_t at;

	return find_pattern(m, rule, pattern, &at) ? found_spans(&m->search.found, at, ret_spans)
						   : 0;
}

bool matcher_is_overrun(struct matcher *m, uint32_t rule, uint32_t pattern)
{
	const struct match_span *spans;
	uint32_t at;

	if (!find_pattern(m, rule, pattern, &at))
		return false;
	(void)found_spans(&m->search.found, at, &spans); /* a chain's matches are counted by now */
	const struct found *f = found_get(&m->search.found, at);
	return f != NULL && f->is_overrun;
}

enum status matcher_explain(struct matcher *m, uint32_t rule, struct buf *to)
{
	m->search.found.work = CONDITION_WORK;
	if (rule >= m->tables.rule_count)
		return E_INTERNAL;
	return explain_rule(&m->condition, rule, to);
}
