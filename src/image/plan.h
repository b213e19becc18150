/*
 * The planner: decides what is searched for and lays out the rules with
 * conditions for the matcher (image/code.h).
 */
#pragma once

#include "image/write.h"

/**
 * Whether this version can run `rule`, which ir_check() accepted. Otherwise
 * E_UNSUPPORTED with the reason, a sentence without the rule's name.
 */
MUST_CHECK enum status plan_supports(const struct ir_rule *rule, const char **ret_reason);

/**
 * Add the sections for rs->rules, among them RULE with one element for each
 * rule, in the same order, that begins with struct image_rule_head, and NEED
 * (image/layout.h). Names are interned already: image_writer_name_id().
 * E_UNSUPPORTED for a rule that plan_supports() refuses.
 */
MUST_CHECK enum status plan_rules(struct ruleset *rs, struct image_writer *w, struct error *e);
