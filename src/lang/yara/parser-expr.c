/*
 * Conditions, from the weakest operator to the strongest:
 *
 *	or, and, not defined, (== != contains … matches < <= > >=) once,
 *	|, ^, &, << >>, + -, * \ %, - ~, what stands by itself
 */
#include "base/num.h"
#include "lang/yara/parser-expr.h"

struct ast_expr *parser_node(struct parser *p, enum ast_expr_kind kind, uint32_t start)
{
	struct ast_expr *e = parser_new(p, sizeof *e);

	if (e != NULL) {
		e->kind = kind;
		e->span = (struct span){p->lexer.file, start, start};
	}
	return e;
}

static uint32_t start_of(const struct parser *p)
{
	return p->token.span.start;
}

/* End a node that is complete; its depth follows from its operands. NULL when it is too deep. */
struct ast_expr *parser_finish(struct parser *p, struct ast_expr *e)
{
	const struct ast_expr *below[] = {e->place.low,    e->place.high,    e->quantifier.expr,
					  e->iterator.low, e->iterator.high};

	if (p->is_lost)
		return NULL;
	e->span = parser_span(p, e->span.start);
	for (size_t i = 0; i < LEN(below); i++) {
		if (below[i] != NULL && below[i]->depth >= e->depth)
			e->depth = below[i]->depth + 1;
	}
	for (const struct ast_expr *a = e->args; a != NULL; a = a->next) {
		if (a->depth >= e->depth)
			e->depth = a->depth + 1;
	}
	for (const struct ast_expr *a = e->iterator.items; a != NULL; a = a->next) {
		if (a->depth >= e->depth)
			e->depth = a->depth + 1;
	}
	if (e->depth <= AST_DEPTH_MAX)
		return e;
	p->is_lost = true;
	yara_error(p->y, e->span, NULL, "the condition is nested more than %d deep", AST_DEPTH_MAX);
	return NULL;
}

/* One level down, as far as that is allowed. */
bool parser_enter(struct parser *p)
{
	if (p->is_lost)
		return false;
	if (p->depth < AST_DEPTH_MAX) {
		p->depth++;
		return true;
	}
	yara_error(p->y, p->token.span, NULL, "the condition is nested more than %d deep",
		   AST_DEPTH_MAX);
	p->is_lost = true;
	return false;
}

static struct ast_expr *with_operand(struct parser *p, struct ast_expr *e, struct ast_expr *arg)
{
	if (arg == NULL || e == NULL)
		return NULL;
	e->args = arg;
	return parser_finish(p, e);
}

/* "(low..high)" */
static bool read_range(struct parser *p, struct ast_expr **ret_low, struct ast_expr **ret_high)
{
	if (!parser_expect(p, "("))
		return false;
	*ret_low = parser_sum(p, 0);
	if (*ret_low == NULL || !parser_expect(p, ".."))
		return false;
	*ret_high = parser_sum(p, 0);
	return *ret_high != NULL && parser_expect(p, ")");
}

bool parser_place(struct parser *p, struct ast_place *place, bool can_be_at)
{
	if (can_be_at && parser_take(p, "at")) {
		place->kind = AST_AT;
		place->low = parser_sum(p, 0);
		return place->low != NULL;
	}
	if (!parser_take(p, "in"))
		return true;
	place->kind = AST_IN;
	return read_range(p, &place->low, &place->high);
}

/* ----------------------------------------------------------- what stands by itself */

static struct ast_expr *read_pattern(struct parser *p)
{
	static const enum ast_expr_kind kinds[] = {
		[TOKEN_STRING] = AST_STRING, [TOKEN_COUNT] = AST_COUNT,
		[TOKEN_OFFSET] = AST_OFFSET, [TOKEN_LENGTH] = AST_LENGTH,
	};
	struct ast_expr *e = parser_node(p, kinds[p->token.kind], start_of(p));
	bool is_indexed = p->token.kind == TOKEN_OFFSET || p->token.kind == TOKEN_LENGTH;

	if (e == NULL)
		return NULL;
	e->name = p->token.text;
	if (p->token.is_wildcard) {
		parser_expected(p, "the name of a string without '*'");
		return NULL;
	}
	parser_step(p);
	if (is_indexed && parser_take(p, "[")) {
		e->args = parser_sum(p, 0);
		if (e->args == NULL || !parser_expect(p, "]"))
			return NULL;
	}
	if (!is_indexed && !parser_place(p, &e->place, e->kind == AST_STRING))
		return NULL;
	return parser_finish(p, e);
}

static bool read_arguments(struct parser *p, struct ast_expr *call)
{
	struct ast_expr **end = &call->args->next;

	parser_step(p);
	if (parser_take(p, ")"))
		return true;
	do {
		*end = parser_or(p);
		if (*end == NULL)
			return false;
		end = &(*end)->next;
	} while (parser_take(p, ","));
	return parser_expect(p, ")");
}

/* name, name.member, name[index], name(arguments) and what follows of these */
static struct ast_expr *read_name(struct parser *p)
{
	struct ast_expr *e = parser_node(p, AST_NAME, start_of(p));

	if (e == NULL)
		return NULL;
	e->name = p->token.text;
	parser_step(p);
	e = parser_finish(p, e);
	while (e != NULL &&
	       (parser_sees(p, ".") || parser_sees(p, "[") || parser_sees(p, "("))) {
		struct ast_expr *outer = parser_node(p, AST_MEMBER, e->span.start);

		if (outer == NULL)
			return NULL;
		outer->args = e;
		if (parser_sees(p, "(")) {
			outer->kind = AST_CALL;
			if (!read_arguments(p, outer))
				return NULL;
		} else if (parser_take(p, "[")) {
			outer->kind = AST_INDEX;
			e->next = parser_sum(p, 0);
			if (e->next == NULL || !parser_expect(p, "]"))
				return NULL;
		} else {
			parser_step(p);
			outer->name = p->token.text;
			if (p->token.kind != TOKEN_NAME) {
				parser_expected(p, "the name of a field");
				return NULL;
			}
			parser_step(p);
		}
		e = parser_finish(p, outer);
	}
	return e;
}

static bool read_flags(struct str word, unsigned *ret)
{
	static const struct {
		const char *word;
		unsigned flags;
	} reads[] = {
		{"int8", READ_BITS_8 | READ_SIGNED},
		{"int16", READ_BITS_16 | READ_SIGNED},
		{"int32", READ_BITS_32 | READ_SIGNED},
		{"uint8", READ_BITS_8},
		{"uint16", READ_BITS_16},
		{"uint32", READ_BITS_32},
		{"int8be", READ_BITS_8 | READ_SIGNED | READ_BIG_ENDIAN},
		{"int16be", READ_BITS_16 | READ_SIGNED | READ_BIG_ENDIAN},
		{"int32be", READ_BITS_32 | READ_SIGNED | READ_BIG_ENDIAN},
		{"uint8be", READ_BITS_8 | READ_BIG_ENDIAN},
		{"uint16be", READ_BITS_16 | READ_BIG_ENDIAN},
		{"uint32be", READ_BITS_32 | READ_BIG_ENDIAN},
	};

	for (size_t i = 0; i < LEN(reads); i++) {
		if (str_eq(word, str_of(reads[i].word))) {
			*ret = reads[i].flags;
			return true;
		}
	}
	return false;
}

static struct ast_expr *read_keyword(struct parser *p)
{
	struct ast_expr *e = parser_node(p, AST_BOOL, start_of(p));
	bool is_true = parser_sees(p, "true");

	if (e == NULL)
		return NULL;
	e->text = p->token.text;
	if (is_true || parser_sees(p, "false")) {
		e->integer = is_true;
	} else if (parser_sees(p, "filesize")) {
		e->kind = AST_FILESIZE;
	} else if (parser_sees(p, "entrypoint")) {
		e->kind = AST_ENTRYPOINT;
	} else if (read_flags(p->token.text, &e->read_flags)) {
		e->kind = AST_READ;
	} else {
		parser_expected(p, "an expression");
		return NULL;
	}
	parser_step(p);
	if (e->kind == AST_READ) {
		if (!parser_expect(p, "("))
			return NULL;
		e->args = parser_sum(p, 0);
		if (e->args == NULL || !parser_expect(p, ")"))
			return NULL;
	}
	return parser_finish(p, e);
}

static struct ast_expr *read_group(struct parser *p)
{
	struct ast_expr *e = parser_node(p, AST_GROUP, start_of(p));

	if (e == NULL || !parser_enter(p))
		return NULL;
	parser_step(p);
	e->args = parser_or(p);
	p->depth--;
	if (e->args == NULL || !parser_expect(p, ")"))
		return NULL;
	return parser_finish(p, e);
}

static struct ast_expr *read_literal(struct parser *p)
{
	struct ast_expr *e = parser_node(p, AST_INT, start_of(p));

	if (e == NULL)
		return NULL;
	e->text = p->token.text;
	e->integer = p->token.integer;
	e->real = p->token.real;
	if (p->token.kind == TOKEN_FLOAT)
		e->kind = AST_FLOAT;
	if (p->token.kind == TOKEN_TEXT) {
		e->kind = AST_TEXT;
		e->text = p->token.value;
	}
	parser_step(p);
	return parser_finish(p, e);
}

static struct ast_expr *read_regex(struct parser *p)
{
	struct ast_expr *e = parser_node(p, AST_REGEX, start_of(p));

	lexer_regex(&p->lexer, &p->token);
	if (p->token.kind == TOKEN_BAD)
		p->is_lost = true;
	if (e == NULL || p->is_lost)
		return NULL;
	e->regex = p->token.regex;
	parser_step(p);
	return parser_finish(p, e);
}

static struct ast_expr *read_primary(struct parser *p)
{
	switch (p->token.kind) {
	case TOKEN_STRING:
	case TOKEN_COUNT:
	case TOKEN_OFFSET:
	case TOKEN_LENGTH:
		return read_pattern(p);
	case TOKEN_INT:
	case TOKEN_FLOAT:
	case TOKEN_TEXT:
		return read_literal(p);
	case TOKEN_NAME:
		return read_name(p);
	case TOKEN_KEYWORD:
		return read_keyword(p);
	default:
		break;
	}
	if (parser_sees(p, "("))
		return read_group(p);
	if (parser_sees(p, "/"))
		return read_regex(p);
	parser_expected(p, "an expression");
	return NULL;
}

/* --------------------------------------------------------------- arithmetic */

static struct ast_expr *read_sign(struct parser *p)
{
	enum ir_op op = parser_sees(p, "-") ? OP_NEG : parser_sees(p, "~") ? OP_BIT_NOT : OP_BOOL;

	if (op == OP_BOOL)
		return read_primary(p);
	struct ast_expr *e = parser_node(p, AST_UNARY, start_of(p));
	if (e == NULL || !parser_enter(p))
		return NULL;
	e->op = op;
	e->op_span = p->token.span;
	parser_step(p);
	e = with_operand(p, e, read_sign(p));
	p->depth--;
	return e;
}

struct binary {
	const char *word;
	enum ir_op op;
};

enum { LEVELS = PARSER_LEVELS, LEVEL_OPERATORS = 3 };

static const struct binary levels[LEVELS][LEVEL_OPERATORS] = {
	{{"|", OP_BIT_OR}},
	{{"^", OP_BIT_XOR}},
	{{"&", OP_BIT_AND}},
	{{"<<", OP_SHL}, {">>", OP_SHR}},
	{{"+", OP_ADD}, {"-", OP_SUB}},
	{{"*", OP_MUL}, {"\\", OP_DIV}, {"%", OP_MOD}},
};

static const struct binary *operator_at(const struct parser *p, unsigned level)
{
	for (unsigned i = 0; i < LEVEL_OPERATORS; i++) {
		if (levels[level][i].word != NULL && parser_sees(p, levels[level][i].word))
			return &levels[level][i];
	}
	return NULL;
}

/* A chain of operators that bind alike, as far as it is read: operands in order. */
struct operands {
	struct ast_expr *first, *last;
};

/* Read the operator at hand over; what stands behind it is the next operand. */
static void add_operand(struct operands *o, enum ir_op op, struct span at, struct ast_expr *next)
{
	if (next != NULL)
		next->link = (struct link){op, at};
	o->last->next = next;
	o->last = next;
}

/* The chain as one node, however long it is; NULL when something in it is wrong. */
static struct ast_expr *join(struct parser *p, const struct operands *o)
{
	if (o->last == NULL || o->first == o->last)
		return o->last;
	struct ast_expr *e = parser_node(p, AST_BINARY, o->first->span.start);
	if (e == NULL)
		return NULL;
	e->op = o->first->next->link.op;
	e->op_span = o->first->next->link.span;
	return with_operand(p, e, o->first);
}

/* Operators of a level and those that bind stronger. "50%" before "of" is left to parser_of(). */
struct ast_expr *parser_sum(struct parser *p, unsigned level)
{
	struct ast_expr *first = level < LEVELS ? parser_sum(p, level + 1) : read_sign(p);
	struct operands all = {first, first};
	const struct binary *b;

	while (level < LEVELS && all.last != NULL && !p->is_percent &&
	       (b = operator_at(p, level)) != NULL) {
		struct span at = p->token.span;

		parser_step(p);
		if (b->op == OP_MOD && parser_sees(p, "of")) {
			p->is_percent = true;
			break;
		}
		add_operand(&all, b->op, at, parser_sum(p, level + 1));
	}
	return join(p, &all);
}

/* ------------------------------------------------------------------ comparison */

static const struct binary comparisons[] = {
	{"==", OP_EQ},
	{"!=", OP_NE},
	{"<", OP_LT},
	{"<=", OP_LE},
	{">", OP_GT},
	{">=", OP_GE},
	{"contains", OP_CONTAINS},
	{"icontains", OP_ICONTAINS},
	{"startswith", OP_STARTS},
	{"istartswith", OP_ISTARTS},
	{"endswith", OP_ENDS},
	{"iendswith", OP_IENDS},
	{"iequals", OP_IEQUALS},
	{"matches", OP_REGEX},
};

static struct ast_expr *read_comparison(struct parser *p)
{
	struct ast_quantifier q = {0};

	if (parser_sees(p, "for"))
		return parser_for(p);
	if (parser_sees_quantifier(p)) {
		parser_take_quantifier(p, &q);
		return parser_of(p, &q);
	}
	struct ast_expr *left = parser_sum(p, 0);
	if (left != NULL && (p->is_percent || parser_sees(p, "of"))) {
		parser_quantifier_of(p, left, &q);
		return parser_of(p, &q);
	}
	for (size_t i = 0; left != NULL && i < LEN(comparisons); i++) {
		struct span at = p->token.span;

		if (!parser_take(p, comparisons[i].word))
			continue;
		struct operands both = {left, left};

		add_operand(&both, comparisons[i].op, at, parser_sum(p, 0));
		return join(p, &both);
	}
	return left;
}

static struct ast_expr *read_not(struct parser *p)
{
	enum ir_op op = parser_sees(p, "not") ? OP_NOT : OP_DEFINED;

	if (op == OP_DEFINED && !parser_sees(p, "defined"))
		return read_comparison(p);
	struct ast_expr *e = parser_node(p, AST_UNARY, start_of(p));
	if (e == NULL || !parser_enter(p))
		return NULL;
	e->op = op;
	e->op_span = p->token.span;
	parser_step(p);
	e = with_operand(p, e, read_not(p));
	p->depth--;
	return e;
}

static struct ast_expr *read_chain(struct parser *p, const struct binary *b,
				   struct ast_expr *(*read)(struct parser *))
{
	struct ast_expr *first = read(p);
	struct operands all = {first, first};

	while (all.last != NULL && parser_sees(p, b->word)) {
		struct span at = p->token.span;

		parser_step(p);
		add_operand(&all, b->op, at, read(p));
	}
	return join(p, &all);
}

static struct ast_expr *read_and(struct parser *p)
{
	static const struct binary and = {"and", OP_AND};

	return read_chain(p, &and, read_not);
}

struct ast_expr *parser_or(struct parser *p)
{
	static const struct binary or = {"or", OP_OR};

	return read_chain(p, &or, read_and);
}

struct ast_expr *parser_condition(struct parser *p)
{
	p->depth = 0;
	p->is_percent = false;
	return parser_or(p);
}
