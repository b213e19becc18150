/*
 * What the files of the planner share while it works: the sections as they grow.
 */
#pragma once

#include "base/vec.h"
#include "image/code.h"

struct plan_grams {
	VEC(struct image_gram);
};

struct prefix;

#define PLAN_NONE UINT32_MAX

/* Where a set of a condition was laid out: the same one is laid out once. */
struct plan_set {
	const uint32_t *items; /* of the tree; NULL: none */
	uint32_t count, base, at;
};
enum { PLAN_SETS = 256 };

struct plan {
	const struct ruleset *rules_of; /* borrowed */
	struct { VEC(struct image_rule); } rules;
	struct { VEC(struct image_pattern); } patterns;
	struct { VEC(struct image_part); } parts;
	struct { VEC(struct image_perl); } perls;
	struct { VEC(struct image_node); } nodes;
	struct { VEC(uint8_t); } bytes;
	struct { VEC(struct image_condition); } conditions;
	struct { VEC(uint32_t); } sets;
	struct plan_set known_sets[PLAN_SETS]; /* a later one takes the place */
	struct { VEC(uint32_t); } everywhere;
	struct { VEC(uint32_t); } placed;
	struct { VEC(uint32_t); } always;
	struct { VEC(uint32_t); } globals;
	struct { VEC(uint32_t); } variables; /* of the rule set, in order of their first use */
	struct plan_grams grams[IMAGE_GRAM_ROWS];
	uint32_t wants[VIEW_COUNT];
	uint32_t modules;       /* bit for each that a rule asks for something */
	struct prefix *prefix;  /* scratch of the part that is being laid out */
	uint32_t *rule_at;      /* by place in the rule set: in RULE, or PLAN_NONE */
	uint32_t *variable_at;  /* likewise of variables, in VARS */
	uint32_t current;       /* the rule that is being laid out, in the rule set */
	const char *reason;     /* why a rule cannot be laid out, beside a status */
};

/** Append bytes to BYTE; E_LIMIT past 4 GiB. */
MUST_CHECK enum status plan_add_bytes(struct plan *p, const void *data, size_t len,
				      uint32_t *ret_at);
