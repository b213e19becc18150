#include "scan/describe.h"

#include <string.h>

#include "scan/budget.h"

enum { REASON_BYTES = 1 << 20 };

static void tell(struct scanner *s, struct detail *d)
{
	if (s->is_done || s->sink->detail == NULL)
		return;
	d->name = str_first(d->name, DETAIL_TEXT_MAX);
	d->text = str_first(d->text, DETAIL_TEXT_MAX);
	s->sink->detail(s->sink, d);
}

/* The image is damaged: nothing is certain any more. */
static void tell_damage(struct scanner *s, const struct object *o)
{
	budget_missed(s, REASON_INTERNAL, 0, o->depth);
}

struct rule_pattern {
	struct str name; /* "$a" */
	bool is_private, is_hex;
};

/* A rule of the object at hand. */
struct told {
	const struct scan_image *image;
	uint32_t rule;
	struct rule_extra extra;
};

static enum status tell_tags(struct scanner *s, const struct told *t)
{
	for (uint32_t i = 0; i < t->extra.tag_count; i++) {
		struct detail d = {.kind = DETAIL_TAG};
		enum status status = image_rule_tag(t->image->img, t->rule, i, &d.name);

		if (status != OK)
			return status;
		tell(s, &d);
	}
	return OK;
}

static enum status tell_metas(struct scanner *s, const struct told *t)
{
	static const enum detail_kind kinds[] = {
		[META_TEXT] = DETAIL_META_TEXT,
		[META_INT] = DETAIL_META_INT,
		[META_BOOL] = DETAIL_META_BOOL,
	};

	for (uint32_t i = 0; i < t->extra.meta_count; i++) {
		struct ir_meta meta;
		enum status status = image_rule_meta(t->image->img, t->rule, i, &meta);

		if (status != OK)
			return status;
		struct detail d = {.kind = kinds[meta.kind], .name = meta.key};

		if (meta.kind == META_TEXT)
			d.text = meta.text;
		else
			d.number = meta.integer;
		tell(s, &d);
	}
	return OK;
}

/* The bytes of a match, or as many as are wanted and can be read. */
static struct str bytes_of(struct scanner *s, const struct object *o, const struct match_span *span)
{
	size_t len = (size_t)min_u64(span->length, s->wishes.data_max);
	size_t got = 0;

	if (len == 0)
		return STR("");
	if (o->memory != NULL && range_fits(span->start, len, o->in->size))
		return (struct str){(const char *)o->memory + span->start, len};
	if (o->in->read(o->in, span->start, s->data, len, &got) != OK)
		got = 0;
	return (struct str){(const char *)s->data, got};
}

static void tell_pattern(struct scanner *s, const struct object *o, const struct told *t,
			 uint32_t i, const struct rule_pattern *pattern)
{
	const struct match_span *spans;
	size_t count = matcher_spans(t->image->matcher, t->rule, i, &spans);

	for (size_t k = 0; k < count && !s->is_late; k++) {
		struct detail d = {
			.kind = DETAIL_MATCH,
			.is_hex = pattern->is_hex,
			.number = spans[k].key,
			.offset = spans[k].start,
			.length = spans[k].length,
			.name = pattern->name,
			.text = bytes_of(s, o, &spans[k]),
		};

		/* reading and telling are work, too: of one pattern there may be a million matches
		 */
		if (k % 1024 == 1023)
			(void)budget_goes_on(s, o->depth);
		tell(s, &d);
	}
}

static enum status tell_patterns(struct scanner *s, const struct object *o, const struct told *t)
{
	for (uint32_t i = 0; i < t->extra.pattern_count; i++) {
		struct rule_pattern pattern;
		enum status status = image_rule_pattern(t->image->img, t->rule, i, &pattern.name,
							&pattern.is_private);

		if (status != OK)
			return status;
		pattern.is_hex = image_pattern_is_hex(t->image->img, t->rule, i);
		if (matcher_is_overrun(t->image->matcher, t->rule, i)) {
			struct detail d = {.kind = DETAIL_OVERRUN, .name = pattern.name};

			tell(s, &d);
		}
		if (!pattern.is_private && (s->wishes.wishes & WISH_MATCHES) != 0)
			tell_pattern(s, o, t, i, &pattern);
	}
	return OK;
}

static enum status tell_rule(struct scanner *s, const struct object *o, size_t image, uint32_t rule,
			     enum detail_state state)
{
	struct told t = {.image = &s->images[image], .rule = rule};
	struct rule_info info;
	enum status status = image_rule_extra(t.image->img, rule, &t.extra);

	if (status == OK && t.extra.is_private && state != DETAIL_UNDECIDED &&
	    s->wishes.explain[0] == '\0')
		return OK;
	if (status == OK)
		status = image_rule_info(t.image->img, (struct rule_ref){.index = rule}, &info);
	if (status != OK)
		return status;
	struct detail d = {
		.kind = DETAIL_RULE,
		.state = state,
		.image = (uint32_t)image,
		.number = info.line,
		.name = str_of(info.name),
		.text = t.extra.space,
		.source = str_first(info.source_name, DETAIL_TEXT_MAX),
		.path = {s->path, s->path_len},
	};

	tell(s, &d);
	if ((s->wishes.wishes & WISH_TAGS) != 0)
		status = tell_tags(s, &t);
	if (status == OK && (s->wishes.wishes & WISH_METAS) != 0)
		status = tell_metas(s, &t);
	if (status == OK)
		status = tell_patterns(s, o, &t);
	return status;
}

/* In pieces of what a detail holds. */
static void tell_reason(struct scanner *s, struct str text)
{
	while (text.len > 0) {
		struct detail d = {
			.kind = DETAIL_REASON,
			.text = str_first(text, DETAIL_TEXT_MAX),
		};

		text = str_from(text, d.text.len);
		tell(s, &d);
	}
}

static enum status explain_rule(struct scanner *s, const struct object *o, size_t index,
				uint32_t rule)
{
	struct buf text;
	enum status status = tell_rule(s, o, index, rule, DETAIL_HOLDS_NOT);

	buf_init(&text, REASON_BYTES);
	if (status == OK)
		status = matcher_explain(s->images[index].matcher, rule, &text);
	if (status == OK || status == E_LIMIT)
		tell_reason(s, buf_str(&text));
	if (status == E_LIMIT)
		tell_reason(s, STR("\n(more of it does not fit)\n"));
	buf_done(&text);
	return status == E_LIMIT ? OK : status;
}

/* Every rule of the name that is asked for, private ones as well. */
static enum status explain_rules(struct scanner *s, const struct object *o, size_t index)
{
	const struct scan_image *image = &s->images[index];
	uint32_t count = image_rule_count(image->img);
	enum status status = OK;

	for (uint32_t rule = 0; rule < count && status == OK; rule++) {
		struct rule_info info;

		status = image_rule_info(image->img, (struct rule_ref){.index = rule}, &info);
		if (status == OK && strcmp(info.name, s->wishes.explain) == 0)
			status = explain_rule(s, o, index, rule);
	}
	return status;
}

/* All rules in their order: those that hold, those without an answer, and if wished the others. */
static enum status tell_rules(struct scanner *s, const struct object *o, size_t index)
{
	const struct scan_image *image = &s->images[index];
	bool has_others = (s->wishes.wishes & WISH_NEGATED) != 0;
	uint32_t count = image_rule_count(image->img);
	size_t hit = 0, open = 0;

	for (uint32_t rule = 0; rule < count; rule++) {
		enum detail_state state = DETAIL_HOLDS_NOT;

		if (!has_others) {
			/* the next one that anything is known of */
			rule = count;
			if (hit < image->hit_count)
				rule = image->hits[hit].rule;
			if (open < image->undecided_count && image->undecided[open] < rule)
				rule = image->undecided[open];
			if (rule == count)
				break;
		}
		if (hit < image->hit_count && image->hits[hit].rule == rule) {
			state = DETAIL_HOLDS;
			hit++;
		} else if (open < image->undecided_count && image->undecided[open] == rule) {
			state = DETAIL_UNDECIDED;
			open++;
		}
		enum status status = tell_rule(s, o, index, rule, state);

		if (status != OK)
			return status;
	}
	return OK;
}

void describe_object(struct scanner *s, const struct object *o)
{
	for (size_t i = 0; s->wishes.explain[0] != '\0' && i < s->image_count; i++) {
		if (s->images[i].is_begun && explain_rules(s, o, i) != OK)
			tell_damage(s, o);
	}
	if ((s->wishes.wishes & (WISH_RULES | WISH_NEGATED)) == 0)
		return;
	for (size_t i = 0; i < s->image_count && !s->is_done; i++) {
		if (tell_rules(s, o, i) != OK)
			tell_damage(s, o);
	}
}

void describe_undecided(struct scanner *s, const struct object *o)
{
	unsigned wishes = s->wishes.wishes & (WISH_UNDECIDED | WISH_RULES | WISH_NEGATED);
	enum status status = OK;

	/* of an object that was not read to its end nearly all rules are without one */
	if (wishes != WISH_UNDECIDED || o->is_cut)
		return;
	for (size_t i = 0; i < s->image_count; i++) {
		for (size_t k = 0; k < s->images[i].undecided_count && status == OK; k++)
			status = tell_rule(s, o, i, s->images[i].undecided[k], DETAIL_UNDECIDED);
	}
	if (status != OK)
		tell_damage(s, o);
}

void describe_log(struct scanner *s, struct str line)
{
	struct detail d = {.kind = DETAIL_LOG, .text = line};

	if ((s->wishes.wishes & WISH_LOG) != 0)
		tell(s, &d);
}
