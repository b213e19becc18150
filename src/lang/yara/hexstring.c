/*
 * Hex strings.
 *
 *	items := item { item | jump } ends with an item
 *	item  := ['~'] HH | H? | ?H | '??' | '(' items { '|' items } ')'
 *	jump  := '[' n ']' | '[' n '-' m ']' | '[' n '-' ']' | '[' '-' ']'
 *
 * Between them stand blanks and comments.
 */
#include "lang/yara/hexstring.h"

#include "base/num.h"
#include "lang/yara/byteset.h"
#include "lang/yara/pieces.h"

enum {
	NESTING_MAX = 30,      /* of alternatives */
	INSIDE_JUMP_MAX = 200, /* of a jump in an alternative */
	JUMP_MAX = INT32_MAX,
};

struct hexreader {
	struct yara *y;
	const struct ast_string *string;
	struct str text;
	size_t at;
	unsigned depth; /* of alternatives around */
	bool has_choice; /* alternatives of several lengths */
	struct pieces sequence;
};

static char peek(const struct hexreader *r)
{
	return r->at < r->text.len ? r->text.data[r->at] : '\0';
}

/* Report what is wrong with the text from `start` to where the reader stands, at least one byte. */
static bool fail(struct hexreader *r, size_t start, const char *hint, const char *message)
{
	uint32_t base = r->string->value_span.start + 1; /* behind the brace */
	struct span at = {r->string->value_span.file, base + (uint32_t)start,
			  base + (uint32_t)(r->at > start ? r->at : start + 1)};

	yara_error(r->y, at, hint, "%s", message);
	return false;
}

static void skip_comment(struct hexreader *r)
{
	bool is_line = r->at + 1 < r->text.len && r->text.data[r->at + 1] == '/';

	r->at += 2;
	while (r->at < r->text.len) {
		char c = r->text.data[r->at++];

		if (is_line ? c == '\n' : c == '*' && peek(r) == '/')
			break;
	}
	if (!is_line && r->at < r->text.len)
		r->at++;
}

static void skip_blanks(struct hexreader *r)
{
	for (;;) {
		char c = peek(r);

		if (c == '/')
			skip_comment(r);
		else if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			r->at++;
		else
			return;
	}
}

/* -------------------------------------------------------------------- bytes */

/* A digit or "?" as four bits of value and mask. */
static bool read_nibble(struct hexreader *r, uint8_t *value, uint8_t *mask)
{
	int digit = hex_digit(peek(r));

	if (digit < 0 && peek(r) != '?')
		return false;
	*value = (uint8_t)(*value << 4 | (digit < 0 ? 0 : digit));
	*mask = (uint8_t)(*mask << 4 | (digit < 0 ? 0 : 15));
	r->at++;
	return true;
}

static struct ir_node *all_but(struct arena *a, uint8_t value, uint8_t mask)
{
	struct byteset set = {0};

	for (unsigned c = 0; c < 256; c++) {
		if ((c & mask) != value)
			byteset_add(&set, c);
	}
	return ir_class(a, set.bits);
}

static bool read_byte(struct hexreader *r)
{
	uint8_t value = 0, mask = 0;
	size_t start = r->at;
	bool is_negated = peek(r) == '~';

	if (is_negated)
		r->at++;
	bool has_first = read_nibble(r, &value, &mask);
	if (!has_first && is_negated)
		return fail(r, start, "such as ~4D, ~4? or ~?D", "expected a byte behind '~'");
	if (!has_first)
		return fail(r, start, NULL, "invalid character in hex string");
	if (!read_nibble(r, &value, &mask))
		return fail(r, start, "a byte has two digits or '?'",
			    "uneven number of digits in hex string");
	if (is_negated && mask == 0)
		return fail(r, start, "it would match nothing", "'~' of any byte");
	if (is_negated)
		pieces_node(&r->sequence, all_but(r->sequence.arena, value, mask));
	else
		pieces_byte(&r->sequence, value, mask);
	return true;
}

/* -------------------------------------------------------------------- jumps */

static bool read_number(struct hexreader *r, bool *ret_has, uint32_t *ret)
{
	size_t start = r->at;
	uint64_t v = 0;

	while (peek(r) >= '0' && peek(r) <= '9') {
		v = min_u64(v * 10 + (uint64_t)(peek(r) - '0'), (uint64_t)JUMP_MAX + 1);
		r->at++;
	}
	*ret_has = r->at > start;
	*ret = (uint32_t)v;
	if (v > JUMP_MAX)
		return fail(r, start, "at most 2147483647 bytes", "jump too large");
	return true;
}

static void skip_jump_blanks(struct hexreader *r)
{
	while (peek(r) == ' ' || peek(r) == '\t' || peek(r) == '\r' || peek(r) == '\n')
		r->at++;
}

/* "[", the numbers and "]": which are there, and which numbers. */
struct jump {
	uint32_t min, max;
	bool has_min, has_max, has_dash;
};

static bool read_jump_text(struct hexreader *r, struct jump *j)
{
	size_t start = r->at++;

	skip_jump_blanks(r);
	if (!read_number(r, &j->has_min, &j->min))
		return false;
	skip_jump_blanks(r);
	if (peek(r) == '-') {
		j->has_dash = true;
		r->at++;
		skip_jump_blanks(r);
		if (!read_number(r, &j->has_max, &j->max))
			return false;
		skip_jump_blanks(r);
	}
	bool is_whole = j->has_min || (j->has_dash && !j->has_max);
	if (peek(r) != ']' || !is_whole)
		return fail(r, start, "jumps are [n], [n-m], [n-] and [-]",
			    "invalid character in hex string jump");
	r->at++;
	return true;
}

static bool read_jump(struct hexreader *r)
{
	struct jump j = {0};
	size_t start = r->at;

	if (!read_jump_text(r, &j))
		return false;
	if (!j.has_dash) {
		if (j.min == 0)
			return fail(r, start, NULL, "invalid jump length: 0");
		j.max = j.min;
	} else if (!j.has_max) {
		j.max = IR_UNBOUNDED;
	}
	if (j.min > j.max)
		return fail(r, start, "the smaller number comes first", "invalid jump range");
	if (r->depth > 0 && j.max == IR_UNBOUNDED)
		return fail(r, start, NULL, "unbounded jumps not allowed inside alternation (|)");
	if (r->depth > 0 && j.max > INSIDE_JUMP_MAX)
		return fail(r, start, NULL, "jumps over 200 not allowed inside alternation (|)");
	pieces_node(&r->sequence, ir_gap(r->sequence.arena, j.min, j.max));
	return true;
}

/* ---------------------------------------------------------------- sequences */

static bool read_items(struct hexreader *r);

/* The depth is bounded by NESTING_MAX. */
static bool read_alternatives(struct hexreader *r)
{
	size_t start = r->at, first = pieces_mark(&r->sequence);

	if (r->depth == NESTING_MAX)
		return fail(r, start, NULL, "alternatives are nested too deeply");
	r->depth++;
	do {
		size_t mark = pieces_mark(&r->sequence);

		r->at++;
		if (!read_items(r))
			return false;
		pieces_node(&r->sequence, pieces_take(&r->sequence, mark));
	} while (peek(r) == '|');
	r->depth--;
	if (peek(r) != ')')
		return fail(r, start, NULL, "a '(' without its ')'");
	r->at++;
	struct ir_node *tree = sequence_take_alternatives(&r->sequence, first);
	r->has_choice |= tree != NULL && tree->kind == NODE_ALT && !ir_has_fixed_width(tree);
	pieces_node(&r->sequence, tree);
	return true;
}

static bool read_item(struct hexreader *r)
{
	return peek(r) == '(' ? read_alternatives(r) : read_byte(r);
}

/* To the end, a "|" or a ")". */
static bool read_items(struct hexreader *r)
{
	size_t jump = SIZE_MAX; /* the last one, with no item behind it */
	bool is_empty = true;

	for (;;) {
		skip_blanks(r);
		if (r->at == r->text.len || peek(r) == '|' || peek(r) == ')')
			break;
		if (peek(r) == '[') {
			if (is_empty)
				return fail(r, r->at, "begin with a byte",
					    "a hex string begins with a jump");
			jump = r->at;
			if (!read_jump(r))
				return false;
			continue;
		}
		if (!read_item(r))
			return false;
		jump = SIZE_MAX;
		is_empty = false;
	}
	if (is_empty)
		return fail(r, r->at, NULL, "expected a byte such as 4D or 4?");
	if (jump != SIZE_MAX)
		return fail(r, jump, "end with a byte", "a hex string ends with a jump");
	return true;
}

struct ir_node *hexstring_tree(struct yara *y, struct arena *a, const struct ast_string *s,
			       enum match_length *ret_length)
{
	struct hexreader r = {.y = y, .string = s, .text = s->text};
	struct ir_node *tree = NULL;

	pieces_init(&r.sequence, a);
	bool ok = read_items(&r);
	if (ok && peek(&r) == '|')
		ok = fail(&r, r.at, "alternatives stand in parentheses: ( 41 | 42 )",
			  "a '|' outside of alternatives");
	if (ok && peek(&r) == ')')
		ok = fail(&r, r.at, NULL, "a ')' without its '('");
	if (ok)
		tree = pieces_take(&r.sequence, 0);
	if (r.sequence.status != OK)
		y->status = r.sequence.status;
	pieces_done(&r.sequence);
	*ret_length = match_length_of(false, r.has_choice);
	return tree;
}
