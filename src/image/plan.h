/*
 * The planner: decides what is searched for and lays out the rules with
 * conditions for the matcher.
 */
#pragma once

#include "image/write.h"

/**
 * Add the sections for rs->rules, among them RULE with one element for each
 * rule, in the same order, that begins with struct image_rule_head, and NEED
 * (image/layout.h). Names are interned already: image_writer_name_id().
 */
MUST_CHECK enum status plan_rules(struct ruleset *rs, struct image_writer *w, struct error *e);
