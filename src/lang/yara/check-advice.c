/*
 * What YARA itself takes without a word and is hardly meant: advice, which is
 * given only to those who ask for it (struct front_settings).
 */
#include "base/buf.h"
#include "lang/yara/check.h"

enum { ROUNDS_ENOUGH = 1000000 };

static bool advises(const struct check *c)
{
	const struct front_settings *settings = c->y->src->settings;

	return settings != NULL && settings->advice && !settings->no_warnings;
}

void check_rounds(struct check *c, const struct ast_iterator *it, const struct range_trees *range)
{
	const struct ir_expr *low = range->args[0], *high = range->args[1];

	if (!advises(c) || range->is_bad || low->op != OP_INT || high->op != OP_INT)
		return;
	/* neither is negative */
	struct span at = {it->low->span.file, it->low->span.start, it->high->span.end};
	uint64_t rounds = (uint64_t)high->integer - (uint64_t)low->integer + 1;

	if (high->integer > low->integer && rounds > ROUNDS_ENOUGH)
		yara_warning(c->y, at, "what takes too much work is not decided",
			     "this is a loop over %llu numbers", (unsigned long long)rounds);
}

/* ------------------------------------------------------- strings that are the same */

/* Bytes between braces: blanks and the case of digits say nothing. */
static void put_hex(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		buf_add_u8(to, (uint8_t)(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c));
	}
}

/* In the order of their kinds, and "ascii" where it goes without saying. */
static void put_modifiers(struct buf *to, const struct ast_modifier *modifiers)
{
	unsigned kinds = 0;

	for (const struct ast_modifier *m = modifiers; m != NULL; m = m->next)
		kinds |= 1u << m->kind;
	if ((kinds & 1u << AST_WIDE) == 0)
		kinds |= 1u << AST_ASCII;
	/* whether it is shown has nothing to do with what it matches */
	kinds &= ~(1u << AST_PRIVATE);
	buf_add_u32le(to, kinds);
	for (unsigned kind = AST_XOR; kind <= AST_BASE64WIDE; kind++) {
		for (const struct ast_modifier *m = modifiers; m != NULL; m = m->next) {
			if (m->kind != kind)
				continue;
			buf_add_u64le(to, (uint64_t)m->low);
			buf_add_u64le(to, (uint64_t)m->high);
			buf_add_str(to, m->alphabet);
			buf_add_u8(to, 0);
		}
	}
}

/* Equal for two strings that match the same. */
static void put_key(struct buf *to, const struct ast_string *s)
{
	buf_add_u8(to, (uint8_t)s->kind);
	put_modifiers(to, s->modifiers);
	switch (s->kind) {
	case AST_STRING_TEXT:
		buf_add_str(to, s->text);
		break;
	case AST_STRING_REGEX:
		buf_add_u8(to, (uint8_t)(s->regex.nocase | s->regex.dotall << 1));
		buf_add_str(to, s->regex.source);
		break;
	case AST_STRING_HEX:
		put_hex(to, s->text);
		break;
	}
}

/* The number of an equal string before it is in *ret; false: there is none. */
static bool find_equal(struct check *c, struct map *known, uint32_t number, uint32_t *ret)
{
	struct buf key;
	bool is_known = false;

	buf_init(&key, SIZE_MAX / 2);
	put_key(&key, c->uses[number].string);
	const uint32_t *before = key.bad ? NULL : map_get(known, buf_str(&key));
	if (before != NULL) {
		is_known = true;
		*ret = *before;
	} else {
		struct str kept = arena_str(c->y->arena, buf_str(&key));

		c->is_full |= key.bad || kept.data == NULL || !map_put(known, kept, number);
	}
	buf_done(&key);
	return is_known;
}

void check_duplicates(struct check *c)
{
	struct map known;
	uint32_t before;

	if (!advises(c) || c->rule->is_malformed)
		return;
	map_init(&known);
	for (uint32_t i = 0; i < c->use_count && !c->is_full; i++) {
		const struct ast_string *s = c->uses[i].string;

		if (find_equal(c, &known, i, &before))
			yara_warning(c->y, s->value_span, "one of them is enough",
				     "string \"%.*s\" is the same as \"%.*s\"", STR_ARG(s->name),
				     STR_ARG(c->uses[before].string->name));
	}
	map_done(&known);
}

/* ------------------------------------------------------------ rules that nobody asks */

/* Recursion is bounded: ir_check() allows IR_DEPTH_MAX levels. */
static void mark_rules(const struct ir_expr *expr, uint8_t *asked)
{
	if (expr->op == OP_RULE)
		asked[expr->index] = 1;
	for (uint32_t i = 0; expr->op == OP_RULES && i < expr->set.count; i++)
		asked[expr->set.items[i]] = 1;
	for (uint32_t i = 0; i < expr->arg_count; i++)
		mark_rules(expr->args[i], asked);
}

void check_unasked(struct check *c)
{
	uint8_t *asked =
		advises(c) ? arena_new_array(c->y->arena, uint8_t, c->rs->rules.len + 1) : NULL;

	if (asked == NULL)
		return;
	for (size_t i = 0; i < c->rs->rules.len; i++) {
		if (c->rs->rules.items[i].space == c->space)
			mark_rules(c->rs->rules.items[i].condition, asked);
	}
	for (const struct ast_item *i = c->y->ast->items; i != NULL; i = i->next) {
		if (i->kind != AST_RULE || !i->rule->is_private || i->rule->is_global)
			continue;
		const uint32_t *number = check_known(c, 'r', i->rule->name);

		if (number != NULL && *number < c->rs->rules.len && !asked[*number])
			yara_warning(c->y, i->rule->name_span,
				     "private rules are for others to ask them",
				     "no rule asks the private rule \"%.*s\"",
				     STR_ARG(i->rule->name));
	}
}
