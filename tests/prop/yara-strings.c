/* Strings of random rules: texts, bytes, regular expressions. See yara-rules.h. */
#include "yara-strings.h"

static const char alphabet[] = "abAB1 ";

bool yara_chance(struct yara_maker *m, uint32_t of)
{
	return random_chance(&m->random, of);
}

uint32_t yara_below(struct yara_maker *m, uint32_t below)
{
	return random_below(&m->random, below);
}

static char letter(struct yara_maker *m)
{
	return alphabet[yara_below(m, m->letters)];
}

static void letters(struct yara_maker *m, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		buf_add_u8(m->to, (uint8_t)letter(m));
}

static bool maybe(struct yara_maker *m, uint32_t of, const char *word)
{
	bool is_said = yara_chance(m, of);

	if (is_said)
		buf_add_str(m->to, str_of(word));
	return is_said;
}

static void text_string(struct yara_maker *m)
{
	buf_add_u8(m->to, '"');
	letters(m, 1 + yara_below(m, 7));
	if (yara_chance(m, 6))
		buf_add_str(m->to, STR("\\x00"));
	if (yara_chance(m, 6))
		letters(m, 1 + yara_below(m, 3));
	buf_add_u8(m->to, '"');
	if (yara_chance(m, 8)) {
		uint32_t low = yara_below(m, 4);

		buf_addf(m->to, " xor(%u-%u)", low, low + yara_below(m, 40));
	} else {
		maybe(m, 3, " nocase");
	}
	if (maybe(m, 3, " wide"))
		maybe(m, 2, " ascii");
	maybe(m, 5, " fullword");
	maybe(m, 9, " private");
}

static void base64_string(struct yara_maker *m)
{
	buf_add_u8(m->to, '"');
	letters(m, 3 + yara_below(m, 4));
	buf_add_str(m->to, STR("\" base64"));
	if (yara_chance(m, 3))
		buf_add_str(m->to, STR("wide"));
}

static void hex_byte(struct yara_maker *m)
{
	uint8_t byte = (uint8_t)letter(m);

	switch (yara_below(m, 8)) {
	case 0:
		buf_add_str(m->to, STR("?? "));
		break;
	case 1:
		buf_addf(m->to, "%X? ", byte >> 4);
		break;
	case 2:
		buf_addf(m->to, "?%x ", byte & 15);
		break;
	default:
		buf_addf(m->to, "%02x ", byte);
	}
}

static void hex_jump(struct yara_maker *m, bool is_bounded)
{
	uint32_t low = yara_below(m, 4);

	switch (yara_below(m, is_bounded ? 2 : 4)) {
	case 0:
		buf_addf(m->to, "[%u] ", low + 1);
		break;
	case 1:
		buf_addf(m->to, "[%u-%u] ", low, low + 1 + yara_below(m, 4));
		break;
	case 2:
		buf_addf(m->to, "[%u-] ", low);
		break;
	default:
		buf_add_str(m->to, STR("[-] "));
	}
}

static void hex_bytes(struct yara_maker *m, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		hex_byte(m);
}

static void hex_string(struct yara_maker *m)
{
	uint32_t pieces = 1 + yara_below(m, 4);

	buf_add_str(m->to, STR("{ "));
	buf_addf(m->to, "%02x ", letter(m));
	for (uint32_t i = 0; i < pieces; i++) {
		hex_bytes(m, yara_below(m, 3));
		if (yara_chance(m, 3)) {
			hex_jump(m, false);
		} else if (yara_chance(m, 3)) {
			buf_add_str(m->to, STR("( "));
			hex_bytes(m, 1 + yara_below(m, 2));
			buf_add_str(m->to, STR("| "));
			hex_bytes(m, 1 + yara_below(m, 3));
			buf_add_str(m->to, STR(") "));
		}
		buf_addf(m->to, "%02x ", letter(m));
	}
	buf_add_u8(m->to, '}');
	maybe(m, 9, " private");
}

static void regex_atom(struct yara_maker *m, unsigned depth, bool is_lazy);

static void regex_class(struct yara_maker *m)
{
	static const char *const classes[] = {"\\w", "\\W", "\\d", "\\D", "\\s", "\\S", "."};

	if (yara_chance(m, 2)) {
		buf_add_str(m->to, str_of(classes[yara_below(m, LEN(classes))]));
		return;
	}
	buf_add_u8(m->to, '[');
	maybe(m, 4, "^");
	letters(m, 1 + yara_below(m, 2));
	maybe(m, 4, "a-z");
	buf_add_u8(m->to, ']');
}

static void regex_repeat(struct yara_maker *m, bool is_lazy)
{
	uint32_t low = yara_below(m, 3);

	switch (yara_below(m, 6)) {
	case 0:
		buf_add_u8(m->to, '*');
		break;
	case 1:
		buf_add_u8(m->to, '+');
		break;
	case 2:
		buf_add_u8(m->to, '?');
		break;
	case 3:
		buf_addf(m->to, "{%u,%u}", low, low + 1 + yara_below(m, 3));
		break;
	case 4:
		buf_addf(m->to, "{%u,}", low + 1);
		break;
	default:
		buf_addf(m->to, "{%u}", low + 1);
		return; /* has no lazy form of its own */
	}
	if (is_lazy)
		buf_add_u8(m->to, '?');
}

static void regex_sequence(struct yara_maker *m, unsigned depth, bool is_lazy)
{
	uint32_t count = 1 + yara_below(m, 4);

	for (uint32_t i = 0; i < count; i++) {
		regex_atom(m, depth, is_lazy);
		if (yara_chance(m, 4))
			regex_repeat(m, is_lazy);
		if (yara_chance(m, 16))
			buf_add_str(m->to, yara_chance(m, 2) ? STR("\\b") : STR("\\B"));
	}
}

static void regex_atom(struct yara_maker *m, unsigned depth, bool is_lazy)
{
	if (depth > 0 && yara_chance(m, 5)) {
		buf_add_u8(m->to, '(');
		regex_sequence(m, depth - 1, is_lazy);
		if (yara_chance(m, 2)) {
			buf_add_u8(m->to, '|');
			regex_sequence(m, depth - 1, is_lazy);
		}
		buf_add_u8(m->to, ')');
	} else if (yara_chance(m, 4)) {
		regex_class(m);
	} else {
		letters(m, 1 + yara_below(m, 2));
	}
}

static void regex_string(struct yara_maker *m)
{
	bool is_lazy = yara_chance(m, 3);

	buf_add_u8(m->to, '/');
	maybe(m, 12, "^");
	/* YARA searches for pieces of bytes: give it one as a rule */
	letters(m, yara_below(m, 4));
	regex_sequence(m, 2, is_lazy);
	letters(m, yara_below(m, 3));
	maybe(m, 12, "$");
	buf_add_u8(m->to, '/');
	maybe(m, 5, "i");
	maybe(m, 4, "s");
	if (maybe(m, 5, " wide"))
		maybe(m, 2, " ascii");
	maybe(m, 6, " fullword");
}

void yara_make_string(struct yara_maker *m)
{
	switch (yara_below(m, 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		text_string(m);
		break;
	case 4:
		base64_string(m);
		break;
	case 5:
	case 6:
		hex_string(m);
		break;
	default:
		regex_string(m);
	}
}

void yara_make_data(struct yara_maker *m, uint8_t *to, size_t len)
{
	bool is_wide = false;

	for (size_t i = 0; i < len; i++) {
		if (yara_chance(m, 24))
			is_wide = !is_wide;
		to[i] = (uint8_t)letter(m);
		if (yara_chance(m, 20))
			to[i] = (uint8_t)yara_below(m, 256);
		else if (is_wide && i % 2 == 1)
			to[i] = 0;
	}
	/* the texts that base64 makes of the letters */
	static const char encoded[] = "YWFiYWJhYWJiYmFiQUJBQmFi";
	for (size_t at = yara_below(m, 64); yara_chance(m, 2) && at + 24 < len; at += 64) {
		for (size_t i = 0; i < 24; i++)
			to[at + i] = (uint8_t)encoded[i];
	}
}
