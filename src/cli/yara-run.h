/*
 * One run of `candor yara`: files go to the workers, what they match is printed.
 */
#pragma once

#include "cell/pool.h"
#include "cli/display.h"
#include "cli/yara-options.h"

/** `pool` lacks the events and all that the request says. Returns the exit status. */
int yara_run(const struct yara_request *request, const struct pool_options *pool,
	     struct display *out);
