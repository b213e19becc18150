#include "lang/yara/print-expr.h"

#include <inttypes.h>

#include "base/num.h"
#include "base/text.h"

static void add(struct buf *to, const char *text)
{
	buf_add_str(to, str_of(text));
}

static const struct {
	enum ir_op op;
	const char *word;
} operators[] = {
	{OP_AND, "and"},
	{OP_OR, "or"},
	{OP_EQ, "=="},
	{OP_NE, "!="},
	{OP_LT, "<"},
	{OP_LE, "<="},
	{OP_GT, ">"},
	{OP_GE, ">="},
	{OP_CONTAINS, "contains"},
	{OP_ICONTAINS, "icontains"},
	{OP_STARTS, "startswith"},
	{OP_ISTARTS, "istartswith"},
	{OP_ENDS, "endswith"},
	{OP_IENDS, "iendswith"},
	{OP_IEQUALS, "iequals"},
	{OP_REGEX, "matches"},
	{OP_BIT_OR, "|"},
	{OP_BIT_XOR, "^"},
	{OP_BIT_AND, "&"},
	{OP_SHL, "<<"},
	{OP_SHR, ">>"},
	{OP_ADD, "+"},
	{OP_SUB, "-"},
	{OP_MUL, "*"},
	{OP_DIV, "\\"},
	{OP_MOD, "%"},
	/* before their operand */
	{OP_NEG, "-"},
	{OP_BIT_NOT, "~"},
	{OP_NOT, "not "},
	{OP_DEFINED, "defined "},
};

const char *print_operator(enum ir_op op)
{
	for (size_t i = 0; i < LEN(operators); i++) {
		if (operators[i].op == op)
			return operators[i].word;
	}
	return "";
}

/* Bytes of a character that needs no escape at the start of a text; 0: it needs one. */
static size_t plain_len(struct str rest)
{
	uint8_t c = (uint8_t)rest.data[0];
	size_t len = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : 2;

	if (c < 0x80)
		return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
	if (c < 0xc2 || c >= 0xf5 || rest.len < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (((uint8_t)rest.data[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

void print_quoted(struct buf *to, struct str text)
{
	static const char letters[] = "\tt\nn\rr\"\"\\\\";

	buf_add_u8(to, '"');
	while (text.len > 0 && !to->bad) {
		size_t plain = plain_len(text);
		char c = text.data[0];
		const char *letter = letters;

		while (letter[0] != '\0' && letter[0] != c)
			letter += 2;
		if (plain > 0)
			buf_add(to, text.data, plain);
		else if (letter[0] != '\0')
			buf_addf(to, "\\%c", letter[1]);
		else
			buf_addf(to, "\\x%02x", (unsigned)(uint8_t)c);
		text = str_from(text, plain > 0 ? plain : 1);
	}
	buf_add_u8(to, '"');
}

void print_regex(struct buf *to, const struct ast_regex *regex)
{
	struct str s = regex->source;

	buf_add_u8(to, '/');
	for (size_t i = 0; i < s.len; i++) {
		if (s.data[i] == '/')
			buf_add_u8(to, '\\');
		buf_add_u8(to, (uint8_t)s.data[i]);
		if (s.data[i] == '\\' && i + 1 < s.len)
			buf_add_u8(to, (uint8_t)s.data[++i]);
	}
	add(to, regex->nocase ? regex->dotall ? "/is" : "/i" : regex->dotall ? "/s" : "/");
}

static void print_modifier(struct buf *to, const struct ast_modifier *m)
{
	static const char *const words[] = {
		[AST_ASCII] = "ascii",	       [AST_WIDE] = "wide",	  [AST_NOCASE] = "nocase",
		[AST_FULLWORD] = "fullword",   [AST_PRIVATE] = "private", [AST_XOR] = "xor",
		[AST_BASE64] = "base64",       [AST_BASE64WIDE] = "base64wide",
	};

	buf_addf(to, " %s", words[m->kind]);
	if (!m->has_value)
		return;
	buf_add_u8(to, '(');
	if (m->kind != AST_XOR)
		print_quoted(to, m->alphabet);
	else
		buf_addf(to, "0x%02" PRIx64, (uint64_t)m->low);
	if (m->kind == AST_XOR && m->high != m->low)
		buf_addf(to, "-0x%02" PRIx64, (uint64_t)m->high);
	buf_add_u8(to, ')');
}

void print_modifiers(struct buf *to, const struct ast_modifier *modifiers)
{
	for (const struct ast_modifier *m = modifiers; m != NULL; m = m->next)
		print_modifier(to, m);
}

static void print_range(struct buf *to, const struct ast_expr *low, const struct ast_expr *high)
{
	buf_add_u8(to, '(');
	print_expr(to, low);
	add(to, "..");
	print_expr(to, high);
	buf_add_u8(to, ')');
}

static void print_place(struct buf *to, const struct ast_place *place)
{
	if (place->kind == AST_AT) {
		add(to, " at ");
		print_expr(to, place->low);
	} else if (place->kind == AST_IN) {
		add(to, " in ");
		print_range(to, place->low, place->high);
	}
}

static void print_quantifier(struct buf *to, const struct ast_quantifier *q)
{
	static const char *const words[] = {
		[AST_ALL] = "all", [AST_ANY] = "any", [AST_NONE] = "none"};

	if (q->expr == NULL) {
		add(to, words[q->kind]);
		return;
	}
	print_expr(to, q->expr);
	if (q->kind == AST_PERCENT)
		buf_add_u8(to, '%');
}

static void print_set(struct buf *to, const struct ast_set *set)
{
	if (set->is_them) {
		add(to, "them");
		return;
	}
	buf_add_u8(to, '(');
	for (const struct ast_set_item *i = set->items; i != NULL && !to->bad; i = i->next) {
		buf_add_str(to, i->name);
		add(to, i->is_wildcard ? "*" : "");
		add(to, i->next != NULL ? ", " : "");
	}
	buf_add_u8(to, ')');
}

/* Expressions with commas between them. */
static void print_list(struct buf *to, const struct ast_expr *first)
{
	buf_add_u8(to, '(');
	for (const struct ast_expr *e = first; e != NULL && !to->bad; e = e->next) {
		print_expr(to, e);
		add(to, e->next != NULL ? ", " : "");
	}
	buf_add_u8(to, ')');
}

static void print_iterator(struct buf *to, const struct ast_iterator *it)
{
	if (it->kind == AST_RANGE)
		print_range(to, it->low, it->high);
	else if (it->kind == AST_LIST)
		print_list(to, it->items);
	else
		print_expr(to, it->low);
}

void print_loop_head(struct buf *to, const struct ast_expr *loop)
{
	add(to, "for ");
	print_quantifier(to, &loop->quantifier);
	if (loop->kind == AST_FOR_OF) {
		add(to, " of ");
		print_set(to, &loop->set);
	} else {
		for (const struct ast_name *n = loop->variables; n != NULL; n = n->next) {
			add(to, n == loop->variables ? " " : ", ");
			buf_add_str(to, n->name);
		}
		add(to, " in ");
		print_iterator(to, &loop->iterator);
	}
	add(to, " : ");
}

static void print_binary(struct buf *to, const struct ast_expr *e)
{
	for (const struct ast_expr *a = e->args; a != NULL && !to->bad; a = a->next) {
		print_expr(to, a);
		if (a->next != NULL)
			buf_addf(to, " %s ", print_operator(a->next->link.op));
	}
}

/* What a name, a read or a string of the rule goes on with, in brackets. */
static void print_bracketed(struct buf *to, const struct ast_expr *e, const char *brackets)
{
	if (e == NULL)
		return;
	buf_add_u8(to, (uint8_t)brackets[0]);
	print_expr(to, e);
	buf_add_u8(to, (uint8_t)brackets[1]);
}

static void print_named(struct buf *to, const struct ast_expr *e)
{
	switch (e->kind) {
	case AST_MEMBER:
		print_expr(to, e->args);
		buf_add_u8(to, '.');
		buf_add_str(to, e->name);
		break;
	case AST_INDEX:
		print_expr(to, e->args);
		print_bracketed(to, e->args->next, "[]");
		break;
	case AST_CALL:
		print_expr(to, e->args);
		print_list(to, e->args->next);
		break;
	default:
		buf_add_str(to, e->name);
		if (e->kind == AST_OFFSET || e->kind == AST_LENGTH)
			print_bracketed(to, e->args, "[]");
		print_place(to, &e->place);
		break;
	}
}

/* Recursion is bounded by AST_DEPTH_MAX. */
void print_expr(struct buf *to, const struct ast_expr *e)
{
	if (to->bad)
		return;
	switch (e->kind) {
	case AST_BOOL:
		add(to, e->integer ? "true" : "false");
		break;
	case AST_INT:
	case AST_FLOAT:
	case AST_FILESIZE:
	case AST_ENTRYPOINT:
		buf_add_str(to, e->text);
		break;
	case AST_TEXT:
		print_quoted(to, e->text);
		break;
	case AST_REGEX:
		print_regex(to, &e->regex);
		break;
	case AST_READ:
		buf_add_str(to, e->text);
		print_bracketed(to, e->args, "()");
		break;
	case AST_GROUP:
		print_bracketed(to, e->args, "()");
		break;
	case AST_UNARY:
		add(to, print_operator(e->op));
		print_expr(to, e->args);
		break;
	case AST_BINARY:
		print_binary(to, e);
		break;
	case AST_OF:
		print_quantifier(to, &e->quantifier);
		add(to, " of ");
		print_set(to, &e->set);
		print_place(to, &e->place);
		break;
	case AST_FOR_OF:
	case AST_FOR_IN:
		print_loop_head(to, e);
		print_bracketed(to, e->args, "()");
		break;
	case AST_STRING:
	case AST_COUNT:
	case AST_OFFSET:
	case AST_LENGTH:
	case AST_NAME:
	case AST_MEMBER:
	case AST_INDEX:
	case AST_CALL:
		print_named(to, e);
		break;
	}
}
