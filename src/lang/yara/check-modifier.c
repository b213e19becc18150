/*
 * Which modifiers a string can have together.
 */
#include "lang/yara/check.h"

enum { ALPHABET_LEN = 64, MODIFIER_KINDS = AST_BASE64WIDE + 1 };

static const char *const names[MODIFIER_KINDS] = {
	[AST_ASCII] = "ascii",	   [AST_WIDE] = "wide",
	[AST_NOCASE] = "nocase",   [AST_FULLWORD] = "fullword",
	[AST_PRIVATE] = "private", [AST_XOR] = "xor",
	[AST_BASE64] = "base64",   [AST_BASE64WIDE] = "base64wide",
};

static const struct {
	enum ast_modifier_kind a, b;
} clashes[] = {
	{AST_XOR, AST_NOCASE},		{AST_BASE64, AST_NOCASE},  {AST_BASE64WIDE, AST_NOCASE},
	{AST_BASE64, AST_XOR},		{AST_BASE64WIDE, AST_XOR}, {AST_BASE64, AST_FULLWORD},
	{AST_BASE64WIDE, AST_FULLWORD},
};

static bool is_of_kind(const struct ast_string *s, enum ast_modifier_kind kind)
{
	if (s->kind == AST_STRING_TEXT || kind == AST_PRIVATE)
		return true;
	return s->kind == AST_STRING_REGEX && kind < AST_XOR;
}

static void check_value(struct check *c, const struct ast_modifier *m)
{
	if (m->kind == AST_XOR && (m->low < 0 || m->high > 255))
		yara_error(c->y, m->span, "keys are 0 to 255", "invalid xor range");
	else if (m->kind == AST_XOR && m->low > m->high)
		yara_error(c->y, m->span, NULL, "xor lower bound exceeds upper bound");
	else if (m->kind >= AST_BASE64 && m->has_value && m->alphabet.len != ALPHABET_LEN)
		yara_error(c->y, m->span, NULL, "length of base64 alphabet must be %d, not %zu",
			   ALPHABET_LEN, m->alphabet.len);
}

static void check_clashes(struct check *c, const struct ast_modifier *const *seen)
{
	const struct ast_modifier *one = seen[AST_BASE64], *two = seen[AST_BASE64WIDE];

	for (size_t i = 0; i < LEN(clashes); i++) {
		const struct ast_modifier *a = seen[clashes[i].a], *b = seen[clashes[i].b];

		if (a != NULL && b != NULL)
			yara_error(c->y, b->span, NULL, "invalid modifier combination: %s %s",
				   names[a->kind], names[b->kind]);
	}
	if (one != NULL && two != NULL && one->has_value != two->has_value)
		yara_error(c->y, two->span, NULL, "can not specify multiple alphabets");
	else if (one != NULL && two != NULL && !str_eq(one->alphabet, two->alphabet))
		yara_error(c->y, two->span, NULL, "can not specify multiple alphabets");
}

bool check_modifiers(struct check *c, const struct ast_string *s)
{
	const struct ast_modifier *seen[MODIFIER_KINDS] = {0};
	uint32_t errors = c->y->errors;

	if (s->kind == AST_STRING_TEXT && s->text.len == 0)
		yara_error(c->y, s->value_span, NULL, "empty string \"%.*s\"", STR_ARG(s->name));
	for (const struct ast_modifier *m = s->modifiers; m != NULL; m = m->next) {
		if (seen[m->kind] != NULL)
			yara_error(c->y, m->span, NULL, "duplicated modifier");
		else if (!is_of_kind(s, m->kind))
			yara_error(c->y, m->span, NULL, "invalid modifier: %s of a %s string",
				   names[m->kind],
				   s->kind == AST_STRING_HEX ? "hex" : "regular expression");
		seen[m->kind] = m;
		check_value(c, m);
	}
	check_clashes(c, seen);
	return c->y->errors == errors;
}
