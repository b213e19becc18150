/*
 * Rules as text, for tests and tools. One form for each tree, so that equal
 * text means equal rules:
 *
 *	"abc"  61.?2.ff&df  [61-7a]  (gap 0 *)  (alt A B)  (repeat 1 3 A)
 *	(and (matched 0) (gt (count 1) (int 3)))
 */
#include "base/buf.h"
#include "base/text.h"
#include "ir/perl.h"
#include "ir/rule.h"

static const char *const op_names[] = {
#define OP(id, name, arity, doc) name,
#include "ir/ops.def"
#undef OP
};

static bool is_plain_text(const struct ir_node *node)
{
	for (uint32_t i = 0; i < node->bytes.len; i++) {
		uint8_t c = node->bytes.value[i];

		if (node->bytes.mask[i] != 0xff || c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			return false;
	}
	return node->bytes.len > 0;
}

static void print_masked(struct buf *to, uint8_t value, uint8_t mask)
{
	static const char digits[] = "0123456789abcdef";

	if (mask == 0xff)
		buf_addf(to, "%02x", value);
	else if (mask == 0xf0)
		buf_addf(to, "%c?", digits[value >> 4]);
	else if (mask == 0x0f)
		buf_addf(to, "?%c", digits[value]);
	else if (mask == 0)
		buf_add_str(to, STR("??"));
	else
		buf_addf(to, "%02x&%02x", value, mask);
}

static void print_bytes(struct buf *to, const struct ir_node *node)
{
	if (is_plain_text(node)) {
		buf_addf(to, "\"%.*s\"", (int)node->bytes.len, (const char *)node->bytes.value);
		return;
	}
	if (node->bytes.len == 0)
		buf_add_str(to, STR("\"\""));
	for (uint32_t i = 0; i < node->bytes.len; i++) {
		if (i > 0)
			buf_add_u8(to, '.');
		print_masked(to, node->bytes.value[i], node->bytes.mask[i]);
	}
}

static bool in_class(const struct ir_node *node, unsigned c)
{
	return c < 256 && (node->cls.set[c / 8] >> c % 8 & 1) != 0;
}

static void print_class(struct buf *to, const struct ir_node *node)
{
	buf_add_u8(to, '[');
	for (unsigned c = 0; c < 256; c++) {
		unsigned first = c;

		if (!in_class(node, c))
			continue;
		while (in_class(node, c + 1))
			c++;
		if (to->data[to->len - 1] != '[')
			buf_add_u8(to, ' ');
		buf_addf(to, "%02x", first);
		if (c > first)
			buf_addf(to, "-%02x", c);
	}
	buf_add_u8(to, ']');
}

static void print_range(struct buf *to, const struct ir_node *node)
{
	buf_addf(to, " %u ", node->range.min);
	if (node->range.max == IR_UNBOUNDED)
		buf_add_u8(to, '*');
	else
		buf_addf(to, "%u", node->range.max);
}

void ir_print_node(struct buf *to, const struct ir_node *node)
{
	static const char *const names[] = {
		[NODE_GAP] = "gap",       [NODE_CONCAT] = "concat", [NODE_ALT] = "alt",
		[NODE_REPEAT] = "repeat", [NODE_NOT] = "not",       [NODE_LOOK] = "look",
		[NODE_EDGE] = "edge",
	};

	if (node->kind == NODE_BYTES) {
		print_bytes(to, node);
		return;
	}
	if (node->kind == NODE_CLASS) {
		print_class(to, node);
		return;
	}
	buf_addf(to, "(%s", names[node->kind]);
	if (node->kind == NODE_GAP || node->kind == NODE_REPEAT)
		print_range(to, node);
	if (node->kind == NODE_REPEAT && node->range.greedy)
		buf_add_str(to, STR(" greedy"));
	if (node->kind == NODE_LOOK)
		buf_addf(to, " %s%s", node->look.negate ? "not-" : "",
			 node->look.behind ? "behind" : "ahead");
	if (node->kind == NODE_EDGE)
		buf_addf(to, " %s", node->edge.at_end ? "end" : "start");
	for (uint32_t i = 0; i < node->count; i++) {
		buf_add_u8(to, ' ');
		ir_print_node(to, node->children[i]);
	}
	buf_add_u8(to, ')');
}

/* " pe.sections[].name". Recursion is bounded: groups are nested as modules.def says. */
static void print_name(struct buf *to, enum fact_group group, const char *name)
{
	const struct group_info *info = group_info(group);

	if (info->parent == GROUP_NONE) {
		for (unsigned m = 0; m < MODULE_COUNT; m++) {
			if (module_info((enum module_id)m)->group == group)
				buf_addf(to, " %s", module_info((enum module_id)m)->name);
		}
	} else {
		print_name(to, info->parent, info->name);
		if (info->kind != GROUP_ONE)
			buf_add_str(to, STR("[]"));
	}
	buf_addf(to, "%s%s", name[0] != '\0' ? "." : "", name);
}

static void print_payload(struct buf *to, const struct ir_expr *expr)
{
	switch (expr->op) {
	case OP_BOOL:
	case OP_INT:
		buf_addf(to, " %lld", (long long)expr->integer);
		break;
	case OP_FLOAT:
		buf_addf(to, " %.17g", expr->real);
		break;
	case OP_TEXT:
		buf_add_u8(to, ' ');
		text_json(to, expr->text);
		break;
	case OP_IS_TYPE:
	case OP_PARENT_TYPE:
		buf_addf(to, " %s", type_info((enum object_type)expr->index)->name);
		break;
	case OP_FACT:
		print_name(to, fact_info((enum fact_id)expr->index)->group,
			   fact_info((enum fact_id)expr->index)->name);
		break;
	case OP_ROW:
	case OP_ROW_KEY:
	case OP_ROWS:
		print_name(to, (enum fact_group)expr->index, "");
		break;
	case OP_CALL:
		print_name(to, function_info((enum function_id)expr->index)->group,
			   function_info((enum function_id)expr->index)->name);
		break;
	case OP_FOR_ROWS:
		buf_addf(to, " %u", expr->loop.slot);
		print_name(to, (enum fact_group)expr->loop.group, "");
		break;
	case OP_REGEX:
	case OP_PATTERN:
		buf_add_u8(to, ' ');
		ir_print_node(to, expr->pattern->body);
		break;
	case OP_STEP:
		buf_addf(to, " %s", op_names[expr->index]);
		break;
	case OP_MATCHED ... OP_LENGTH:
	case OP_READ:
	case OP_RULE:
	case OP_VARIABLE:
	case OP_QUANTIFIED:
		buf_addf(to, " %u", expr->index);
		break;
	case OP_LOOP_VALUE:
	case OP_FOR_RANGE:
	case OP_FOR_VALUES:
		buf_addf(to, " %u", expr->loop.slot);
		break;
	case OP_SUM ... OP_DISTINCT_IN:
	case OP_RULES:
	case OP_FOR_SET:
		for (uint32_t i = 0; i < expr->set.count; i++)
			buf_addf(to, " %u", expr->set.items[i]);
		break;
	default:
		break;
	}
}

void ir_print_expr(struct buf *to, const struct ir_expr *expr)
{
	buf_addf(to, "(%s", op_names[expr->op]);
	print_payload(to, expr);
	for (uint32_t i = 0; i < expr->arg_count; i++) {
		buf_add_u8(to, ' ');
		ir_print_expr(to, expr->args[i]);
	}
	buf_add_u8(to, ')');
}

static void print_place(struct buf *to, const struct ir_place *place)
{
	static const char *const names[] = {
		[PLACE_ANYWHERE] = "anywhere",     [PLACE_START] = "start",
		[PLACE_END] = "end",               [PLACE_ENTRY] = "entry",
		[PLACE_SECTION] = "section",       [PLACE_IN_SECTION] = "in-section",
		[PLACE_LAST_SECTION] = "last-section",
		[PLACE_VERSION_INFO] = "version-info",
		[PLACE_MACRO] = "macro",
	};

	if (place->base == PLACE_ANYWHERE)
		return;
	buf_addf(to, " (%s", names[place->base]);
	if (place->base == PLACE_SECTION || place->base == PLACE_IN_SECTION ||
	    place->base == PLACE_MACRO)
		buf_addf(to, " %u", place->section);
	buf_addf(to, " %+lld +%llu)", (long long)place->delta, (unsigned long long)place->range);
}

static void print_pattern(struct buf *to, const struct ir_pattern *p)
{
	buf_add_str(to, STR(" (pattern "));
	if (p->body != NULL) {
		ir_print_node(to, p->body);
	} else {
		buf_add_str(to, STR("(perl "));
		text_json(to, p->perl.source);
		buf_add_u8(to, ' ');
		buf_add_u8(to, '"');
		perl_print_flags(to, p->perl.flags);
		buf_add_u8(to, '"');
		buf_add_u8(to, ' ');
		ir_print_expr(to, p->perl.trigger);
		buf_add_u8(to, ')');
	}
	print_place(to, &p->place);
	if (p->has_xor)
		buf_addf(to, " (xor %u %u)", p->xor_first, p->xor_last);
	if (p->rule == MATCH_RISING_START)
		buf_add_str(to, STR(" rising"));
	if (length_is_long(p->length))
		buf_add_str(to, STR(" longest"));
	if (length_is_ordered(p->length))
		buf_add_str(to, STR(" ordered"));
	if (p->border != BORDER_NONE)
		buf_addf(to, " border%s", p->border == BORDER_WIDE ? "-wide" : "");
	if (p->is_private)
		buf_add_str(to, STR(" private"));
	buf_add_u8(to, ')');
}

void ir_print_rule(struct buf *to, const struct ir_rule *rule)
{
	static const char *const effects[] = {
		[EFFECT_DETECT] = "detect",
		[EFFECT_SUSPECT] = "suspect",
		[EFFECT_TRUST] = "trust",
		[EFFECT_NONE] = "none",
	};

	buf_add_str(to, STR("(rule "));
	text_json(to, rule->name);
	buf_addf(to, " %s %s", effects[rule->effect], view_info(rule->view)->name);
	for (unsigned t = 0; t < TYPE_COUNT; t++) {
		if ((rule->types >> t & 1) != 0)
			buf_addf(to, " %s", type_info((enum object_type)t)->name);
	}
	for (uint32_t i = 0; i < rule->pattern_count; i++)
		print_pattern(to, rule->patterns[i]);
	buf_add_u8(to, ' ');
	ir_print_expr(to, rule->condition);
	buf_add_u8(to, ')');
}
