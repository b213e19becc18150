#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/failure.h"
#include "api/messages.h"
#include "api/options.h"
#include "api/result.h"
#include "api/told.h"
#include "base/clock.h"
#include "cell/pool.h"
#include "os/file.h"
#include "os/memory.h"

/* A scan that was stopped may end by itself so long, which spares its worker. */
#define STOPPED_NS (SECOND_NS / 10)

/* Of the options, what an engine works with after it was opened. */
struct settings {
	char *worker;
	struct scan_limits limits;
	struct scan_wishes wishes;
	bool all_matches;
	candor_rule_fn *rule;
	candor_log_fn *log;
	void *context;
};

struct candor_engine {
	struct pool_events events; /* first: the pool hands it back */
	struct pool *pool;
	struct databases databases;
	struct settings settings;
	struct told told;
	char *path, *owner; /* that rules can ask for; or NULL */
	/* the scan that is under way */
	struct candor_result *result;
	bool is_done;
	bool is_broken; /* the pool failed: a file may still be in it */
};

/* ---------------------------------------------------------------- opening */

static enum status list_rules(const struct candor_options *o, struct source_list *list,
			      struct error *e)
{
	enum status status = OK;

	for (size_t i = 0; i < o->rules.len && status == OK; i++) {
		const struct added_rules *r = &o->rules.items[i];
		const struct str text = {r->text, r->len};

		status = r->text != NULL ? sources_add_text(list, text, r->name, r->space, e)
					 : sources_add_space(list, r->name, r->space, e);
		if (status != OK)
			(void)error_about(e, status, r->name);
	}
	return status;
}

static enum status compile_rules(const struct candor_options *o, struct databases *d,
				 const struct source_settings *settings, struct report *report,
				 struct error *e)
{
	struct source_list list = {0};
	enum status status = list_rules(o, &list, e);

	if (status == OK)
		status = databases_add_listed(d, &list, settings, report, e);
	sources_done(&list);
	return status;
}

/* Databases, and behind them the rules that were added. */
static enum status open_all(struct databases *d, const struct candor_options *o,
			    struct report *report, struct error *e)
{
	struct front_settings front = {0};
	const struct source_settings settings = {
		.front = &front,
		.include_anywhere = o->includes == CANDOR_INCLUDES_ANYWHERE,
		.include_nothing = o->includes == CANDOR_INCLUDES_NONE,
	};
	AUTO_FREE struct ir_variable *variables = options_variables(o, &front.variable_count);
	enum status status = OK;

	if (variables == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	front.variables = variables;
	if (o->databases.len > 0 || o->rules.len == 0)
		status = databases_open((const char *const *)o->databases.items, o->databases.len,
					&settings, report, d, e);
	if (status == OK && o->rules.len > 0)
		status = compile_rules(o, d, &settings, report, e);
	return status;
}

static enum candor_status open_databases(struct candor_engine *engine,
					 const struct candor_options *o, struct candor_error *e)
{
	struct error reason = {0};
	struct messages messages;

	if (!messages_init(&messages, o->message, o->context))
		return failure_no_memory(e);
	enum status status = open_all(&engine->databases, o, &messages.report, &reason);
	bool has_errors = messages.first[0] != '\0'; /* in rules, or between them */
	enum candor_status result = CANDOR_OK;

	if (status == E_SYNTAX || (status == OK && has_errors && !o->keep_going))
		result = failure(e, CANDOR_DATABASE, messages.first);
	else if (status != OK)
		result = failure_from(e, &reason);
	else if (messages.is_incomplete)
		result = failure_no_memory(e);
	messages_done(&messages);
	return result;
}

static void on_finding(struct pool_events *ev, uint64_t cookie, const struct finding *f)
{
	struct candor_engine *engine = (struct candor_engine *)ev;
	const struct candor_finding copy = {*f};

	(void)cookie;
	/* findings come behind all details of their object */
	told_end_rule(&engine->told);
	if (engine->told.is_stopped)
		return;
	if (!vec_push(&engine->result->findings, &copy))
		engine->result->is_incomplete = true;
}

static void on_detail(struct pool_events *ev, uint64_t cookie, const struct detail *d)
{
	struct candor_engine *engine = (struct candor_engine *)ev;

	(void)cookie;
	told_take(&engine->told, d);
}

static void on_done(struct pool_events *ev, uint64_t cookie, const struct outcome *outcome)
{
	struct candor_engine *engine = (struct candor_engine *)ev;

	(void)cookie;
	told_end_rule(&engine->told);
	engine->result->outcome = *outcome;
	engine->is_done = true;
}

static enum candor_status start_pool(struct candor_engine *engine, struct candor_error *e)
{
	const struct settings *s = &engine->settings;
	struct error reason = {0};
	struct pool_options options = {
		.program = s->worker,
		.image_fds = engine->databases.images.items,
		.image_names = engine->databases.names.items,
		.image_count = engine->databases.images.len,
		.jobs = 1,
		.limits = s->limits,
		.all_matches = s->all_matches,
		.wishes = s->wishes,
		.events = &engine->events,
	};

	enum status status = pool_new(&options, &engine->pool, &reason);
	if (status == OK)
		return CANDOR_OK;
	/* a damaged image is seen by the worker first */
	if (status == E_DENIED || status == E_IO || status == E_INTERNAL)
		return failure(e, CANDOR_CONFINED, reason.text);
	return failure_from(e, &reason);
}

/* An engine without databases and pool. */
static enum candor_status make(const struct settings *settings, struct candor_engine **ret,
			       struct candor_error *e)
{
	struct candor_engine *engine = calloc(1, sizeof *engine);

	if (engine == NULL)
		return failure_no_memory(e);
	engine->events = (struct pool_events){
		.finding = on_finding,
		.detail = on_detail,
		.done = on_done,
	};
	engine->settings = *settings;
	if (settings->worker != NULL)
		engine->settings.worker = strdup(settings->worker);
	if (!told_init(&engine->told, settings->rule, settings->log) ||
	    (settings->worker != NULL && engine->settings.worker == NULL)) {
		candor_engine_close(engine);
		return failure_no_memory(e);
	}
	*ret = engine;
	return CANDOR_OK;
}

/* The end of opening: with databases, when nothing failed, the pool is started. */
static enum candor_status finish(struct candor_engine *engine, enum candor_status status,
				 struct candor_engine **ret, struct candor_error *e)
{
	if (status == CANDOR_OK)
		status = start_pool(engine, e);
	if (status != CANDOR_OK) {
		candor_engine_close(engine);
		return status;
	}
	*ret = engine;
	return CANDOR_OK;
}

enum candor_status candor_engine_open(const struct candor_options *o, struct candor_engine **ret,
				      struct candor_error *e)
{
	const struct settings settings = {
		.worker = o->worker,
		.limits = o->limits,
		.wishes = options_wishes(o),
		.all_matches = o->all_matches || o->rule != NULL,
		.rule = o->rule,
		.log = o->log,
		.context = o->context,
	};
	struct candor_engine *engine = NULL;
	enum candor_status status = make(&settings, &engine, e);

	if (status == CANDOR_OK)
		status = open_databases(engine, o, e);
	return finish(engine, status, ret, e);
}

enum candor_status candor_engine_open_another(const struct candor_engine *from,
					      struct candor_engine **ret, struct candor_error *e)
{
	struct candor_engine *engine = NULL;
	struct error reason = {0};
	enum candor_status status = make(&from->settings, &engine, e);

	if (status == CANDOR_OK &&
	    databases_copy(&from->databases, &engine->databases, &reason) != OK)
		status = failure_from(e, &reason);
	return finish(engine, status, ret, e);
}

void candor_engine_close(struct candor_engine *engine)
{
	if (engine == NULL)
		return;
	pool_free(engine->pool);
	databases_close(&engine->databases);
	told_done(&engine->told);
	free(engine->settings.worker);
	free(engine->path);
	free(engine->owner);
	free(engine);
}

void candor_engine_set_context(struct candor_engine *engine, void *context)
{
	engine->settings.context = context;
}

enum candor_status candor_engine_set_subject(struct candor_engine *engine, const char *path,
					     const char *owner, struct candor_error *e)
{
	char *path_copy = path != NULL ? strdup(path) : NULL;
	char *owner_copy = owner != NULL ? strdup(owner) : NULL;

	if ((path != NULL && path_copy == NULL) || (owner != NULL && owner_copy == NULL)) {
		free(path_copy);
		free(owner_copy);
		return failure_no_memory(e);
	}
	free(engine->path);
	free(engine->owner);
	engine->path = path_copy;
	engine->owner = owner_copy;
	return CANDOR_OK;
}

/* --------------------------------------------------------------- scanning */

/* Until the object is done, or for a while longer when a callback stopped it. */
static void wait_for_end(struct candor_engine *engine, struct error *reason)
{
	uint64_t until = 0;

	while (!engine->is_done && !engine->is_broken) {
		int timeout_ms = -1;

		if (engine->told.is_stopped) {
			uint64_t now = clock_ns();

			until = until == 0 ? now + STOPPED_NS : until;
			if (now >= until)
				return;
			timeout_ms = (int)((until - now) / 1000000 + 1);
		}
		engine->is_broken = pool_wait(engine->pool, timeout_ms, reason) != OK;
	}
}

static void close_object(const struct pool_object *object)
{
	close(object->fd);
	if (object->regions > 0)
		close(object->regions_fd);
}

/* The descriptors of the object are the pool's, also on failure. */
static enum candor_status run(struct candor_engine *engine, struct pool_object *object,
			      struct candor_error *e)
{
	struct candor_result *result = engine->result;
	struct error reason = {0};

	object->path = engine->path;
	object->owner = engine->owner;
	engine->is_done = false;
	told_begin(&engine->told, engine->settings.context);
	if (pool_submit_object(engine->pool, object) != OK) {
		close_object(object);
		return failure(e, CANDOR_INTERNAL, "the worker takes no file");
	}
	wait_for_end(engine, &reason);
	if (engine->is_broken)
		return failure_from(e, &reason);
	if (!engine->is_done)
		pool_cancel(engine->pool);
	if (engine->told.is_stopped)
		result_stop(result, object->size);
	if (result->is_incomplete || engine->told.is_incomplete)
		return failure_no_memory(e);
	return CANDOR_OK;
}

static enum candor_status scan(struct candor_engine *engine, struct pool_object *object,
			       struct candor_result **ret, struct candor_error *e)
{
	struct candor_result *result = calloc(1, sizeof *result);

	if (result == NULL) {
		close_object(object);
		return failure_no_memory(e);
	}
	engine->result = result;
	enum candor_status status = run(engine, object, e);
	engine->result = NULL;
	if (status != CANDOR_OK) {
		candor_result_free(result);
		return status;
	}
	*ret = result;
	return CANDOR_OK;
}

/* Whether it takes objects. */
static enum candor_status check(const struct candor_engine *engine, struct candor_error *e)
{
	if (engine->is_broken)
		return failure(e, CANDOR_INTERNAL, "the engine failed before: open another one");
	if (engine->result != NULL)
		return failure(e, CANDOR_USAGE, "a scan is under way");
	return CANDOR_OK;
}

enum candor_status candor_scan_fd(struct candor_engine *engine, int fd, struct candor_result **ret,
				  struct candor_error *e)
{
	enum candor_status status = check(engine, e);
	struct stat st;

	if (status != CANDOR_OK)
		return status;
	if (fstat(fd, &st) != 0)
		return failure(e, CANDOR_IO, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return failure(e, CANDOR_USAGE, "not a regular file");
	struct pool_object object = {
		.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3),
		.size = (uint64_t)st.st_size,
	};

	if (object.fd < 0)
		return failure(e, CANDOR_IO, strerror(errno));
	return scan(engine, &object, ret, e);
}

enum candor_status candor_scan_memory(struct candor_engine *engine, const void *data, size_t length,
				      struct candor_result **ret, struct candor_error *e)
{
	struct pool_object object = {.size = length};
	enum candor_status status = check(engine, e);
	struct error reason = {0};

	if (status != CANDOR_OK)
		return status;
	if (file_anonymous("candor-input", &object.fd, &reason) != OK)
		return failure_from(e, &reason);
	if (file_write_all(object.fd, data, length, &reason) != OK) {
		close(object.fd);
		return failure_from(e, &reason);
	}
	return scan(engine, &object, ret, e);
}

enum candor_status candor_scan_process(struct candor_engine *engine, int pid,
				       struct candor_result **ret, struct candor_error *e)
{
	enum candor_status status = check(engine, e);
	struct process_memory memory;
	struct error reason = {0};

	if (status != CANDOR_OK)
		return status;
	if (process_memory_open(pid, &memory, &reason) != OK)
		return failure_from(e, &reason);
	struct pool_object object = {
		.fd = memory.fd,
		.size = memory.bytes,
		.regions_fd = memory.regions_fd,
		.regions = memory.regions,
	};

	return scan(engine, &object, ret, e);
}
