/*
 * The strings section: names, values, modifiers.
 */
#include "lang/yara/parser.h"

static const struct {
	const char *word;
	enum ast_modifier_kind kind;
} modifiers[] = {
	{"ascii", AST_ASCII},       {"wide", AST_WIDE},   {"nocase", AST_NOCASE},
	{"fullword", AST_FULLWORD}, {"private", AST_PRIVATE}, {"xor", AST_XOR},
	{"base64", AST_BASE64},     {"base64wide", AST_BASE64WIDE},
};

static bool read_key(struct parser *p, int64_t *ret)
{
	if (p->token.kind != TOKEN_INT) {
		parser_expected(p, "a key from 0 to 255");
		return false;
	}
	*ret = p->token.integer;
	parser_step(p);
	return true;
}

/* "(1-255)" of xor. */
static bool read_keys(struct parser *p, struct ast_modifier *m)
{
	m->low = 0;
	m->high = 255;
	if (!parser_take(p, "("))
		return true;
	m->has_value = true;
	if (!read_key(p, &m->low))
		return false;
	m->high = m->low;
	if (parser_take(p, "-") && !read_key(p, &m->high))
		return false;
	return parser_expect(p, ")");
}

static bool read_alphabet(struct parser *p, struct ast_modifier *m)
{
	if (!parser_take(p, "("))
		return true;
	m->has_value = true;
	if (p->token.kind != TOKEN_TEXT) {
		parser_expected(p, "an alphabet of 64 characters in quotes");
		return false;
	}
	m->alphabet = p->token.value;
	parser_step(p);
	return parser_expect(p, ")");
}

static bool read_modifier(struct parser *p, struct ast_modifier ***end)
{
	for (size_t i = 0; i < LEN(modifiers); i++) {
		uint32_t start = p->token.span.start;

		if (!parser_sees(p, modifiers[i].word))
			continue;
		struct ast_modifier *m = parser_new(p, sizeof *m);
		if (m == NULL)
			return false;
		m->kind = modifiers[i].kind;
		parser_step(p);
		bool ok = m->kind == AST_XOR ? read_keys(p, m)
			  : m->kind == AST_BASE64 || m->kind == AST_BASE64WIDE
				  ? read_alphabet(p, m)
				  : true;
		m->span = parser_span(p, start);
		**end = m;
		*end = &m->next;
		return ok;
	}
	return false;
}

/* The lexer stands behind the first character of the value: it decides how to go on. */
static bool read_value(struct parser *p, struct ast_string *s)
{
	if (p->token.kind == TOKEN_TEXT) {
		s->kind = AST_STRING_TEXT;
		s->text = p->token.value;
	} else if (parser_sees(p, "/")) {
		s->kind = AST_STRING_REGEX;
		lexer_regex(&p->lexer, &p->token);
		s->regex = p->token.regex;
	} else if (parser_sees(p, "{")) {
		s->kind = AST_STRING_HEX;
		lexer_hex(&p->lexer, &p->token);
		s->text = p->token.value;
	} else {
		parser_expected(p, "a text, a hex string or a regular expression");
		return false;
	}
	s->value_span = p->token.span;
	if (p->token.kind == TOKEN_BAD) {
		p->is_lost = true;
		return false;
	}
	parser_step(p);
	return true;
}

static void read_string(struct parser *p, struct ast_string *s)
{
	struct ast_modifier **end = &s->modifiers;

	s->name_span = p->token.span;
	s->name = p->token.text;
	if (p->token.is_wildcard) {
		parser_expected(p, "the name of a string without '*'");
		parser_step(p); /* what skips to the next string would find this one again */
		return;
	}
	parser_step(p);
	if (!parser_expect(p, "=") || !read_value(p, s))
		return;
	while (read_modifier(p, &end)) {
		if (p->is_lost)
			return;
	}
	s->span = parser_span(p, s->name_span.start);
}

/* To the next string or section. */
static void skip_string(struct parser *p)
{
	while (p->token.kind != TOKEN_END && !parser_sees(p, "condition") &&
	       !parser_sees(p, "rule") && p->token.kind != TOKEN_STRING)
		parser_step(p);
	p->is_lost = false;
}

void parser_strings(struct parser *p, struct ast_rule *rule)
{
	struct ast_string **end = &rule->strings;

	if (p->token.kind != TOKEN_STRING)
		parser_expected(p, "a string such as $a = \"text\"");
	while (p->token.kind == TOKEN_STRING) {
		struct ast_string *s = parser_new(p, sizeof *s);

		if (s == NULL)
			return;
		read_string(p, s);
		if (p->is_lost)
			skip_string(p);
		*end = s;
		end = &s->next;
	}
}
