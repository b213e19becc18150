/*
 * candor yara: scan as the program yara does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cell/worker.h"
#include "cli/diagnostics.h"
#include "cli/yara-run.h"
#include "db/sources.h"
#include "os/file.h"

int cmd_yara(int argc, char **argv);

/* Messages about rules, counted. */
struct counting {
	struct report report;
	struct diagnostics shown;
	bool no_warnings;
	uint64_t errors, warnings;
};

static void count(struct report *report, const struct diagnostic *d)
{
	struct counting *c = (struct counting *)report;

	if (d->severity == SEVERITY_WARNING) {
		if (c->no_warnings)
			return;
		c->warnings++;
	} else {
		c->errors++;
	}
	c->shown.report.diagnostic(&c->shown.report, d);
}

/* "[NAMESPACE:]FILE" */
static enum status add_rules(struct source_list *list, const char *name, struct error *e)
{
	const char *colon = strchr(name, ':');
	AUTO_FREE char *space =
		colon != NULL ? strndup(name, (size_t)(colon - name)) : strdup("default");

	if (space == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	return sources_add_space(list, colon != NULL ? colon + 1 : name, space, e);
}

static enum status compile(const struct yara_request *r, struct source_list *list, int fd,
			   struct compiled *ret, struct error *e)
{
	const struct front_settings front = {
		.language = "yara",
		.variables = r->variables.items,
		.variable_count = r->variables.len,
		.strings_max = r->strings_max,
		.strict_escape = r->strict_escape,
		.no_warnings = r->no_warnings,
	};
	const struct source_settings settings = {
		.front = &front,
		.include_anywhere = r->include_anywhere,
	};
	struct counting c = {.report.diagnostic = count, .no_warnings = r->no_warnings};

	diagnostics_init(&c.shown);
	enum status status = sources_compile_as_listed(list, &settings, fd, &c.report, ret, e);

	diagnostics_done(&c.shown);
	if (status == E_SYNTAX || (status == OK && c.errors > 0 && !r->keep_going))
		return E_SYNTAX; /* which was said */
	if (status == OK && r->fail_on_warnings && c.warnings > 0)
		return E_SYNTAX;
	return status;
}

static enum status open_rules(const struct yara_request *r, int *ret_fd, struct error *e)
{
	struct source_list list = {0};
	struct compiled compiled = {0};
	enum status status = OK;
	int fd = -1;

	for (size_t i = 0; i < r->rules.len && status == OK; i++) {
		status = add_rules(&list, r->rules.items[i], e);
		if (status != OK)
			fprintf(stderr, "error: could not open file: %s\n", r->rules.items[i]);
	}
	if (status == OK)
		status = file_anonymous("candor-image", &fd, e);
	if (status == OK) {
		status = compile(r, &list, fd, &compiled, e);
		if (status != OK && status != E_SYNTAX)
			fprintf(stderr, "error: %s\n", e->text);
	}
	sources_done(&list);
	if (status != OK && fd >= 0)
		close(fd);
	if (status != OK)
		return status;
	if (r->show_stats)
		printf("number of rules                    : %u\n", compiled.counts.accepted);
	*ret_fd = fd;
	return OK;
}

static enum status open_image(const struct yara_request *r, int *ret_fd, struct error *e)
{
	uint64_t size;
	enum status status = file_open(r->rules.items[0], ret_fd, &size, e);

	if (status != OK)
		fprintf(stderr, "error: could not open file: %s\n", r->rules.items[0]);
	return status;
}

/* False when a file cannot be opened, which was said. */
static bool open_module_data(const struct yara_request *r, int *fds)
{
	bool is_fine = true;

	for (size_t i = 0; i < MODULE_COUNT; i++) {
		uint64_t size;

		fds[i] = -1;
		if (r->module_data[i] == NULL ||
		    file_open(r->module_data[i], &fds[i], &size, NULL) == OK)
			continue;
		fprintf(stderr, "error: could not open file \"%s\".\n", r->module_data[i]);
		is_fine = false;
	}
	return is_fine;
}

static int run(const struct yara_request *r)
{
	const char *const name = "rules";
	int module_fds[MODULE_COUNT], image = -1;
	struct error e = {0};
	struct display out;
	int status = YARA_EXIT_FAILURE;

	sources_make_room();
	if (open_module_data(r, module_fds) &&
	    (r->compiled ? open_image(r, &image, &e) : open_rules(r, &image, &e)) == OK) {
		const struct pool_options pool = {
			.program = WORKER_SELF,
			.argv = worker_self_argv,
			.image_fds = &image,
			.image_names = &name,
			.image_count = 1,
			.module_fds = module_fds,
		};

		fflush(stdout);
		display_init(&out, STDOUT_FILENO);
		status = yara_run(r, &pool, &out);
		display_done(&out);
		close(image);
	}
	for (size_t i = 0; i < MODULE_COUNT; i++) {
		if (module_fds[i] >= 0)
			close(module_fds[i]);
	}
	return status;
}

int cmd_yara(int argc, char **argv)
{
	struct yara_request request;
	int status;

	if (yara_request_parse(&request, argc, argv, &status))
		status = run(&request);
	yara_request_done(&request);
	return status;
}
