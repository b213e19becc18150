/*
 * Conditions of random rules, and the data.
 */
#include "rules.h"

enum { DEPTH_MAX = 4, TEXT_MAX = 1 << 16 };

/* ------------------------------------------------------------------ numbers */

static void put_number(struct made_rule *r);

static void put_two(struct made_rule *r, const char *between)
{
	put(r, "(");
	put_number(r);
	put(r, between);
	put_number(r);
	put(r, ")");
}

/* Bounds that are constants and below 0 or in the wrong order are refused by 4.5 only. */
static void put_range(struct made_rule *r)
{
	uint32_t s = below(r, r->count), low = below(r, 20);

	if (chance(r, 3))
		buf_addf(&r->text, "(%u..%u)", low, low + below(r, 60));
	else if (chance(r, 3))
		buf_addf(&r->text, "(@s%u..@s%u)", s, below(r, r->count));
	else if (chance(r, 2))
		buf_addf(&r->text, "(%u..filesize)", low);
	else
		buf_addf(&r->text, "(#s%u..filesize - %u)", s, low);
}

static void put_of_string(struct made_rule *r)
{
	uint32_t s = below(r, r->count);

	switch (below(r, 4)) {
	case 0:
		buf_addf(&r->text, "#s%u", s);
		break;
	case 1:
		buf_addf(&r->text, "#s%u in ", s);
		put_range(r);
		break;
	case 2:
		buf_addf(&r->text, "@s%u[", s);
		put_number(r);
		put(r, "]");
		break;
	default:
		buf_addf(&r->text, "%cs%u", r->is_fixed[s] ? '!' : '@', s);
		break;
	}
}

static void put_leaf(struct made_rule *r)
{
	uint32_t kind = below(r, 8);

	if (kind < 3)
		buf_addf(&r->text, "%u", below(r, kind == 0 ? 300 : 5));
	else if (kind < 5)
		put_of_string(r);
	else if (kind == 5)
		put(r, "filesize");
	else if (kind == 6 && r->loops > 0)
		buf_addf(&r->text, "i%u", below(r, r->loops));
	else
		PICK(r, "1KB", "0x10", "0", "1", "-1", "0o17");
}

/* 4.2 computes shifts of constants wrongly. */
static void put_shift(struct made_rule *r)
{
	put(r, "(#s0 + ");
	put_number(r);
	buf_addf(&r->text, " %s %u)", chance(r, 2) ? "<<" : ">>", below(r, 64));
}

static void put_number(struct made_rule *r)
{
	if (r->depth >= DEPTH_MAX || chance(r, 2)) {
		r->depth++;
		if (r->depth > DEPTH_MAX + 2)
			buf_addf(&r->text, "%u", below(r, 4));
		else
			put_leaf(r);
		r->depth--;
		return;
	}
	r->depth++;
	if (chance(r, 4)) {
		PICK(r, "uint8", "int8", "uint16", "int16be", "uint32", "uint32be", "int32");
		put(r, "(");
		put_number(r);
		put(r, ")");
	} else if (chance(r, 6)) {
		PICK(r, "-", "~");
		put(r, "(");
		put_number(r);
		put(r, ")");
	} else {
		static const char *const operators[] = {" + ", " - ", " * ", " \\ ",
							" % ", " & ", " | ", " ^ "};

		if (chance(r, 5))
			put_shift(r);
		else
			put_two(r, operators[below(r, 8)]);
	}
	r->depth--;
}

/* --------------------------------------------------------------------- truth */

static void put_truth(struct made_rule *r);

/* "0 of" is what "none of" is in 4.5 only, and "for none" holds always in 4.2. */
static void put_quantity(struct made_rule *r)
{
	if (chance(r, 3))
		buf_addf(&r->text, "(#s%u + 1)", below(r, r->count));
	else
		PICK(r, "any", "all", "1", "2", "3");
}

static void put_set(struct made_rule *r)
{
	if (chance(r, 2))
		put(r, "them");
	else if (chance(r, 3))
		put(r, "($s*)");
	else
		buf_addf(&r->text, "($s%u, $s%u)", below(r, r->count), below(r, r->count));
}

/* 4.2 has no "N% of .. in". */
static void put_of(struct made_rule *r)
{
	bool is_share = chance(r, 6);

	if (is_share)
		buf_addf(&r->text, "%u%%", 1 + below(r, 100));
	else if (chance(r, 6))
		put(r, "none");
	else
		put_quantity(r);
	put(r, " of ");
	put_set(r);
	if (!is_share && chance(r, 3)) {
		put(r, " in ");
		put_range(r);
	}
}

static void put_for_strings(struct made_rule *r)
{
	put(r, "for ");
	put_quantity(r);
	put(r, " of ");
	put_set(r);
	put(r, " : (");
	PICK(r, "$", "# > 1", "@ < 10", "$ at 0", "@[2] > 3", "$ in (0..20)");
	PICK(r, "", " and ", " or ");
	if (r->text.data[r->text.len - 1] == ' ')
		put_truth(r);
	put(r, ")");
}

static void put_for_numbers(struct made_rule *r)
{
	put(r, "for ");
	put_quantity(r);
	buf_addf(&r->text, " i%u in ", r->loops);
	if (chance(r, 3)) {
		buf_addf(&r->text, "(%u, %u, ", below(r, 5), below(r, 9));
		put_number(r);
		put(r, ")");
	} else if (chance(r, 3)) {
		buf_addf(&r->text, "(1..#s%u)", below(r, r->count));
	} else {
		buf_addf(&r->text, "(%u..%u)", below(r, 4), 4 + below(r, 8));
	}
	put(r, " : (");
	r->loops++;
	put_truth(r);
	r->loops--;
	put(r, ")");
}

static void put_text_test(struct made_rule *r)
{
	put(r, "\"");
	PICK(r, "ab", "aAb1", "", "abab", "b a");
	put(r, "\" ");
	if (chance(r, 3)) {
		put(r, "matches ");
		made_regex(r);
		return;
	}
	PICK(r, "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith",
	     "iequals", "==", "!=", "<", ">=");
	put(r, " \"");
	PICK(r, "ab", "A", "b", "AB", "aab1");
	put(r, "\"");
}

static void put_place(struct made_rule *r)
{
	buf_addf(&r->text, "$s%u", below(r, r->count));
	if (chance(r, 3)) {
		put(r, " at ");
		put_number(r);
	} else if (chance(r, 2)) {
		put(r, " in ");
		put_range(r);
	}
}

static void put_comparison(struct made_rule *r)
{
	put_number(r);
	PICK(r, " == ", " != ", " < ", " > ", " <= ", " >= ");
	put_number(r);
}

static void put_joined(struct made_rule *r)
{
	put(r, "(");
	put_truth(r);
	PICK(r, " and ", " or ");
	put_truth(r);
	put(r, ")");
}

static void put_truth(struct made_rule *r)
{
	static void (*const kinds[])(struct made_rule *) = {
		put_place,  put_comparison, put_comparison,  put_of,	      put_text_test,
		put_joined, put_joined,	    put_for_strings, put_for_numbers, put_place,
	};
	uint32_t kind = below(r, r->depth < DEPTH_MAX && r->loops < 3 ? 10 : 5);
	/* a place that is undefined is false in 4.2 and undefined in 4.5 */
	bool has_place = kinds[kind] == put_place || kinds[kind] == put_of;

	r->depth++;
	if (!has_place && chance(r, 12))
		put(r, "not ");
	else if (!has_place && chance(r, 12))
		put(r, "defined ");
	kinds[kind](r);
	r->depth--;
}

void made_condition(struct made_rule *r)
{
	r->depth = r->loops = 0;
	put_truth(r);
	/* a string that is not used would be a mistake */
	put(r, " or (any of them and filesize < 0)");
}

/* ---------------------------------------------------------------------- data */

static void add_data(struct made_rule *r, uint8_t byte)
{
	if (r->len < MADE_DATA)
		r->data[r->len++] = byte;
}

static void add_base64(struct made_rule *r, const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t bytes[24] = {0};
	uint32_t skip = below(r, 3), len = skip + (uint32_t)strlen(text);

	memcpy(bytes + skip, text, strlen(text));
	for (uint32_t i = 0; i < len; i += 3) {
		uint32_t group = (uint32_t)(bytes[i] << 16 | bytes[i + 1] << 8 | bytes[i + 2]);

		for (int shift = 18; shift >= 0; shift -= 6)
			add_data(r, (uint8_t)digits[group >> shift & 63]);
	}
}

static void add_string(struct made_rule *r)
{
	const char *text = r->plain[below(r, r->count)];
	uint8_t key = chance(r, 4) ? (uint8_t)below(r, 8) : 0;
	bool is_wide = chance(r, 3);

	if (chance(r, 6)) {
		add_base64(r, text);
		return;
	}
	for (; *text != '\0'; text++) {
		add_data(r, (uint8_t)*text ^ key);
		if (is_wide)
			add_data(r, key);
	}
}

static void make_data(struct made_rule *r)
{
	static const uint8_t letters[] = "abababAB1 \n_c\0\0";
	uint32_t len = below(r, chance(r, 4) ? MADE_DATA : 60);
	bool is_wide = chance(r, 3);

	r->len = 0;
	while (r->len < len) {
		if (chance(r, 10)) {
			add_string(r);
			continue;
		}
		add_data(r, letters[below(r, sizeof letters - 1)]);
		if (is_wide && !chance(r, 8))
			add_data(r, 0);
	}
}

void made_rule(struct made_rule *r, uint64_t seed)
{
	*r = (struct made_rule){.random = {seed}, .head = ""};
	buf_init(&r->text, TEXT_MAX);
	r->count = 1 + below(r, MADE_STRINGS);
	put(r, "rule r {\nstrings:\n");
	for (uint32_t i = 0; i < r->count; i++)
		made_string(r, i);
	put(r, "condition:\n\t");
	made_condition(r);
	put(r, "\n}\n");
	buf_add_u8(&r->text, '\0');
	make_data(r);
}
