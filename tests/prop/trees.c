#include "trees.h"

#include <string.h>

static uint8_t letter(struct maker *m)
{
	static const uint8_t alphabet[] = {'a', 'b', 0, 'A', 'c', 0xff, ' ', '0'};

	if (m->letters > sizeof alphabet)
		return (uint8_t)random_next(&m->random);
	return alphabet[random_below(&m->random, m->letters)];
}

static struct ir_node *bytes(struct maker *m, uint32_t len)
{
	static const uint8_t some_masks[] = {0xf0, 0x0f, 0xdf, 0x00};
	uint8_t value[16], mask[16];

	for (uint32_t i = 0; i < len; i++) {
		value[i] = letter(m);
		mask[i] = random_chance(&m->random, 6)
				  ? some_masks[random_below(&m->random, 4)]
				  : 0xff;
	}
	return ir_bytes(m->arena, value, mask, len);
}

static struct ir_node *class(struct maker *m)
{
	uint8_t set[32] = {0};
	uint32_t count = random_below(&m->random, 4) + 1;

	for (uint32_t i = 0; i < count; i++) {
		uint8_t c = letter(m);

		set[c / 8] |= (uint8_t)(1u << c % 8);
	}
	if (random_chance(&m->random, 4)) {
		for (size_t i = 0; i < sizeof set; i++)
			set[i] = (uint8_t)~set[i];
	}
	if (random_chance(&m->random, 12))
		memset(set, 0xff, sizeof set);
	return ir_class(m->arena, set);
}

static struct ir_node *fixed(struct maker *m)
{
	return random_chance(&m->random, 3) ? class(m)
					    : bytes(m, random_below(&m->random, 3) + 1);
}

static struct ir_node *tree(struct maker *m, uint32_t depth);

static struct ir_node *several(struct maker *m, uint32_t depth, bool is_alt)
{
	struct ir_node *children[4];
	uint32_t count = random_below(&m->random, 3) + 1;

	for (uint32_t i = 0; i < count; i++)
		children[i] = tree(m, depth - 1);
	return is_alt ? ir_alt(m->arena, children, count) : ir_concat(m->arena, children, count);
}

static struct ir_node *repeat(struct maker *m, uint32_t depth)
{
	uint32_t min = random_below(&m->random, 4), more = random_below(&m->random, 4);
	uint32_t max = random_chance(&m->random, 5) ? IR_UNBOUNDED : min + more;

	return ir_repeat(m->arena, tree(m, depth - 1), min, max, random_chance(&m->random, 2));
}

static struct ir_node *negation(struct maker *m)
{
	struct ir_node *child = fixed(m);
	uint32_t min, max;

	ir_width(child, &min, &max);
	return ir_not(m->arena, child, min);
}

static struct ir_node *tree(struct maker *m, uint32_t depth)
{
	struct random *r = &m->random;
	uint32_t gap = random_below(r, 3);

	switch (depth == 0 ? random_below(r, 4) : random_below(r, 14)) {
	case 0:
	case 1:
		return bytes(m, random_below(r, 6) + 1);
	case 2:
		return fixed(m);
	case 3:
		return ir_gap(m->arena, gap, gap + random_below(r, 4));
	case 4:
	case 5:
		return several(m, depth, true);
	case 6:
		return repeat(m, depth);
	case 7:
		return negation(m);
	case 8:
		return ir_look(m->arena, fixed(m), random_chance(r, 2), random_chance(r, 2));
	case 9:
		return random_chance(r, 4) ? ir_edge(m->arena, random_chance(r, 2))
					   : bytes(m, 4);
	default:
		return several(m, depth, false);
	}
}

static struct ir_place place(struct maker *m)
{
	static const enum place_base bases[] = {
		PLACE_START, PLACE_END, PLACE_ENTRY, PLACE_SECTION, PLACE_IN_SECTION,
		PLACE_LAST_SECTION,
	};
	struct ir_place p = {.base = PLACE_ANYWHERE};

	if (!random_chance(&m->random, 3))
		return p;
	p.base = bases[random_below(&m->random, 6)];
	p.section = random_below(&m->random, 3);
	p.delta = random_below(&m->random, 12);
	if (p.base == PLACE_END || random_chance(&m->random, 5))
		p.delta = -p.delta;
	p.range = random_chance(&m->random, 2) ? 0 : random_below(&m->random, 40);
	if (random_chance(&m->random, 4))
		p.range = 2000;
	return p;
}

/* Pieces begin with a byte, so that a long gap does not take in more than is said here. */
static struct ir_node *piece(struct maker *m)
{
	struct ir_node *parts[3] = {bytes(m, 1 + random_below(&m->random, 5)), NULL, NULL};

	parts[1] = tree(m, m->is_plain ? 0 : 2);
	parts[2] = fixed(m);
	return ir_concat(m->arena, parts, 1 + random_below(&m->random, 3));
}

static void chain_up(struct maker *m, struct made_pattern *p)
{
	static const uint32_t mins[] = {0, 0, 1, 3, 10, 30}, more[] = {1025, 1500, 3000};
	struct ir_node *all[2 * PIECES_MAX];
	uint32_t count = 0;

	p->count = 2 + random_below(&m->random, PIECES_MAX - 1);
	for (uint32_t i = 0; i < p->count; i++) {
		struct ir_node *node = piece(m);

		if (i > 0) {
			uint32_t min = mins[random_below(&m->random, 6)];

			p->gap_min[i] = min;
			p->gap_max[i] = random_chance(&m->random, 2)
						? IR_UNBOUNDED
						: min + more[random_below(&m->random, 3)];
			if (random_chance(&m->random, 8))
				p->gap_min[i] = p->gap_max[i] = 1100;
			all[count++] = ir_gap(m->arena, p->gap_min[i], p->gap_max[i]);
		}
		p->pieces[i] = node;
		all[count++] = node;
	}
	p->pattern.body = ir_concat(m->arena, all, count);
}

struct made_pattern make_pattern(struct maker *m)
{
	struct made_pattern p = {.count = 1};
	struct random *r = &m->random;
	uint32_t min, max;

	if (random_chance(r, 3)) {
		chain_up(m, &p);
	} else {
		p.pieces[0] = random_chance(r, 2) ? piece(m) : tree(m, m->is_plain ? 0 : 3);
		p.pattern.body = p.pieces[0];
	}
	p.pattern.place = place(m);
	p.pattern.length = (enum match_length)random_below(r, LENGTH_FIRST_MORE + 1);
	p.pattern.rule = random_chance(r, 2) ? MATCH_EVERY_START : MATCH_RISING_START;
	ir_width(p.pattern.body, &min, &max);
	if (max <= 1024 && random_chance(r, 4)) {
		p.pattern.has_xor = true;
		/* no language has both, and it is much work for so many keys */
		p.pattern.length = match_length_of(length_is_long(p.pattern.length), false);
		p.pattern.xor_first = (uint8_t)random_below(r, 4);
		p.pattern.xor_last = random_chance(r, 2) ? 0xff : (uint8_t)(3 + random_below(r, 4));
	}
	return p;
}

struct writer {
	uint8_t *to;
	size_t len, cap;
};

static void put(struct writer *w, uint8_t c)
{
	if (w->len < w->cap)
		w->to[w->len++] = c;
}

/* Write bytes that `node` is likely to match. */
static void sample(struct maker *m, const struct ir_node *node, struct writer *w)
{
	uint32_t times;

	switch (node->kind) {
	case NODE_BYTES:
		for (uint32_t i = 0; i < node->bytes.len; i++)
			put(w, (uint8_t)(node->bytes.value[i] |
					 (letter(m) & ~node->bytes.mask[i])));
		break;
	case NODE_CLASS:
		for (unsigned c = 0, tries = 0; tries < 1000; tries++) {
			c = tries < 50 ? letter(m) : (uint8_t)tries;
			if ((node->cls.set[c / 8] >> c % 8 & 1) != 0) {
				put(w, (uint8_t)c);
				break;
			}
		}
		break;
	case NODE_GAP:
		for (uint32_t i = 0; i < node->range.min && i < 1200; i++)
			put(w, letter(m));
		break;
	case NODE_CONCAT:
		for (uint32_t i = 0; i < node->count; i++)
			sample(m, node->children[i], w);
		break;
	case NODE_ALT:
		sample(m, node->children[random_below(&m->random, node->count)], w);
		break;
	case NODE_REPEAT:
		times = node->range.min + random_below(&m->random, 3);
		for (uint32_t i = 0; i < times; i++)
			sample(m, node->children[0], w);
		break;
	case NODE_NOT:
		for (uint32_t i = 0; i < node->width; i++)
			put(w, (uint8_t)(letter(m) + 1));
		break;
	case NODE_LOOK:
	case NODE_EDGE:
		break;
	}
}

void make_text(struct maker *m, const struct made_pattern *patterns, uint32_t count, uint8_t *to,
	       size_t len)
{
	struct writer w = {.to = to, .cap = len};

	while (w.len < len) {
		uint32_t run = random_below(&m->random, random_chance(&m->random, 3) ? 60 : 6);

		for (uint32_t i = 0; i < run; i++)
			put(&w, letter(m));
		if (count == 0)
			continue;
		const struct made_pattern *p = &patterns[random_below(&m->random, count)];
		size_t from = w.len;
		sample(m, p->pattern.body, &w);
		if (p->pattern.has_xor) {
			uint8_t key = (uint8_t)(p->pattern.xor_first + random_below(&m->random, 3));

			for (size_t i = from; i < w.len; i++)
				to[i] ^= key;
		}
	}
}

static struct ir_expr *number(struct maker *m)
{
	static const int64_t some[] = {0, 1, 2, 3, 5, 64, -1, INT64_MIN, INT64_MAX, 100};

	return ir_int(m->arena, some[random_below(&m->random, 10)]);
}

static struct ir_expr *text(struct maker *m)
{
	static const char *const some[] = {"", "a", "ab", "AB", ".text", "TEXT", "xabc"};
	struct ir_expr *e = ir_op(m->arena, OP_TEXT, NULL, 0);

	if (random_chance(&m->random, 2)) {
		struct ir_expr *index = number(m);
		struct ir_expr *row =
			ir_indexed_op(m->arena, OP_ROW, GROUP_ELF_SECTION, &index, 1);
		return ir_indexed_op(m->arena, OP_FACT, FACT_ELF_SECTION_NAME, &row, 1);
	}
	e->text = str_of(some[random_below(&m->random, 7)]);
	return e;
}

static struct ir_expr *leaf(struct maker *m, uint32_t count)
{
	struct random *r = &m->random;
	struct ir_expr *e;

	switch (random_below(r, 12)) {
	case 0:
		return ir_op(m->arena, OP_UNDEFINED, NULL, 0);
	case 1:
		return ir_bool(m->arena, random_chance(r, 2));
	case 2:
		e = ir_op(m->arena, OP_FLOAT, NULL, 0);
		e->real = (double)random_below(r, 9) / 2 - 1;
		return e;
	case 3:
		return ir_op(m->arena, OP_SIZE, NULL, 0);
	case 4:
		return ir_indexed(m->arena, random_chance(r, 2) ? OP_IS_TYPE : OP_PARENT_TYPE,
				  random_below(r, TYPE_COUNT));
	case 5:
		return ir_indexed(m->arena, OP_ROWS, GROUP_EXE_SECTION);
	case 6:
		return ir_indexed(m->arena, OP_FACT, FACT_EXE_ENTRY);
	case 7:
		return number(m);
	default:
		return ir_indexed(m->arena, random_chance(r, 2) ? OP_MATCHED : OP_COUNT,
				  random_below(r, count));
	}
}

static struct ir_expr *over_set(struct maker *m, uint32_t count, struct ir_expr **args)
{
	static const enum ir_op ops[] = {OP_SUM, OP_DISTINCT, OP_DISTINCT_AT, OP_DISTINCT_IN};
	uint32_t op = random_below(&m->random, 4), items[4], len = random_below(&m->random, 4) + 1;
	uint32_t arity = op == 3 ? 2 : op == 2;

	for (uint32_t i = 0; i < len; i++)
		items[i] = random_below(&m->random, count);
	struct ir_expr *e = ir_op(m->arena, ops[op], args, arity);
	const struct ir_expr *set = ir_over_set(m->arena, ops[op], items, len);
	e->set.items = set->set.items;
	e->set.count = set->set.count;
	return e;
}

static struct ir_expr *over_pattern(struct maker *m, uint32_t count, struct ir_expr **args)
{
	static const enum ir_op ops[] = {OP_MATCHED_AT, OP_OFFSET,   OP_LENGTH,
					 OP_MATCHED_IN, OP_COUNT_IN, OP_READ};
	static const uint32_t flags[] = {1, 2, 4, 9, 10, 12, 18, 20, 26, 28};
	uint32_t op = random_below(&m->random, 6);
	struct ir_expr *e = ir_op(m->arena, ops[op], args, op == 3 || op == 4 ? 2 : 1);

	e->index = random_below(&m->random, count);
	if (ops[op] == OP_READ)
		e->index = flags[random_below(&m->random, 10)];
	return e;
}

struct ir_expr *make_condition(struct maker *m, uint32_t count, uint32_t depth)
{
	struct random *r = &m->random;
	struct ir_expr *args[3];

	if (depth == 0 || random_chance(r, 8))
		return leaf(m, count);
	for (uint32_t i = 0; i < 3; i++)
		args[i] = make_condition(m, count, depth - 1);
	switch (random_below(r, 15)) {
	case 0:
	case 1:
		return ir_op(m->arena, OP_AND, args, random_below(r, 4));
	case 2:
	case 3:
		return ir_op(m->arena, OP_OR, args, random_below(r, 4));
	case 4:
		return ir_op(m->arena, random_chance(r, 2) ? OP_NOT : OP_DEFINED, args, 1);
	case 5:
		return ir_op(m->arena, OP_IF, args, 3);
	case 6:
		return ir_op(m->arena, random_chance(r, 2) ? OP_NEG : OP_BIT_NOT, args, 1);
	case 7:
		args[0] = text(m);
		args[1] = text(m);
		return ir_op(m->arena, OP_EQ + random_below(r, OP_IEQUALS - OP_EQ + 1), args, 2);
	case 8:
		return over_set(m, count, args);
	case 9:
		return over_pattern(m, count, args);
	case 10:
		return ir_op(m->arena, OP_ADD + random_below(r, OP_MOD - OP_ADD + 1), args, 2);
	case 11:
		return ir_op(m->arena, OP_BIT_AND + random_below(r, OP_SHR - OP_BIT_AND + 1), args,
			     2);
	default:
		return ir_op(m->arena, OP_EQ + random_below(r, 6), args, 2);
	}
}

void make_facts(struct maker *m, struct fact_set *facts, size_t size)
{
	static const char *const names[] = {".text", "ab", "", "Xabc"};
	uint32_t sections = random_below(&m->random, 4);
	enum status status = OK;

	fact_set_init(facts, m->arena, NULL);
	if (random_chance(&m->random, 4))
		return;
	status = fact_set_int(facts, FACT_EXE_ENTRY, random_below(&m->random, (uint32_t)size + 4));
	for (uint32_t i = 0; status == OK && i < sections; i++) {
		status = fact_row(facts, GROUP_EXE_SECTION);
		if (status == OK)
			status = fact_row(facts, GROUP_ELF_SECTION);
		if (status == OK)
			status = fact_set_int(facts, FACT_EXE_SECTION_OFFSET,
					      random_below(&m->random, (uint32_t)size + 4));
		if (status == OK)
			status = fact_set_int(facts, FACT_EXE_SECTION_SIZE,
					      random_below(&m->random, 30));
		if (status == OK)
			status = fact_set_text(facts, FACT_ELF_SECTION_NAME,
					       str_of(names[random_below(&m->random, 4)]));
	}
	if (status != OK)
		abort();
}
