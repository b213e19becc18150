/* Random rules: conditions with all operators. See yara-rules.h. */
#include "yara-rules.h"

#include "yara-strings.h"

static void integer(struct yara_maker *m, unsigned depth);
static void boolean(struct yara_maker *m, unsigned depth);

static void add(struct yara_maker *m, const char *text)
{
	buf_add_str(m->to, str_of(text));
}

static const char *one_of(struct yara_maker *m, const char *const *words, uint32_t count)
{
	return words[yara_below(m, count)];
}

static void indexed(struct yara_maker *m, char sign)
{
	buf_addf(m->to, "%c_%u", sign, yara_below(m, m->string_count));
}

static void range(struct yara_maker *m)
{
	uint32_t low = yara_below(m, 40);

	buf_addf(m->to, "(%u..%u)", low, low + yara_below(m, 60));
}

static void read_of(struct yara_maker *m, unsigned depth)
{
	static const char *const reads[] = {"uint8",	"int8",	  "uint16", "int16be",
					    "uint32be", "uint32", "int32"};

	add(m, one_of(m, reads, LEN(reads)));
	add(m, "(");
	integer(m, depth);
	add(m, ")");
}

static void leaf(struct yara_maker *m)
{
	switch (yara_below(m, 6)) {
	case 0:
		add(m, "filesize");
		break;
	case 1:
		indexed(m, '#');
		break;
	case 2:
		indexed(m, '@');
		if (yara_chance(m, 2))
			buf_addf(m->to, "[%u]", 1 + yara_below(m, 3));
		break;
	case 3:
		indexed(m, '!');
		if (yara_chance(m, 2))
			buf_addf(m->to, "[%u]", 1 + yara_below(m, 3));
		break;
	case 4:
		indexed(m, '#');
		add(m, " in ");
		range(m);
		break;
	default:
		buf_addf(m->to, "%u", yara_chance(m, 4) ? yara_below(m, 300) : yara_below(m, 5));
	}
}

static void integer(struct yara_maker *m, unsigned depth)
{
	static const char *const operators[] = {" + ", " - ", " * ", " & ", " | ", " ^ "};
	static const char *const bounded[] = {" \\ ", " % ", " << ", " >> "};

	if (depth == 0 || yara_chance(m, 3)) {
		leaf(m);
		return;
	}
	add(m, "(");
	switch (yara_below(m, 6)) {
	case 0:
		add(m, yara_chance(m, 2) ? "-" : "~");
		integer(m, depth - 1);
		break;
	case 1:
		read_of(m, depth - 1);
		break;
	case 2:
		integer(m, depth - 1);
		add(m, one_of(m, bounded, LEN(bounded)));
		buf_addf(m->to, "%u", 1 + yara_below(m, 6));
		break;
	default:
		integer(m, depth - 1);
		add(m, one_of(m, operators, LEN(operators)));
		integer(m, depth - 1);
	}
	add(m, ")");
}

static void quantifier(struct yara_maker *m)
{
	static const char *const words[] = {"any", "all", "none", "1", "2", "50%"};

	add(m, one_of(m, words, LEN(words)));
}

static void set(struct yara_maker *m)
{
	if (yara_chance(m, 2))
		add(m, "them");
	else if (yara_chance(m, 2))
		add(m, "($_*)");
	else
		buf_addf(m->to, "($_%u, $_%u)", yara_below(m, m->string_count),
			 yara_below(m, m->string_count));
}

static void of_strings(struct yara_maker *m)
{
	quantifier(m);
	add(m, " of ");
	set(m);
	if (yara_chance(m, 4)) {
		add(m, " in ");
		range(m);
	}
}

static void loop_of(struct yara_maker *m)
{
	static const char *const bodies[] = {"# > 1",	     "$",
					     "@ < 30",	     "! > 2",
					     "$ in (0..40)", "# in (0..40) == 1",
					     "@[2] > @ + 3", "not $ and filesize > 20"};

	add(m, "for ");
	quantifier(m);
	add(m, " of ");
	set(m);
	add(m, " : (");
	add(m, one_of(m, bodies, LEN(bodies)));
	add(m, ")");
}

static void loop_in(struct yara_maker *m, unsigned depth)
{
	uint32_t string = yara_below(m, m->string_count);

	add(m, "for ");
	quantifier(m);
	if (yara_chance(m, 3)) {
		buf_addf(m->to, " i in (1..#_%u) : (@_%u[i] %% 2 == 0)", string, string);
		return;
	}
	if (yara_chance(m, 2))
		buf_addf(m->to, " i in (0..%u) : (", yara_below(m, 6));
	else
		buf_addf(m->to, " i in (%u, 3, #_%u) : (", yara_below(m, 9), string);
	switch (yara_below(m, 3)) {
	case 0:
		add(m, "uint8(i) > 0x41");
		break;
	case 1:
		buf_addf(m->to, "$_%u at i", string);
		break;
	default:
		add(m, "i < ");
		integer(m, depth);
	}
	add(m, ")");
}

static void comparison(struct yara_maker *m, unsigned depth)
{
	static const char *const operators[] = {" == ", " != ", " < ", " <= ", " > ", " >= "};

	integer(m, depth);
	add(m, one_of(m, operators, LEN(operators)));
	integer(m, depth);
}

static void match(struct yara_maker *m, unsigned depth)
{
	indexed(m, '$');
	switch (yara_below(m, 4)) {
	case 0:
		add(m, " at ");
		integer(m, depth);
		break;
	case 1:
		add(m, " in ");
		range(m);
		break;
	default:
		break;
	}
}

static void atom(struct yara_maker *m, unsigned depth)
{
	switch (yara_below(m, 8)) {
	case 0:
		add(m, yara_chance(m, 2) ? "true" : "false");
		break;
	case 1:
		of_strings(m);
		break;
	case 2:
		loop_of(m);
		break;
	case 3:
		loop_in(m, depth);
		break;
	case 4:
		if (m->rule_count > 0) {
			buf_addf(m->to, "r%u", yara_below(m, m->rule_count));
			break;
		}
		/* fall through */
	case 5:
	case 6:
		comparison(m, depth);
		break;
	default:
		match(m, depth);
	}
}

static void boolean(struct yara_maker *m, unsigned depth)
{
	if (depth == 0 || yara_chance(m, 4)) {
		atom(m, depth > 2 ? 2 : depth);
		return;
	}
	switch (yara_below(m, 7)) {
	case 0:
		add(m, "not (");
		boolean(m, depth - 1);
		break;
	case 1:
		add(m, "defined (");
		integer(m, 2);
		break;
	default:
		add(m, "(");
		boolean(m, depth - 1);
		add(m, yara_chance(m, 2) ? " and " : " or ");
		boolean(m, depth - 1);
	}
	add(m, ")");
}

void yara_make_rules(struct yara_maker *m, uint32_t count)
{
	m->letters = 2 + yara_below(m, 5);
	for (m->rule_count = 0; m->rule_count < count; m->rule_count++) {
		m->string_count = 1 + yara_below(m, YARA_STRINGS_MAX);
		buf_addf(m->to, "rule r%u {\n\tstrings:\n", m->rule_count);
		for (uint32_t i = 0; i < m->string_count; i++) {
			buf_addf(m->to, "\t\t$_%u = ", i);
			yara_make_string(m);
			add(m, "\n");
		}
		add(m, "\tcondition:\n\t\t(");
		boolean(m, 3);
		add(m, ")");
		/* a string that is not asked for is an error in older versions */
		for (uint32_t i = 0; i < m->string_count; i++)
			buf_addf(m->to, " or #_%u < 0", i);
		add(m, "\n}\n");
	}
}
