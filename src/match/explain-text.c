/*
 * Conditions of an image in the notation of YARA, as far as it has one.
 */
#include "match/explain-text.h"

#include <stdio.h>

#include "base/text.h"
#include "image/image.h"

/* How operators between two operands are written. */
static const char *infix(enum ir_op op)
{
	static const char *const names[OPS_TOTAL] = {
		[OP_EQ] = "==",
		[OP_NE] = "!=",
		[OP_LT] = "<",
		[OP_LE] = "<=",
		[OP_GT] = ">",
		[OP_GE] = ">=",
		[OP_CONTAINS] = "contains",
		[OP_ICONTAINS] = "icontains",
		[OP_STARTS] = "startswith",
		[OP_ISTARTS] = "istartswith",
		[OP_ENDS] = "endswith",
		[OP_IENDS] = "iendswith",
		[OP_IEQUALS] = "iequals",
		[OP_AND] = "and",
		[OP_OR] = "or",
		[OP_ADD] = "+",
		[OP_SUB] = "-",
		[OP_MUL] = "*",
		[OP_DIV] = "\\",
		[OP_MOD] = "%",
		[OP_BIT_AND] = "&",
		[OP_BIT_OR] = "|",
		[OP_BIT_XOR] = "^",
		[OP_SHL] = "<<",
		[OP_SHR] = ">>",
	};

	return names[op];
}

void explain_pattern(const struct condition *c, uint64_t pattern, char sigil, struct buf *to)
{
	struct str name = STR("");
	bool is_private;

	buf_add_u8(to, (uint8_t)sigil);
	if (pattern >= c->t->pattern_count)
		return; /* that of the loop around */
	uint32_t rule = c->t->patterns[pattern].rule;
	uint64_t first = rule < c->t->rule_count ? c->t->rules[rule].pattern_first : UINT64_MAX;
	if (pattern >= first && image_rule_pattern(c->img, rule, (uint32_t)(pattern - first), &name,
						   &is_private) != OK)
		return;
	if (name.len > 0)
		text_escape(to, str_from(name, 1));
	else
		buf_addf(to, "%llu", (unsigned long long)(pattern - first));
}

static void set_of(struct condition *c, uint64_t value, bool is_rules, struct buf *to)
{
	uint64_t first = (uint32_t)value, count = value >> 32;

	buf_add_u8(to, '(');
	for (uint64_t i = 0; i < count && first + i < c->t->set_count; i++) {
		if (!condition_charge(c, 1))
			break;
		if (i > 0)
			buf_add_str(to, STR(", "));
		if (is_rules)
			explain_rule_name(c, c->t->sets[first + i], to);
		else
			explain_pattern(c, c->t->sets[first + i], '$', to);
	}
	buf_add_u8(to, ')');
}

void explain_rule_name(const struct condition *c, uint64_t rule, struct buf *to)
{
	struct rule_info info;

	if (rule <= UINT32_MAX &&
	    image_rule_info(c->img, (struct rule_ref){0, (uint32_t)rule}, &info) == OK)
		text_escape(to, str_of(info.name));
}

/* "pe.sections" */
static void group_of(enum fact_group group, struct buf *to)
{
	const struct group_info *info = group_info(group);

	if (info->parent == GROUP_NONE) {
		for (unsigned i = 0; i < MODULE_COUNT; i++) {
			if (module_info((enum module_id)i)->group == group)
				buf_addf(to, "%s", module_info((enum module_id)i)->name);
		}
		return;
	}
	group_of(info->parent, to);
	buf_addf(to, ".%s", info->name);
}

static void operand(struct condition *c, struct cursor *node, struct buf *to)
{
	struct subtree tree = condition_next(c, node);

	explain_text(c, &tree, to);
}

/* The operands that are left, in parentheses. */
static void operands(struct condition *c, struct cursor *node, char open, const char *between,
		     char close, struct buf *to)
{
	bool is_first = true;

	buf_add_u8(to, (uint8_t)open);
	while (node->next < node->end && !to->bad) {
		if (!is_first)
			buf_add_str(to, str_of(between));
		is_first = false;
		operand(c, node, to);
	}
	buf_add_u8(to, (uint8_t)close);
}

static void fact_of(struct condition *c, struct cursor *node, struct buf *to)
{
	const struct fact_info *info;

	if (node->value >= FACT_COUNT)
		return;
	info = fact_info((enum fact_id)node->value);
	if (node->next < node->end)
		operand(c, node, to);
	else
		group_of(info->group, to);
	if (info->name[0] != '\0')
		buf_addf(to, ".%s", info->name);
}

static void row_of(struct condition *c, struct cursor *node, struct buf *to)
{
	if (node->value >= GROUP_COUNT)
		return;
	enum fact_group group = (enum fact_group)node->value;
	enum fact_group parent = group_info(group)->parent;
	if (parent == GROUP_NONE || group_info(parent)->kind == GROUP_ONE) {
		group_of(group, to);
	} else {
		operand(c, node, to);
		buf_addf(to, ".%s", group_info(group)->name);
	}
	if (node->op == OP_ROWS)
		buf_add_str(to, STR(".length"));
	else
		operands(c, node, '[', ", ", ']', to);
}

static void call_of(struct condition *c, struct cursor *node, struct buf *to)
{
	if (node->value >= FUNCTION_COUNT)
		return;
	group_of(function_info((enum function_id)node->value)->group, to);
	buf_addf(to, ".%s", function_info((enum function_id)node->value)->name);
	operands(c, node, '(', ", ", ')', to);
}

static void read_of(struct condition *c, struct cursor *node, struct buf *to)
{
	uint64_t flags = node->value;

	buf_addf(to, "%sint%d%s", (flags & READ_SIGNED) != 0 ? "" : "u",
		 (flags & READ_BITS_8) != 0 ? 8 : (flags & READ_BITS_16) != 0 ? 16 : 32,
		 (flags & READ_BIG_ENDIAN) != 0 ? "be" : "");
	operands(c, node, '(', ", ", ')', to);
}

/* " at X" or " in (X..Y)", for as many operands as there are. */
static void place_of(struct condition *c, struct cursor *node, struct buf *to)
{
	struct cursor rest = *node;

	if (node->next >= node->end)
		return;
	(void)condition_next(c, &rest);
	if (rest.next >= rest.end) {
		buf_add_str(to, STR(" at "));
		operand(c, node, to);
		return;
	}
	buf_add_str(to, STR(" in "));
	operands(c, node, '(', "..", ')', to);
}

static void pattern_of(struct condition *c, struct cursor *node, struct buf *to)
{
	char sigil = node->op == OP_OFFSET   ? '@'
		     : node->op == OP_LENGTH ? '!'
		     : node->op >= OP_COUNT  ? '#'
					     : '$';

	explain_pattern(c, node->value, sigil, to);
	if (node->op == OP_OFFSET || node->op == OP_LENGTH)
		operands(c, node, '[', ", ", ']', to);
	else
		place_of(c, node, to);
}

static void quantifier_of(struct condition *c, struct cursor *node, struct buf *to)
{
	struct subtree tree = condition_next(c, node);
	struct cursor quantifier;

	if (!condition_read(c, &tree, &quantifier))
		return;
	if (quantifier.op == OP_UNDEFINED)
		buf_add_str(to, STR("all"));
	else if (quantifier.op == OP_INT && quantifier.value == 0)
		buf_add_str(to, STR("none"));
	else
		explain_text(c, &tree, to);
}

static void loop_of(struct condition *c, struct cursor *node, struct buf *to)
{
	struct subtree body = {0};
	unsigned slot = (unsigned)(uint32_t)node->value;

	buf_add_str(to, STR("for "));
	quantifier_of(c, node, to);
	if (node->op == OP_FOR_SET) {
		buf_add_str(to, STR(" of "));
		set_of(c, node->value, false, to);
	} else {
		buf_addf(to, " i%u in ", slot);
	}
	if (node->op == OP_FOR_RANGE) {
		buf_add_u8(to, '(');
		operand(c, node, to);
		buf_add_str(to, STR(".."));
		operand(c, node, to);
		buf_add_u8(to, ')');
	}
	body = condition_next(c, node);
	if (node->op == OP_FOR_VALUES)
		operands(c, node, '(', ", ", ')', to);
	if (node->op == OP_FOR_ROWS && node->value >> 32 < GROUP_COUNT)
		group_of((enum fact_group)(node->value >> 32), to);
	buf_add_str(to, STR(" : ("));
	explain_text(c, &body, to);
	buf_add_u8(to, ')');
}

static void constant_of(const struct condition *c, const struct cursor *node, struct buf *to)
{
	uint64_t at = (uint32_t)node->value, len = node->value >> 32;
	double real;

	switch (node->op) {
	case OP_BOOL:
		buf_add_str(to, node->value != 0 ? STR("true") : STR("false"));
		break;
	case OP_INT:
		buf_addf(to, "%lld", (long long)node->value);
		break;
	case OP_FLOAT:
		memcpy(&real, &node->value, sizeof real);
		buf_addf(to, "%g", real);
		break;
	case OP_TEXT:
		buf_add_u8(to, '"');
		if (range_fits(at, len, c->t->byte_count))
			text_escape(to, (struct str){(const char *)c->t->bytes + at, (size_t)len});
		buf_add_u8(to, '"');
		break;
	default:
		buf_add_str(to, STR("undefined"));
		break;
	}
}

static void logic_of(struct condition *c, struct cursor *node, struct buf *to)
{
	char between[16];

	switch (node->op) {
	case OP_NOT:
		buf_add_str(to, STR("not "));
		operand(c, node, to);
		break;
	case OP_DEFINED:
		buf_add_str(to, STR("defined "));
		operand(c, node, to);
		break;
	case OP_IF:
		operands(c, node, '(', " ? ", ')', to);
		break;
	default:
		snprintf(between, sizeof between, " %s ", infix(node->op));
		operands(c, node, '(', between, ')', to);
		break;
	}
}

/* a + b - c … */
static void chain_of(struct condition *c, struct cursor *node, struct buf *to)
{
	buf_add_u8(to, '(');
	operand(c, node, to);
	while (node->next < node->end && !to->bad) {
		struct subtree tree = condition_next(c, node);
		struct cursor step;

		if (!condition_read(c, &tree, &step) || step.op != OP_STEP ||
		    step.value >= OPS_TOTAL || infix((enum ir_op)step.value) == NULL)
			break;
		buf_addf(to, " %s ", infix((enum ir_op)step.value));
		operand(c, &step, to);
	}
	buf_add_u8(to, ')');
}

static void object_of(const struct condition *c, const struct cursor *node, struct buf *to)
{
	struct ir_variable variable;

	switch (node->op) {
	case OP_SIZE:
		buf_add_str(to, STR("filesize"));
		break;
	case OP_IS_TYPE:
	case OP_PARENT_TYPE:
		buf_addf(to, "%s %s", node->op == OP_IS_TYPE ? "type" : "parent type",
			 node->value < TYPE_COUNT
				 ? type_info((enum object_type)node->value)->name
				 : "");
		break;
	default:
		if (node->value <= UINT32_MAX &&
		    image_variable_at(c->img, (uint32_t)node->value, &variable) == OK)
			text_escape(to, variable.name);
		break;
	}
}

static void set_text(struct condition *c, struct cursor *node, struct buf *to)
{
	buf_add_str(to, node->op == OP_SUM ? STR("matches of ") : STR("number of "));
	set_of(c, node->value, node->op == OP_RULES, to);
	place_of(c, node, to);
}

static void node_text(struct condition *c, struct cursor *node, struct buf *to)
{
	switch (node->op) {
	case OP_UNDEFINED ... OP_TEXT:
		constant_of(c, node, to);
		break;
	case OP_SIZE ... OP_PARENT_TYPE:
	case OP_VARIABLE:
		object_of(c, node, to);
		break;
	case OP_FACT:
		fact_of(c, node, to);
		break;
	case OP_ROW ... OP_ROWS:
		row_of(c, node, to);
		break;
	case OP_CALL:
		call_of(c, node, to);
		break;
	case OP_READ:
		read_of(c, node, to);
		break;
	case OP_MATCHED ... OP_LENGTH:
		pattern_of(c, node, to);
		break;
	case OP_SUM ... OP_DISTINCT_IN:
	case OP_RULES:
		set_text(c, node, to);
		break;
	case OP_RULE:
		explain_rule_name(c, node->value, to);
		break;
	case OP_NEG:
	case OP_BIT_NOT:
		buf_add_u8(to, node->op == OP_NEG ? '-' : '~');
		operand(c, node, to);
		break;
	case OP_REGEX:
		operand(c, node, to);
		buf_add_str(to, STR(" matches /.../"));
		break;
	case OP_PATTERN:
		buf_add_str(to, STR("/.../"));
		break;
	case OP_LOOP_VALUE:
		buf_addf(to, "i%u", (unsigned)(uint32_t)node->value);
		break;
	case OP_QUANTIFIED:
		quantifier_of(c, node, to);
		buf_add_str(to, STR(" of "));
		operand(c, node, to);
		break;
	case OP_FOR_RANGE ... OP_FOR_SET:
		loop_of(c, node, to);
		break;
	case OP_CHAIN:
		chain_of(c, node, to);
		break;
	case OP_STEP:
		break; /* of a damaged image */
	default:
		logic_of(c, node, to);
		break;
	}
}

void explain_text(struct condition *c, const struct subtree *tree, struct buf *to)
{
	struct cursor node;

	if (!to->bad && condition_read(c, tree, &node) && node.op < OPS_TOTAL)
		node_text(c, &node, to);
}
