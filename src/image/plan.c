#include "image/plan.h"

#include "image/plan-anchor.h"
#include "image/plan-condition.h"
#include "image/plan-grams.h"

/* Most starts of a located pattern that are all compared; with more it is searched for. */
enum { PLACED_RANGE_MAX = 1024 };
/* Chains longer than this do not fit image_pattern.part_count. */
enum { PARTS_MAX = UINT16_MAX };

/* The pattern whose parts are being laid out. */
struct part_visitor {
	struct piece_visitor base;
	struct plan *plan;
	const struct ir_pattern *pattern;
	uint32_t index;
};

static struct key_range keys_of(const struct ir_pattern *pattern)
{
	if (!pattern->has_xor)
		return (struct key_range){0, 0};
	return (struct key_range){pattern->xor_first, pattern->xor_last};
}

/* A place with few starts is as cheap to compare as a weak anchor is dear to search for. */
static bool is_compared_at_place(const struct part_visitor *v, struct anchor anchor)
{
	const struct ir_place *place = &v->pattern->place;
	bool is_first = v->plan->patterns.items[v->index].part_first == v->plan->parts.len;

	return is_first && anchor.width < 4 && place->base != PLACE_ANYWHERE &&
	       place->base != PLACE_IN_SECTION && place->range <= PLACED_RANGE_MAX;
}

/* Say how the part that comes next is found. */
static enum status enter(struct part_visitor *v, struct anchor anchor)
{
	struct plan *p = v->plan;
	uint32_t part = (uint32_t)p->parts.len;

	if (is_compared_at_place(v, anchor))
		return vec_push(&p->placed, &v->index) ? OK : E_NOMEM;
	if (anchor.width == 0)
		return vec_push(&p->everywhere, &part) ? OK : E_NOMEM;
	return anchor_grams(p->prefix, anchor, keys_of(v->pattern), part,
			    &p->grams[anchor.width == 4 ? 0 : 3 - anchor.width]);
}

static enum status add_part(struct piece_visitor *base, const struct sequence *s,
			    const struct piece *piece, struct image_part *part)
{
	struct part_visitor *v = (struct part_visitor *)base;
	struct plan *p = v->plan;
	struct anchor anchor;

	prefix_of(p->prefix, s, piece);
	anchor = anchor_choose(p->prefix, keys_of(v->pattern));
	part->pattern = v->index;
	part->anchor = anchor.distance;
	if (prefix_fixed_byte(p->prefix, &part->key_at, &part->key_value))
		part->flags |= PART_HAS_KEY;
	if (anchor.width == 0)
		part->flags |= PART_EVERYWHERE;
	if (p->parts.len >= UINT32_MAX)
		return E_LIMIT;
	enum status status = enter(v, anchor);
	if (status == OK && !vec_push(&p->parts, part))
		status = E_NOMEM;
	return status;
}

static uint8_t pattern_flags(const struct ir_pattern *pattern)
{
	return (uint8_t)((pattern->has_xor ? PATTERN_XOR : 0) |
			 (pattern->length == LENGTH_LONGEST ? PATTERN_LONGEST : 0) |
			 (pattern->rule == MATCH_RISING_START ? PATTERN_RISING : 0));
}

static enum status add_pattern(struct plan *p, const struct ir_rule *rule,
			       const struct ir_pattern *pattern)
{
	struct part_visitor visitor = {{add_part}, p, pattern, (uint32_t)p->patterns.len};
	struct image_pattern row = {
		.delta = pattern->place.delta,
		.range = pattern->place.range,
		.section = pattern->place.section,
		.base = (uint8_t)pattern->place.base,
		.rule = (uint32_t)p->rules.len,
		.part_first = (uint32_t)p->parts.len,
		.types = rule->types,
		.view = (uint8_t)rule->view,
		.flags = pattern_flags(pattern),
		.xor_first = keys_of(pattern).first,
		.xor_last = keys_of(pattern).last,
	};

	if (p->patterns.len >= UINT32_MAX || !vec_push(&p->patterns, &row))
		return E_NOMEM;
	enum status status = plan_cut(p, pattern->body, &visitor.base);
	if (status != OK)
		return status;
	size_t parts = p->parts.len - row.part_first;
	if (parts > PARTS_MAX)
		return E_LIMIT;
	p->patterns.items[visitor.index].part_count = (uint16_t)parts;
	return OK;
}

static uint32_t all_types(const struct ir_rule *rule)
{
	return rule->types ? rule->types : ((uint32_t)1 << TYPE_COUNT) - 1;
}

static bool needs_facts(const struct ir_rule *rule)
{
	for (uint32_t i = 0; i < rule->pattern_count; i++) {
		enum place_base base = rule->patterns[i]->place.base;

		if (base >= PLACE_ENTRY && base <= PLACE_LAST_SECTION)
			return true;
	}
	return condition_needs_facts(rule->condition);
}

static void note_types(struct plan *p, const struct ir_rule *rule)
{
	p->wants[rule->view] |= all_types(rule);
	if (needs_facts(rule))
		p->needs |= all_types(rule);
}

static enum status add_rule(struct plan *p, const struct ir_rule *rule, uint32_t name_id)
{
	uint32_t index = (uint32_t)p->rules.len;
	struct image_rule row = {
		.head = {.name_id = name_id,
			 .source = rule->source,
			 .line = rule->line,
			 .effect = (uint8_t)rule->effect,
			 .view = (uint8_t)rule->view},
		.types = rule->types,
		.condition = (uint32_t)p->conditions.len,
		.pattern_first = (uint32_t)p->patterns.len,
		.pattern_count = rule->pattern_count,
	};
	enum status status = OK;

	for (uint32_t i = 0; status == OK && i < rule->pattern_count; i++)
		status = add_pattern(p, rule, rule->patterns[i]);
	if (status == OK)
		status = condition_add(p, rule->condition, row.pattern_first);
	if (status != OK)
		return status;
	condition_mark_counted(p, rule->condition, row.pattern_first);
	note_types(p, rule);
	if (condition_can_hold_unmatched(rule->condition) && !vec_push(&p->always, &index))
		return E_NOMEM;
	return vec_push(&p->rules, &row) ? OK : E_NOMEM;
}

static enum status add_rules(struct plan *p, struct ruleset *rs, struct image_writer *w,
			     struct error *e)
{
	for (size_t i = 0; i < rs->rules.len; i++) {
		const struct ir_rule *rule = &rs->rules.items[i];
		const char *reason;
		enum status status = plan_supports(rule, &reason);

		if (status != OK)
			return error_at(e, status, 0, "%.*s needs %s",
					STR_ARG(str_first(rule->name, 60)), reason);
		status = add_rule(p, rule, image_writer_name_id(w, (uint32_t)i));
		if (status != OK)
			return error_at(e, status, 0, "%.*s cannot be laid out",
					STR_ARG(str_first(rule->name, 60)));
	}
	return OK;
}

/* Hand a list over to the writer, which frees it. */
#define GIVE(w, tag, list) \
	give((w), (tag), sizeof *(list).items, (void **)&(list).items, (list).len)

static enum status give(struct image_writer *w, uint32_t tag, size_t size, void **items,
			size_t count)
{
	void *data = *items;

	*items = NULL;
	return image_writer_give(w, tag, size, data, count);
}

static enum status write_lists(struct plan *p, struct image_writer *w)
{
	enum status status = GIVE(w, IMAGE_TAG_RULES, p->rules);

	if (status == OK)
		status = GIVE(w, IMAGE_TAG_PATTERNS, p->patterns);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_PARTS, p->parts);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_CODE, p->nodes);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_BYTES, p->bytes);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_CONDITIONS, p->conditions);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_SETS, p->sets);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_EVERYWHERE, p->everywhere);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_PLACED, p->placed);
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_ALWAYS, p->always);
	return status;
}

static enum status write_all(struct plan *p, struct image_writer *w)
{
	bool has_rules = p->rules.len > 0;
	enum status status = grams_write(p, w);

	if (status == OK)
		status = write_lists(p, w);
	if (status == OK && has_rules)
		status = image_writer_add(w, IMAGE_TAG_WANTS, sizeof p->wants[0], p->wants,
					  VIEW_COUNT);
	if (status == OK && has_rules)
		status = image_writer_add(w, IMAGE_TAG_NEEDS, sizeof p->needs, &p->needs, 1);
	return status;
}

static void plan_done(struct plan *p)
{
	vec_done(&p->rules);
	vec_done(&p->patterns);
	vec_done(&p->parts);
	vec_done(&p->nodes);
	vec_done(&p->bytes);
	vec_done(&p->conditions);
	vec_done(&p->sets);
	vec_done(&p->everywhere);
	vec_done(&p->placed);
	vec_done(&p->always);
	for (size_t i = 0; i < IMAGE_GRAM_ROWS; i++)
		vec_done(&p->grams[i]);
	free(p->prefix);
}

enum status plan_rules(struct ruleset *rs, struct image_writer *w, struct error *e)
{
	struct plan plan = {.prefix = malloc(sizeof *plan.prefix)};
	enum status status = E_NOMEM;

	if (plan.prefix != NULL)
		status = add_rules(&plan, rs, w, e);
	if (status == OK)
		status = write_all(&plan, w);
	plan_done(&plan);
	return status == OK ? OK : error_at(e, status, 0, "the rules cannot be laid out");
}
