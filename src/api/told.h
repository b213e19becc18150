/*
 * Details of rules, put together for the callbacks of the library's caller.
 */
#pragma once

#include "base/arena.h"
#include "base/vec.h"
#include "candor/candor.h"
#include "scan/details.h"

/* The rule at hand. The caller sees the first member. */
struct told_rule {
	struct candor_rule rule;
	struct {
		VEC(const char *);
	} tags;
	struct {
		VEC(struct candor_meta);
	} metas;
	struct {
		VEC(struct candor_match);
	} matches;
};

struct told {
	candor_rule_fn *rule; /* or NULL */
	candor_log_fn *log;   /* or NULL */
	void *context;
	struct arena *arena; /* texts of the rule at hand */
	struct told_rule now;
	bool has_rule;
	bool is_stopped;    /* a callback said so: nothing more is told */
	bool is_incomplete; /* memory ran out */
};

/** False when out of memory. */
bool told_init(struct told *t, candor_rule_fn *rule, candor_log_fn *log);
void told_done(struct told *t);

/** A scan begins. */
void told_begin(struct told *t, void *context);

/** Take a detail. */
void told_take(struct told *t, const struct detail *d);

/** No more details belong to the rule at hand: tell of it. */
void told_end_rule(struct told *t);
