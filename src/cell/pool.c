#include "cell/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/answers.h"
#include "cell/dispatch.h"
#include "cell/magic-database.h"

enum {
	JOBS_MAX = 256,
	ROOM_FOR_EACH = SENT_MAX + WIRE_SCAN_MAX,
	START_SECONDS = 30,
	HELD_MS = 10, /* until a message that the kernel did not take is tried again */
};

/* The scanner ends an object in time by itself; this is for when it does not. */
static uint64_t allowance_ns(const struct pool *p, uint64_t size)
{
	const struct scan_limits *l = &p->program.setup.limits;

	return (scan_limits_seconds(l, size) + l->time / 8 + 1) * SECOND_NS;
}

void pool_set_deadline(struct pool *p, struct member *m)
{
	m->deadline_ns = m->sent.count == 0 ?
		UINT64_MAX :
		clock_ns() + allowance_ns(p, p->backlog.objects[m->sent.first].size);
}

void pool_start(struct pool *p, struct member *m)
{
	m->deadline_ns = UINT64_MAX;
	if (p->broken.code != OK)
		return;
	if (remote_start(&p->program, &m->remote, &p->broken) == OK)
		m->deadline_ns = clock_ns() + START_SECONDS * SECOND_NS;
}

static int poll_timeout(const struct pool *p, int timeout_ms)
{
	uint64_t now = clock_ns(), until = UINT64_MAX;

	if (p->is_held && (timeout_ms < 0 || timeout_ms > HELD_MS))
		timeout_ms = HELD_MS;
	for (unsigned i = 0; i < p->jobs; i++)
		until = min_u64(until, p->members[i].deadline_ns);
	if (until == UINT64_MAX)
		return timeout_ms;
	uint64_t left_ms = until > now ? min_u64((until - now) / 1000000 + 1, 1000000) : 0;

	return timeout_ms < 0 || left_ms < (uint64_t)timeout_ms ? (int)left_ms : timeout_ms;
}

static void handle_events(struct pool *p)
{
	uint64_t now = clock_ns();

	/* messages first: this process itself may have been stopped for a while */
	for (unsigned i = 0; i < p->jobs; i++) {
		if (p->polls[i].revents != 0)
			answers_take(p, &p->members[i]);
	}
	for (unsigned i = 0; i < p->jobs; i++) {
		if (p->polls[i].revents == 0 && now > p->members[i].deadline_ns)
			answers_lose(p, &p->members[i], LOSS_TIMEOUT);
	}
}

static enum status wait_once(struct pool *p, int timeout_ms, struct error *e)
{
	for (unsigned i = 0; i < p->jobs; i++) {
		p->polls[i] = (struct pollfd){.fd = p->members[i].remote.channel, .events = POLLIN};
	}
	int ready = poll(p->polls, p->jobs, poll_timeout(p, timeout_ms));

	if (ready < 0 && errno != EINTR)
		return error_at(e, E_IO, 0, "cannot wait for workers: %s", strerror(errno));
	if (ready >= 0)
		handle_events(p);
	if (p->broken.code != OK)
		return error_at(e, p->broken.code, 0, "%s", p->broken.text);
	return OK;
}

enum status pool_wait(struct pool *p, int timeout_ms, struct error *e)
{
	if (p->broken.code != OK)
		return error_at(e, p->broken.code, 0, "%s", p->broken.text);
	dispatch(p);
	if (pool_busy(p) == 0)
		return OK;
	enum status status = wait_once(p, timeout_ms, e);

	dispatch(p);
	return status;
}

static unsigned count_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* Each object is an open descriptor: leave half of them to the rest of the program. */
static uint32_t choose_capacity(unsigned jobs)
{
	struct rlimit l = {.rlim_cur = 1024};

	if (getrlimit(RLIMIT_NOFILE, &l) != 0)
		l.rlim_cur = 1024;
	uint64_t room = max_u64(l.rlim_cur / 2, jobs + 8) - jobs;

	return (uint32_t)min_u64(room, (uint64_t)jobs * ROOM_FOR_EACH);
}

static enum status allocate(struct pool *p, const struct pool_options *o, struct error *e)
{
	p->jobs = o->jobs ? o->jobs : count_cores();
	if (p->jobs > JOBS_MAX)
		p->jobs = JOBS_MAX;
	p->members = calloc(p->jobs, sizeof *p->members);
	p->polls = calloc(p->jobs, sizeof *p->polls);
	p->image_fds = calloc(o->image_count + 1, sizeof *p->image_fds);
	if (p->members == NULL || p->polls == NULL || p->image_fds == NULL ||
	    !backlog_init(&p->backlog, choose_capacity(p->jobs)) ||
	    buf_reserve(&p->message, WIRE_MAX) == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	for (unsigned i = 0; i < p->jobs; i++) {
		p->members[i].remote.channel = -1;
		p->members[i].sent = BACKLOG_QUEUE;
		p->members[i].deadline_ns = UINT64_MAX;
	}
	return OK;
}

/* What was given for modules; for magic else the database of the system, if it has one. */
static enum status take_module_data(struct pool *p, const struct pool_options *o, struct error *e)
{
	for (size_t i = 0; i < MODULE_COUNT; i++) {
		int given = o->module_fds != NULL ? o->module_fds[i] : -1;

		if (given < 0 && i != MODULE_magic)
			continue;
		p->module_fds[i] =
			given < 0 ? magic_database_open() : fcntl(given, F_DUPFD_CLOEXEC, 0);
		if (given < 0 && p->module_fds[i] < 0)
			continue;
		if (p->module_fds[i] < 0)
			return error_at(e, E_IO, 0, "cannot keep module data open: %s",
					strerror(errno));
		p->program.setup.modules |= UINT64_C(1) << i;
	}
	return OK;
}

static enum status take_options(struct pool *p, const struct pool_options *o, struct error *e)
{
	static const char *const only_name[] = {"candor-worker", NULL};

	if (o->image_count > WIRE_IMAGES_MAX)
		return error_at(e, E_LIMIT, 0, "more than %d images", WIRE_IMAGES_MAX);
	for (size_t i = 0; i < o->image_count; i++) {
		p->image_fds[i] = fcntl(o->image_fds[i], F_DUPFD_CLOEXEC, 0);
		if (p->image_fds[i] < 0)
			return error_at(e, E_IO, 0, "cannot keep an image open: %s",
					strerror(errno));
		p->program.setup.images++;
	}
	enum status status = take_module_data(p, o, e);
	if (status != OK)
		return status;
	p->events = o->events;
	p->image_names = o->image_names;
	p->program.argv = o->argv ? o->argv : only_name;
	p->program.image_fds = p->image_fds;
	p->program.module_fds = p->module_fds;
	p->program.setup.all_matches = o->all_matches;
	p->program.setup.wishes = o->wishes;
	p->program.setup.started_by_root = geteuid() == 0;
	p->program.setup.limits = o->limits;
	namespace_ids_read(&p->program.setup.outside);
	return process_open_program(o->program ? o->program : CANDOR_WORKER, &p->program.program_fd,
				    e);
}

static unsigned count_starting(const struct pool *p)
{
	unsigned count = 0;

	for (unsigned i = 0; i < p->jobs; i++)
		count += p->members[i].remote.state == REMOTE_STARTING;
	return count;
}

static enum status start_all(struct pool *p, struct error *e)
{
	for (unsigned i = 0; i < p->jobs; i++)
		pool_start(p, &p->members[i]);
	while (p->broken.code == OK && count_starting(p) > 0) {
		enum status status = wait_once(p, -1, e);

		if (status != OK)
			return status;
	}
	if (p->broken.code != OK)
		return error_at(e, p->broken.code, 0, "%s", p->broken.text);
	return OK;
}

static enum status open_pool(const struct pool_options *options, unsigned layers_required,
			     struct pool **ret, struct error *e)
{
	struct pool *p = calloc(1, sizeof *p);

	if (p == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	p->program.program_fd = -1;
	p->layers_required = layers_required;
	p->pending = p->suspects = BACKLOG_QUEUE;
	buf_init(&p->message, WIRE_MAX);
	enum status status = allocate(p, options, e);

	if (status == OK)
		status = take_options(p, options, e);
	if (status == OK)
		status = start_all(p, e);
	if (status != OK) {
		pool_free(p);
		return status;
	}
	*ret = p;
	return OK;
}

enum status pool_new(const struct pool_options *options, struct pool **ret, struct error *e)
{
	return open_pool(options, LAYERS_CORE | options->layers_required, ret, e);
}

enum status pool_probe(const struct pool_options *options, struct confinement *ret,
		       struct error *e)
{
	struct pool_options one = *options;
	struct pool *p;

	one.jobs = 1;
	enum status status = open_pool(&one, 0, &p, e);

	if (status != OK)
		return status;
	*ret = p->confinement;
	pool_free(p);
	return OK;
}

static void forget_all(struct pool *p, struct backlog_queue *from)
{
	uint32_t id;

	while ((id = backlog_take(&p->backlog, from)) != BACKLOG_NONE)
		backlog_forget(&p->backlog, id);
}

void pool_cancel(struct pool *p)
{
	for (unsigned i = 0; i < p->jobs; i++) {
		struct member *m = &p->members[i];

		if (m->sent.count == 0)
			continue;
		remote_end(&m->remote, NULL);
		forget_all(p, &m->sent);
		pool_start(p, m);
	}
	forget_all(p, &p->pending);
	forget_all(p, &p->suspects);
}

void pool_free(struct pool *p)
{
	if (p == NULL)
		return;
	/* kill all before waiting for each: they end side by side */
	for (unsigned i = 0; p->members != NULL && i < p->jobs; i++) {
		if (p->members[i].remote.state != REMOTE_ENDED)
			kill(p->members[i].remote.pid, SIGKILL);
	}
	for (unsigned i = 0; p->members != NULL && i < p->jobs; i++) {
		if (p->members[i].remote.state != REMOTE_ENDED)
			remote_end(&p->members[i].remote, NULL);
	}
	for (uint32_t i = 0; i < p->program.setup.images; i++)
		close(p->image_fds[i]);
	for (size_t i = 0; i < MODULE_COUNT; i++) {
		if ((p->program.setup.modules >> i & 1) != 0)
			close(p->module_fds[i]);
	}
	if (p->program.program_fd >= 0)
		close(p->program.program_fd);
	backlog_done(&p->backlog);
	buf_done(&p->message);
	free(p->image_fds);
	free(p->members);
	free(p->polls);
	free(p);
}

size_t pool_room(const struct pool *p)
{
	return p->backlog.unused.count;
}

size_t pool_busy(const struct pool *p)
{
	return p->backlog.capacity - p->backlog.unused.count;
}

enum status pool_submit(struct pool *p, int fd, uint64_t size, uint64_t cookie)
{
	const struct pool_object object = {.fd = fd, .size = size, .cookie = cookie};

	return pool_submit_object(p, &object);
}

bool pool_needs_subject(const struct pool *p)
{
	return p->needs_subject;
}

enum status pool_submit_object(struct pool *p, const struct pool_object *object)
{
	if (p->backlog.unused.count == 0)
		return E_LIMIT;
	uint32_t id = backlog_new(&p->backlog, object->fd, object->size, object->cookie);
	struct backlog_object *o = &p->backlog.objects[id];

	o->path = object->path;
	o->owner = object->owner;
	o->regions = object->regions;
	if (object->regions > 0)
		o->regions_fd = object->regions_fd;
	backlog_append(&p->backlog, &p->pending, id);
	/* not from a callback: a message is being taken apart there */
	if (!p->is_reporting && p->pending.count >= WIRE_SCAN_MAX)
		dispatch(p);
	return OK;
}

const struct confinement *pool_confinement(const struct pool *p)
{
	return &p->confinement;
}
