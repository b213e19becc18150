#include "api/told.h"

/*
 * Details come from a process that reads outside bytes: it cannot make this one
 * keep more than so much of a rule.
 */
enum {
	RULE_CEILING = 128 << 20, /* bytes of all texts */
	MATCHES_BYTES = 64 << 20, /* of these before no further match is kept */
	PARTS_MAX = 1 << 20,      /* tags, metas, matches of each */
};

_Static_assert((int)CANDOR_MATCHES == (int)DETAIL_HOLDS, "states");
_Static_assert((int)CANDOR_MATCHES_NOT == (int)DETAIL_HOLDS_NOT, "states");
_Static_assert((int)CANDOR_UNDECIDED == (int)DETAIL_UNDECIDED, "states");

bool told_init(struct told *t, candor_rule_fn *rule, candor_log_fn *log)
{
	*t = (struct told){.rule = rule, .log = log, .arena = arena_new(RULE_CEILING)};
	return t->arena != NULL;
}

void told_done(struct told *t)
{
	vec_done(&t->now.tags);
	vec_done(&t->now.metas);
	vec_done(&t->now.matches);
	arena_free(t->arena);
}

static void clear(struct told *t)
{
	t->has_rule = false;
	t->now.tags.len = t->now.metas.len = t->now.matches.len = 0;
	arena_clear(t->arena);
}

void told_begin(struct told *t, void *context)
{
	t->context = context;
	t->is_stopped = t->is_incomplete = false;
	clear(t);
}

/* A copy with a NUL; "" when there is no memory, which is noted. */
static const char *keep(struct told *t, struct str text)
{
	const char *kept = arena_str(t->arena, text).data;

	t->is_incomplete |= kept == NULL;
	return kept != NULL ? kept : "";
}

void told_end_rule(struct told *t)
{
	struct told_rule *now = &t->now;

	if (!t->has_rule || t->is_stopped || t->is_incomplete)
		return;
	now->rule.tag_count = now->tags.len;
	now->rule.meta_count = now->metas.len;
	now->rule.match_count = now->matches.len;
	t->is_stopped = !t->rule(t->context, &now->rule);
	clear(t);
}

static void begin_rule(struct told *t, const struct detail *d)
{
	told_end_rule(t);
	if (t->rule == NULL || t->is_stopped)
		return;
	t->has_rule = true;
	t->now.rule = (struct candor_rule){
		.state = (enum candor_rule_state)d->state,
		.space = keep(t, d->text),
		.name = keep(t, d->name),
		.source = keep(t, d->source),
		.line = (unsigned)d->number,
		.path = keep(t, d->path),
	};
}

static void add_tag(struct told *t, const struct detail *d)
{
	const char *tag = keep(t, d->name);

	if (t->now.tags.len >= PARTS_MAX || !vec_push(&t->now.tags, &tag))
		t->is_incomplete = true;
}

static void add_meta(struct told *t, const struct detail *d, enum candor_meta_type type)
{
	const struct candor_meta meta = {
		.key = keep(t, d->name),
		.type = type,
		.integer = type == CANDOR_META_STRING ? 0 : d->number,
		.text = type == CANDOR_META_STRING ? keep(t, d->text) : "",
		.length = type == CANDOR_META_STRING ? d->text.len : 0,
	};

	if (t->now.metas.len >= PARTS_MAX || !vec_push(&t->now.metas, &meta))
		t->is_incomplete = true;
}

/* Matches of one string follow each other: they share its name. */
static const char *keep_string(struct told *t, struct str name)
{
	size_t count = t->now.matches.len;

	if (count > 0) {
		const char *last = t->now.matches.items[count - 1].string;

		if (str_eq(str_of(last), name))
			return last;
	}
	return keep(t, name);
}

static void add_match(struct told *t, const struct detail *d)
{
	if (t->now.matches.len >= PARTS_MAX || arena_used(t->arena) > MATCHES_BYTES) {
		t->now.rule.has_more_matches = true;
		return;
	}
	const struct candor_match match = {
		.string = keep_string(t, d->name),
		.offset = d->offset,
		.length = d->length,
		.data = (const uint8_t *)keep(t, d->text),
		.data_length = d->text.len,
		.xor_key = (uint8_t)d->number,
		.is_hex = d->is_hex,
	};

	if (!vec_push(&t->now.matches, &match))
		t->is_incomplete = true;
}

/* A line stands for itself, in its place among the rules. */
static void tell_line(struct told *t, struct str line)
{
	told_end_rule(t);
	if (t->log == NULL || t->is_stopped)
		return;
	const char *kept = keep(t, line);

	if (!t->is_incomplete)
		t->log(t->context, kept, line.len);
	clear(t);
}

static void take_part(struct told *t, const struct detail *d)
{
	switch (d->kind) {
	case DETAIL_TAG:
		add_tag(t, d);
		break;
	case DETAIL_META_TEXT:
		add_meta(t, d, CANDOR_META_STRING);
		break;
	case DETAIL_META_INT:
		add_meta(t, d, CANDOR_META_INT);
		break;
	case DETAIL_META_BOOL:
		add_meta(t, d, CANDOR_META_BOOL);
		break;
	case DETAIL_MATCH:
		add_match(t, d);
		break;
	case DETAIL_OVERRUN:
		t->now.rule.has_more_matches = true;
		break;
	default:
		break;
	}
}

void told_take(struct told *t, const struct detail *d)
{
	if (t->is_stopped || t->is_incomplete)
		return;
	if (d->kind == DETAIL_RULE)
		begin_rule(t, d);
	else if (d->kind == DETAIL_LOG)
		tell_line(t, d->text);
	else if (t->has_rule)
		take_part(t, d);
}

const char *candor_rule_tag(const struct candor_rule *rule, size_t i)
{
	const struct told_rule *r = (const struct told_rule *)rule;

	return i < r->tags.len ? r->tags.items[i] : NULL;
}

const struct candor_meta *candor_rule_meta(const struct candor_rule *rule, size_t i)
{
	const struct told_rule *r = (const struct told_rule *)rule;

	return i < r->metas.len ? &r->metas.items[i] : NULL;
}

const struct candor_match *candor_rule_match(const struct candor_rule *rule, size_t i)
{
	const struct told_rule *r = (const struct told_rule *)rule;

	return i < r->matches.len ? &r->matches.items[i] : NULL;
}
