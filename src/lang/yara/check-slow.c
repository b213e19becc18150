/*
 * Strings that slow a scan down: how rare the rarest few bytes are that each
 * match has to have. The worth of a run of up to four bytes is that of YARA,
 * so that the same strings are warned of.
 */
#include "lang/yara/check.h"

enum {
	RUN_MAX = 4,
	WORTH_BYTE = 20,
	WORTH_LETTER = 18,
	WORTH_COMMON = 12,
	WORTH_NIBBLE = 4,
	WORTH_ANY = -10,
	WORTH_DISTINCT = 2,
	WORTH_ENOUGH = 38, /* two equal letters */
	WORTH_NONE = -1000,
};

/* The last bytes that were seen, and the best run among all so far, until it is enough. */
struct worth {
	uint8_t value[RUN_MAX], mask[RUN_MAX];
	uint32_t len;
	int best;
};

static bool is_common(uint8_t v)
{
	return v == 0x00 || v == 0x20 || v == 0xcc || v == 0xff;
}

/* Whether a byte is wanted, or a letter in either case. */
static bool is_whole(uint8_t mask)
{
	return mask == 0xff || mask == 0xdf;
}

static int byte_worth(uint8_t value, uint8_t mask)
{
	uint8_t lower = value | 0x20;

	if (mask == 0)
		return WORTH_ANY;
	if (!is_whole(mask))
		return WORTH_NIBBLE;
	if (is_common(value))
		return WORTH_COMMON;
	return lower >= 'a' && lower <= 'z' ? WORTH_LETTER : WORTH_BYTE;
}

static bool is_known(const struct worth *w, uint32_t from, uint32_t i)
{
	for (uint32_t j = from; j < i; j++) {
		if (w->value[j] == w->value[i] && is_whole(w->mask[j]))
			return true;
	}
	return false;
}

/* The worth of the bytes from `from` on. */
static int run_worth(const struct worth *w, uint32_t from)
{
	int sum = 0, distinct = 0;

	for (uint32_t i = from; i < w->len; i++) {
		sum += byte_worth(w->value[i], w->mask[i]);
		if (is_whole(w->mask[i]) && !is_known(w, from, i))
			distinct++;
	}
	if (distinct == 1 && is_common(w->value[from]) && w->mask[from] == 0xff)
		sum -= 10 * (int)(w->len - from);
	return sum + WORTH_DISTINCT * distinct;
}

static void push(struct worth *w, uint8_t value, uint8_t mask)
{
	if (w->len == RUN_MAX) {
		memmove(w->value, w->value + 1, RUN_MAX - 1);
		memmove(w->mask, w->mask + 1, RUN_MAX - 1);
		w->len--;
	}
	w->value[w->len] = value;
	w->mask[w->len++] = mask;
	if (w->best >= WORTH_ENOUGH)
		return;
	for (uint32_t from = 0; from < w->len; from++) {
		int worth = run_worth(w, from);

		if (worth > w->best)
			w->best = worth;
	}
}

static void add(struct worth *w, const struct ir_node *node, uint8_t key);

/* What matches in any case: the worst of the alternatives. */
static void add_alternatives(struct worth *w, const struct ir_node *node, uint8_t key)
{
	int worst = 0;

	for (uint32_t i = 0; i < node->count; i++) {
		struct worth one = {.best = WORTH_NONE};

		add(&one, node->children[i], key);
		if (i == 0 || one.best < worst)
			worst = one.best;
	}
	w->len = 0;
	if (worst > w->best)
		w->best = worst;
}

/* Depth is bounded: trees of patterns are nested at most IR_DEPTH_MAX deep. */
static void add(struct worth *w, const struct ir_node *node, uint8_t key)
{
	switch (node->kind) {
	case NODE_BYTES:
		for (uint32_t i = 0; i < node->bytes.len; i++)
			push(w, (node->bytes.value[i] ^ key) & node->bytes.mask[i],
			     node->bytes.mask[i]);
		break;
	case NODE_CONCAT:
		for (uint32_t i = 0; i < node->count; i++)
			add(w, node->children[i], key);
		break;
	case NODE_ALT:
		add_alternatives(w, node, key);
		break;
	case NODE_GAP:
		if (node->range.min != node->range.max || node->range.min > RUN_MAX)
			w->len = 0;
		else
			for (uint32_t i = 0; i < node->range.min; i++)
				push(w, 0, 0);
		break;
	case NODE_CLASS:
		push(w, 0, 0);
		break;
	case NODE_REPEAT:
		if (node->range.min > 0)
			add(w, node->children[0], key);
		w->len = 0;
		break;
	case NODE_NOT:
		w->len = 0;
		break;
	case NODE_LOOK:
	case NODE_EDGE:
		break;
	}
}

static int pattern_worth(const struct ir_pattern *p)
{
	unsigned first = p->has_xor ? p->xor_first : 0, last = p->has_xor ? p->xor_last : 0;
	int worst = 0;

	for (unsigned key = first; key <= last; key++) {
		struct worth w = {.best = WORTH_NONE};

		add(&w, p->body, (uint8_t)key);
		if (key == first || w.best < worst)
			worst = w.best;
	}
	return worst;
}

/* ".": a byte of any value, or any but a newline. */
static bool is_dot(const struct ir_node *node)
{
	unsigned bits = 0;

	if (node->kind != NODE_CLASS)
		return node->kind == NODE_GAP;
	for (unsigned b = 0; b < 256; b++)
		bits += b != '\n' && (node->cls.set[b / 8] >> b % 8 & 1) != 0;
	return bits == 255;
}

/* ".*", ".+", ".{3,}" */
static bool has_endless(const struct ir_node *node)
{
	if (node->kind == NODE_GAP && node->range.max == IR_UNBOUNDED)
		return true;
	if (node->kind == NODE_REPEAT && node->range.max == IR_UNBOUNDED &&
	    is_dot(node->children[0]))
		return true;
	for (uint32_t i = 0; i < node->count; i++) {
		if (has_endless(node->children[i]))
			return true;
	}
	return false;
}

void check_slow(struct check *c, const struct ast_string *s, const struct ir_pattern *p)
{
	if (c->y->src->settings != NULL && c->y->src->settings->no_warnings)
		return;
	if (s->kind == AST_STRING_REGEX && has_endless(p->body))
		yara_warning(c->y, s->value_span, "use .{,N} with a reasonable N",
			     "string \"%.*s\" contains .*, .+ or .{n,}", STR_ARG(s->name));
	if (pattern_worth(p) < WORTH_ENOUGH)
		yara_warning(c->y, s->value_span, "make it longer, or fewer of its bytes variable",
			     "string \"%.*s\" may slow down scanning", STR_ARG(s->name));
}
