#include "match/perl.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/input.h"
#include "base/num.h"
#include "ir/perl.h"
#include "match/evaluate.h"
#include "match/place.h"
#include "match/work.h"

/* The first two are ClamAV's PCREMatchLimit and PCRERecMatchLimit. */
enum { STEPS_MAX = 100000, DEPTH_MAX = 2000, HEAP_KIB_MAX = 20 << 10 };
/* A unit of work for so many bytes that are read or run over. */
enum { BYTES_PER_UNIT = 16 };

/* PCRE2 calls this at each step; what it ran over between two is charged, too. */
static int step(pcre2_callout_block *block, void *data)
{
	struct perl_search *p = data;
	uint64_t at = block->current_position;
	uint64_t way = at > p->last_at ? at - p->last_at : p->last_at - at;
	uint64_t units = 1 + way / BYTES_PER_UNIT;

	p->last_at = at;
	return work_charge(p->work, units) ? 0 : PCRE2_ERROR_CALLOUT;
}

enum status perl_init(struct perl_search *p, const struct match_tables *t)
{
	*p = (struct perl_search){.t = t};
	if (t->perl_count == 0)
		return OK;
	p->codes = calloc(t->perl_count, sizeof(pcre2_code *));
	p->data = pcre2_match_data_create(1, NULL);
	p->context = pcre2_match_context_create(NULL);
	if (p->codes == NULL || p->data == NULL || p->context == NULL)
		return E_NOMEM;
	pcre2_set_match_limit(p->context, STEPS_MAX);
	pcre2_set_depth_limit(p->context, DEPTH_MAX);
	pcre2_set_heap_limit(p->context, HEAP_KIB_MAX);
	return OK;
}

void perl_done(struct perl_search *p)
{
	for (uint32_t i = 0; p->codes != NULL && i < p->t->perl_count; i++)
		perl_free(p->codes[i]);
	free(p->codes);
	pcre2_match_data_free(p->data);
	pcre2_match_context_free(p->context);
	free(p->bytes);
}

void perl_begin(struct perl_search *p)
{
	free(p->bytes);
	p->bytes = NULL;
	p->is_read = false;
}

/* The row of a pattern that is a Perl expression; false for others. */
static bool row_of(const struct match_tables *t, uint64_t pattern, struct image_perl *ret)
{
	if (pattern >= t->pattern_count || t->patterns[pattern].part_count != 0)
		return false;
	uint32_t row = t->patterns[pattern].part_first;
	if (row >= t->perl_count)
		return false;
	*ret = t->perls[row];
	return range_fits(ret->text, ret->len, t->byte_count);
}

void perl_expect(struct condition *c, const struct image_rule *rule)
{
	struct image_perl row;

	for (uint64_t i = 0; i < rule->pattern_count && condition_charge(c, 1); i++) {
		uint64_t pattern = rule->pattern_first + i;

		if (!row_of(c->t, pattern, &row))
			continue;
		struct found *f = found_make(c->found, (uint32_t)pattern, 1);
		if (f != NULL)
			f->is_limited = true;
	}
}

/* Read the object, once. */
static const uint8_t *bytes_of(struct perl_search *p, struct condition *c)
{
	const struct match_object *object = c->object;

	if (p->is_read)
		return p->bytes;
	if (object->input == NULL || object->is_process || object->size > PERL_BYTES_MAX ||
	    !condition_charge(c, object->size / BYTES_PER_UNIT))
		return NULL;
	p->is_read = true;
	p->bytes = malloc((size_t)object->size + 1);
	if (p->bytes != NULL &&
	    input_exact(object->input, 0, p->bytes, (size_t)object->size) != OK) {
		free(p->bytes);
		p->bytes = NULL;
	}
	return p->bytes;
}

static const pcre2_code *code_of(struct perl_search *p, uint32_t row)
{
	const struct image_perl perl = p->t->perls[row];
	struct str source = {(const char *)p->t->bytes + perl.text, perl.len};
	char message[128];
	size_t at;

	if (p->codes[row] == NULL &&
	    perl_compile(source, perl.flags, &p->codes[row], &at, message) != OK)
		p->codes[row] = NULL; /* of a damaged image, or there is no memory */
	return p->codes[row];
}

/* Where in the object to search. */
struct extent {
	uint64_t end;	      /* of the bytes that PCRE2 sees, which begin with the object */
	uint64_t first, last; /* starts that are fine */
	uint32_t options;
};

/* False when there is no such place. */
static bool extent_of(const struct condition *c, const struct image_pattern *pattern,
		      uint32_t flags, struct extent *ret)
{
	uint64_t size = c->object->size;
	struct place place;

	if (!place_of(pattern, c->object, &place) || place.first > size)
		return false;
	*ret = (struct extent){size, place.first, place.last, 0};
	if (pattern->base == PLACE_ANYWHERE)
		return true;
	bool is_point = place.first == place.last;
	if (!is_point && (flags & PERL_ENCOMPASS) != 0)
		ret->end = min_u64(size, place.last);
	if (is_point && (flags & PERL_ROLLING) != 0)
		ret->last = UINT64_MAX;
	else if (is_point)
		ret->options = PCRE2_ANCHORED;
	return true;
}

/* What a match costs at most that does not call back. */
static bool charge_ahead(struct perl_search *p, const pcre2_code *code, uint64_t bytes)
{
	uint32_t options = 0;

	(void)pcre2_pattern_info(code, PCRE2_INFO_ALLOPTIONS, &options);
	uint64_t units = (options & PCRE2_AUTO_CALLOUT) != 0 ? 0 : STEPS_MAX / 8 + bytes;
	*p->work -= min_u64(*p->work, units);
	return *p->work > 0;
}

/* False when a limit was met. */
static bool run(struct perl_search *p, struct found_set *set, struct found *f,
		const pcre2_code *code, const struct extent *x, bool is_every)
{
	const size_t *ends = pcre2_get_ovector_pointer(p->data);
	uint64_t at = x->first;

	p->work = &set->work;
	pcre2_set_callout(p->context, step, p);
	while (at <= x->end) {
		p->last_at = at;
		if (!charge_ahead(p, code, (x->end - at) / BYTES_PER_UNIT))
			return false;
		int found = pcre2_match(code, p->bytes, (size_t)x->end, (size_t)at, x->options,
					p->data, p->context);
		if (found == PCRE2_ERROR_NOMATCH)
			return true;
		if (found < 0)
			return false;
		if (ends[0] > x->last)
			return true;
		uint64_t length = ends[1] > ends[0] ? ends[1] - ends[0] : 0;
		found_add(set, f, (struct match_span){ends[0], length, 0});
		if (!is_every)
			return true;
		at = max_u64(ends[1], at + 1);
	}
	return true;
}

/* Whether what is found of a pattern is all there is. */
static bool find(struct perl_search *p, struct condition *c, struct found *f)
{
	const struct image_pattern pattern = p->t->patterns[f->pattern];
	const struct image_perl perl = p->t->perls[pattern.part_first];
	struct extent extent;

	if (!extent_of(c, &pattern, perl.flags, &extent))
		return true;
	if (bytes_of(p, c) == NULL)
		return false;
	const pcre2_code *code = code_of(p, pattern.part_first);
	return code != NULL && run(p, c->found, f, code, &extent, (perl.flags & PERL_EVERY) != 0);
}

void perl_find(struct perl_search *p, struct condition *c, uint32_t rule)
{
	const struct image_rule row = p->t->rules[rule];
	struct image_perl perl;

	for (uint64_t i = 0; i < row.pattern_count && condition_charge(c, 1); i++) {
		uint64_t pattern = row.pattern_first + i;

		if (!row_of(p->t, pattern, &perl))
			continue;
		struct found *f = found_get(c->found, (uint32_t)pattern);
		enum known known = condition_holds(c, rule, perl.trigger);
		if (f == NULL || known == UNKNOWN)
			continue;
		f->is_limited = false;
		if (known == KNOWN_YES && !find(p, c, f))
			f->is_limited = true;
	}
}
