#include "image/plan.h"

#include "image/plan-condition.h"
#include "image/plan-cover.h"
#include "image/plan-grams.h"
#include "image/plan-tell.h"

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
static bool is_compared_at_place(const struct part_visitor *v, const struct cover *cover)
{
	const struct ir_place *place = &v->pattern->place;
	bool is_first = v->plan->patterns.items[v->index].part_first == v->plan->parts.len;

	return is_first && cover->anchors[0].width < 4 && place->base != PLACE_ANYWHERE &&
	       place->base != PLACE_IN_SECTION && place->range <= PLACED_RANGE_MAX;
}

static enum status add_part(struct piece_visitor *base, const struct sequence *s,
			    const struct piece *piece, struct image_part *part)
{
	struct part_visitor *v = (struct part_visitor *)base;
	struct plan *p = v->plan;
	uint32_t index = (uint32_t)p->parts.len;
	const struct coverage of = {p->prefix, s, piece, keys_of(v->pattern)};
	struct cover cover;
	enum status status;

	if (p->parts.len >= UINT32_MAX)
		return E_LIMIT;
	cover_choose(&of, piece->is_alone, &cover);
	part->pattern = v->index;
	part->anchor = cover_farthest(&cover);
	prefix_of(p->prefix, s, piece, &(struct path){0}, IMAGE_PART_MAX);
	if (prefix_fixed_byte(p->prefix, &part->key_at, &part->key_value))
		part->flags |= PART_HAS_KEY;
	if (cover.anchors[0].width == 0)
		part->flags |= PART_EVERYWHERE;
	if (is_compared_at_place(v, &cover))
		status = vec_push(&p->placed, &v->index) ? OK : E_NOMEM;
	else if (cover.anchors[0].width == 0)
		status = vec_push(&p->everywhere, &index) ? OK : E_NOMEM;
	else
		status = cover_grams(&cover, &of, index, p);
	if (status == OK && !vec_push(&p->parts, part))
		status = E_NOMEM;
	return status;
}

static uint8_t pattern_flags(const struct ir_pattern *pattern)
{
	return (uint8_t)((pattern->has_xor ? PATTERN_XOR : 0) |
			 (length_is_long(pattern->length) ? PATTERN_LONGEST : 0) |
			 (pattern->rule == MATCH_RISING_START ? PATTERN_RISING : 0) |
			 (pattern->is_private ? PATTERN_PRIVATE : 0) |
			 (pattern->is_hex ? PATTERN_HEX : 0) |
			 (pattern->border == BORDER_PLAIN ? PATTERN_BORDER : 0) |
			 (pattern->border == BORDER_WIDE ? PATTERN_BORDER_WIDE : 0));
}

static enum status add_perl(struct plan *p, const struct ir_pattern *pattern, uint32_t index)
{
	struct image_perl row = {
		.pattern = index,
		.flags = pattern->perl.flags,
		.len = (uint32_t)pattern->perl.source.len,
	};
	enum status status =
		plan_add_bytes(p, pattern->perl.source.data, pattern->perl.source.len, &row.text);

	if (status == OK && !vec_push(&p->perls, &row))
		status = E_NOMEM;
	return status;
}

/* The triggers of a rule's Perl expressions, of which the first is in row `first`. */
static enum status add_triggers(struct plan *p, const struct ir_rule *rule, size_t first,
				uint32_t pattern_first)
{
	enum status status = OK;

	for (size_t i = first; status == OK && i < p->perls.len; i++) {
		uint32_t ordinal = p->perls.items[i].pattern - pattern_first;
		const struct ir_expr *trigger = rule->patterns[ordinal]->perl.trigger;

		p->perls.items[i].trigger = (uint32_t)p->conditions.len;
		status = condition_add(p, trigger, pattern_first);
		if (status == OK)
			condition_mark_counted(p, trigger, pattern_first);
	}
	return status;
}

/* A Perl expression matches only where its trigger holds. */
static bool matters_unmatched(const struct ir_rule *rule)
{
	if (condition_matters_unmatched(rule->condition))
		return true;
	for (uint32_t i = 0; i < rule->pattern_count; i++) {
		const struct ir_pattern *pattern = rule->patterns[i];

		if (pattern->body == NULL && condition_matters_unmatched(pattern->perl.trigger))
			return true;
	}
	return false;
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
		.is_ordered = length_is_ordered(pattern->length),
	};

	if (pattern->body == NULL)
		row.part_first = (uint32_t)p->perls.len;

	if (p->patterns.len >= UINT32_MAX || !vec_push(&p->patterns, &row))
		return E_NOMEM;
	if (pattern->body == NULL)
		return add_perl(p, pattern, visitor.index);
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

static enum status add_rule(struct plan *p, const struct ir_rule *rule)
{
	uint32_t index = (uint32_t)p->rules.len;
	size_t first_perl = p->perls.len;
	struct image_rule row = {
		.head = {.source = rule->source,
			 .line = rule->line,
			 .effect = (uint8_t)rule->effect,
			 .view = (uint8_t)rule->view,
			 .flags = rule->is_global ? RULE_GLOBAL : 0},
		.types = rule->types,
		.condition = (uint32_t)p->conditions.len,
		.pattern_first = (uint32_t)p->patterns.len,
		.pattern_count = rule->pattern_count,
		.space = rule->space,
	};
	enum status status = OK;

	for (uint32_t i = 0; status == OK && i < rule->pattern_count; i++)
		status = add_pattern(p, rule, rule->patterns[i]);
	if (status == OK)
		status = condition_add(p, rule->condition, row.pattern_first);
	if (status == OK)
		status = add_triggers(p, rule, first_perl, row.pattern_first);
	if (p->perls.len > first_perl)
		row.head.flags |= RULE_PERL;
	if (status != OK)
		return status;
	condition_mark_counted(p, rule->condition, row.pattern_first);
	if (matters_unmatched(rule) && !vec_push(&p->always, &index))
		return E_NOMEM;
	if (rule->is_global && !vec_push(&p->globals, &index))
		return E_NOMEM;
	return vec_push(&p->rules, &row) ? OK : E_NOMEM;
}

/* How long the lists are: what a rule added that cannot be laid out is cut off again. */
struct plan_mark {
	size_t rules, patterns, parts, nodes, bytes, conditions, sets, everywhere, placed, always;
	size_t globals, variables, perls, grams[IMAGE_GRAM_ROWS];
	uint32_t modules;
};

static struct plan_mark plan_mark(const struct plan *p)
{
	struct plan_mark m = {
		.rules = p->rules.len,
		.patterns = p->patterns.len,
		.parts = p->parts.len,
		.perls = p->perls.len,
		.nodes = p->nodes.len,
		.bytes = p->bytes.len,
		.conditions = p->conditions.len,
		.sets = p->sets.len,
		.everywhere = p->everywhere.len,
		.placed = p->placed.len,
		.always = p->always.len,
		.globals = p->globals.len,
		.variables = p->variables.len,
		.modules = p->modules,
	};

	for (size_t i = 0; i < IMAGE_GRAM_ROWS; i++)
		m.grams[i] = p->grams[i].len;
	return m;
}

static void plan_cut_off(struct plan *p, const struct plan_mark *m)
{
	p->rules.len = m->rules;
	p->patterns.len = m->patterns;
	p->parts.len = m->parts;
	p->perls.len = m->perls;
	p->nodes.len = m->nodes;
	p->bytes.len = m->bytes;
	p->conditions.len = m->conditions;
	p->sets.len = m->sets;
	p->everywhere.len = m->everywhere;
	p->placed.len = m->placed;
	p->always.len = m->always;
	p->globals.len = m->globals;
	p->modules = m->modules;
	memset(p->known_sets, 0, sizeof p->known_sets);
	for (size_t i = m->variables; i < p->variables.len; i++)
		p->variable_at[p->variables.items[i]] = PLAN_NONE;
	p->variables.len = m->variables;
	for (size_t i = 0; i < IMAGE_GRAM_ROWS; i++)
		p->grams[i].len = m->grams[i];
}

static enum status skip_rule(struct ruleset *rs, const struct ir_rule *rule, const char *reason)
{
	struct ir_source *source = &rs->sources.items[rule->source];
	enum status status = ruleset_skip(rs, rule->source, rule->line, STR("pattern"),
					  str_of(reason), rule->name);

	if (status == OK)
		source->accepted--;
	return status;
}

/* Lay out a rule or skip it. */
static enum status take_rule(struct plan *p, struct ruleset *rs, const struct ir_rule *rule,
			     bool *ret_is_taken)
{
	const struct plan_mark mark = plan_mark(p);
	enum status status = plan_supports(rule, &p->reason);

	if (status == OK) {
		p->reason = "more than an image holds";
		status = add_rule(p, rule);
	}
	*ret_is_taken = status == OK;
	if (status != E_LIMIT && status != E_UNSUPPORTED)
		return status;
	plan_cut_off(p, &mark);
	return skip_rule(rs, rule, p->reason);
}

static void note_types(struct plan *p, const struct ir_rule *rule)
{
	p->wants[rule->view] |= all_types(rule);
}

static enum status add_rules(struct plan *p, struct ruleset *rs)
{
	size_t kept = 0;

	for (size_t i = 0; i < rs->rules.len; i++) {
		const struct ir_rule rule = rs->rules.items[i];
		bool is_taken;

		p->current = (uint32_t)i;
		enum status status = take_rule(p, rs, &rule, &is_taken);
		if (status != OK)
			return status;
		p->rule_at[i] = is_taken ? (uint32_t)kept : PLAN_NONE;
		if (!is_taken)
			continue;
		note_types(p, &rule);
		rs->rules.items[kept++] = rule;
	}
	rs->rules.len = kept;
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
		status = GIVE(w, IMAGE_TAG_PERLS, p->perls);
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
	if (status == OK)
		status = GIVE(w, IMAGE_TAG_GLOBALS, p->globals);
	return status;
}

static enum status write_all(struct plan *p, struct image_writer *w)
{
	bool has_rules = p->rules.len > 0;
	enum status status = tell_write(p, w);

	for (size_t i = 0; i < p->rules.len; i++)
		p->rules.items[i].head.name_id = image_writer_name_id(w, (uint32_t)i);
	if (status == OK)
		status = grams_write(p, w);
	if (status == OK)
		status = write_lists(p, w);
	if (status == OK && has_rules)
		status = image_writer_add(w, IMAGE_TAG_WANTS, sizeof p->wants[0], p->wants,
					  VIEW_COUNT);
	if (status == OK && p->modules != 0)
		status = image_writer_add(w, IMAGE_TAG_MODULES, sizeof p->modules, &p->modules, 1);
	return status;
}

enum status plan_write(struct plan *p, struct image_writer *w, struct error *e)
{
	enum status status = write_all(p, w);

	return status == OK ? OK : error_at(e, status, 0, "the rules cannot be laid out");
}

void plan_free(struct plan *p)
{
	if (p == NULL)
		return;
	vec_done(&p->rules);
	vec_done(&p->patterns);
	vec_done(&p->parts);
	vec_done(&p->perls);
	vec_done(&p->nodes);
	vec_done(&p->bytes);
	vec_done(&p->conditions);
	vec_done(&p->sets);
	vec_done(&p->everywhere);
	vec_done(&p->placed);
	vec_done(&p->always);
	vec_done(&p->globals);
	vec_done(&p->variables);
	for (size_t i = 0; i < IMAGE_GRAM_ROWS; i++)
		vec_done(&p->grams[i]);
	free(p->prefix);
	free(p->rule_at);
	free(p->variable_at);
	free(p);
}

static bool plan_init(struct plan *p, const struct ruleset *rs)
{
	p->rules_of = rs;
	p->prefix = malloc(sizeof *p->prefix);
	p->rule_at = calloc(rs->rules.len + 1, sizeof *p->rule_at);
	p->variable_at = calloc(rs->variables.len + 1, sizeof *p->variable_at);
	for (size_t i = 0; p->variable_at != NULL && i < rs->variables.len; i++)
		p->variable_at[i] = PLAN_NONE;
	return p->prefix != NULL && p->rule_at != NULL && p->variable_at != NULL;
}

enum status plan_new(struct ruleset *rs, struct plan **ret, struct error *e)
{
	struct plan *p = calloc(1, sizeof *p);
	enum status status = p != NULL && plan_init(p, rs) ? OK : E_NOMEM;

	if (status == OK)
		status = add_rules(p, rs);
	if (status == OK) {
		*ret = p;
		return OK;
	}
	plan_free(p);
	return error_at(e, status, 0, "the rules cannot be laid out");
}
