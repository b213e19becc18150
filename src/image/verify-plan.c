#include "image/verify-plan.h"

#include "image/code.h"
#include "image/opened.h"
#include "ir/perl.h"

/* A section, as its tag says what it is. */
struct list {
	const void *items;
	uint32_t count;
};

struct plan_view {
	const struct image *img;
	struct list rules, patterns, parts, perls, nodes, bytes, conditions, sets;
	struct list everywhere, placed, always, globals, wants, grams, bits, buckets, entries;
	struct list spaces, tags, metas, names, variables, modules;
	uint32_t rule; /* whose condition is looked at */
};

static enum status damaged(const struct plan_view *p, const void *where, const char *what,
			   struct error *e)
{
	uint64_t at = where ? (uint64_t)((const uint8_t *)where - p->img->data) : 0;

	return error_at(e, E_MALFORMED, at, "%s", what);
}

static enum status find_lists(struct plan_view *p, struct error *e)
{
	const struct {
		uint32_t tag;
		size_t size;
		struct list *list;
	} sections[] = {
		{IMAGE_TAG_RULES, sizeof(struct image_rule), &p->rules},
		{IMAGE_TAG_PATTERNS, sizeof(struct image_pattern), &p->patterns},
		{IMAGE_TAG_PARTS, sizeof(struct image_part), &p->parts},
		{IMAGE_TAG_PERLS, sizeof(struct image_perl), &p->perls},
		{IMAGE_TAG_CODE, sizeof(struct image_node), &p->nodes},
		{IMAGE_TAG_BYTES, 1, &p->bytes},
		{IMAGE_TAG_CONDITIONS, sizeof(struct image_condition), &p->conditions},
		{IMAGE_TAG_SETS, 4, &p->sets},
		{IMAGE_TAG_EVERYWHERE, 4, &p->everywhere},
		{IMAGE_TAG_PLACED, 4, &p->placed},
		{IMAGE_TAG_ALWAYS, 4, &p->always},
		{IMAGE_TAG_GLOBALS, 4, &p->globals},
		{IMAGE_TAG_WANTS, 4, &p->wants},
		{IMAGE_TAG_SPACES, 4, &p->spaces},
		{IMAGE_TAG_TAGS, 4, &p->tags},
		{IMAGE_TAG_METAS, sizeof(struct image_named), &p->metas},
		{IMAGE_TAG_PATTERN_NAMES, 4, &p->names},
		{IMAGE_TAG_VARIABLES, sizeof(struct image_named), &p->variables},
		{IMAGE_TAG_MODULES, 4, &p->modules},
		{IMAGE_TAG_GRAMS, sizeof(struct image_grams), &p->grams},
		{IMAGE_TAG_GRAM_BITS, 8, &p->bits},
		{IMAGE_TAG_GRAM_BUCKETS, 4, &p->buckets},
		{IMAGE_TAG_GRAM_ENTRIES, sizeof(struct image_gram), &p->entries},
	};

	for (size_t i = 0; i < LEN(sections); i++) {
		const struct image_row *row = image_row(p->img, sections[i].tag);

		if (row == NULL)
			continue;
		const uint8_t *items = p->img->data + row->offset;
		if (row->element_size != sections[i].size || row->count > UINT32_MAX)
			return damaged(p, items, "section of the planner is damaged", e);
		*sections[i].list = (struct list){items, (uint32_t)row->count};
	}
	return OK;
}

static enum status check_rules(struct plan_view *p, struct error *e)
{
	const struct image_rule *rules = p->rules.items;

	for (uint32_t i = 0; i < p->rules.count; i++) {
		/* conditions lie in the order of their rules: see check_conditions() */
		if (rules[i].condition >= p->conditions.count ||
		    (i > 0 && rules[i].condition <= rules[i - 1].condition) ||
		    !range_fits(rules[i].pattern_first, rules[i].pattern_count,
				p->patterns.count) ||
		    !range_fits(rules[i].tag_first, rules[i].tag_count, p->tags.count) ||
		    !range_fits(rules[i].meta_first, rules[i].meta_count, p->metas.count) ||
		    rules[i].space >= p->spaces.count)
			return damaged(p, &rules[i], "rule is damaged", e);
	}
	return OK;
}

/* What is told of rules can all be read. */
static enum status check_told(struct plan_view *p, struct error *e)
{
	struct str text;
	struct ir_meta meta;
	struct ir_variable variable;
	struct rule_extra extra;
	bool is_private;

	if (p->names.count != p->patterns.count || p->modules.count > 1)
		return damaged(p, p->names.items, "lists of the planner do not fit together", e);
	for (uint32_t i = 0; i < p->rules.count; i++) {
		const struct image_rule *rule = (const struct image_rule *)p->rules.items + i;
		bool is_good = image_rule_extra(p->img, i, &extra) == OK;

		for (uint32_t k = 0; is_good && k < rule->tag_count; k++)
			is_good = image_rule_tag(p->img, i, k, &text) == OK;
		for (uint32_t k = 0; is_good && k < rule->meta_count; k++)
			is_good = image_rule_meta(p->img, i, k, &meta) == OK;
		for (uint32_t k = 0; is_good && k < rule->pattern_count; k++)
			is_good = image_rule_pattern(p->img, i, k, &text, &is_private) == OK;
		if (!is_good)
			return damaged(p, rule, "what is told of a rule is damaged", e);
	}
	for (uint32_t i = 0; i < p->variables.count; i++) {
		if (image_variable_at(p->img, i, &variable) != OK)
			return damaged(p, p->variables.items, "variable is damaged", e);
	}
	return OK;
}

/* Parts, or a Perl expression. */
static bool has_sound_body(const struct plan_view *p, uint32_t index)
{
	const struct image_pattern *patterns = p->patterns.items, *pattern = &patterns[index];
	const struct image_perl *perls = p->perls.items;

	if (pattern->part_count > 0)
		return range_fits(pattern->part_first, pattern->part_count, p->parts.count);
	return pattern->part_first < p->perls.count && perls[pattern->part_first].pattern == index;
}

static enum status check_perls(struct plan_view *p, struct error *e)
{
	const struct image_perl *perls = p->perls.items;
	const struct image_pattern *patterns = p->patterns.items;
	const struct image_rule *rules = p->rules.items;

	for (uint32_t i = 0; i < p->perls.count; i++) {
		const struct image_perl *perl = &perls[i];

		/* the trigger lies behind the condition of its rule; the pattern was checked */
		if (perl->pattern >= p->patterns.count ||
		    patterns[perl->pattern].part_count != 0 ||
		    patterns[perl->pattern].part_first != i || perl->flags >= PERL_FLAGS_END ||
		    perl->len == 0 || perl->len > PERL_SOURCE_MAX ||
		    !range_fits(perl->text, perl->len, p->bytes.count) ||
		    perl->trigger >= p->conditions.count ||
		    perl->trigger <= rules[patterns[perl->pattern].rule].condition)
			return damaged(p, perl, "Perl expression is damaged", e);
	}
	return OK;
}

static enum status check_patterns(struct plan_view *p, struct error *e)
{
	const struct image_pattern *patterns = p->patterns.items;

	for (uint32_t i = 0; i < p->patterns.count; i++) {
		const struct image_pattern *pattern = &patterns[i];

		if (pattern->rule >= p->rules.count || pattern->view >= VIEW_COUNT ||
		    pattern->base > PLACE_MACRO || pattern->is_ordered > 1 ||
		    !has_sound_body(p, i))
			return damaged(p, pattern, "pattern is damaged", e);
	}
	return OK;
}

static enum status check_parts(struct plan_view *p, struct error *e)
{
	const struct image_part *parts = p->parts.items;
	const struct image_node *nodes = p->nodes.items;

	for (uint32_t i = 0; i < p->parts.count; i++) {
		const struct image_part *part = &parts[i];

		if (part->pattern >= p->patterns.count || part->code_count == 0 ||
		    !range_fits(part->code, part->code_count, p->nodes.count) ||
		    nodes[part->code].skip != part->code_count || part->min > part->max ||
		    part->max > IMAGE_PART_MAX || part->gap_min > part->gap_max)
			return damaged(p, part, "part of a pattern is damaged", e);
	}
	return OK;
}

/* Trees in pre-order: where those end that are open. */
struct nesting {
	uint32_t ends[IMAGE_DEPTH_MAX + 1];
	uint32_t depth;
};

/* Step to node `at`, which spans `skip` of `count` nodes; false when that leaves its parent. */
static bool enter(struct nesting *n, uint32_t at, uint32_t skip, uint32_t count)
{
	while (n->depth > 0 && n->ends[n->depth - 1] == at)
		n->depth--;
	uint32_t end = n->depth > 0 ? n->ends[n->depth - 1] : count;
	if (skip == 0 || skip > end - at)
		return false;
	if (skip == 1)
		return true;
	if (n->depth == LEN(n->ends))
		return false;
	n->ends[n->depth++] = at + skip;
	return true;
}

static bool is_node_sound(const struct image_node *node, uint32_t bytes)
{
	bool is_leaf = node->skip == 1;

	switch (node->kind) {
	case NODE_BYTES:
		return is_leaf &&
		       range_fits(node->a, (uint64_t)node->b * (node->flags & CODE_EXACT ? 1 : 2),
				  bytes);
	case NODE_CLASS:
		return is_leaf && range_fits(node->a, 32, bytes);
	case NODE_GAP:
		return is_leaf && node->a <= node->b;
	case NODE_EDGE:
		return is_leaf;
	case NODE_REPEAT:
		return !is_leaf && node[1].skip == node->skip - 1 && node->a <= node->b;
	case NODE_NOT:
	case NODE_LOOK:
		return !is_leaf && node[1].skip == node->skip - 1;
	case NODE_CONCAT:
	case NODE_ALT:
		return true;
	default:
		return false;
	}
}

static enum status check_code(struct plan_view *p, struct error *e)
{
	const struct image_node *nodes = p->nodes.items;
	struct nesting nesting = {.depth = 0};

	for (uint32_t i = 0; i < p->nodes.count; i++) {
		if (!enter(&nesting, i, nodes[i].skip, p->nodes.count) ||
		    !is_node_sound(&nodes[i], p->bytes.count))
			return damaged(p, &nodes[i], "pattern tree is damaged", e);
	}
	return OK;
}

/* Operands of an operator: -1 stands for any number. */
static int arity_of(enum ir_op op)
{
	static const int8_t arities[] = {
#define OP(id, name, arity, doc) arity,
#include "ir/ops.def"
#undef OP
	};

	return arities[op];
}

/* `node` is inside its list with all that is below it, of which only the heads were looked at. */
static bool has_right_arity(const struct image_condition *node)
{
	int arity = arity_of((enum ir_op)node->op);
	uint32_t at = 1;

	for (int left = arity; left > 0; left--) {
		if (at >= node->skip || node[at].skip == 0 || node[at].skip > node->skip - at)
			return false;
		at += node[at].skip;
	}
	return arity < 0 || at == node->skip;
}

/* Whether elements first .. first + count of SETS are below `end`. */
static bool are_members(const struct plan_view *p, uint64_t value, uint32_t end)
{
	const uint32_t *items = p->sets.items;
	uint32_t first = (uint32_t)value, count = (uint32_t)(value >> 32);

	if (!range_fits(first, count, p->sets.count))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (items[first + i] >= end)
			return false;
	}
	return true;
}

static bool is_condition_sound(const struct plan_view *p, const struct image_condition *node)
{
	uint32_t low = (uint32_t)node->value, high = (uint32_t)(node->value >> 32);

	if (node->op >= OPS_TOTAL || !has_right_arity(node))
		return false;
	switch (node->op) {
	case OP_TEXT:
		return range_fits(low, high, p->bytes.count);
	case OP_IS_TYPE:
	case OP_PARENT_TYPE:
		return node->value < TYPE_COUNT;
	case OP_FACT:
		return node->value < FACT_COUNT;
	case OP_ROW:
	case OP_ROW_KEY:
	case OP_ROWS:
		return node->value < GROUP_COUNT;
	case OP_VARIABLE:
		return node->value < p->variables.count;
	case OP_CALL:
		return node->value < FUNCTION_COUNT;
	case OP_MATCHED ... OP_LENGTH:
		return node->value < p->patterns.count || node->value == IR_CURRENT_PATTERN;
	case OP_SUM ... OP_DISTINCT_IN:
	case OP_FOR_SET:
		return are_members(p, node->value, p->patterns.count);
	case OP_RULE:
		return node->value < p->rule;
	case OP_RULES:
		return are_members(p, node->value, p->rule);
	case OP_REGEX:
	case OP_PATTERN:
		return node->value < p->nodes.count;
	case OP_STEP:
		return node->value >= OP_ADD && node->value <= OP_SHR &&
		       node->value != OP_BIT_NOT;
	case OP_LOOP_VALUE:
	case OP_FOR_RANGE:
	case OP_FOR_VALUES:
		return node->value < IR_SLOTS_MAX;
	case OP_FOR_ROWS:
		return low < IR_SLOTS_MAX && high < GROUP_COUNT;
	default:
		return true;
	}
}

static enum status check_conditions(struct plan_view *p, struct error *e)
{
	const struct image_condition *nodes = p->conditions.items;
	const struct image_rule *rules = p->rules.items;
	struct nesting nesting = {.depth = 0};

	p->rule = 0;
	for (uint32_t i = 0; i < p->conditions.count; i++) {
		while (p->rule + 1 < p->rules.count && rules[p->rule + 1].condition <= i)
			p->rule++;
		if (!enter(&nesting, i, nodes[i].skip, p->conditions.count) ||
		    !is_condition_sound(p, &nodes[i]))
			return damaged(p, &nodes[i], "condition is damaged", e);
	}
	return OK;
}

static enum status check_indices(struct plan_view *p, struct error *e)
{
	const struct {
		const struct list *list;
		uint32_t end;
	} lists[] = {
		{&p->everywhere, p->parts.count},
		{&p->placed, p->patterns.count},
		{&p->always, p->rules.count},
		{&p->globals, p->rules.count},
	};

	for (size_t k = 0; k < LEN(lists); k++) {
		const uint32_t *items = lists[k].list->items;

		for (uint32_t i = 0; i < lists[k].list->count; i++) {
			if (items[i] >= lists[k].end || (i > 0 && items[i] <= items[i - 1]))
				return damaged(p, &items[i], "list of the planner is damaged", e);
		}
	}
	if (p->wants.count != (p->rules.count > 0 ? VIEW_COUNT : 0))
		return damaged(p, p->wants.items, "list of views is damaged", e);
	return OK;
}

/* The entries of one bucket have hashes that belong there; the bitmap knows them. */
static bool is_entry_sound(const struct plan_view *p, const struct image_grams *row,
			   const struct image_gram *entry, uint32_t bucket)
{
	const uint64_t *bits = (const uint64_t *)p->bits.items + row->bitmap_first;
	uint32_t hash = image_gram_hash(entry->gram);
	uint32_t bit = hash >> (32 - row->bitmap_bits);

	return entry->part < p->parts.count && hash >> (32 - row->bucket_bits) == bucket &&
	       (bits[bit / 64] >> bit % 64 & 1) != 0;
}

static enum status check_row(const struct plan_view *p, const struct image_grams *row,
			     struct error *e)
{
	const uint32_t *buckets = (const uint32_t *)p->buckets.items + row->bucket_first;
	const struct image_gram *entries =
		(const struct image_gram *)p->entries.items + row->entry_first;
	uint32_t count = (uint32_t)1 << row->bucket_bits;

	if (buckets[0] != 0 || buckets[count] != row->entry_count)
		return damaged(p, buckets, "buckets of grams are damaged", e);
	for (uint32_t b = 0; b < count; b++) {
		if (buckets[b] > buckets[b + 1] || buckets[b + 1] > row->entry_count)
			return damaged(p, &buckets[b], "buckets of grams are damaged", e);
		for (uint32_t i = buckets[b]; i < buckets[b + 1]; i++) {
			if (!is_entry_sound(p, row, &entries[i], b))
				return damaged(p, &entries[i], "gram is damaged", e);
		}
	}
	return OK;
}

static enum status check_grams(struct plan_view *p, struct error *e)
{
	const struct image_grams *rows = p->grams.items;

	if (p->grams.count != 0 && p->grams.count != IMAGE_GRAM_ROWS)
		return damaged(p, rows, "table of grams is damaged", e);
	for (uint32_t i = 0; i < p->grams.count; i++) {
		const struct image_grams *row = &rows[i];

		if (row->entry_count == 0)
			continue;
		if (row->width != 4u >> i || row->bitmap_bits < 6 || row->bitmap_bits > 26 ||
		    row->bucket_bits < 1 || row->bucket_bits > row->bitmap_bits ||
		    !range_fits(row->bitmap_first, (UINT64_C(1) << row->bitmap_bits) / 64,
				p->bits.count) ||
		    !range_fits(row->bucket_first, (UINT64_C(1) << row->bucket_bits) + 1,
				p->buckets.count) ||
		    !range_fits(row->entry_first, row->entry_count, p->entries.count))
			return damaged(p, row, "table of grams is damaged", e);
		enum status status = check_row(p, row, e);
		if (status != OK)
			return status;
	}
	return OK;
}

enum status verify_plan(const struct image *img, struct error *e)
{
	static enum status (*const checks[])(struct plan_view *, struct error *) = {
		check_rules,   check_patterns,   check_perls,   check_code,    check_parts,
		check_told,    check_conditions, check_indices, check_grams,
	};
	struct plan_view p = {.img = img};
	enum status status = find_lists(&p, e);

	for (size_t i = 0; i < LEN(checks) && status == OK; i++)
		status = checks[i](&p, e);
	return status;
}
