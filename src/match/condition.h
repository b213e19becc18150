/*
 * Evaluating rules' conditions over what was found in an object.
 */
#pragma once

#include "match/confirm.h"
#include "match/found.h"
#include "match/match.h"
#include "module/module.h"

/* Bytes of the object around one that a condition asked for: most ask for its head. */
struct condition_block {
	uint64_t at;
	size_t len;
	uint8_t bytes[4096];
};

/* One for an object; conditions are evaluated in the order of their rules. */
struct condition {
	struct module_host host; /* first: functions of modules get this */
	const struct image *img;
	const struct match_tables *t;
	const struct match_object *object;
	struct found_set *found;
	struct confirm *confirm; /* for texts */
	struct arena *texts;     /* that functions return */
	uint8_t *rules;          /* by rule: 1 + enum known, or 0: it was not evaluated */
	uint32_t rule;           /* whose condition this is */
	uint32_t pattern;        /* that the FOR_SET around is at */
	struct value slots[IR_SLOTS_MAX];
	struct condition_block block;
};

/** For `object`, which is borrowed like all else that `c` holds. */
void condition_begin(struct condition *c, const struct match_object *object);

/** Whether the condition of `rule`, whose first node is `node`, holds. UNKNOWN: not decided. */
enum known condition_holds(struct condition *c, uint32_t rule, uint32_t node);
