/*
 * Conditions as short texts, for tests: operators by their names in ir/ops.def.
 *
 *	5 -1 2.5 "text"       constants
 *	(and (matched:0) (gt (count:1) 3))
 *	(distinct:0,1,2)      a set of patterns or rules
 *	(for-set:0,1 (undefined) (matched:*))      the pattern of the loop around
 *	(for-range:0 1 5 9 (eq (loop-value:0) 7))  slot, quantifier, low, high, body
 *	(regex{'ab'} "xaby")  a pattern as tiny.h has it
 */
#pragma once

#include "tiny.h"

static inline enum ir_op tiny_operator(const char *name, size_t len)
{
	static const char *const names[] = {
#define OP(id, name, arity, doc) name,
#include "ir/ops.def"
#undef OP
	};

	for (size_t i = 0; i < LEN(names); i++) {
		if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0)
			return (enum ir_op)i;
	}
	fprintf(stderr, "not an operator: %s\n", name);
	abort();
}

static inline struct ir_expr *tiny_number(struct tiny *t)
{
	char *end;
	int64_t integer = strtoll(t->at, &end, 0);

	if (*end != '.') {
		t->at = end;
		return ir_int(t->a, integer);
	}
	double real = strtod(t->at, &end);
	t->at = end;
	return ir_float(t->a, real);
}

static inline struct ir_expr *tiny_string(struct tiny *t)
{
	const char *start = ++t->at;

	while (*t->at != '"')
		t->at++;
	return ir_text(t->a, (struct str){start, (size_t)(t->at++ - start)});
}

/* ":0,1,*" behind an operator. */
static inline void tiny_indices(struct tiny *t, struct ir_expr *e)
{
	uint32_t items[16], count = 0;
	char *end;

	do {
		t->at++;
		if (*t->at == '*') {
			items[count++] = IR_CURRENT_PATTERN;
			t->at++;
			continue;
		}
		items[count++] = (uint32_t)strtoul(t->at, &end, 10);
		t->at = end;
	} while (*t->at == ',');
	if ((e->op >= OP_SUM && e->op <= OP_DISTINCT_IN) || e->op == OP_FOR_SET ||
	    e->op == OP_RULES)
		e->set = ir_over_set(t->a, e->op, items, count)->set;
	else if (e->op == OP_LOOP_VALUE || (e->op >= OP_FOR_RANGE && e->op <= OP_FOR_ROWS))
		e->loop.slot = items[0];
	else
		e->index = items[0];
	if (e->op == OP_FOR_ROWS)
		e->loop.group = items[1];
	if (e->op == OP_BOOL)
		e->integer = items[0];
}

static inline void tiny_regex(struct tiny *t, struct ir_expr *e)
{
	const char *end = strchr(t->at, '}');
	struct str text = arena_str(t->a, (struct str){t->at + 1, (size_t)(end - t->at - 1)});

	e->pattern = tiny_pattern(t->a, text.data);
	t->at = end + 1;
}

static inline struct ir_expr *tiny_expr(struct tiny *t)
{
	struct ir_expr *args[16];
	struct ir_expr head = {.arg_count = 0};
	uint32_t count = 0;

	while (*t->at == ' ')
		t->at++;
	if (*t->at == '"')
		return tiny_string(t);
	if (*t->at != '(')
		return tiny_number(t);
	size_t len = strcspn(++t->at, ":{ )");
	head.op = tiny_operator(t->at, len);
	t->at += len;
	if (*t->at == ':')
		tiny_indices(t, &head);
	if (*t->at == '{')
		tiny_regex(t, &head);
	for (;;) {
		while (*t->at == ' ')
			t->at++;
		if (*t->at == ')')
			break;
		args[count++] = tiny_expr(t);
	}
	t->at++;
	struct ir_expr *e = ir_op(t->a, head.op, args, count);
	head.args = e->args;
	head.arg_count = count;
	*e = head;
	return e;
}

static inline struct ir_expr *tiny_condition(struct arena *a, const char *text)
{
	struct tiny t = {a, text};

	return tiny_expr(&t);
}
