/*
 * What the user asked `candor yara` for: the command line of YARA 4.5.
 */
#pragma once

#include "base/vec.h"
#include "ir/rule.h"

struct yara_names {
	VEC(const char *);
};

struct yara_request {
	struct yara_names rules, tags, identifiers; /* borrowed from argv */
	struct {
		VEC(struct ir_variable);
	} variables;
	const char *module_data[MODULE_COUNT]; /* files, or NULL */
	const char *target;
	uint64_t rules_max, size_max; /* 0: no bound */
	uint64_t timeout;             /* seconds */
	uint32_t strings_max;         /* of a rule; 0: the usual */
	unsigned jobs;                /* 0: one for each core */
	bool compiled, count, strict_escape, no_log, fail_on_warnings, fast, negate;
	bool no_follow, no_warnings, show_meta, show_modules, show_space, show_stats;
	bool show_strings, show_length, show_key, show_tags, recursive, is_list;
	bool keep_going, include_anywhere;
};

enum { YARA_EXIT_FAILURE = 1 };

/**
 * Read the command line. False when there is nothing to scan: something else
 * was asked for and given, or the use is wrong, which was said; *ret_exit
 * tells which. End with yara_request_done() in any case.
 */
bool yara_request_parse(struct yara_request *r, int argc, char **argv, int *ret_exit);
void yara_request_done(struct yara_request *r);
