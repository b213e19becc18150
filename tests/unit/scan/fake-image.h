/*
 * An image made of a table, in place of image/ and match/, for tests of the
 * scanner alone. Its matcher is a plain search that also checks what
 * match/match.h promises about windows. Include it in one file of a program.
 */
#pragma once

#include <stdlib.h>

#include "base/num.h"
#include "image/image.h"
#include "match/match.h"

enum fake_kind { FAKE_TEXT, FAKE_OBJECT, FAKE_SECTION };

/* A rule: the object contains `text`, or it (or a section of it) is exactly `text`. */
struct fake_rule {
	const char *name;
	enum rule_effect effect;
	enum fake_kind kind;
	enum digest_kind digest;
	const char *text;
	size_t len;
	bool is_any_size;
};

struct image {
	const struct fake_rule *rules;
	size_t count;
	bool needs_facts;
	uint32_t wanted_types; /* by rules with a text; 0: all */
	uint64_t work;	       /* bytes that the matcher looks at before it gives up; 0: no bound */
};

enum { FAKE_RULES_MAX = 16 };

struct matcher {
	const struct image *img;
	const struct match_object *object;
	uint64_t next, work;
	bool is_ended;
	bool found[FAKE_RULES_MAX];
	uint64_t at[FAKE_RULES_MAX];
	struct match_hit hits[FAKE_RULES_MAX];
};

static void fake_digest(const struct fake_rule *rule, uint8_t *ret)
{
	assert_int_equal(digest_once(rule->digest, rule->text, rule->len, ret), OK);
}

static enum hash_subject fake_subject(const struct fake_rule *rule)
{
	return rule->kind == FAKE_SECTION ? SUBJECT_SECTION : SUBJECT_OBJECT;
}

unsigned image_digests_for(const struct image *img, enum hash_subject subject, uint64_t size)
{
	unsigned wanted = 0;

	for (size_t i = 0; i < img->count; i++) {
		const struct fake_rule *rule = &img->rules[i];

		if (rule->kind != FAKE_TEXT && fake_subject(rule) == subject &&
		    (rule->is_any_size || rule->len == size))
			wanted |= 1u << rule->digest;
	}
	return wanted;
}

struct hash_hits image_find_hash(const struct image *img, enum hash_subject subject,
				 enum digest_kind digest, uint64_t size, const uint8_t *value)
{
	struct hash_hits hits = {.img = img};

	(void)size;
	hits.kind = (uint8_t)(1 + subject * DIGEST_COUNT + digest);
	memcpy(hits.value, value, digest_info(digest)->bytes);
	return hits;
}

bool hash_hits_next(struct hash_hits *hits, struct rule_ref *ret)
{
	while (hits->next[0] < hits->img->count) {
		uint32_t i = (uint32_t)hits->next[0]++;
		const struct fake_rule *rule = &hits->img->rules[i];
		uint8_t value[DIGEST_MAX_BYTES];

		if (rule->kind == FAKE_TEXT ||
		    1 + fake_subject(rule) * DIGEST_COUNT + rule->digest != hits->kind)
			continue;
		fake_digest(rule, value);
		if (memcmp(value, hits->value, digest_info(rule->digest)->bytes) != 0)
			continue;
		*ret = (struct rule_ref){.kind = hits->kind, .index = i};
		return true;
	}
	return false;
}

enum status image_rule_info(const struct image *img, struct rule_ref ref, struct rule_info *ret)
{
	if (ref.index >= img->count)
		return E_MALFORMED;
	*ret = (struct rule_info){.effect = img->rules[ref.index].effect, .line = ref.index + 1};
	strcpy(ret->name, img->rules[ref.index].name);
	ret->source_name = STR("fake.db");
	return OK;
}

bool image_has_hashes(const struct image *img, enum hash_subject subject)
{
	return img->needs_facts && subject == SUBJECT_SECTION;
}

enum status matcher_new(const struct image *img, struct matcher **ret, struct error *e)
{
	(void)e;
	*ret = calloc(1, sizeof **ret);
	if (*ret == NULL)
		return E_NOMEM;
	(*ret)->img = img;
	(*ret)->is_ended = true;
	return OK;
}

void matcher_free(struct matcher *m)
{
	free(m);
}

bool matcher_wants(const struct matcher *m, enum object_type type, enum view view)
{
	bool has_text = false;

	for (size_t i = 0; i < m->img->count; i++)
		has_text |= m->img->rules[i].kind == FAKE_TEXT;
	if (m->img->wanted_types != 0 && (m->img->wanted_types & 1u << type) == 0)
		return false;
	return has_text && view == VIEW_RAW;
}

enum status matcher_begin(struct matcher *m, const struct match_object *object)
{
	assert_true(m->is_ended);
	m->object = object;
	m->next = m->work = 0;
	m->is_ended = false;
	memset(m->found, 0, sizeof m->found);
	return OK;
}

static void fake_search(struct matcher *m, const struct match_window *w)
{
	for (size_t i = 0; i < m->img->count; i++) {
		const struct fake_rule *rule = &m->img->rules[i];
		void *p = rule->kind == FAKE_TEXT ? memmem(w->data, w->len, rule->text, rule->len)
						  : NULL;

		if (p == NULL || m->found[i])
			continue;
		m->found[i] = true;
		m->at[i] = w->start + (uint64_t)((uint8_t *)p - w->data);
	}
}

enum status matcher_feed(struct matcher *m, const struct match_window *w)
{
	assert_false(m->is_ended);
	assert_int_equal(w->fresh, m->next);
	assert_true(w->start <= w->fresh && w->fresh <= w->start + w->len);
	assert_int_equal(w->fresh - w->start, min_u64(w->fresh, MATCH_OVERLAP));
	assert_true(w->start + w->len <= m->object->size);
	m->next = w->start + w->len;
	m->work += w->start + w->len - w->fresh;
	if (m->img->work != 0 && m->work > m->img->work)
		return E_LIMIT;
	fake_search(m, w);
	return OK;
}

enum status matcher_end(struct matcher *m, const struct match_hit **ret_hits, size_t *ret_count)
{
	size_t count = 0;

	assert_false(m->is_ended);
	m->is_ended = true;
	for (uint32_t i = 0; i < m->img->count; i++) {
		if (m->found[i])
			m->hits[count++] =
				(struct match_hit){i, true, m->at[i], m->img->rules[i].len};
	}
	*ret_hits = m->hits;
	*ret_count = count;
	return OK;
}

/* Rules of this image have no more than a name. */

size_t matcher_undecided(const struct matcher *m, const uint32_t **ret_rules)
{
	(void)m;
	*ret_rules = NULL;
	return 0;
}

void matcher_wish(struct matcher *m, const struct match_wishes *wishes)
{
	(void)m;
	(void)wishes;
}

size_t matcher_spans(struct matcher *m, uint32_t rule, uint32_t pattern,
		     const struct match_span **ret_spans)
{
	(void)m;
	(void)rule;
	(void)pattern;
	*ret_spans = NULL;
	return 0;
}

bool matcher_is_overrun(struct matcher *m, uint32_t rule, uint32_t pattern)
{
	(void)m;
	(void)rule;
	(void)pattern;
	return false;
}

enum status matcher_explain(struct matcher *m, uint32_t rule, struct buf *to)
{
	(void)m;
	(void)rule;
	(void)to;
	return E_UNSUPPORTED;
}

enum status image_rule_extra(const struct image *img, uint32_t rule, struct rule_extra *ret)
{
	(void)img;
	(void)rule;
	*ret = (struct rule_extra){.space = STR("")};
	return OK;
}

enum status image_rule_tag(const struct image *img, uint32_t rule, uint32_t i, struct str *ret)
{
	(void)img;
	(void)rule;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}

enum status image_rule_meta(const struct image *img, uint32_t rule, uint32_t i,
			    struct ir_meta *ret)
{
	(void)img;
	(void)rule;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}

enum status image_rule_pattern(const struct image *img, uint32_t rule, uint32_t i,
			       struct str *ret_name, bool *ret_is_private)
{
	(void)img;
	(void)rule;
	(void)i;
	(void)ret_name;
	(void)ret_is_private;
	return E_MALFORMED;
}

bool image_pattern_is_hex(const struct image *img, uint32_t rule, uint32_t i)
{
	(void)img;
	(void)rule;
	(void)i;
	return false;
}

uint32_t image_variable_count(const struct image *img)
{
	(void)img;
	return 0;
}

bool image_uses_module(const struct image *img, enum module_id module)
{
	(void)img;
	(void)module;
	return false;
}

uint32_t image_rule_count(const struct image *img)
{
	return (uint32_t)img->count;
}

enum status image_variable_at(const struct image *img, uint32_t i, struct ir_variable *ret)
{
	(void)img;
	(void)i;
	(void)ret;
	return E_MALFORMED;
}
