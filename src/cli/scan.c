/*
 * candor scan: read the command line, open the databases, scan.
 */
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "cell/worker.h"
#include "cli/command.h"
#include "cli/diagnostics.h"
#include "cli/scan-run.h"
#include "db/database.h"

int cmd_scan(int argc, char **argv);

/* What goes wrong is told on standard error, malformed rules as well. */
static enum status open_databases(const struct scan_request *request, struct databases *ret)
{
	struct source_settings settings = *sources_object_variables();
	struct diagnostics diagnostics;
	struct error e = {0};

	settings.include_anywhere = request->include_anywhere;
	sources_make_room();
	diagnostics_init(&diagnostics);
	enum status status =
		databases_open(request->databases.items, request->databases.len,
			       &settings, &diagnostics.report, ret, &e);
	diagnostics_done(&diagnostics);
	if (status != OK)
		return complain_of(NULL, status, &e);
	if (ret->counts.malformed > 0)
		fprintf(stderr, "candor: %u malformed rules were left out\n",
			ret->counts.malformed);
	return OK;
}

static int scan(const struct scan_request *request)
{
	static const char *const builtin[] = {"builtin"};
	bool is_named = request->databases.len > 0;
	struct display out;
	struct databases databases;

	if (open_databases(request, &databases) != OK)
		return EXIT_TROUBLE;
	display_init(&out, STDOUT_FILENO);
	const struct scan_run run = {
		.request = request,
		.pool =
			{
				.program = WORKER_SELF,
				.argv = worker_self_argv,
				.image_fds = databases.images.items,
				.image_names = databases.names.items,
				.image_count = databases.images.len,
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
	databases_close(&databases);
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
