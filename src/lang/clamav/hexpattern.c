/*
 * Hex patterns. docs/formats/clamav.md, "Patterns".
 *
 *	pattern := part { gap part }
 *	gap     := '*' | '{n}' | '{-m}' | '{n-}' | '{n-m}'
 *	part    := { HH | ?? | H? | ?H | '{n}' | ['!'] alternatives | ['!'] border }
 *	         | HH '[n-m]' part | part '[n-m]' HH
 *	alternatives := '(' items { '|' items } ')'
 *	border  := '(B)' | '(L)' | '(W)'
 *
 * A {n} is part of a part as long as no other kind of {} stood before it and
 * n is below 128; the difference shows only in borders beside it and in the
 * rule that each part needs two fixed bytes in a row.
 */
#include "lang/clamav/hexpattern.h"

#include "base/buf.h"
#include "lang/clamav/hexborder.h"

enum {
	NESTING_MAX = 30,  /* of alternatives */
	ANCHOR_MAX = 32,   /* of [n-m] */
	INLINE_GAP_MAX = 127,
};

struct hexparser {
	struct arena *arena;
	struct fault *fault;
	struct str text;
	size_t at;
	unsigned modifiers;
	struct { VEC(struct ir_node *); } nodes; /* sequences being built, the innermost last */
	struct buf value, mask;                  /* bytes that are no node yet */
	bool has_range;                          /* a {} that ends parts was seen */
	struct {
		size_t start;
		unsigned items;   /* without the border before */
		unsigned streak;  /* fixed bytes in a row, up to here */
		bool is_fixed;    /* has two in a row */
		bool has_border;
	} part;
};

static bool is_end(const struct hexparser *p)
{
	return p->at == p->text.len;
}

/* The next character, or NUL, which no pattern holds. */
static char peek(const struct hexparser *p)
{
	return is_end(p) ? '\0' : p->text.data[p->at];
}

static struct str span(const struct hexparser *p, size_t from, size_t to)
{
	return str_first(str_from(p->text, from), to - from);
}

static enum status complain(struct hexparser *p, const char *message)
{
	return fault_char(p->fault, p->text, p->at, message);
}

static bool is_wide(const struct hexparser *p)
{
	return (p->modifiers & HEX_WIDE) != 0;
}

/* Such a pattern stands between two (W), so a border of its own at its edge is inside. */
static bool is_word(const struct hexparser *p)
{
	return (p->modifiers & HEX_FULLWORD) != 0;
}

static enum status push(struct hexparser *p, struct ir_node *node)
{
	if (node == NULL)
		return E_LIMIT;
	return vec_push(&p->nodes, &node) ? OK : E_NOMEM;
}

/* Make a node of the bytes that were collected. */
static enum status flush(struct hexparser *p)
{
	if (p->value.bad || p->mask.bad)
		return E_NOMEM;
	if (p->value.len == 0)
		return OK;
	struct ir_node *node =
		ir_bytes(p->arena, p->value.data, p->mask.data, (uint32_t)p->value.len);
	buf_clear(&p->value);
	buf_clear(&p->mask);
	return push(p, node);
}

static enum status push_item(struct hexparser *p, struct ir_node *node)
{
	enum status status = flush(p);

	p->part.items++;
	p->part.streak = 0;
	return status == OK ? push(p, node) : status;
}

/* Replace the nodes from `base` on by one. */
static enum status join(struct hexparser *p, size_t base)
{
	enum status status = flush(p);
	size_t count = p->nodes.len - base;

	if (status != OK || count == 1)
		return status;
	struct ir_node *node =
		ir_concat(p->arena, count ? p->nodes.items + base : NULL, (uint32_t)count);
	p->nodes.len = base;
	return push(p, node);
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static void add_byte(struct hexparser *p, uint8_t value, uint8_t mask)
{
	bool is_fixed = mask == 0xff;

	if (is_fixed && (p->modifiers & HEX_NOCASE) != 0 && is_letter(value))
		mask = 0xdf;
	buf_add_u8(&p->value, value & mask);
	buf_add_u8(&p->mask, mask);
	p->part.streak = is_fixed ? p->part.streak + 1 : 0;
	if (is_wide(p)) {
		buf_add_u8(&p->value, 0);
		buf_add_u8(&p->mask, 0xff);
		p->part.streak++;
	}
	p->part.items++;
	p->part.is_fixed |= p->part.streak >= 2;
}

static enum status read_nibble(struct hexparser *p, uint8_t *value, uint8_t *mask)
{
	char c = peek(p);
	int digit = hex_digit(c);

	*value = (uint8_t)(*value << 4);
	*mask = (uint8_t)(*mask << 4);
	if (digit < 0 && c != '?')
		return complain(p, "expected a hex digit or ?");
	if (digit >= 0) {
		*value |= (uint8_t)digit;
		*mask |= 15;
	}
	p->at++;
	return OK;
}

static enum status read_byte(struct hexparser *p)
{
	size_t start = p->at;
	uint8_t value = 0, mask = 0;
	enum status status = read_nibble(p, &value, &mask);

	if (status != OK)
		return status;
	char second = peek(p);
	if (hex_digit(second) < 0 && second != '?')
		return fault_char(p->fault, p->text, start, "a byte has two hex digits");
	status = read_nibble(p, &value, &mask);
	add_byte(p, value, mask);
	return status;
}

struct range {
	uint64_t min, max; /* IR_UNBOUNDED */
	bool has_dash;
};

/* "n", "-m", "n-" or "n-m" between the brackets at p->at, which are stepped over. */
static enum status read_range(struct hexparser *p, char close, struct range *ret)
{
	struct str inside = str_from(p->text, p->at + 1);
	struct range range = {.min = 0, .max = IR_UNBOUNDED};

	inside.len = str_find(inside, close);
	if (p->at + 1 + inside.len == p->text.len)
		return complain(p, "this bracket is never closed");
	size_t dash = str_find(inside, '-');
	struct str low = str_first(inside, dash), high = str_from(inside, dash + 1);
	range.has_dash = dash < inside.len;
	bool is_good = low.len == 0 ? high.len > 0 : str_u64(low, &range.min);
	if (!range.has_dash)
		range.max = range.min;
	else if (high.len > 0)
		is_good = is_good && str_u64(high, &range.max);
	if (!is_good || range.min >= IR_UNBOUNDED || range.max > IR_UNBOUNDED)
		return fault_at(p->fault, span(p, p->at, p->at + inside.len + 2),
				"expected n, -m, n- or n-m with decimal numbers");
	if (range.min > range.max)
		return fault_at(p->fault, inside, "this range ends before it begins");
	p->at += inside.len + 2;
	*ret = range;
	return OK;
}

static void begin_part(struct hexparser *p)
{
	memset(&p->part, 0, sizeof p->part);
	p->part.start = p->at;
}

static enum status end_part(struct hexparser *p, size_t end)
{
	if (p->part.items == 0)
		return fault_char(p->fault, p->text, end > 0 && end == p->text.len ? end - 1 : end,
				  "a gap needs bytes on both sides");
	if (!p->part.is_fixed)
		return fault_at(p->fault, span(p, p->part.start, end),
				"each part needs two fixed bytes in a row");
	return flush(p);
}

static bool is_inline(const struct hexparser *p, const struct range *range)
{
	return !range->has_dash && !p->has_range && range->min > 0 && range->min <= INLINE_GAP_MAX;
}

static enum status read_gap(struct hexparser *p)
{
	size_t start = p->at;
	struct range range = {.max = IR_UNBOUNDED, .has_dash = true};
	enum status status = OK;

	if (peek(p) == '*')
		p->at++;
	else
		status = read_range(p, '}', &range);
	if (status != OK)
		return status;
	struct ir_node *gap = ir_gap(p->arena, (uint32_t)range.min, (uint32_t)range.max);
	if (is_inline(p, &range))
		return push_item(p, gap);
	p->has_range |= p->text.data[start] == '{';
	status = end_part(p, start);
	if (status == OK)
		status = push(p, gap);
	begin_part(p);
	return status;
}

/* Whether what stands at p->at ends the part: the end of the text or a gap that is not inline. */
static bool part_ends(const struct hexparser *p)
{
	struct hexparser ahead = *p;
	struct fault ignored = {0};
	struct range range;

	if (is_end(p) || peek(p) == '*')
		return true;
	ahead.fault = &ignored;
	return peek(p) == '{' && read_range(&ahead, '}', &range) == OK && !is_inline(p, &range);
}

static enum status read_border(struct hexparser *p, bool negate)
{
	struct hex_border border = {
		.kind = p->text.data[p->at + 1],
		.side = HEX_INSIDE,
		.negate = negate,
		.wide = is_wide(p),
	};

	p->at += 3;
	if (p->part.items == 0 && !p->part.has_border)
		border.side = HEX_BEFORE;
	else if (part_ends(p) && !(is_end(p) && is_word(p)))
		border.side = HEX_BEHIND;
	struct ir_node *node = hex_border(p->arena, &border);
	if (border.side != HEX_BEFORE)
		return push_item(p, node);
	p->part.has_border = true;
	return push(p, node);
}

static enum status read_alternatives(struct hexparser *p, bool negate, unsigned depth);

/* The items up to the next | or ), as one node. */
static enum status read_alternative(struct hexparser *p, unsigned depth)
{
	size_t base = p->nodes.len;
	enum status status = OK;

	while (status == OK && !is_end(p) && peek(p) != '|' && peek(p) != ')') {
		size_t start = p->at;
		struct range range;

		switch (peek(p)) {
		case '(':
			status = read_alternatives(p, false, depth + 1);
			break;
		case '{':
			status = read_range(p, '}', &range);
			if (status == OK && range.has_dash)
				return fault_at(p->fault, span(p, start, p->at),
						"only {n} may stand inside alternatives");
			if (status == OK)
				status = push_item(p, ir_gap(p->arena, (uint32_t)range.min,
							     (uint32_t)range.max));
			break;
		case '*':
		case '[':
		case '!':
			return complain(p, "this may not stand inside alternatives");
		default:
			status = read_byte(p);
		}
	}
	return status == OK ? join(p, base) : status;
}

static bool is_single(const struct hexparser *p, const struct ir_node *node)
{
	return node->kind == NODE_BYTES && node->bytes.len == (is_wide(p) ? 2 : 1);
}

/* A class of the first bytes of nodes that are one byte each, or of all others. */
static enum status push_class(struct hexparser *p, size_t base, bool negate)
{
	uint8_t set[32] = {0};

	for (size_t i = base; i < p->nodes.len; i++) {
		const struct ir_node *node = p->nodes.items[i];

		for (unsigned c = 0; c < 256; c++) {
			if ((c & node->bytes.mask[0]) == node->bytes.value[0])
				set[c / 8] |= (uint8_t)(1u << c % 8);
		}
	}
	for (size_t i = 0; negate && i < sizeof set; i++)
		set[i] = (uint8_t)~set[i];
	p->nodes.len = base;
	enum status status = push(p, ir_class(p->arena, set));
	if (is_wide(p)) {
		buf_add_u8(&p->value, 0);
		buf_add_u8(&p->mask, 0xff);
	}
	return status;
}

static enum status close_negated(struct hexparser *p, size_t base, struct str group)
{
	const struct ir_node *first = p->nodes.items[base];

	for (size_t i = base; i < p->nodes.len; i++) {
		const struct ir_node *node = p->nodes.items[i];
		bool is_good = node->kind == NODE_BYTES && node->bytes.len == first->bytes.len;

		for (uint32_t k = 0; is_good && k < node->bytes.len; k++)
			is_good = node->bytes.mask[k] == 0xff;
		if (!is_good)
			return fault_at(p->fault, group,
					"negated alternatives are fixed bytes of one length");
	}
	if (first->bytes.len == 1)
		return push_class(p, base, true);
	struct ir_node *any =
		ir_alt(p->arena, p->nodes.items + base, (uint32_t)(p->nodes.len - base));
	p->nodes.len = base;
	return push(p, any ? ir_not(p->arena, any, first->bytes.len) : NULL);
}

static enum status close_alternatives(struct hexparser *p, size_t base, struct str group)
{
	size_t count = p->nodes.len - base;
	bool is_class = true, is_empty = true;

	for (size_t i = base; i < p->nodes.len; i++) {
		const struct ir_node *node = p->nodes.items[i];

		is_class = is_class && is_single(p, node);
		is_empty = is_empty && node->kind == NODE_CONCAT && node->count == 0;
	}
	if (is_empty)
		return fault_at(p->fault, group, "there is nothing in these brackets");
	if (count == 1)
		return OK;
	if (is_class)
		return push_class(p, base, false);
	struct ir_node *any = ir_alt(p->arena, p->nodes.items + base, (uint32_t)count);
	p->nodes.len = base;
	return push(p, any);
}

/* At "(". Leaves one node. */
static enum status read_alternatives(struct hexparser *p, bool negate, unsigned depth)
{
	size_t open = p->at;
	bool was_fixed = p->part.is_fixed;
	enum status status = flush(p);
	size_t base = p->nodes.len;

	if (depth > NESTING_MAX)
		return complain(p, "alternatives are nested more than 30 deep");
	do {
		p->at++;
		if (status == OK)
			status = read_alternative(p, depth);
	} while (status == OK && peek(p) == '|');
	if (status != OK)
		return status;
	if (is_end(p))
		return fault_char(p->fault, p->text, open, "this bracket is never closed");
	p->at++;
	struct str group = span(p, open, p->at);
	status = negate ? close_negated(p, base, group) : close_alternatives(p, base, group);
	/* bytes inside are not always there */
	p->part.is_fixed = was_fixed;
	p->part.streak = 0;
	p->part.items++;
	return status;
}

static bool is_border(const struct hexparser *p)
{
	struct str head = span(p, p->at, p->at + 3);

	return head.len == 3 && memchr("BLW", head.data[1], 3) != NULL && head.data[2] == ')';
}

static enum status read_group(struct hexparser *p)
{
	bool negate = peek(p) == '!';

	p->at += negate;
	if (peek(p) != '(')
		return complain(p, "! stands before ( only");
	if (is_border(p))
		return read_border(p, negate);
	if (negate && p->modifiers != 0)
		return fault_char(p->fault, p->text, p->at - 1,
				  "a negation cannot be combined with modifiers");
	return read_alternatives(p, negate, 1);
}

/* A single byte at a distance before or behind the rest of the part. */
static enum status read_anchor(struct hexparser *p)
{
	size_t start = p->at;
	bool is_before = p->part.items == 1 && p->value.len > 0;
	bool was_fixed = p->part.is_fixed;
	struct range range = {0};
	enum status status = read_range(p, ']', &range);

	if (status != OK)
		return status;
	if (range.max > ANCHOR_MAX || p->text.data[start + 1] == '-')
		return fault_at(p->fault, span(p, start, p->at),
				"expected [n-m] or [n] of at most 32");
	status = push_item(p, ir_gap(p->arena, (uint32_t)range.min, (uint32_t)range.max));
	if (status != OK || is_before) {
		p->part.is_fixed = false;
		return status;
	}
	status = read_byte(p);
	p->part.is_fixed = was_fixed;
	if (status == OK && !part_ends(p))
		return complain(p, "one single byte stands before or behind [n-m]");
	return status;
}

static enum status read_items(struct hexparser *p)
{
	enum status status = OK;

	begin_part(p);
	p->part.has_border = is_word(p);
	while (status == OK && !is_end(p)) {
		switch (peek(p)) {
		case '*':
		case '{':
			status = read_gap(p);
			break;
		case '(':
		case '!':
			status = read_group(p);
			break;
		case '[':
			status = read_anchor(p);
			break;
		default:
			status = read_byte(p);
		}
	}
	return status == OK ? end_part(p, p->text.len) : status;
}

static enum status push_word_border(struct hexparser *p, enum hex_side side)
{
	struct hex_border border = {.kind = 'W', .side = side, .wide = is_wide(p)};

	return is_word(p) ? push(p, hex_border(p->arena, &border)) : OK;
}

static enum status read_pattern(struct hexparser *p, struct ir_node **ret)
{
	enum status status = push_word_border(p, HEX_BEFORE);

	if (status == OK)
		status = read_items(p);
	if (status == OK)
		status = push_word_border(p, HEX_BEHIND);
	if (status == OK)
		status = join(p, 0);
	if (status == OK)
		*ret = p->nodes.items[0];
	return status;
}

static enum status read_form(struct arena *a, struct str text, unsigned modifiers,
			     struct fault *fault, struct ir_node **ret)
{
	struct hexparser p = {.arena = a, .fault = fault, .text = text, .modifiers = modifiers};

	buf_init(&p.value, 2 * text.len);
	buf_init(&p.mask, 2 * text.len);
	enum status status = read_pattern(&p, ret);
	vec_done(&p.nodes);
	buf_done(&p.value);
	buf_done(&p.mask);
	return status;
}

enum status hexpattern_read(struct arena *a, struct str text, unsigned modifiers,
			    struct fault *fault, const struct ir_node **ret)
{
	struct ir_node *forms[2] = {NULL, NULL};
	bool both = (modifiers & HEX_WIDE) != 0 && (modifiers & HEX_ASCII) != 0;

	if (text.len == 0)
		return fault_at(fault, text, "the pattern is empty");
	if (text.len > UINT32_MAX / 4)
		return fault_at(fault, text, "the pattern is longer than a gigabyte");
	enum status status = read_form(a, text, modifiers, fault, &forms[0]);
	if (status == OK && both)
		status = read_form(a, text, modifiers & ~(unsigned)HEX_WIDE, fault, &forms[1]);
	if (status != OK)
		return status;
	*ret = both ? ir_alt(a, forms, 2) : forms[0];
	return *ret ? OK : E_LIMIT;
}
