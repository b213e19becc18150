#include "lang/yara/lexer.h"

#include <stdlib.h>

#include "base/num.h"

static const char *const keywords[] = {
	"all", "and", "any", "ascii", "at", "base64", "base64wide", "condition", "contains",
	"defined", "endswith", "entrypoint", "false", "filesize", "for", "fullword", "global",
	"icontains", "iendswith", "iequals", "import", "in", "include", "int16", "int16be", "int32",
	"int32be", "int8", "int8be", "istartswith", "matches", "meta", "nocase", "none", "not",
	"of", "or", "private", "rule", "startswith", "strings", "them", "true", "uint16",
	"uint16be", "uint32", "uint32be", "uint8", "uint8be", "wide", "xor", NULL,
};

const char *const *lexer_keywords(void)
{
	return keywords;
}

bool lexer_is_keyword(struct str word)
{
	for (const char *const *k = keywords; *k != NULL; k++) {
		if (str_eq(word, str_of(*k)))
			return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The character `ahead` of where the lexer stands; NUL behind the end. */
static char peek(const struct lexer *l, uint32_t ahead)
{
	return ahead < l->len - l->at ? l->data[l->at + ahead] : '\0';
}

static struct span span_from(const struct lexer *l, uint32_t start)
{
	return (struct span){l->file, start, l->at};
}

static struct str text_from(const struct lexer *l, uint32_t start)
{
	return (struct str){l->data + start, l->at - start};
}

struct lexer lexer_of(struct yara *y, uint32_t file)
{
	struct ast_file *f = &y->ast->files.items[file];
	struct lexer l = {.y = y, .file = file, .data = f->text.data, .len = (uint32_t)f->text.len};

	if (str_starts(f->text, STR("\xef\xbb\xbf")))
		l.at = 3;
	return l;
}

static void fail(struct lexer *l, struct token *t, uint32_t start, const char *hint,
		 const char *message)
{
	t->kind = TOKEN_BAD;
	t->span = span_from(l, start);
	yara_error(l->y, t->span, hint, "%s", message);
}

static bool has_code_before(const struct lexer *l, uint32_t at)
{
	while (at > 0 && l->data[at - 1] != '\n') {
		at--;
		if (!is_blank(l->data[at]))
			return true;
	}
	return false;
}

static void keep_comment(struct lexer *l, uint32_t start)
{
	struct ast_file *file = &l->y->ast->files.items[l->file];
	struct ast_comment *c = arena_new_object(l->y->arena, struct ast_comment);

	if (c == NULL) {
		l->y->status = E_LIMIT;
		return;
	}
	c->span = span_from(l, start);
	c->is_trailing = has_code_before(l, start);
	if (l->comment_end == NULL)
		l->comment_end = &file->comments;
	*l->comment_end = c;
	l->comment_end = &c->next;
}

/* Stands at a comment: step over it. False, and there still: it does not end. */
static bool skip_comment(struct lexer *l)
{
	uint32_t start = l->at;

	if (peek(l, 1) == '/') {
		while (l->at < l->len && l->data[l->at] != '\n')
			l->at++;
	} else {
		l->at += 2;
		while (l->at < l->len && !(peek(l, 0) == '*' && peek(l, 1) == '/'))
			l->at++;
		if (l->at >= l->len) {
			l->at = start;
			return false;
		}
		l->at += 2;
	}
	keep_comment(l, start);
	return true;
}

static bool at_comment(const struct lexer *l)
{
	return peek(l, 0) == '/' && (peek(l, 1) == '/' || peek(l, 1) == '*');
}

/* The character that an escape stands for, or -1; the lexer is behind the backslash. */
static int escape(struct lexer *l)
{
	char c = peek(l, 0);
	int high, low;

	l->at++;
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case '"':
	case '\\':
		return c;
	case 'x':
		high = hex_digit(peek(l, 0));
		low = hex_digit(peek(l, 1));
		if (high < 0 || low < 0)
			return -1;
		l->at += 2;
		return high * 16 + low;
	default:
		return -1;
	}
}

/* Skip to the closing quote of a text that was found wrong, or the end of its line. */
static void skip_text(struct lexer *l)
{
	while (l->at < l->len && peek(l, 0) != '"' && peek(l, 0) != '\n')
		l->at += peek(l, 0) == '\\' && peek(l, 1) != '\n' ? 2 : 1;
	l->at = min_u32(l->at, l->len);
	if (peek(l, 0) == '"')
		l->at++;
}

/* Room for a text that ends with `end`, which is no longer than what is left of its line. */
static char *room_to(struct lexer *l, char end)
{
	uint32_t at = l->at;

	while (at < l->len && l->data[at] != end && l->data[at] != '\n')
		at += l->data[at] == '\\' ? 2 : 1;
	return arena_bytes(l->y->arena, min_u32(at - l->at, YARA_TOKEN_MAX) + 2);
}

static void read_text(struct lexer *l, struct token *t, uint32_t start)
{
	char *to = room_to(l, '"');
	size_t len = 0;

	if (to == NULL) {
		l->y->status = E_LIMIT;
		fail(l, t, start, NULL, "out of memory");
		return;
	}
	while (peek(l, 0) != '"') {
		uint32_t here = l->at;
		int c = (uint8_t)peek(l, 0);

		if (l->at >= l->len || c == '\n') {
			fail(l, t, start, "a text ends with \" on the line on which it begins",
			     "unterminated string");
			return;
		}
		l->at++;
		if (c == '\\')
			c = escape(l);
		if (c < 0) {
			l->at = min_u32(l->at, l->len);
			fail(l, t, here, "escapes are \\t \\n \\r \\\" \\\\ and \\xHH",
			     "illegal escape sequence");
			skip_text(l);
			return;
		}
		if (len == YARA_TOKEN_MAX) {
			fail(l, t, start, NULL, "a text of more than 8,192 bytes");
			skip_text(l);
			return;
		}
		to[len++] = (char)c;
	}
	l->at++;
	to[len] = '\0';
	t->kind = TOKEN_TEXT;
	t->value = (struct str){to, len};
}

void lexer_regex(struct lexer *l, struct token *t)
{
	uint32_t start = l->at - 1;
	char *to = room_to(l, '/');
	size_t len = 0;

	*t = (struct token){.kind = TOKEN_REGEX};
	while (to != NULL && peek(l, 0) != '/') {
		char c = peek(l, 0);

		if (l->at >= l->len || c == '\n' || len + 2 > YARA_TOKEN_MAX) {
			fail(l, t, start, "a regular expression ends with / on its line",
			     len + 2 > YARA_TOKEN_MAX
				     ? "a regular expression of more than 8,192 bytes"
				     : "unterminated regular expression");
			return;
		}
		l->at++;
		/* the slash needs its backslash only against the end */
		if (c == '\\' && peek(l, 0) == '/') {
			c = '/';
			l->at++;
		} else if (c == '\\' && l->at < l->len && peek(l, 0) != '\n') {
			to[len++] = c;
			c = peek(l, 0);
			l->at++;
		}
		to[len++] = c;
	}
	l->at++;
	if (peek(l, 0) == 'i') {
		t->regex.nocase = true;
		l->at++;
	}
	if (peek(l, 0) == 's') {
		t->regex.dotall = true;
		l->at++;
	}
	t->span = t->regex.span = span_from(l, start);
	t->text = text_from(l, start);
	t->regex.source = (struct str){to, len};
	if (to == NULL)
		l->y->status = E_LIMIT;
	else if (len == 0)
		fail(l, t, start, NULL, "empty regular expression");
}

void lexer_hex(struct lexer *l, struct token *t)
{
	uint32_t start = l->at;

	*t = (struct token){.kind = TOKEN_HEX};
	while (peek(l, 0) != '}') {
		bool ends = l->at >= l->len;

		if (!ends && at_comment(l))
			ends = !skip_comment(l);
		else
			l->at++;
		if (ends) {
			l->at = l->len;
			fail(l, t, start, "a hex string ends with }", "unterminated hex string");
			return;
		}
	}
	t->value = text_from(l, start);
	l->at++;
	t->span = span_from(l, start - 1);
	t->text = text_from(l, start - 1);
}

/* A number of digits of a base; false when it is too large for 63 bits. */
static bool number_of(struct str digits, unsigned base, int64_t *ret)
{
	int64_t v = 0;

	for (size_t i = 0; i < digits.len; i++) {
		int digit = hex_digit(digits.data[i]);

		if (__builtin_mul_overflow(v, (int64_t)base, &v) ||
		    __builtin_add_overflow(v, (int64_t)digit, &v))
			return false;
	}
	*ret = v;
	return true;
}

static void read_digits(struct lexer *l, unsigned base)
{
	while (hex_digit(peek(l, 0)) >= 0 && hex_digit(peek(l, 0)) < (int)base)
		l->at++;
}

static void read_float(struct lexer *l, struct token *t, uint32_t start)
{
	char text[64];

	l->at++;
	read_digits(l, 10);
	struct str s = str_first(text_from(l, start), sizeof text - 1);
	memcpy(text, s.data, s.len);
	text[s.len] = '\0';
	t->kind = TOKEN_FLOAT;
	t->real = strtod(text, NULL);
}

static void read_number(struct lexer *l, struct token *t, uint32_t start)
{
	unsigned base = peek(l, 0) != '0'   ? 10
			: peek(l, 1) == 'x' ? 16
			: peek(l, 1) == 'o' ? 8
					    : 10;
	int64_t unit = 1;

	if (base != 10)
		l->at += 2;
	uint32_t digits = l->at;
	read_digits(l, base);
	struct str text = text_from(l, digits);
	if (base == 10 && peek(l, 0) == '.' && is_digit(peek(l, 1))) {
		read_float(l, t, start);
		return;
	}
	if (text.len == 0) {
		fail(l, t, start, NULL, "a number without digits");
		return;
	}
	if (base == 10 && peek(l, 1) == 'B')
		unit = peek(l, 0) == 'K' ? 1024 : peek(l, 0) == 'M' ? 1024 * 1024 : 1;
	if (unit != 1)
		l->at += 2;
	t->kind = TOKEN_INT;
	if (!number_of(text, base, &t->integer) ||
	    __builtin_mul_overflow(t->integer, unit, &t->integer))
		fail(l, t, start, "the largest is 9223372036854775807", "integer overflow");
}

static void read_name(struct lexer *l, struct token *t, uint32_t start)
{
	while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)))
		l->at++;
	t->text = text_from(l, start);
	t->kind = lexer_is_keyword(t->text) ? TOKEN_KEYWORD : TOKEN_NAME;
	if (t->text.len > YARA_NAME_MAX)
		fail(l, t, start, NULL, "identifier too long: more than 128 characters");
}

static void read_pattern_name(struct lexer *l, struct token *t, uint32_t start)
{
	static const struct {
		char sign;
		enum token_kind kind;
	} kinds[] = {
		{'$', TOKEN_STRING}, {'#', TOKEN_COUNT}, {'@', TOKEN_OFFSET}, {'!', TOKEN_LENGTH},
	};

	for (size_t i = 0; i < LEN(kinds); i++) {
		if (kinds[i].sign == peek(l, 0))
			t->kind = kinds[i].kind;
	}
	l->at++;
	while (is_letter(peek(l, 0)) || is_digit(peek(l, 0)))
		l->at++;
	t->text = text_from(l, start);
	if (t->kind == TOKEN_STRING && peek(l, 0) == '*') {
		t->is_wildcard = true;
		l->at++;
	}
	if (t->text.len > YARA_NAME_MAX)
		fail(l, t, start, NULL, "identifier too long: more than 128 characters");
}

static void read_mark(struct lexer *l, struct token *t, uint32_t start)
{
	static const char *const pairs[] = {"==", "!=", "<=", ">=", "<<", ">>", ".."};
	struct str two = {l->data + l->at, min_u32(2, l->len - l->at)};

	t->kind = TOKEN_MARK;
	l->at++;
	for (size_t i = 0; i < LEN(pairs); i++) {
		if (str_eq(two, str_of(pairs[i])))
			l->at = start + 2;
	}
	t->text = text_from(l, start);
	char c = t->text.data[0];
	if (c != '\0' && strchr("(){}[]:=<>+-*\\/%&|^~.,!?", c) != NULL)
		return;
	if (l->is_quiet)
		t->kind = TOKEN_BAD;
	else if ((uint8_t)c >= 0x80)
		fail(l, t, start, "only texts and regular expressions hold such characters",
		     "non-ascii character");
	else
		fail(l, t, start, NULL, "unexpected character");
}

/* Blanks and comments; false when a comment does not end. */
static bool skip_blanks(struct lexer *l)
{
	while (l->at < l->len) {
		if (is_blank(l->data[l->at]))
			l->at++;
		else if (!at_comment(l))
			return true;
		else if (!skip_comment(l))
			return false;
	}
	return true;
}

void lexer_next(struct lexer *l, struct token *t)
{
	*t = (struct token){.kind = TOKEN_END};
	bool ends = skip_blanks(l);
	uint32_t start = l->at;

	if (!ends) {
		l->at = l->len;
		fail(l, t, start, "a comment ends with */", "unterminated comment");
		return;
	}
	char c = peek(l, 0);

	if (l->at >= l->len) {
		t->span = span_from(l, start);
		return;
	}
	if (is_letter(c)) {
		read_name(l, t, start);
	} else if (is_digit(c)) {
		read_number(l, t, start);
	} else if (c == '"') {
		l->at++;
		read_text(l, t, start);
	} else if (c == '$' || c == '#' || c == '@' || (c == '!' && peek(l, 1) != '=')) {
		read_pattern_name(l, t, start);
	} else {
		read_mark(l, t, start);
	}
	t->span = span_from(l, start);
	t->text = t->text.data != NULL ? t->text : text_from(l, start);
}
