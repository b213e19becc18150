#include "yara-grammar.h"

#include "base/error.h"

enum { DEPTH = 5 };

struct grammar {
	struct random *r;
	struct buf *to;
};

static bool chance(struct grammar *g, uint32_t of)
{
	return random_chance(g->r, of);
}

/* What may stand between two words. */
static void blank(struct grammar *g)
{
	static const char *const blanks[] = {
		"\n",
		"\n\n",
		"\n\n\n\t",
		"\t",
		" // line\n",
		"\n// own line  \n",
		" /* in between */ ",
		"\n/* own\r\n   lines */\n",
		"//\n",
		" // a\n\n  // b\r\n",
		" /**/ /* // */ ",
		"\r\n",
	};

	buf_addf(g->to, " %s", chance(g, 6) ? blanks[random_below(g->r, LEN(blanks))] : "");
}

static void word(struct grammar *g, const char *text)
{
	blank(g);
	buf_addf(g->to, "%s", text);
}

static void one_of(struct grammar *g, const char *const *words, size_t count)
{
	word(g, words[random_below(g->r, (uint32_t)count)]);
}

#define ONE_OF(g, ...)                                                                             \
	one_of(g, (const char *const[]){__VA_ARGS__},                                              \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void text(struct grammar *g)
{
	ONE_OF(g, "\"a\"", "\"with \\\"quotes\\\" and \\\\\"", "\"\\x00\\xff\\t\\n\\r\"",
	       "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", "\"\xc3\"", "\"// /* no comment\"",
	       "\"\x01\x7f\"", "\"pe\"");
}

static void regex(struct grammar *g)
{
	ONE_OF(g, "/ab+c/", "/a\\/b[\\/]/i", "/\\\\\\/x/s", "/\\x41.{2,4}\\./is", "/[^a\\]]z?/");
}

static void condition(struct grammar *g, uint32_t depth);
static void sum(struct grammar *g, uint32_t depth);

static void range(struct grammar *g, uint32_t depth)
{
	word(g, "(");
	sum(g, depth);
	word(g, "..");
	sum(g, depth);
	word(g, ")");
}

static void in_brackets(struct grammar *g, uint32_t depth)
{
	word(g, "[");
	sum(g, depth);
	word(g, "]");
}

static void place(struct grammar *g, uint32_t depth)
{
	if (chance(g, 3)) {
		word(g, "in");
		range(g, depth);
	} else if (chance(g, 2)) {
		word(g, "at");
		sum(g, depth);
	}
}

static void call(struct grammar *g, uint32_t depth)
{
	ONE_OF(g, "pe.exports", "math.abs", "hash . md5", "math.max");
	word(g, "(");
	for (uint32_t n = random_below(g->r, 3); n > 0; n--) {
		condition(g, depth);
		word(g, n > 1 ? "," : "");
	}
	word(g, ")");
}

static void member(struct grammar *g, uint32_t depth)
{
	ONE_OF(g, "pe.number_of_sections", "a", "i", "pe . entry_point", "a.b");
	if (chance(g, 3)) {
		ONE_OF(g, ".sections", ".c");
		in_brackets(g, depth);
		word(g, ".name");
	}
}

static void primary(struct grammar *g, uint32_t depth)
{
	uint32_t kind = random_below(g->r, depth > 0 ? 10 : 4);

	if (kind == 0) {
		ONE_OF(g, "1", "0", "0x5A4D", "10KB", "3MB", "0o17", "1.5", "0.25", "007");
	} else if (kind == 1) {
		ONE_OF(g, "filesize", "entrypoint", "true", "false", "#a", "@a", "!b", "@", "#c");
	} else if (kind == 2) {
		ONE_OF(g, "i", "pe.is_pe", "a", "time.now");
	} else if (kind == 3) {
		text(g);
	} else if (kind == 4) {
		word(g, "(");
		condition(g, depth - 1);
		word(g, ")");
	} else if (kind == 5) {
		ONE_OF(g, "uint16", "int32be", "uint8", "int16");
		word(g, "(");
		sum(g, depth - 1);
		word(g, ")");
	} else if (kind == 6) {
		ONE_OF(g, "@a", "!c", "@");
		in_brackets(g, depth - 1);
	} else if (kind == 7) {
		call(g, depth - 1);
	} else if (kind == 8) {
		word(g, "#b");
		word(g, "in");
		range(g, depth - 1);
	} else {
		member(g, depth - 1);
	}
}

static void sum(struct grammar *g, uint32_t depth)
{
	while (chance(g, 6))
		ONE_OF(g, "-", "~");
	primary(g, depth);
	while (depth > 0 && chance(g, 3)) {
		ONE_OF(g, "+", "-", "*", "\\", "%", "&", "|", "^", "<<", ">>");
		primary(g, depth - 1);
	}
}

static void set(struct grammar *g)
{
	if (chance(g, 3)) {
		word(g, "them");
		return;
	}
	word(g, "(");
	ONE_OF(g, "$a", "$b*", "$*", "$c", "first", "fi*");
	while (chance(g, 2)) {
		word(g, ",");
		ONE_OF(g, "$a", "$b", "$_*", "$c", "$");
	}
	word(g, ")");
}

static void quantifier(struct grammar *g, uint32_t depth, bool is_loop)
{
	if (chance(g, 3))
		sum(g, depth);
	else if (!is_loop && chance(g, 4))
		ONE_OF(g, "50 %", "(10)%", "0x10 %");
	else
		ONE_OF(g, "all", "any", "none", "2", "(1 + 1)", "10 \\ 5");
}

static void iterator(struct grammar *g, uint32_t depth)
{
	if (chance(g, 3)) {
		ONE_OF(g, "pe.sections", "pe.version_info", "a[1].b");
	} else if (chance(g, 2)) {
		range(g, depth);
	} else {
		word(g, "(");
		sum(g, depth);
		while (chance(g, 2)) {
			word(g, ",");
			sum(g, depth);
		}
		word(g, ")");
	}
}

static void loop(struct grammar *g, uint32_t depth)
{
	word(g, "for");
	quantifier(g, depth, true);
	if (chance(g, 2)) {
		word(g, "of");
		set(g);
	} else {
		ONE_OF(g, "i", "k, v", "j");
		word(g, "in");
		iterator(g, depth);
	}
	word(g, ":");
	word(g, "(");
	condition(g, depth);
	word(g, ")");
}

static void comparison(struct grammar *g, uint32_t depth)
{
	uint32_t kind = random_below(g->r, depth > 0 ? 6 : 1);

	if (kind == 0) {
		ONE_OF(g, "$a", "$b", "$", "$c", "$_d");
		place(g, 0);
	} else if (kind == 1) {
		quantifier(g, depth - 1, false);
		word(g, "of");
		set(g);
		place(g, depth - 1);
	} else if (kind == 2) {
		loop(g, depth - 1);
	} else if (kind == 3) {
		sum(g, depth - 1);
		word(g, "matches");
		regex(g);
	} else {
		sum(g, depth - 1);
		if (chance(g, 4))
			return;
		ONE_OF(g, "==", "!=", "<", ">=", "contains", "iendswith", "iequals", "<=", ">");
		sum(g, depth - 1);
	}
}

static void negation(struct grammar *g, uint32_t depth)
{
	while (chance(g, 5))
		ONE_OF(g, "not", "defined");
	comparison(g, depth);
}

static void condition(struct grammar *g, uint32_t depth)
{
	negation(g, depth);
	while (depth > 0 && chance(g, 2)) {
		ONE_OF(g, "and", "or", "and");
		negation(g, depth - 1);
	}
}

static void modifiers(struct grammar *g, bool is_text)
{
	while (chance(g, 2))
		ONE_OF(g, "wide", "ascii", "nocase", "fullword", "private");
	if (is_text && chance(g, 3))
		ONE_OF(g, "xor", "xor ( 1 - 0xff)", "xor(7)", "base64", "base64wide");
	if (is_text && chance(g, 12))
		word(g, "base64(\"!@#$%^&*(){}[].,|ABCDEFGHIJ\\x09LMNOPQRSTUVWXYZabcdefghijklmnop"
			"\\\"\")");
}

static void string(struct grammar *g, const char *name)
{
	word(g, name);
	word(g, "=");
	if (chance(g, 3)) {
		ONE_OF(g, "{ 01 ?? a? }", "{0102aB}", "{ 01 // c }\n 02 ( 03|~04 05 )\n }",
		       "{\n\n 4d 5A /* x */ 90\r\n [ 2 - 4 ] 00\n\t/* a\n b */ ff}",
		       "{ 01 [4-] 02 }", "{ 01 ~?2 }", "{ AA BB // last\n }", "{\n4d 5a\n}");
		if (chance(g, 4))
			word(g, "private");
	} else if (chance(g, 2)) {
		regex(g);
		modifiers(g, false);
	} else {
		text(g);
		modifiers(g, true);
	}
}

static void metas(struct grammar *g)
{
	word(g, "meta");
	word(g, ":");
	do {
		ONE_OF(g, "author", "id", "_x1");
		word(g, "=");
		if (chance(g, 2))
			text(g);
		else
			ONE_OF(g, "1", "-1", "- 0x10", "true", "false", "10KB", "0");
	} while (!chance(g, 3));
}

static void rule(struct grammar *g, const char *name)
{
	while (chance(g, 3))
		ONE_OF(g, "private", "global");
	word(g, "rule");
	word(g, name);
	if (chance(g, 3)) {
		word(g, ":");
		ONE_OF(g, "tag", "tag two", "a b\tc");
	}
	word(g, "{");
	if (chance(g, 2))
		metas(g);
	if (!chance(g, 3)) {
		static const char *const names[] = {"$a", "$b", "$c", "$_d", "$"};

		word(g, "strings");
		word(g, ":");
		for (size_t i = random_below(g->r, LEN(names)); i < LEN(names); i++)
			string(g, names[i]);
	}
	word(g, "condition");
	word(g, ":");
	condition(g, random_below(g->r, DEPTH));
	word(g, "}");
}

void make_yara(struct random *r, struct buf *to)
{
	static const char *const names[] = {"first", "second", "third"};
	struct grammar g = {r, to};

	if (chance(&g, 5))
		buf_addf(to, "\xef\xbb\xbf");
	while (chance(&g, 2))
		ONE_OF(&g, "import \"pe\"", "import \"math\"", "import\n\"hash\"");
	for (size_t i = random_below(r, LEN(names) + 1); i < LEN(names); i++)
		rule(&g, names[i]);
	blank(&g);
}
