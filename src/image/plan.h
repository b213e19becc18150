/*
 * The planner: decides what is searched for and lays out the rules with
 * conditions for the matcher (image/code.h).
 */
#pragma once

#include "image/write.h"

struct plan;

/**
 * Whether this version can run `rule`, which ir_check() accepted. Otherwise
 * E_UNSUPPORTED with the reason, a sentence without the rule's name.
 */
MUST_CHECK enum status plan_supports(const struct ir_rule *rule, const char **ret_reason);

/**
 * Lay out rs->rules. Those that cannot be run, or that refer to such a rule,
 * are taken out of the rule set and counted as skipped, with the reason. The rule set is
 * borrowed. Free with plan_free().
 */
MUST_CHECK enum status plan_new(struct ruleset *rs, struct plan **ret, struct error *e);
void plan_free(struct plan *p);

/**
 * Add the sections for the rules that are left, among them RULE with one
 * element for each, in the same order, that begins with struct image_rule_head.
 * Names are interned already: image_writer_name_id().
 */
MUST_CHECK enum status plan_write(struct plan *p, struct image_writer *w, struct error *e);
