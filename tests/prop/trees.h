/*
 * Random patterns, texts in which they match, and conditions.
 */
#pragma once

#include "ir/rule.h"
#include "random.h"

enum { PIECES_MAX = 4 };

/* A pattern as pieces with long gaps between them; pattern.body is all of it. */
struct made_pattern {
	struct ir_pattern pattern;
	const struct ir_node *pieces[PIECES_MAX];
	uint32_t gap_min[PIECES_MAX], gap_max[PIECES_MAX]; /* before the piece */
	uint32_t count;
};

struct maker {
	struct random random;
	struct arena *arena;
	uint32_t letters; /* size of the alphabet */
	bool is_plain;    /* trees of one level: for the plain checker on longer texts */
};

/** A random pattern; it takes at most a few dozen bytes beside its long gaps. */
struct made_pattern make_pattern(struct maker *m);

/** Random bytes of the alphabet with some that the patterns match strewn in. */
void make_text(struct maker *m, const struct made_pattern *patterns, uint32_t count, uint8_t *to,
	       size_t len);

/** A random condition over patterns 0 .. count - 1. */
struct ir_expr *make_condition(struct maker *m, uint32_t count, uint32_t depth);

/** Random facts that places and conditions use. */
void make_facts(struct maker *m, struct fact_set *facts, size_t size);
