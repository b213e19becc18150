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

/* An expression that takes no byte at all, such as \b, does not match in wide characters. */
static struct ir_node *never_empty(struct arena *a, struct ir_node *tree)
{
	uint32_t min, max;

	ir_width(tree, &min, &max);
	return max > 0 ? tree : ir_look(a, ir_concat(a, NULL, 0), false, true);
}

/* Which of the matches at a start counts. */
struct choice {
	enum match_length length;
	enum match_border border;
};

/* Whether the matcher may take the pattern apart: it does so at gaps that are so long. */
static bool is_far_apart(const struct ir_node *node)
{
	enum { GAP_LONG = 1024 };

	if (node->kind == NODE_GAP || node->kind == NODE_BYTES)
		return node->kind == NODE_GAP && node->range.max > GAP_LONG;
	for (uint32_t i = 0; i < node->count; i++) {
		if (is_far_apart(node->children[i]))
			return true;
	}
	return false;
}

/* Whether it begins with as many bytes as YARA searches by. */
static bool has_head(const struct ir_node *tree)
{
	enum { HEAD_LEN = 4 };
	const struct ir_node *first = tree;

	while (first->kind == NODE_CONCAT && first->count > 0)
		first = first->children[0];
	return first->kind == NODE_BYTES && first->bytes.len >= HEAD_LEN;
}

/*
 * "fullword": YARA looks at the borders of the end that it finds first from the bytes it
 * searches by. When these come first, only the match that counts is looked at; else, in two
 * forms, or far apart, every match that has borders counts.
 */
static struct ir_node *with_border(struct arena *a, struct ir_node *tree, bool is_only,
				   bool is_wide, struct choice *choice)
{
	if (!is_only || ir_has_fixed_width(tree) || !has_head(tree) || is_far_apart(tree))
		return border_fullword(a, tree, is_wide);
	choice->border = is_wide ? BORDER_WIDE : BORDER_PLAIN;
	return tree;
}

static struct ir_node *regex_form(struct yara *y, struct arena *a, const struct ast_string *s,
				  struct regex_options options, struct choice *choice)
{
	bool is_only = modifier(s, options.is_wide ? AST_ASCII : AST_WIDE) == NULL;
	struct ir_node *tree = regex_tree(y, a, &s->regex, options, &choice->length);

	if (tree != NULL && options.is_wide)
		tree = never_empty(a, tree);
	if (tree != NULL && modifier(s, AST_FULLWORD) != NULL)
		tree = with_border(a, tree, is_only, options.is_wide, choice);
	return tree;
}

/* In bytes, in wide characters, or both; "nocase" is the same as /i. */
static struct ir_node *regex_forms(struct yara *y, struct arena *a, const struct ast_string *s,
				   struct choice *choice)
{
	bool is_wide = modifier(s, AST_WIDE) != NULL;
	bool is_plain = !is_wide || modifier(s, AST_ASCII) != NULL;
	struct ir_node *forms[2];
	uint32_t count = 0;

	if (is_plain)
		forms[count++] = regex_form(y, a, s, (struct regex_options){0}, choice);
	/* of two forms, only the first is complained about */
	if (is_wide && (count == 0 || forms[0] != NULL))
		forms[count++] = regex_form(
			y, a, s, (struct regex_options){.is_wide = true, .is_quiet = is_plain},
			choice);
	return count == 1 ? forms[0] : ir_alt(a, forms, 2);
}

static struct ir_node *tree_of(struct yara *y, struct arena *a, const struct ast_string *s,
			       struct choice *choice)
{
	struct ast_string folded = *s;

	switch (s->kind) {
	case AST_STRING_TEXT:
		return textstring_tree(a, s);
	case AST_STRING_HEX:
		return hexstring_tree(y, a, s, &choice->length);
	case AST_STRING_REGEX:
		folded.regex.nocase |= modifier(s, AST_NOCASE) != NULL;
		return regex_forms(y, a, &folded, choice);
	}
	return NULL;
}

/* The pattern of a tree; without a tree, something was reported or memory is short. */
static struct ir_pattern *pattern_of(struct arena *a, const struct ir_node *tree,
				     struct choice choice)
{
	struct ir_pattern *p = tree != NULL ? arena_new_object(a, struct ir_pattern) : NULL;

	if (p == NULL)
		return NULL;
	p->body = tree;
	p->rule = MATCH_EVERY_START;
	p->border = choice.border;
	p->length = choice.length;
	return p;
}

struct ir_pattern *yara_pattern(struct yara *y, struct arena *a, const struct ast_string *s)
{
	const struct ast_modifier *keys = modifier(s, AST_XOR);
	uint32_t errors = y->errors;
	struct choice choice = {0};
	const struct ir_node *tree = tree_of(y, a, s, &choice);
	struct ir_pattern *p = pattern_of(a, tree, choice);

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
	struct choice choice = {0};
	struct ir_node *tree =
		regex_tree(y, a, regex, (struct regex_options){.can_mix = true}, &choice.length);
	struct ir_pattern *p = pattern_of(a, tree, choice);

	if (p == NULL && y->errors == errors && y->status == OK)
		y->status = E_LIMIT;
	return p;
}
