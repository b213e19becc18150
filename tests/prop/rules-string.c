/*
 * Strings of random rules. What YARA 4.2 does otherwise than 4.5 is left out, and said so.
 */
#include "rules.h"

enum { DEPTH_MAX = 3 };

static void put_letter(struct made_rule *r)
{
	PICK(r, "a", "b", "a", "b", "A", "1", " ");
}

/* ------------------------------------------------------------------- texts */

static void put_keys(struct made_rule *r)
{
	unsigned low = below(r, 4), high = low + below(r, 3);

	if (chance(r, 3))
		put(r, " xor");
	else if (chance(r, 2))
		buf_addf(&r->text, " xor(%u)", low);
	else
		buf_addf(&r->text, " xor(0x%x-%u)", low, high);
}

static void put_text_modifiers(struct made_rule *r)
{
	if (chance(r, 4))
		put(r, " nocase");
	if (chance(r, 3))
		put(r, " wide");
	if (chance(r, 3))
		put(r, " ascii");
	if (chance(r, 4))
		put(r, " fullword");
	if (chance(r, 6))
		put_keys(r);
	if (chance(r, 8))
		PICK(r, " base64", " base64",
		     " base64(\"!@#$%^&*(){}[].,|"
		     "ABCDEFGHIJ\\x09LMNOPQRSTUVWXYZabcdefghijklmnopqrstu\")");
	if (chance(r, 12))
		put(r, " base64wide");
	if (chance(r, 12))
		put(r, " private");
}

static void put_text(struct made_rule *r, uint32_t index)
{
	static const char letters[] = "abab1A ";
	uint32_t len = 1 + below(r, 6);
	char *plain = r->plain[index];

	for (uint32_t i = 0; i < len; i++)
		plain[i] = letters[below(r, sizeof letters - 1)];
	plain[len] = '\0';
	buf_addf(&r->text, "\"%s\"", plain);
	put_text_modifiers(r);
	r->is_fixed[index] = true;
}

/* -------------------------------------------------------------- hex strings */

static void put_hex_byte(struct made_rule *r)
{
	PICK(r, "61", "62", "61", "62", "41", "31", "00", "6?", "?1", "??", "6?", "20");
}

static void put_hex_items(struct made_rule *r, bool *ret_is_fixed);

static void put_hex_choice(struct made_rule *r, bool *ret_is_fixed)
{
	uint32_t count = 1 + below(r, 3);

	put(r, "(");
	r->has_choice = true;
	r->depth++;
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0)
			put(r, "|");
		put_hex_items(r, ret_is_fixed);
	}
	r->depth--;
	put(r, ")");
	*ret_is_fixed = false;
}

static void put_jump(struct made_rule *r, bool *ret_is_fixed)
{
	unsigned low = below(r, 4), high = low + below(r, 4);

	*ret_is_fixed = false;
	if (chance(r, 8) && r->depth == 0 && !r->has_choice)
		r->is_far = true;
	if (r->is_far && chance(r, 2))
		buf_addf(&r->text, "[%u-%u]", low + 195, high + 210);
	else if (chance(r, 4))
		buf_addf(&r->text, "[%u]", low);
	else if (chance(r, 8))
		put(r, "[-]");
	else if (chance(r, 8))
		buf_addf(&r->text, "[%u-]", low);
	else
		buf_addf(&r->text, "[%u-%u]", low, high);
}

static void put_hex_items(struct made_rule *r, bool *ret_is_fixed)
{
	uint32_t count = 1 + below(r, r->depth == 0 ? 5 : 3);

	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && chance(r, 4))
			put_jump(r, ret_is_fixed);
		if (!r->is_far && r->depth < DEPTH_MAX && chance(r, 6))
			put_hex_choice(r, ret_is_fixed);
		else
			put_hex_byte(r);
		put(r, " ");
	}
}

static void put_hex(struct made_rule *r, uint32_t index)
{
	/* of a string that a long gap cuts, 4.2 misses ends of alternatives */
	r->is_far = r->has_choice = false;
	r->is_fixed[index] = true;
	put(r, "{ ");
	put_hex_items(r, &r->is_fixed[index]);
	put(r, "}");
	if (chance(r, 12))
		put(r, " private");
}

/* -------------------------------------------------------- regular expressions */

static void put_class(struct made_rule *r)
{
	PICK(r, "[ab]", "[^a]", "[a-c1]", "[\\w]", "[^\\d]", "[]a]", "[A\\s]", "[a-]");
}

static void put_alternatives(struct made_rule *r);

static void put_atom(struct made_rule *r)
{
	if (r->depth < DEPTH_MAX && chance(r, 6)) {
		r->depth++;
		put(r, "(");
		put_alternatives(r);
		put(r, ")");
		r->depth--;
	} else if (chance(r, 6)) {
		put_class(r);
	} else if (chance(r, 6)) {
		PICK(r, ".", "\\w", "\\d", "\\s", "\\W", "\\D", "\\S", "\\x61", "\\.", "\\x00");
	} else {
		put_letter(r);
	}
}

static void put_quantifier(struct made_rule *r)
{
	PICK(r, "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "{,2}", "{2}", "{1}", "+", "?");
	if (r->is_lazy != chance(r, 64))
		put(r, "?");
}

static void put_pieces(struct made_rule *r)
{
	uint32_t count = 1 + below(r, r->depth == 0 ? 4 : 3);

	for (uint32_t i = 0; i < count; i++) {
		if (chance(r, 24))
			PICK(r, "\\b", "\\B", "^", "$");
		put_atom(r);
		if (chance(r, 4))
			put_quantifier(r);
	}
}

static void put_alternatives(struct made_rule *r)
{
	put_pieces(r);
	while (chance(r, 4)) {
		put(r, "|");
		if (!chance(r, 8))
			put_pieces(r);
	}
}

/*
 * YARA 4.2 does not report matches without a length, and misses those of expressions that can
 * be empty, so there is always a letter somewhere.
 */
void made_regex(struct made_rule *r)
{
	bool is_first = chance(r, 2);

	r->is_lazy = chance(r, 2);
	r->depth = 1;
	put(r, "/");
	put(r, r->head);
	if (is_first)
		put_letter(r);
	if (chance(r, 4))
		put_pieces(r);
	put(r, "(");
	put_alternatives(r);
	put(r, ")");
	if (!is_first)
		put_letter(r);
	put(r, "/");
	r->depth = 0;
	if (chance(r, 6))
		put(r, "i");
	if (chance(r, 6))
		put(r, "s");
}

static void put_regex(struct made_rule *r, uint32_t index)
{
	/* else which end YARA looks behind depends on the bytes that it searches by */
	bool is_word = chance(r, 8);

	r->is_regex[index] = true;
	r->head = is_word ? "ab1A" : "";
	made_regex(r);
	r->head = "";
	if (chance(r, 6))
		put(r, " nocase");
	/* 4.2 misses alternatives of expressions that are both */
	if (chance(r, 3))
		PICK(r, " wide", " ascii");
	if (is_word)
		put(r, " fullword");
}

void made_string(struct made_rule *r, uint32_t index)
{
	buf_addf(&r->text, "\t$s%u = ", index);
	r->depth = 0;
	if (chance(r, 3))
		put_text(r, index);
	else if (chance(r, 2))
		put_hex(r, index);
	else
		put_regex(r, index);
	put(r, "\n");
}
