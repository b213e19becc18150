#include "lang/yara/patterns.h"

#include "lang/yara/border.h"
#include "lang/yara/hexstring.h"
#include "lang/yara/regex.h"
#include "lang/yara/textstring.h"

static const struct ast_modifier *modifier(const struct ast_string *s, enum ast_modifier_kind kind)
{
	for (const struct ast_modifier *m = s->modifiers; m != NULL; m = m->next) {
		if (m->kind == kind)
			return m;
	}
	return NULL;
}

static struct ir_node *regex_form(struct yara *y, struct arena *a, const struct ast_string *s,
				  struct regex_options options, bool *ret_is_greedy)
{
	struct ir_node *tree = regex_tree(y, a, &s->regex, options, ret_is_greedy);

	if (tree != NULL && modifier(s, AST_FULLWORD) != NULL)
		tree = border_fullword(a, tree, options.is_wide);
	return tree;
}

/* In bytes, in wide characters, or both; "nocase" is the same as /i. */
static struct ir_node *regex_forms(struct yara *y, struct arena *a, const struct ast_string *s,
				   bool *ret_is_greedy)
{
	bool is_wide = modifier(s, AST_WIDE) != NULL;
	bool is_plain = !is_wide || modifier(s, AST_ASCII) != NULL;
	struct ir_node *forms[2];
	uint32_t count = 0;

	if (is_plain)
		forms[count++] = regex_form(y, a, s, (struct regex_options){0}, ret_is_greedy);
	/* of two forms, only the first is complained about */
	if (is_wide && (count == 0 || forms[0] != NULL))
		forms[count++] = regex_form(
			y, a, s, (struct regex_options){.is_wide = true, .is_quiet = is_plain},
			ret_is_greedy);
	return count == 1 ? forms[0] : ir_alt(a, forms, 2);
}

static struct ir_node *tree_of(struct yara *y, struct arena *a, const struct ast_string *s,
			       bool *ret_is_greedy)
{
	struct ast_string folded = *s;

	switch (s->kind) {
	case AST_STRING_TEXT:
		return textstring_tree(a, s);
	case AST_STRING_HEX:
		return hexstring_tree(y, a, s);
	case AST_STRING_REGEX:
		folded.regex.nocase |= modifier(s, AST_NOCASE) != NULL;
		return regex_forms(y, a, &folded, ret_is_greedy);
	}
	return NULL;
}

/* The pattern of a tree; without a tree, something was reported or memory is short. */
static struct ir_pattern *pattern_of(struct arena *a, const struct ir_node *tree, bool is_greedy)
{
	struct ir_pattern *p = tree != NULL ? arena_new_object(a, struct ir_pattern) : NULL;

	if (p == NULL)
		return NULL;
	p->body = tree;
	p->rule = MATCH_EVERY_START;
	p->length = is_greedy ? LENGTH_LONGEST : LENGTH_SHORTEST;
	return p;
}

struct ir_pattern *yara_pattern(struct yara *y, struct arena *a, const struct ast_string *s)
{
	const struct ast_modifier *keys = modifier(s, AST_XOR);
	uint32_t errors = y->errors;
	bool is_greedy = false;
	struct ir_pattern *p = pattern_of(a, tree_of(y, a, s, &is_greedy), is_greedy);

	if (p == NULL && y->errors == errors && y->status == OK)
		y->status = E_LIMIT;
	if (p != NULL && keys != NULL) {
		p->has_xor = true;
		p->xor_first = (uint8_t)keys->low;
		p->xor_last = (uint8_t)keys->high;
	}
	return p;
}

const struct ir_pattern *yara_condition_regex(struct yara *y, struct arena *a,
					      const struct ast_regex *regex)
{
	uint32_t errors = y->errors;
	bool is_greedy = false;
	struct ir_node *tree =
		regex_tree(y, a, regex, (struct regex_options){.can_mix = true}, &is_greedy);
	struct ir_pattern *p = pattern_of(a, tree, is_greedy);

	if (p == NULL && y->errors == errors && y->status == OK)
		y->status = E_LIMIT;
	return p;
}
