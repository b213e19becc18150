/*
 * Text strings. Each form is one alternative: as it is, wide, and in base64
 * the three ways in which the text can be aligned to groups of three bytes.
 */
#include "lang/yara/textstring.h"

#include "lang/yara/border.h"
#include "lang/yara/pieces.h"

enum { ALPHABET_LEN = 64, WIDE_TEXT_MAX = 1 << 16 };

static const char usual_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* What the modifiers say. */
struct forms {
	bool ascii, wide, nocase, fullword;
	bool base64, base64_wide;
	const char *alphabet;
};

static struct forms forms_of(const struct ast_string *s)
{
	struct forms f = {.alphabet = usual_alphabet};

	for (const struct ast_modifier *m = s->modifiers; m != NULL; m = m->next) {
		f.ascii |= m->kind == AST_ASCII;
		f.wide |= m->kind == AST_WIDE;
		f.nocase |= m->kind == AST_NOCASE;
		f.fullword |= m->kind == AST_FULLWORD;
		f.base64 |= m->kind == AST_BASE64;
		f.base64_wide |= m->kind == AST_BASE64WIDE;
		if (m->kind >= AST_BASE64 && m->alphabet.len == ALPHABET_LEN)
			f.alphabet = m->alphabet.data;
	}
	f.ascii |= !f.wide;
	return f;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void add_plain(struct pieces *to, struct str text, const struct forms *f, bool is_wide)
{
	size_t mark = pieces_mark(to);

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		pieces_byte(to, c, f->nocase && is_letter(c) ? 0xdf : 0xff);
		if (is_wide)
			pieces_byte(to, 0, 0xff);
	}
	struct ir_node *body = pieces_take(to, mark);
	if (body != NULL && f->fullword)
		body = border_fullword(to->arena, body, is_wide);
	pieces_node(to, body);
}

/* The byte at `i` of a text that `skip` unknown bytes stand before; 0 for all that is unknown. */
static unsigned byte_at(struct str text, unsigned skip, size_t i)
{
	return i >= skip && i - skip < text.len ? (uint8_t)text.data[i - skip] : 0;
}

/* Six bits: what the character `n` of the encoded text stands for. */
static unsigned sextet(struct str text, unsigned skip, size_t n)
{
	size_t first = n / 4 * 3;
	unsigned group = byte_at(text, skip, first) << 16 | byte_at(text, skip, first + 1) << 8 |
			 byte_at(text, skip, first + 2);

	return group >> (18 - 6 * (n % 4)) & 63;
}

/* Only the characters that do not depend on what stands around the text. */
static void add_aligned(struct pieces *to, struct str text, const char *alphabet, unsigned skip,
			bool is_wide)
{
	size_t from = skip == 0 ? 0 : skip + 1;
	size_t end = (text.len + skip) * 8 / 6;
	size_t mark = pieces_mark(to);

	/* nothing is certain: such an alternative would match everywhere */
	if (from >= end)
		return;
	for (size_t n = from; n < end; n++) {
		pieces_byte(to, (uint8_t)alphabet[sextet(text, skip, n)], 0xff);
		if (is_wide)
			pieces_byte(to, 0, 0xff);
	}
	pieces_node(to, pieces_take(to, mark));
}

static void add_base64(struct pieces *to, struct str text, const struct forms *f)
{
	for (unsigned skip = 0; skip < 3; skip++) {
		if (f->base64)
			add_aligned(to, text, f->alphabet, skip, false);
		if (f->base64_wide)
			add_aligned(to, text, f->alphabet, skip, true);
	}
}

static void add_wide_base64(struct pieces *to, struct str text, const struct forms *f)
{
	struct buf wide;

	buf_init(&wide, WIDE_TEXT_MAX);
	for (size_t i = 0; i < text.len; i++) {
		buf_add_u8(&wide, (uint8_t)text.data[i]);
		buf_add_u8(&wide, 0);
	}
	if (wide.bad)
		to->status = E_LIMIT;
	else
		add_base64(to, buf_str(&wide), f);
	buf_done(&wide);
}

struct ir_node *textstring_tree(struct arena *a, const struct ast_string *s)
{
	struct forms f = forms_of(s);
	bool is_encoded = f.base64 || f.base64_wide;
	struct pieces to;

	pieces_init(&to, a);
	if (is_encoded && f.ascii)
		add_base64(&to, s->text, &f);
	if (is_encoded && f.wide)
		add_wide_base64(&to, s->text, &f);
	if (!is_encoded && f.ascii)
		add_plain(&to, s->text, &f, false);
	if (!is_encoded && f.wide)
		add_plain(&to, s->text, &f, true);
	struct ir_node *tree = sequence_take_alternatives(&to, 0);
	pieces_done(&to);
	return tree;
}
