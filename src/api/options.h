/*
 * What an engine is made with, as the caller of the library said it.
 */
#pragma once

#include "base/vec.h"
#include "candor/candor.h"
#include "db/database.h"
#include "scan/scan.h"

/* Rules that were added: a file, or a text. */
struct added_rules {
	char *name; /* of a file its path */
	char *space;
	char *text; /* NULL: a file */
	size_t len;
};

struct candor_options {
	struct {
		VEC(char *);
	} databases;
	struct {
		VEC(struct added_rules);
	} rules;
	struct {
		VEC(struct ir_variable);
	} variables; /* names and texts are owned */
	char *worker;
	struct scan_limits limits;
	bool all_matches, keep_going, alone;
	enum candor_includes includes;
	void *context;
	candor_message_fn *message;
	candor_rule_fn *rule;
	candor_log_fn *log;
	unsigned rule_wishes; /* enum candor_rule_wish */
	uint32_t match_bytes;
};

/** What the workers are to tell. */
struct scan_wishes options_wishes(const struct candor_options *o);

/** Variables that are defined for rules, of which those of `o` are borrowed. NULL: no memory. */
struct ir_variable *options_variables(const struct candor_options *o, size_t *ret_count);
