/*
 * candor scan: read the command line, open the databases, scan.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "cell/worker.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/scan-run.h"

int cmd_scan(int argc, char **argv);

static int scan(const struct scan_request *request)
{
	static const char *const builtin[] = {"builtin"};
	bool is_named = request->databases.len > 0;
	struct display out;
	int *images;
	size_t count;

	if (database_open(request->databases.items, request->databases.len, &images, &count) != OK)
		return EXIT_TROUBLE;
	display_init(&out, STDOUT_FILENO);
	const struct scan_run run = {
		.request = request,
		.pool = {
			.program = WORKER_SELF,
			.argv = worker_self_argv,
			.image_fds = images,
			.image_count = count,
			.jobs = request->jobs,
			.limits = request->limits,
			.all_matches = request->all_matches,
		},
		.out = &out,
		.databases = is_named ? request->databases.items : builtin,
		.database_count = is_named ? request->databases.len : LEN(builtin),
	};
	int status = scan_run(&run);
	display_done(&out);
	database_close(images, count);
	return status;
}

int cmd_scan(int argc, char **argv)
{
	struct scan_request request;
	int status;

	scan_request_init(&request);
	if (scan_request_parse(&request, argc, argv, &status))
		status = scan(&request);
	scan_request_done(&request);
	return status;
}
