/*
 * Hex strings: bytes in upper case with one blank between them. One that goes
 * over several lines keeps its lines, for they often mean something.
 */
#include "lang/yara/print-line.h"

struct hex {
	struct print *p;
	struct str rest;
	bool is_first;   /* on its line */
	bool is_wrapped; /* the next token begins a line */
};

static void add_token(struct hex *h, struct str token, bool is_upper)
{
	if (!h->is_first)
		buf_add_u8(h->p->to, ' ');
	h->is_first = false;
	for (size_t i = 0; i < token.len; i++) {
		char c = token.data[i];

		buf_add_u8(h->p->to, (uint8_t)(is_upper && c >= 'a' && c <= 'f' ? c - 32 : c));
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_nibble(char c)
{
	return c == '?' || hex_digit(c) >= 0;
}

/* Length of what stands at the start, or 0. */
static size_t token_len(struct str s)
{
	size_t sign = s.data[0] == '~';

	if (str_starts(s, STR("//")))
		return str_find(s, '\n');
	if (str_starts(s, STR("/*"))) {
		const char *end = memmem(s.data + 2, s.len - 2, "*/", 2);

		return end != NULL ? (size_t)(end - s.data) + 2 : 0;
	}
	if (s.data[0] == '(' || s.data[0] == ')' || s.data[0] == '|')
		return 1;
	if (s.data[0] == '[') {
		size_t len = str_find(s, ']') + 1;

		return len <= s.len && str_find(s, '\n') >= len ? len : 0;
	}
	return s.len > sign + 1 && is_nibble(s.data[sign]) && is_nibble(s.data[sign + 1])
		       ? sign + 2
		       : 0;
}

/* "[ 2 - 4 ]" without its blanks. */
static void add_jump(struct hex *h, struct str jump)
{
	add_token(h, STR(""), false);
	for (size_t i = 0; i < jump.len; i++) {
		if (!is_blank(jump.data[i]))
			buf_add_u8(h->p->to, (uint8_t)jump.data[i]);
	}
}

/* The next token, or the end of a line. */
static void print_token(struct hex *h)
{
	struct str rest = h->rest;
	size_t len = 1;

	if (rest.data[0] == '\n') {
		h->is_wrapped = true;
	} else if (!is_blank(rest.data[0])) {
		len = token_len(rest);
		if (h->is_wrapped) {
			print_line(h->p, 3);
			h->is_first = true;
			h->is_wrapped = false;
		}
		if (rest.data[0] == '[')
			add_jump(h, str_first(rest, len));
		else if (rest.data[0] == '/')
			add_token(h, str_trim(str_first(rest, len)), false);
		else
			add_token(h, str_first(rest, len), true);
	}
	h->rest = str_from(rest, len);
}

static bool is_regular(struct str s)
{
	while (s.len > 0) {
		size_t len = is_blank(s.data[0]) ? 1 : token_len(s);

		if (len == 0)
			return false;
		s = str_from(s, len);
	}
	return true;
}

void print_hex(struct print *p, struct str text)
{
	struct hex h = {.p = p, .rest = str_trim(text), .is_first = true};
	bool has_lines = str_find(h.rest, '\n') < h.rest.len ||
			 (h.rest.len > 0 && memmem(h.rest.data, h.rest.len, "//", 2) != NULL);

	buf_add_u8(p->to, '{');
	if (!is_regular(text)) {
		buf_add_str(p->to, text);
	} else if (has_lines) {
		h.is_wrapped = true;
		while (h.rest.len > 0 && !p->to->bad)
			print_token(&h);
		print_line(p, 2);
	} else {
		buf_add_u8(p->to, ' ');
		while (h.rest.len > 0 && !p->to->bad)
			print_token(&h);
		buf_add_u8(p->to, ' ');
	}
	buf_add_u8(p->to, '}');
}
