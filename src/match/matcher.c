#include "match/match.h"

#include <stdlib.h>

#include "base/num.h"
#include "match/condition.h"
#include "match/search.h"

struct matcher {
	struct match_tables tables;
	struct search search;
	struct { VEC(uint32_t); } rules; /* whose conditions are to be evaluated */
	struct { VEC(uint32_t); } undecided;
	struct { VEC(struct match_hit); } hits;
};

/* Conditions have this much work even when the search used up its own. */
enum { CONDITION_WORK = 1 << 22 };

enum status matcher_new(const struct image *img, struct matcher **ret, struct error *e)
{
	struct matcher *m = calloc(1, sizeof *m);
	enum status status;

	if (m == NULL)
		return error_at(e, E_NOMEM, 0, "no memory for a matcher");
	status = tables_open(img, &m->tables, e);
	if (status == OK)
		status = search_init(&m->search, &m->tables);
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
	search_begin(&m->search, object);
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
	const struct match_object *object = m->search.object;

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
		if (found_show(found, (uint32_t)pattern, &span)) {
			hit.has_match = true;
			hit.offset = span.start;
			hit.length = span.length;
			break;
		}
	}
	return hit;
}

static enum status decide(struct matcher *m, uint32_t index)
{
	struct condition condition = {&m->tables, m->search.object, &m->search.found};

	if (index >= m->tables.rule_count)
		return OK;
	struct image_rule rule = m->tables.rules[index];
	if (!applies(m, &rule))
		return OK;
	switch (condition_holds(&condition, rule.condition)) {
	case KNOWN_NO:
		return OK;
	case UNKNOWN:
		return vec_push(&m->undecided, &index) ? E_LIMIT : E_NOMEM;
	case KNOWN_YES:
		break;
	}
	struct match_hit hit = show(m, index, &rule);
	return vec_push(&m->hits, &hit) ? OK : E_NOMEM;
}

enum status matcher_end(struct matcher *m, const struct match_hit **ret_hits, size_t *ret_count)
{
	struct found_set *found = &m->search.found;
	enum status result = OK;

	if (!add_u64(found->work, CONDITION_WORK, &found->work))
		found->work = UINT64_MAX;
	if (!collect(m))
		return E_NOMEM;
	for (size_t i = 0; i < m->rules.len; i++) {
		enum status status = decide(m, m->rules.items[i]);

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
