/*
 * candor rules explain: a worker scans one file and says why a rule holds or not.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cell/pool.h"
#include "cell/worker.h"
#include "cli/command.h"
#include "cli/diagnostics.h"
#include "cli/rules.h"
#include "db/database.h"
#include "os/file.h"

struct explaining {
	struct pool_events events; /* first: the pool hands it back */
	const char *path;
	struct buf text;
	struct outcome outcome;
	bool is_done;
};

static void on_finding(struct pool_events *ev, uint64_t cookie, const struct finding *f)
{
	(void)ev;
	(void)cookie;
	(void)f;
}

/* What a worker says is text of its own with names in it that it has escaped: trust none of it. */
static void put_harmless(struct buf *to, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];
		bool is_control = (c < 0x20 && c != '\n') || c == 0x7f;

		buf_add_u8(to, is_control ? '?' : c);
	}
}

static void on_detail(struct pool_events *ev, uint64_t cookie, const struct detail *d)
{
	struct explaining *x = (struct explaining *)ev;

	(void)cookie;
	if (d->kind == DETAIL_RULE) {
		text_escape(&x->text, str_of(x->path));
		text_escape(&x->text, d->path);
		buf_add_str(&x->text, STR(": "));
		text_escape(&x->text, d->source);
		buf_addf(&x->text, ":%lld: ", (long long)d->number);
	} else if (d->kind == DETAIL_REASON) {
		put_harmless(&x->text, d->text);
	}
}

static void on_done(struct pool_events *ev, uint64_t cookie, const struct outcome *o)
{
	struct explaining *x = (struct explaining *)ev;

	(void)cookie;
	x->outcome = *o;
	x->is_done = true;
}

/* `fd` is the pool's from here on. */
static enum status scan(struct explaining *x, const struct pool_options *options, int fd,
			uint64_t size, struct error *e)
{
	struct pool *pool;
	const struct pool_object object = {.fd = fd, .size = size, .path = x->path};
	enum status status = pool_new(options, &pool, e);

	if (status != OK) {
		close(fd);
		return status;
	}
	status = pool_submit_object(pool, &object);
	if (status != OK)
		close(fd);
	while (status == OK && !x->is_done)
		status = pool_wait(pool, -1, e);
	pool_free(pool);
	return status;
}

static enum status explain(struct explaining *x, const char *rule, const struct databases *d,
			   struct error *e)
{
	uint64_t size;
	int fd;
	enum status status = file_open(x->path, &fd, &size, e);

	if (status != OK)
		return status;
	struct pool_options options = {
		.program = WORKER_SELF,
		.argv = worker_self_argv,
		.image_fds = d->images.items,
		.image_names = d->names.items,
		.image_count = d->images.len,
		.jobs = 1,
		.all_matches = true,
		.events = &x->events,
	};

	scan_limits_preset(&options.limits);
	/* longer than any rule's name was refused before */
	snprintf(options.wishes.explain, sizeof options.wishes.explain, "%s", rule);
	return scan(x, &options, fd, size, e);
}

static int conclude(struct explaining *x, const char *rule)
{
	int status = EXIT_FOUND_NOTHING;

	if (x->text.bad) {
		(void)complain_of(x->path, E_NOMEM, &(struct error){0});
		return EXIT_TROUBLE;
	}
	if (x->text.len > 0)
		fwrite(x->text.data, 1, x->text.len, stdout);
	if (x->outcome.missed != 0) {
		fflush(stdout);
		fprintf(stderr, "candor: not all of it was scanned: %s\n",
			reason_text(x->outcome.reason));
		status = EXIT_TROUBLE;
	}
	if (x->text.len == 0) {
		fprintf(stderr, "candor: no rule with a condition that is named %s is asked\n",
			rule);
		status = EXIT_TROUBLE;
	}
	return status;
}

int rules_explain(const char *rule, const char *path, const struct rules_databases *databases)
{
	struct explaining x = {
		.events = {.finding = on_finding, .detail = on_detail, .done = on_done},
		.path = path,
	};
	struct source_settings settings = *sources_object_variables();
	struct diagnostics diagnostics;
	struct databases d;
	struct error e = {0};
	int status = EXIT_TROUBLE;

	settings.include_anywhere = databases->include_anywhere;
	diagnostics_init(&diagnostics);
	enum status opened =
		databases_open(databases->names, databases->count, &settings,
			       &diagnostics.report, &d, &e);
	diagnostics_done(&diagnostics);
	if (opened != OK) {
		(void)complain_of(NULL, opened, &e);
		return status;
	}
	buf_init(&x.text, 64 << 20);
	opened = explain(&x, rule, &d, &e);
	if (opened == OK)
		status = conclude(&x, rule);
	else
		(void)complain_of(path, opened, &e);
	buf_done(&x.text);
	databases_close(&d);
	return status;
}
