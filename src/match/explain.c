#include "match/explain.h"

#include "base/num.h"
#include "base/text.h"
#include "match/explain-text.h"

/* Offsets that are shown of a pattern. */
enum { OFFSETS_SHOWN = 5 };

static bool is_truth(enum ir_op op)
{
	switch (op) {
	case OP_BOOL:
	case OP_IS_TYPE:
	case OP_PARENT_TYPE:
	case OP_MATCHED ... OP_MATCHED_IN:
	case OP_RULE:
	case OP_AND:
	case OP_OR:
	case OP_NOT:
	case OP_DEFINED:
	case OP_EQ ... OP_REGEX:
	case OP_QUANTIFIED:
	case OP_FOR_RANGE ... OP_FOR_SET:
		return true;
	default:
		return false;
	}
}

static void print_value(enum ir_op op, struct value v, struct buf *to)
{
	switch (v.kind) {
	case VALUE_UNDEFINED:
		buf_add_str(to, STR("undefined"));
		break;
	case VALUE_INT:
		if (is_truth(op))
			buf_add_str(to, v.integer != 0 ? STR("true") : STR("false"));
		else
			buf_addf(to, "%lld", (long long)v.integer);
		break;
	case VALUE_FLOAT:
		buf_addf(to, "%g", v.real);
		break;
	case VALUE_TEXT:
		buf_add_u8(to, '"');
		text_escape(to, v.text);
		buf_add_u8(to, '"');
		break;
	default:
		buf_add_str(to, STR("unknown"));
		break;
	}
}

/* Whether the operands of an operator tell more than the operator with its value. */
static bool has_parts(enum ir_op op)
{
	return (op >= OP_AND && op <= OP_REGEX) || (op >= OP_NEG && op <= OP_SHR) ||
	       (op >= OP_MATCHED_AT && op <= OP_LENGTH) || op == OP_READ || op == OP_CALL;
}

static bool is_constant(enum ir_op op)
{
	return op <= OP_TEXT || op == OP_PATTERN;
}

static void explain_tree(struct condition *c, struct subtree tree, struct buf *to)
{
	struct cursor node;

	if (to->bad || !condition_read(c, &tree, &node) || node.op >= OPS_TOTAL ||
	    (tree.depth > 0 && is_constant(node.op)))
		return;
	for (uint32_t i = 0; i <= tree.depth; i++)
		buf_add_str(to, STR("  "));
	explain_text(c, &tree, to);
	buf_add_str(to, STR(" = "));
	print_value(node.op, condition_value(c, &tree), to);
	buf_add_u8(to, '\n');
	while (has_parts(node.op) && node.next < node.end)
		explain_tree(c, condition_next(c, &node), to);
}

static void explain_matches(struct condition *c, uint32_t pattern, struct buf *to)
{
	const struct match_span *spans = NULL;
	size_t count = found_spans(c->found, pattern, &spans);
	const struct found *f = found_get(c->found, pattern);

	buf_add_str(to, STR("  "));
	explain_pattern(c, pattern, '$', to);
	if (count == 0) {
		buf_add_str(to, c->found->is_cut || (f != NULL && f->is_limited)
					? STR(": unknown\n")
					: STR(": not found\n"));
		return;
	}
	buf_addf(to, ": %s%zu at", f->is_counted ? "" : "at least ", count);
	for (size_t i = 0; i < count && i < OFFSETS_SHOWN; i++)
		buf_addf(to, "%s 0x%llx", i > 0 ? "," : "", (unsigned long long)spans[i].start);
	buf_add_str(to, count > OFFSETS_SHOWN ? STR(", ...\n") : STR("\n"));
}

enum status explain_rule(struct condition *c, uint32_t rule, struct buf *to)
{
	static const char *const outcomes[] = {"is not evaluated: no pattern of it was found",
					       "does not hold", "holds", "is not decided"};
	const struct image_rule row = c->t->rules[rule];
	const struct subtree tree = {row.condition, c->t->condition_count, 0};
	uint8_t known = c->rules[rule];

	explain_rule_name(c, rule, to);
	buf_addf(to, " %s\n", outcomes[known < LEN(outcomes) ? known : 0]);
	c->rule = rule;
	c->pattern = IR_CURRENT_PATTERN;
	explain_tree(c, tree, to);
	for (uint64_t i = 0; i < row.pattern_count && !to->bad; i++) {
		if (row.pattern_first + i < c->t->pattern_count && condition_charge(c, 1))
			explain_matches(c, (uint32_t)(row.pattern_first + i), to);
	}
	return to->bad ? E_LIMIT : OK;
}
