/*
 * One scan: files from the feed go to the workers, verdicts come back and go
 * to the printer.
 */
#pragma once

#include "cell/pool.h"
#include "cli/printer.h"
#include "cli/scan-options.h"

struct scan_run {
	const struct scan_request *request;
	struct pool_options pool; /* events is filled in */
	struct display *out;
	const char *const *databases; /* as they are shown */
	size_t database_count;
};

/** The exit status. */
int scan_run(const struct scan_run *run);
