/*
 * What the user asked `candor scan` for.
 */
#pragma once

#include "cli/globs.h"
#include "scan/scan.h"

struct scan_request {
	/* borrowed from argv */
	struct {
		VEC(const char *);
	} paths, databases;
	const char *list; /* --files-from; "-" is standard input */
	char separator;   /* of the names in it */
	struct globs globs;
	struct walk_options walk;
	struct scan_limits limits;
	unsigned jobs;     /* 0: one for each core */
	unsigned accepted; /* bit for each enum reason that is no trouble */
	bool all_matches, json, quiet, no_progress, include_anywhere;
};

/** Free with scan_request_done(). */
void scan_request_init(struct scan_request *r);
void scan_request_done(struct scan_request *r);

/**
 * Read the command line. False when there is nothing to scan: help was asked
 * for and given, or the use is wrong, which was said. *ret_exit tells which.
 */
bool scan_request_parse(struct scan_request *r, int argc, char **argv, int *ret_exit);
