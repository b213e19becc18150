#include "candor/candor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cell/pool.h"
#include "db/database.h"
#include "os/file.h"

_Static_assert((int)CANDOR_CLEAN == (int)VERDICT_CLEAN, "verdicts");
_Static_assert((int)CANDOR_DETECTED == (int)VERDICT_DETECTED, "verdicts");
_Static_assert((int)CANDOR_SUSPICIOUS == (int)VERDICT_SUSPICIOUS, "verdicts");
_Static_assert((int)CANDOR_NOT_SCANNED == (int)VERDICT_NOT_SCANNED, "verdicts");

struct candor_options {
	struct {
		VEC(char *);
	} databases;
	char *worker;
	struct scan_limits limits;
	bool all_matches, keep_going;
};

struct candor_finding {
	struct finding f;
};

struct candor_result {
	struct outcome outcome;
	struct {
		VEC(struct candor_finding);
	} findings;
	bool is_incomplete; /* memory ran out for the findings */
};

struct candor_engine {
	struct pool_events events;
	struct pool *pool;
	struct databases databases;
	/* the scan that is under way */
	struct candor_result *result;
	bool is_done;
	bool is_broken; /* the pool failed: a file may still be in it */
};

static enum candor_status fail(struct candor_error *e, enum candor_status status, const char *text)
{
	if (e != NULL) {
		e->status = status;
		snprintf(e->text, sizeof e->text, "%s", text);
	}
	return status;
}

/* Pass on a failure of the layers below. */
static enum candor_status pass_on(struct candor_error *e, const struct error *from)
{
	switch (from->code) {
	case E_NOMEM:
		return fail(e, CANDOR_NO_MEMORY, from->text);
	case E_IO:
	case E_DENIED:
		return fail(e, CANDOR_IO, from->text);
	case E_SYNTAX:
		return fail(e, CANDOR_USAGE, from->text);
	case E_MALFORMED:
	case E_TRUNCATED:
	case E_UNSUPPORTED:
	case E_ENCRYPTED:
	case E_LIMIT:
		return fail(e, CANDOR_DATABASE, from->text);
	case OK:
	case E_INTERNAL:
		break;
	}
	return fail(e, CANDOR_INTERNAL, from->text);
}

const char *candor_version(void)
{
	return CANDOR_VERSION;
}

struct candor_options *candor_options_new(void)
{
	struct candor_options *o = calloc(1, sizeof *o);

	if (o != NULL)
		scan_limits_preset(&o->limits);
	return o;
}

void candor_options_free(struct candor_options *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->databases.len; i++)
		free(o->databases.items[i]);
	vec_done(&o->databases);
	free(o->worker);
	free(o);
}

enum candor_status candor_options_add_database(struct candor_options *o, const char *name,
					       struct candor_error *e)
{
	char *copy = strdup(name);

	if (copy == NULL || !vec_push(&o->databases, &copy)) {
		free(copy);
		return fail(e, CANDOR_NO_MEMORY, "out of memory");
	}
	return CANDOR_OK;
}

enum candor_status candor_options_set_limit(struct candor_options *o, const char *name,
					    const char *value, struct candor_error *e)
{
	struct error reason = {0};

	if (scan_limits_set(&o->limits, str_of(name), str_of(value), &reason) == OK)
		return CANDOR_OK;
	return pass_on(e, &reason);
}

void candor_options_set_all_matches(struct candor_options *o, bool all_matches)
{
	o->all_matches = all_matches;
}

void candor_options_set_keep_going(struct candor_options *o, bool keep_going)
{
	o->keep_going = keep_going;
}

enum candor_status candor_options_set_worker(struct candor_options *o, const char *path,
					     struct candor_error *e)
{
	char *copy = strdup(path);

	if (copy == NULL)
		return fail(e, CANDOR_NO_MEMORY, "out of memory");
	free(o->worker);
	o->worker = copy;
	return CANDOR_OK;
}

/* Keeps the first message about a malformed rule. */
struct first_message {
	struct report report;
	char text[252];
};

static void on_diagnostic(struct report *r, const struct diagnostic *d)
{
	struct first_message *m = (struct first_message *)r;

	if (d->severity != SEVERITY_ERROR || m->text[0] != '\0')
		return;
	snprintf(m->text, sizeof m->text, "%.*s:%u:%u: %s", STR_ARG(str_first(d->source, 100)),
		 d->line, d->col, d->message);
}

static enum candor_status open_databases(struct candor_engine *engine,
					 const struct candor_options *o, struct candor_error *e)
{
	struct first_message first = {.report.diagnostic = on_diagnostic};
	struct error reason = {0};
	enum status status =
		databases_open((const char *const *)o->databases.items, o->databases.len, false,
			       &first.report, &engine->databases, &reason);

	bool is_malformed = status == OK && engine->databases.counts.malformed > 0;

	/* in no known language, or with errors: the message says where */
	if (status == E_SYNTAX || (is_malformed && !o->keep_going))
		return fail(e, CANDOR_DATABASE, first.text);
	return status == OK ? CANDOR_OK : pass_on(e, &reason);
}

static void on_finding(struct pool_events *ev, uint64_t cookie, const struct finding *f)
{
	struct candor_engine *engine = (struct candor_engine *)ev;
	const struct candor_finding copy = {*f};

	(void)cookie;
	if (!vec_push(&engine->result->findings, &copy))
		engine->result->is_incomplete = true;
}

static void on_done(struct pool_events *ev, uint64_t cookie, const struct outcome *outcome)
{
	struct candor_engine *engine = (struct candor_engine *)ev;

	(void)cookie;
	engine->result->outcome = *outcome;
	engine->is_done = true;
}

static enum candor_status start_pool(struct candor_engine *engine, const struct candor_options *o,
				     struct candor_error *e)
{
	struct error reason = {0};
	struct pool_options options = {
		.program = o->worker,
		.image_fds = engine->databases.images.items,
		.image_names = engine->databases.names.items,
		.image_count = engine->databases.images.len,
		.jobs = 1,
		.limits = o->limits,
		.all_matches = o->all_matches,
		.events = &engine->events,
	};

	enum status status = pool_new(&options, &engine->pool, &reason);
	if (status == OK)
		return CANDOR_OK;
	/* a damaged image is seen by the worker first */
	if (status == E_DENIED || status == E_IO || status == E_INTERNAL)
		return fail(e, CANDOR_CONFINED, reason.text);
	return pass_on(e, &reason);
}

enum candor_status candor_engine_open(const struct candor_options *o, struct candor_engine **ret,
				      struct candor_error *e)
{
	struct candor_engine *engine = calloc(1, sizeof *engine);

	if (engine == NULL)
		return fail(e, CANDOR_NO_MEMORY, "out of memory");
	engine->events = (struct pool_events){.finding = on_finding, .done = on_done};
	enum candor_status status = open_databases(engine, o, e);
	if (status == CANDOR_OK)
		status = start_pool(engine, o, e);
	if (status != CANDOR_OK) {
		candor_engine_close(engine);
		return status;
	}
	*ret = engine;
	return CANDOR_OK;
}

void candor_engine_close(struct candor_engine *engine)
{
	if (engine == NULL)
		return;
	pool_free(engine->pool);
	databases_close(&engine->databases);
	free(engine);
}

/* Hand the file to the worker and wait until it is done. */
static enum candor_status run(struct candor_engine *engine, int fd, struct candor_error *e)
{
	struct error reason = {0};
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(e, CANDOR_IO, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(e, CANDOR_USAGE, "not a regular file");
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return fail(e, CANDOR_IO, strerror(errno));
	engine->is_done = false;
	if (pool_submit(engine->pool, own, (uint64_t)st.st_size, 0) != OK)
		return fail(e, CANDOR_INTERNAL, "the worker takes no file");
	while (!engine->is_done && !engine->is_broken)
		engine->is_broken = pool_wait(engine->pool, -1, &reason) != OK;
	if (engine->is_broken)
		return pass_on(e, &reason);
	if (engine->result->is_incomplete)
		return fail(e, CANDOR_NO_MEMORY, "out of memory");
	return CANDOR_OK;
}

enum candor_status candor_scan_fd(struct candor_engine *engine, int fd, struct candor_result **ret,
				  struct candor_error *e)
{
	if (engine->is_broken)
		return fail(e, CANDOR_INTERNAL, "the engine failed before: open another one");
	struct candor_result *result = calloc(1, sizeof *result);
	if (result == NULL)
		return fail(e, CANDOR_NO_MEMORY, "out of memory");
	engine->result = result;
	enum candor_status status = run(engine, fd, e);
	engine->result = NULL;
	if (status != CANDOR_OK) {
		candor_result_free(result);
		return status;
	}
	*ret = result;
	return CANDOR_OK;
}

void candor_result_free(struct candor_result *r)
{
	if (r == NULL)
		return;
	vec_done(&r->findings);
	free(r);
}

enum candor_verdict candor_result_verdict(const struct candor_result *r)
{
	return (enum candor_verdict)r->outcome.verdict;
}

const char *candor_result_reason(const struct candor_result *r)
{
	return r->outcome.missed != 0 ? reason_name(r->outcome.reason) : NULL;
}

const char *candor_result_reason_text(const struct candor_result *r)
{
	return r->outcome.missed != 0 ? reason_text(r->outcome.reason) : NULL;
}

const char *candor_result_type(const struct candor_result *r)
{
	return type_info(r->outcome.type)->name;
}

uint64_t candor_result_bytes(const struct candor_result *r)
{
	return r->outcome.bytes;
}

size_t candor_result_finding_count(const struct candor_result *r)
{
	return r->findings.len;
}

const struct candor_finding *candor_result_finding(const struct candor_result *r, size_t i)
{
	return i < r->findings.len ? &r->findings.items[i] : NULL;
}

const char *candor_finding_rule(const struct candor_finding *f)
{
	return f->f.rule;
}

const char *candor_finding_source(const struct candor_finding *f)
{
	return f->f.source;
}

unsigned candor_finding_line(const struct candor_finding *f)
{
	return f->f.line;
}

bool candor_finding_is_suspicion(const struct candor_finding *f)
{
	return f->f.effect == EFFECT_SUSPECT;
}

const char *candor_finding_path(const struct candor_finding *f)
{
	return f->f.path;
}

const char *candor_finding_type(const struct candor_finding *f)
{
	return type_info(f->f.type)->name;
}

bool candor_finding_match(const struct candor_finding *f, uint64_t *ret_offset,
			  uint64_t *ret_length)
{
	if (!f->f.has_match)
		return false;
	*ret_offset = f->f.offset;
	*ret_length = f->f.length;
	return true;
}
