/*
 * Logical expressions. docs/formats/clamav.md, "Logical expressions".
 *
 *	expr := term [ ('&'|'|') expr ]
 *	term := id [ op n [ ',' m ] | ',' n '-' m ] | '(' expr ')' [ op n [ ',' m ] ]
 *	op   := '=' | '<' | '>'
 *
 * There is no precedence. Terms outside of brackets are read from the right:
 * 0&1|2 is 0&(1|2). Those directly inside brackets are cut at the last
 * operator, and only what stands before it is read from the right: (0&1|2) is
 * (0&1)|2, (0&1|2&3) is (0&(1|2))&3. An id alone asks whether its
 * sub-signature matched, `id op n` compares its number of matches. What stands
 * behind a comma after an id has no effect.
 *
 * `(expr) op n,m` compares a sum. Each term has, beside its truth, a count and
 * a set of ids:
 *
 *	id, id op n     when true: the matches of id; {id}
 *	a & b, a | b    when true: both counts together; both sets
 *	(expr) op n,m   when true: the count of expr; no ids
 *	anything false  nothing
 *
 * The block is true when the count of expr compares so with n, and, if m is
 * above 0, the set of expr has at least m ids. So (0|1)=0 is true when nothing
 * matched. A block needs an operator inside.
 */
#include "lang/clamav/logic.h"

enum {
	NESTING_MAX = 32,
};

struct logic_parser {
	struct arena *arena;
	struct fault *fault;
	struct str text;
	size_t at;
	uint32_t ids, terms;
};

static void skip_blanks(struct logic_parser *p)
{
	while (p->at < p->text.len && p->text.data[p->at] == ' ')
		p->at++;
}

static char peek(struct logic_parser *p)
{
	skip_blanks(p);
	return p->at < p->text.len ? p->text.data[p->at] : '\0';
}

static enum status complain(struct logic_parser *p, const char *message)
{
	return fault_char(p->fault, p->text, p->at, message);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static enum status read_number(struct logic_parser *p, uint64_t *ret)
{
	peek(p);
	size_t end = p->at;

	while (end < p->text.len && is_digit(p->text.data[end]))
		end++;
	struct str digits = str_first(str_from(p->text, p->at), end - p->at);
	if (digits.len == 0)
		return complain(p, "expected a number");
	if (!str_u64(digits, ret) || *ret > UINT32_MAX)
		return fault_at(p->fault, digits, "this number is too large");
	p->at = end;
	return OK;
}

/* "op n[,m]", if it stands here. */
static enum status read_comparison(struct logic_parser *p, struct logic_node *node)
{
	uint64_t count = 0, distinct = 0;
	char c = peek(p);

	if (c != '=' && c != '<' && c != '>')
		return OK;
	p->at++;
	enum status status = read_number(p, &count);
	if (status == OK && peek(p) == ',') {
		p->at++;
		status = read_number(p, &distinct);
	}
	node->compare = c;
	node->count = (int64_t)count;
	/* behind a single id it has no meaning */
	node->distinct = node->kind == LOGIC_ID ? 0 : (int64_t)distinct;
	return status;
}

static enum status new_node(struct logic_parser *p, enum logic_kind kind, struct logic_node **ret)
{
	struct logic_node *node = arena_new_object(p->arena, struct logic_node);

	if (node == NULL)
		return E_LIMIT;
	node->kind = kind;
	*ret = node;
	return OK;
}

static enum status read_expr(struct logic_parser *p, unsigned depth, struct logic_node **ret);

/* Public sets hold "0,1-4", which ClamAV reads as "0". */
static enum status skip_range(struct logic_parser *p)
{
	uint64_t ignored;

	if (peek(p) != ',')
		return OK;
	p->at++;
	enum status status = read_number(p, &ignored);
	if (status == OK && peek(p) == '-') {
		p->at++;
		status = read_number(p, &ignored);
	}
	return status;
}

static enum status read_id(struct logic_parser *p, struct logic_node **ret)
{
	uint64_t id = 0;
	size_t start = p->at;

	if (!is_digit(peek(p)))
		return complain(p, "expected the number of a sub-signature or (");
	enum status status = read_number(p, &id);
	if (status == OK && id >= LOGIC_IDS_MAX)
		return fault_at(p->fault, str_first(str_from(p->text, start), p->at - start),
				"sub-signatures are numbered from 0 to 63");
	if (status == OK)
		status = new_node(p, LOGIC_ID, ret);
	if (status == OK)
		status = skip_range(p);
	if (status != OK)
		return status;
	(*ret)->id = (uint32_t)id;
	p->ids = p->ids > id ? p->ids : (uint32_t)id + 1;
	return read_comparison(p, *ret);
}

static enum status read_block(struct logic_parser *p, unsigned depth, struct logic_node **ret)
{
	size_t open = p->at++;
	struct logic_node *inside = NULL;
	enum status status = read_expr(p, depth + 1, &inside);

	if (status != OK)
		return status;
	if (peek(p) != ')')
		return p->at < p->text.len ? complain(p, "expected &, | or )")
					   : fault_char(p->fault, p->text, open,
							"this bracket is never closed");
	p->at++;
	char c = peek(p);
	bool is_compared = c == '=' || c == '<' || c == '>';
	if (is_compared && (inside->kind == LOGIC_ID || inside->compare != '\0'))
		return complain(p, "a comparison stands behind a block with & or | inside");
	*ret = inside;
	return read_comparison(p, inside);
}

static enum status read_term(struct logic_parser *p, unsigned depth, struct logic_node **ret)
{
	if (++p->terms > LOGIC_TERMS_MAX || depth > NESTING_MAX)
		return E_UNSUPPORTED;
	return peek(p) == '(' ? read_block(p, depth, ret) : read_id(p, ret);
}

/* Terms and the operators behind them, as they stand in the text. */
struct terms {
	struct logic_node *items[LOGIC_TERMS_MAX];
	char ops[LOGIC_TERMS_MAX];
	uint32_t count;
};

static enum status read_terms(struct logic_parser *p, unsigned depth, struct terms *terms)
{
	terms->count = 0;
	for (;;) {
		struct logic_node *term = NULL;
		enum status status = read_term(p, depth, &term);

		if (status != OK)
			return status;
		char op = peek(p);
		terms->items[terms->count] = term;
		terms->ops[terms->count++] = op;
		if (op != '&' && op != '|')
			return OK;
		p->at++;
	}
}

static bool is_group(const struct logic_node *node, enum logic_kind kind)
{
	return node->kind == kind && node->compare == '\0';
}

static void add_operand(struct logic_node *group, struct logic_node *before,
			struct logic_node *operand)
{
	if (before == NULL) {
		operand->next = group->first;
		group->first = operand;
	} else {
		before->next = operand;
	}
	if (group->depth <= operand->depth)
		group->depth = operand->depth + 1;
}

static struct logic_node *last_operand(struct logic_node *group)
{
	struct logic_node *last = group->first;

	while (last->next != NULL)
		last = last->next;
	return last;
}

/* Join two operands; one that is a group with this operator takes the other in. */
static enum status join(struct logic_parser *p, char op, struct logic_node *left,
			struct logic_node *right, struct logic_node **ret)
{
	enum logic_kind kind = op == '&' ? LOGIC_AND : LOGIC_OR;
	struct logic_node *group = left;

	if (is_group(left, kind)) {
		add_operand(left, last_operand(left), right);
	} else if (is_group(right, kind)) {
		add_operand(right, NULL, left);
		group = right;
	} else {
		enum status status = new_node(p, kind, &group);

		if (status != OK)
			return status;
		add_operand(group, NULL, right);
		add_operand(group, NULL, left);
	}
	*ret = group;
	return group->depth > NESTING_MAX ? E_UNSUPPORTED : OK;
}

/* The first `count` terms, read from the right. */
static enum status join_terms(struct logic_parser *p, struct terms *terms, uint32_t count,
			      struct logic_node **ret)
{
	struct logic_node *joined = terms->items[count - 1];

	for (uint32_t i = count - 1; i > 0; i--) {
		enum status status =
			join(p, terms->ops[i - 1], terms->items[i - 1], joined, &joined);

		if (status != OK)
			return status;
	}
	*ret = joined;
	return OK;
}

static enum status read_expr(struct logic_parser *p, unsigned depth, struct logic_node **ret)
{
	struct terms terms;
	struct logic_node *left = NULL;
	enum status status = read_terms(p, depth, &terms);
	uint32_t last = terms.count - 1;

	if (status != OK)
		return status;
	if (depth == 0 || last == 0)
		return join_terms(p, &terms, terms.count, ret);
	status = join_terms(p, &terms, last, &left);
	if (status != OK)
		return status;
	return join(p, terms.ops[last - 1], left, terms.items[last], ret);
}

enum status logic_read(struct arena *a, struct str text, struct fault *fault, struct logic *ret)
{
	struct logic_parser p = {.arena = a, .fault = fault, .text = text};
	struct logic_node *root = NULL;
	enum status status = read_expr(&p, 0, &root);

	if (status != OK)
		return status;
	if (peek(&p) != '\0' || p.at < text.len)
		return complain(&p, "expected &, | or the end of the expression");
	ret->root = root;
	ret->ids = p.ids;
	return OK;
}

