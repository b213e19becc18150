/*
 * Regular expressions.
 *
 *	alternatives := pieces { '|' [pieces] }
 *	pieces       := piece { piece }
 *	piece        := '^' | '$' | \b | \B | atom [quantifier ['?']]
 *	quantifier   := '*' | '+' | '?' | '{n}' | '{n,m}', of which n or m may be missing
 *	atom         := '(' alternatives ')' | '.' | class | escape | character
 *
 * A "{" that begins no quantifier is a character.
 */
#include "base/num.h"
#include "lang/yara/border.h"
#include "lang/yara/regex-read.h"

enum {
	NESTING_MAX = 40, /* of groups, each of which is at most three nodes of IR_DEPTH_MAX */
	REPEAT_MAX = 32767,
};

/* Where a byte of regex.source stands in the file, where each "/" is "\/". */
static uint32_t place_of(const struct regex_reader *r, size_t at)
{
	const struct ast_file *file = &r->y->ast->files.items[r->regex->span.file];
	uint32_t place = r->regex->span.start + 1;

	for (size_t i = 0; i < at; i++)
		place += r->text.data[i] == '/' && file->text.data[place] == '\\' ? 2 : 1;
	return place;
}

struct span regex_span(const struct regex_reader *r, size_t start, size_t end)
{
	uint32_t from = place_of(r, start), to = place_of(r, end);

	return (struct span){r->regex->span.file, from, to > from ? to : from + 1};
}

bool regex_fail(struct regex_reader *r, size_t start, const char *hint, const char *message)
{
	yara_error(r->y, regex_span(r, start, r->at), hint, "%s", message);
	return false;
}

/* -------------------------------------------------------------------- atoms */

static const uint8_t zero = 0;

/* One byte of a set, and the zero behind it; of an empty set: never. */
static struct ir_node *class_node(struct regex_reader *r, const struct byteset *set)
{
	struct arena *a = r->sequence.arena;
	struct ir_node *one = !byteset_is_empty(set)
				      ? ir_class(a, set->bits)
				      : ir_look(a, ir_concat(a, NULL, 0), false, true);

	if (!r->options.is_wide)
		return one;
	struct ir_node *both[] = {one, ir_bytes(a, &zero, NULL, 1)};
	return ir_concat(a, both, 2);
}

static void add_byte(struct regex_reader *r, uint8_t c)
{
	bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

	pieces_byte(&r->sequence, c, r->regex->nocase && is_letter ? 0xdf : 0xff);
	if (r->options.is_wide)
		pieces_byte(&r->sequence, 0, 0xff);
}

static void add_any(struct regex_reader *r)
{
	struct byteset set = {0};

	if (r->regex->dotall) {
		pieces_byte(&r->sequence, 0, 0);
		if (r->options.is_wide)
			pieces_byte(&r->sequence, 0, 0xff);
		return;
	}
	byteset_add(&set, '\n');
	set = byteset_complement(&set);
	pieces_node(&r->sequence, class_node(r, &set));
}

static bool read_alternatives(struct regex_reader *r);

/* The depth is bounded by NESTING_MAX. */
static bool read_group(struct regex_reader *r)
{
	size_t start = r->at++;

	if (regex_peek(r) == '?')
		return regex_fail(r, start, "groups are ( ) and nothing else",
				  "'(?' is not supported");
	if (r->depth == NESTING_MAX)
		return regex_fail(r, start, NULL, "groups are nested too deeply");
	r->depth++;
	bool ok = read_alternatives(r);
	r->depth--;
	if (!ok)
		return false;
	if (regex_peek(r) != ')')
		return regex_fail(r, start, NULL, "a '(' without its ')'");
	r->at++;
	return true;
}

static bool read_escape(struct regex_reader *r)
{
	char letter = r->at + 1 < r->text.len ? r->text.data[r->at + 1] : '\0';
	struct byteset set;
	uint8_t c;

	if (regex_set_of(letter, &set)) {
		r->at += 2;
		pieces_node(&r->sequence, class_node(r, &set));
		return true;
	}
	if (letter >= '0' && letter <= '9') {
		size_t start = r->at;

		r->at += 2;
		return regex_fail(r, start, "a byte is written as \\xHH",
				  "backreferences are not allowed");
	}
	if (!regex_escape(r, &c))
		return false;
	add_byte(r, c);
	return true;
}

static bool read_class(struct regex_reader *r)
{
	struct byteset set;

	if (!regex_class(r, &set))
		return false;
	pieces_node(&r->sequence, class_node(r, &set));
	return true;
}

/* -------------------------------------------------------------- quantifiers */

struct quantifier {
	uint32_t min, max;
	size_t len; /* of its text; 0: there is none */
};

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.len && text.data[at] == ' ')
		at++;
	return at;
}

/* Digits; a number too large stays larger than all that are allowed. */
static size_t read_number(struct str text, size_t at, uint32_t *ret)
{
	uint32_t v = 0;

	for (; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++)
		v = min_u32(v * 10 + (uint32_t)(text.data[at] - '0'), REPEAT_MAX + 1);
	*ret = v;
	return at;
}

/* "{2}", "{2,}", "{,3}", "{2 , 3}"; what looks otherwise is none. */
static struct quantifier braces_at(struct str text, size_t start)
{
	struct quantifier q = {0}, none = {0};
	size_t at = read_number(text, start + 1, &q.min), blank = skip_blanks(text, at);

	if (blank < text.len && text.data[blank] == ',') {
		size_t number = skip_blanks(text, blank + 1);

		at = read_number(text, number, &q.max);
		if (at == number)
			q.max = IR_UNBOUNDED;
	} else if (at > start + 1) {
		q.max = q.min;
	} else {
		return none;
	}
	if (at >= text.len || text.data[at] != '}')
		return none;
	q.len = at + 1 - start;
	return q;
}

static struct quantifier quantifier_at(const struct regex_reader *r)
{
	switch (regex_peek(r)) {
	case '*':
		return (struct quantifier){0, IR_UNBOUNDED, 1};
	case '+':
		return (struct quantifier){1, IR_UNBOUNDED, 1};
	case '?':
		return (struct quantifier){0, 1, 1};
	case '{':
		return braces_at(r->text, r->at);
	default:
		return (struct quantifier){0};
	}
}

static bool read_quantifier(struct regex_reader *r, struct quantifier *q, bool *ret_is_greedy)
{
	size_t start = r->at;

	r->at += q->len;
	if (q->min > REPEAT_MAX || (q->max > REPEAT_MAX && q->max != IR_UNBOUNDED))
		return regex_fail(r, start, "at most 32767 times", "repeat interval too large");
	if (q->min > q->max)
		return regex_fail(r, start, "the smaller number comes first",
				  "bad repeat interval");
	*ret_is_greedy = regex_peek(r) != '?';
	if (!*ret_is_greedy)
		r->at++;
	r->has_greedy |= *ret_is_greedy;
	r->has_lazy |= !*ret_is_greedy;
	if (r->has_greedy && r->has_lazy && !r->options.can_mix)
		return regex_fail(r, start, "use only * + ? {} or only *? +? ?? {}?",
				  "greedy and ungreedy quantifiers can't be mixed in a regular "
				  "expression");
	return true;
}

/*
 * What stands from `mark` on, repeated. Repetitions of a character end at any of its turns, so
 * that of several in a row, which all prefer more or all less, the shortest or longest match is
 * the one that is preferred; not so with groups.
 */
static void repeat(struct regex_reader *r, size_t mark, const struct quantifier *q, bool is_greedy,
		   bool is_group)
{
	struct pieces *s = &r->sequence;
	struct ir_node *atom = pieces_take(s, mark);

	if (atom == NULL)
		return;
	r->has_choice |= is_group && q->min != q->max;
	bool is_any = atom->kind == NODE_BYTES && atom->bytes.len == 1 && atom->bytes.mask[0] == 0;
	if (q->max == 0)
		pieces_node(s, ir_concat(s->arena, NULL, 0));
	else if (is_any)
		pieces_node(s, ir_gap(s->arena, q->min, q->max));
	else
		pieces_node(s, ir_repeat(s->arena, atom, q->min, q->max, is_greedy));
}

/* Whether the whole expression has alternatives. */
static bool has_bar(struct str text)
{
	bool in_class = false;
	unsigned depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '\\')
			i++;
		else if (in_class)
			/* a ']' that comes first is one of the class */
			in_class = c != ']' || text.data[i - 1] == '[' ||
				   (text.data[i - 1] == '^' && text.data[i - 2] == '[');
		else if (c == '[')
			in_class = true;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (c == '|' && depth == 0)
			return true;
	}
	return false;
}

/*
 * YARA takes a lazy .{n,m} that can be long for the jump of a hex string, which goes over line
 * ends and is counted in bytes, wide or not: it cuts the string there into two that it joins.
 */
static bool is_jump(const struct regex_reader *r, size_t start, const struct quantifier *q)
{
	enum { CHAINED = 200 };

	return r->text.data[start] == '.' && r->text.data[start + 1] == '{' &&
	       q->max > CHAINED && r->depth == 0 && !r->options.can_mix && start > 0 &&
	       r->at < r->text.len && !r->has_bar;
}

/* ---------------------------------------------------------------- sequences */

static bool read_atom(struct regex_reader *r)
{
	switch (regex_peek(r)) {
	case '(':
		return read_group(r);
	case '[':
		return read_class(r);
	case '\\':
		return read_escape(r);
	case '.':
		add_any(r);
		break;
	default:
		add_byte(r, (uint8_t)regex_peek(r));
		break;
	}
	r->at++;
	return true;
}

/* ^ $ \b \B, which nothing can be repeated of. */
static bool read_border(struct regex_reader *r)
{
	struct arena *a = r->sequence.arena;
	char c = regex_peek(r), next = r->at + 1 < r->text.len ? r->text.data[r->at + 1] : '\0';

	if (c == '^' || c == '$') {
		pieces_node(&r->sequence, ir_edge(a, c == '$'));
		r->at++;
		return true;
	}
	if (c != '\\' || (next != 'b' && next != 'B'))
		return false;
	pieces_node(&r->sequence, border_word(a, r->options.is_wide, next == 'B'));
	r->at += 2;
	return true;
}

static bool read_piece(struct regex_reader *r)
{
	struct quantifier q = quantifier_at(r);

	if (q.len > 0) {
		r->at += q.len;
		return regex_fail(r, r->at - q.len,
				  "a character of that kind is written with a '\\'",
				  "there is nothing to repeat");
	}
	if (read_border(r))
		return true;
	struct sequence_place place = pieces_here(&r->sequence);
	bool is_greedy, is_group = regex_peek(r) == '(';
	size_t start = r->at;

	if (!read_atom(r))
		return false;
	q = quantifier_at(r);
	if (q.len == 0)
		return true;
	if (!read_quantifier(r, &q, &is_greedy))
		return false;
	size_t mark = pieces_split(&r->sequence, place);
	if (!is_greedy && is_jump(r, start, &q)) {
		(void)pieces_take(&r->sequence, mark);
		pieces_node(&r->sequence, ir_gap(r->sequence.arena, q.min, q.max));
	} else {
		repeat(r, mark, &q, is_greedy, is_group);
	}
	return true;
}

static bool at_end_of_pieces(const struct regex_reader *r)
{
	return r->at == r->text.len || regex_peek(r) == '|' || regex_peek(r) == ')';
}

/*
 * Whether it matters which of the alternatives is written first. YARA searches those at the very
 * front by texts of up to 4 bytes each; a shorter one ends first, so that it is found first. With
 * one of no length there is nothing to search by.
 */
static bool is_ordered(const struct regex_reader *r, const struct ir_node *tree, size_t begin)
{
	enum { ATOM = 4 };
	uint32_t min, max;

	ir_width(tree, &min, &max);
	return min != max && (min == 0 || min >= ATOM || begin > r->front);
}

/* Alternatives become one node. All but the first may be empty. */
static bool read_alternatives(struct regex_reader *r)
{
	const size_t begin = r->at;
	size_t first = pieces_mark(&r->sequence);

	if (at_end_of_pieces(r))
		return regex_fail(r, r->at, NULL,
				  regex_peek(r) == '|' ? "there is nothing before the '|'"
						       : "there is nothing before the ')'");
	for (;;) {
		size_t mark = pieces_mark(&r->sequence);

		while (!at_end_of_pieces(r)) {
			if (!read_piece(r))
				return false;
		}
		pieces_node(&r->sequence, pieces_take(&r->sequence, mark));
		if (regex_peek(r) != '|')
			break;
		r->at++;
	}
	struct ir_node *tree = sequence_take_alternatives(&r->sequence, first);
	r->has_choice |= tree != NULL && tree->kind == NODE_ALT && is_ordered(r, tree, begin);
	pieces_node(&r->sequence, tree);
	return true;
}

struct ir_node *regex_tree(struct yara *y, struct arena *a, const struct ast_regex *regex,
			   struct regex_options options, enum match_length *ret_length)
{
	struct regex_reader r = {.y = y, .regex = regex, .options = options, .text = regex->source};
	struct ir_node *tree = NULL;

	r.has_bar = has_bar(r.text);
	while (r.front < r.text.len && r.text.data[r.front] == '(')
		r.front++;
	pieces_init(&r.sequence, a);
	bool ok = read_alternatives(&r);
	if (ok && r.at < r.text.len)
		ok = regex_fail(&r, r.at, "write \\) for the character", "a ')' without its '('");
	if (ok)
		tree = pieces_take(&r.sequence, 0);
	if (r.sequence.status != OK)
		y->status = r.sequence.status;
	pieces_done(&r.sequence);
	*ret_length = match_length_of(r.has_greedy, r.has_choice);
	return tree;
}
