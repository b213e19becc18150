/*
 * From a logical expression to a condition. How counts and sets of ids are
 * made is told at the head of logic.c.
 *
 * In all functions NULL means that the arena or the budget of nodes is at its
 * end; it spreads upwards.
 */
#include "lang/clamav/logic.h"

/* Guards repeat what they guard, so nested counters could grow beyond all reason. */
enum { NODES_MAX = 16384 };

struct writer {
	struct arena *arena;
	uint32_t nodes;
};

struct operands {
	struct ir_expr *items[LOGIC_TERMS_MAX];
	uint32_t count;
};

static struct ir_expr *truth(struct writer *w, const struct logic_node *node);

static bool is_spent(const struct writer *w)
{
	return w->nodes > NODES_MAX;
}

static struct ir_expr *join(struct writer *w, enum ir_op op, const struct operands *o)
{
	w->nodes += 1 + o->count;
	if (is_spent(w))
		return NULL;
	return o->count == 1 ? o->items[0] : ir_op(w->arena, op, o->items, o->count);
}

/* A sum, halved again and again so that it stays shallow; 0 of nothing. */
static struct ir_expr *sum(struct writer *w, struct ir_expr *const *items, uint32_t count)
{
	w->nodes++;
	if (count == 0)
		return ir_int(w->arena, 0);
	if (count == 1)
		return items[0];
	struct ir_expr *halves[] = {
		sum(w, items, count / 2),
		sum(w, items + count / 2, count - count / 2),
	};
	return ir_op(w->arena, OP_ADD, halves, 2);
}

static struct ir_expr *compare(struct writer *w, enum ir_op op, struct ir_expr *value, int64_t with)
{
	struct ir_expr *args[] = {value, ir_int(w->arena, with)};

	w->nodes += 2;
	return is_spent(w) ? NULL : ir_op(w->arena, op, args, 2);
}

/* `value` where `guard` holds, else 0. */
static struct ir_expr *guarded(struct writer *w, struct ir_expr *guard, struct ir_expr *value)
{
	struct ir_expr *args[] = {guard, value, ir_int(w->arena, 0)};

	w->nodes += 2;
	return is_spent(w) ? NULL : ir_op(w->arena, OP_IF, args, 3);
}

static enum ir_op comparison(char c)
{
	return c == '=' ? OP_EQ : c == '<' ? OP_LT : OP_GT;
}

static struct ir_expr *id_truth(struct writer *w, const struct logic_node *node)
{
	struct ir_expr *matched = ir_indexed(w->arena, OP_MATCHED, node->id);

	w->nodes++;
	if (node->compare == '\0' || (node->compare == '>' && node->count == 0))
		return matched;
	if (node->compare == '=' && node->count == 0)
		return ir_op(w->arena, OP_NOT, &matched, 1);
	return compare(w, comparison(node->compare), ir_indexed(w->arena, OP_COUNT, node->id),
		       node->count);
}

/* Whether the operands of a group hold, without the comparison behind it. */
static struct ir_expr *group_truth(struct writer *w, const struct logic_node *group)
{
	struct operands o = {.count = 0};

	for (const struct logic_node *n = group->first; n && !is_spent(w); n = n->next)
		o.items[o.count++] = truth(w, n);
	return join(w, group->kind == LOGIC_AND ? OP_AND : OP_OR, &o);
}

/* The ids of a group of nothing but different ids without comparisons; false for others. */
static bool plain_ids(const struct logic_node *group, uint32_t *ids, uint32_t *count)
{
	uint64_t seen = 0;

	*count = 0;
	for (const struct logic_node *n = group->first; n; n = n->next) {
		uint64_t bit = (uint64_t)1 << n->id;

		if (n->kind != LOGIC_ID || n->compare != '\0' || (seen & bit) != 0)
			return false;
		seen |= bit;
		ids[(*count)++] = n->id;
	}
	return true;
}

static struct ir_expr *group_count(struct writer *w, const struct logic_node *group);

static struct ir_expr *operand_count(struct writer *w, const struct logic_node *node)
{
	if (node->kind != LOGIC_ID) {
		struct ir_expr *inside = group_count(w, node);

		return node->compare == '\0' ? inside : guarded(w, truth(w, node), inside);
	}
	struct ir_expr *count = ir_indexed(w->arena, OP_COUNT, node->id);
	w->nodes++;
	return node->compare == '\0' ? count : guarded(w, id_truth(w, node), count);
}

/*
 * The matches that a group counts. A false OR needs no guard: all its operands
 * are false and count nothing.
 */
static struct ir_expr *group_count(struct writer *w, const struct logic_node *group)
{
	uint32_t ids[LOGIC_IDS_MAX], id_count;
	struct ir_expr *total;

	if (is_spent(w))
		return NULL;
	if (plain_ids(group, ids, &id_count)) {
		total = ir_over_set(w->arena, OP_SUM, ids, id_count);
	} else {
		struct operands o = {.count = 0};

		for (const struct logic_node *n = group->first; n && !is_spent(w); n = n->next)
			o.items[o.count++] = operand_count(w, n);
		total = sum(w, o.items, o.count);
	}
	return group->kind == LOGIC_OR ? total : guarded(w, group_truth(w, group), total);
}

/* Whether an id can be in the set of an operand. */
static bool holds_id(const struct logic_node *node, uint32_t id)
{
	if (node->kind == LOGIC_ID)
		return node->id == id;
	if (node->compare != '\0')
		return false;
	for (const struct logic_node *n = node->first; n; n = n->next) {
		if (holds_id(n, id))
			return true;
	}
	return false;
}

/* When an id is in the set of a group. Some operand of the group holds the id. */
static struct ir_expr *presence(struct writer *w, const struct logic_node *group, uint32_t id)
{
	struct operands o = {.count = 0};

	for (const struct logic_node *n = group->first; n && !is_spent(w); n = n->next) {
		if (holds_id(n, id))
			o.items[o.count++] =
				n->kind == LOGIC_ID ? id_truth(w, n) : presence(w, n, id);
	}
	struct ir_expr *any = join(w, OP_OR, &o);
	if (group->kind == LOGIC_OR || is_spent(w))
		return any;
	o = (struct operands){.items = {group_truth(w, group), any}, .count = 2};
	return join(w, OP_AND, &o);
}

static struct ir_expr *group_distinct(struct writer *w, const struct logic_node *group)
{
	uint32_t ids[LOGIC_IDS_MAX], id_count;
	struct operands o = {.count = 0};

	if (plain_ids(group, ids, &id_count)) {
		struct ir_expr *set = ir_over_set(w->arena, OP_DISTINCT, ids, id_count);

		return group->kind == LOGIC_OR ? set : guarded(w, group_truth(w, group), set);
	}
	for (uint32_t id = 0; id < LOGIC_IDS_MAX && !is_spent(w); id++) {
		bool is_inside = false;

		for (const struct logic_node *n = group->first; n; n = n->next)
			is_inside |= holds_id(n, id);
		if (is_inside)
			o.items[o.count++] =
				guarded(w, presence(w, group, id), ir_int(w->arena, 1));
	}
	return sum(w, o.items, o.count);
}

static struct ir_expr *truth(struct writer *w, const struct logic_node *node)
{
	if (is_spent(w))
		return NULL;
	if (node->kind == LOGIC_ID)
		return id_truth(w, node);
	if (node->compare == '\0')
		return group_truth(w, node);
	struct operands o = {.count = 1};
	o.items[0] = compare(w, comparison(node->compare), group_count(w, node), node->count);
	if (node->distinct > 0)
		o.items[o.count++] =
			compare(w, OP_GE, group_distinct(w, node), node->distinct);
	return join(w, OP_AND, &o);
}

static uint32_t depth(const struct ir_expr *expr)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < expr->arg_count; i++) {
		uint32_t below = depth(expr->args[i]);

		most = below > most ? below : most;
	}
	return most + 1;
}

enum status logic_condition(struct arena *a, const struct logic *logic, struct ir_expr **ret)
{
	struct writer w = {.arena = a};
	struct ir_expr *condition = truth(&w, logic->root);

	if (is_spent(&w))
		return E_UNSUPPORTED;
	if (condition == NULL)
		return E_LIMIT;
	/* the conditions of the target description block stand one level above */
	if (depth(condition) > IR_DEPTH_MAX - 2)
		return E_UNSUPPORTED;
	*ret = condition;
	return OK;
}
