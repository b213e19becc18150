/*
 * The pool against workers that misbehave. The worker is this program itself,
 * re-executed: it is confined like a real one, and the first byte of an object
 * says what to do with it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "cell/entry.h"
#include "cell/pool.h"
#include "os/channel.h"
#include "os/sanitizer.h"

/* ------------------------------------------------------------- the worker */

static struct buf message;

static void answer(uint32_t id, uint64_t size, enum verdict verdict)
{
	struct wire_done done = {.count = 1};

	done.objects[0].id = id;
	done.objects[0].outcome = (struct outcome){.verdict = verdict, .size = size, .objects = 1};
	wire_put_done(&message, &done);
	entry_send(&message);
}

static void find(uint32_t id, const char *rule)
{
	struct wire_finding f = {.id = id, .finding.effect = EFFECT_DETECT};

	strcpy(f.finding.rule, rule);
	wire_put_finding(&message, &f);
	entry_send(&message);
}

static void eat_memory(void)
{
	volatile char *block;

	while ((block = malloc(1u << 20)) != NULL) {
		for (size_t i = 0; i < 1u << 20; i += 4096)
			block[i] = 1;
	}
	_exit(WORKER_END_MEMORY);
}

static void misbehave(char what, uint32_t id, uint64_t size)
{
	static char large[WIRE_MAX + 1];

	switch (what) {
	case 'C':
		__builtin_trap();
	case 'H':
		for (;;)
			__asm__ volatile("");
	case 'M':
		eat_memory();
		break;
	case 'X': /* not a message at all */
		channel_send(WORKER_CHANNEL, STR("hello"), NULL, 0, CHANNEL_BLOCK) == CHANNEL_DONE
			? (void)0 : _exit(1);
		break;
	case 'L': /* longer than any message */
		if (channel_send(WORKER_CHANNEL, (struct str){large, sizeof large}, NULL, 0,
				 CHANNEL_BLOCK) != CHANNEL_DONE)
			_exit(1);
		break;
	case 'I': /* an object that it does not have */
		answer(id + 1, size, VERDICT_CLEAN);
		break;
	case 'Z': /* another size */
		answer(id, size + 1, VERDICT_CLEAN);
		break;
	case 'D': { /* a descriptor into the broker */
		int fd = WORKER_CHANNEL;

		if (channel_send(WORKER_CHANNEL, STR("\1\6\1\0"), &fd, 1, CHANNEL_BLOCK) !=
		    CHANNEL_DONE)
			_exit(1);
		break;
	}
	case 'K': /* a forbidden system call */
		(void)getppid();
		break;
	case 'E':
		_exit(3);
	case 'F': /* finds, then crashes */
		find(id, "first");
		find(id, "second");
		__builtin_trap();
	default:
		_exit(4);
	}
}

static void serve_one(uint32_t id, int fd, uint64_t size)
{
	char what = 0;

	if (pread(fd, &what, 1, 0) != 1)
		_exit(5);
	close(fd);
	if (what == 'f')
		find(id, "rule");
	if (what == '.' || what == 'f')
		answer(id, size, what == 'f' ? VERDICT_DETECTED : VERDICT_CLEAN);
	else
		misbehave(what, id, size);
}

static int worker(void)
{
	struct wire_setup setup;
	struct wire_ready ready = {0};
	struct wire_scan request;
	struct channel_message m;
	uint8_t bytes[1024];

	if (entry_confine(LAYERS_ALL, &setup, &ready.confinement) != OK)
		_exit(WORKER_END_SETUP);
	buf_init(&message, WIRE_MAX);
	wire_put_ready(&message, &ready);
	entry_send(&message);
	while (channel_receive_fds(WORKER_CHANNEL, bytes, sizeof bytes, CHANNEL_BLOCK, &m) ==
	       CHANNEL_DONE) {
		if (wire_get_scan((struct str){(char *)bytes, m.len}, &request) != OK ||
		    request.count != m.fd_count)
			_exit(WORKER_END_PROTOCOL);
		for (uint32_t i = 0; i < request.count; i++)
			serve_one(request.objects[i].id, m.fds[i], request.objects[i].size);
	}
	_exit(0);
}

/* -------------------------------------------------------------- the broker */

enum { OBJECTS_MAX = 4096 };

struct seen {
	struct pool_events events;
	unsigned findings[OBJECTS_MAX], done[OBJECTS_MAX];
	struct outcome outcomes[OBJECTS_MAX];
	size_t total;
};

static void note_finding(struct pool_events *events, uint64_t cookie, const struct finding *f)
{
	(void)f;
	((struct seen *)events)->findings[cookie]++;
}

static void note_done(struct pool_events *events, uint64_t cookie, const struct outcome *o)
{
	struct seen *s = (struct seen *)events;

	s->done[cookie]++;
	s->outcomes[cookie] = *o;
	s->total++;
}

static struct seen *seen_new(void)
{
	struct seen *s = calloc(1, sizeof *s);

	s->events = (struct pool_events){note_finding, note_done};
	return s;
}

static const char *const worker_args[] = {"test-worker", "worker", NULL};

static struct pool *pool_of(struct seen *s, unsigned jobs, uint64_t time)
{
	struct error e = {0};
	struct pool *p = NULL;
	int image[1] = {fileno(tmpfile())};
	struct pool_options options = {
		.program = "/proc/self/exe",
		.argv = worker_args,
		.image_fds = image,
		.image_count = 1,
		.jobs = jobs,
		.events = &s->events,
	};

	scan_limits_preset(&options.limits);
	options.limits.time = time;
	options.limits.memory = 64u << 20;
	enum status status = pool_new(&options, &p, &e);

	close(image[0]);
	if (status != OK)
		fail_msg("pool_new: %s", e.text);
	return p;
}

static int object(char what)
{
	int fd = memfd_create("object", MFD_CLOEXEC);

	assert_true(fd >= 0 && write(fd, &what, 1) == 1);
	return fd;
}

static void wait_all(struct pool *p)
{
	struct error e = {0};

	while (pool_busy(p) > 0) {
		if (pool_wait(p, -1, &e) != OK)
			fail_msg("pool_wait: %s", e.text);
	}
}

static size_t open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t count = 0;

	while (readdir(d) != NULL)
		count++;
	closedir(d);
	return count;
}

static void each_misbehaviour_costs_one_object(void **state)
{
	static const struct {
		const char *name;
		char what;
		enum verdict verdict;
		enum reason reason;
		unsigned findings;
	} cases[] = {
		{"crash", 'C', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"hang", 'H', VERDICT_NOT_SCANNED, REASON_TIMEOUT, 0},
		{"memory", 'M', VERDICT_NOT_SCANNED, REASON_MEMORY, 0},
		{"garbage", 'X', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"too long", 'L', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"other object", 'I', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"other size", 'Z', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"sends a descriptor", 'D', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"forbidden call", 'K', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"exit", 'E', VERDICT_NOT_SCANNED, REASON_CRASHED, 0},
		{"finds, then crashes", 'F', VERDICT_DETECTED, REASON_CRASHED, 2},
	};
	size_t before = open_fds();

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct seen *s = seen_new();
		struct pool *p = pool_of(s, 2, 1);

		if (SANITIZED && cases[i].what == 'M') { /* such a build has no bound */
			pool_free(p);
			free(s);
			continue;
		}
		/* good ones around the bad one, many enough for several requests */
		for (uint64_t n = 0; n < 41; n++) {
			char what = n == 20 ? cases[i].what : '.';

			assert_int_equal(pool_submit(p, object(what), 1, n), OK);
		}
		wait_all(p);
		for (uint64_t n = 0; n < 41; n++) {
			const struct outcome *o = &s->outcomes[n];
			bool is_bad = n == 20;

			if (s->done[n] != 1)
				fail_msg("%s: object %d done %u times", cases[i].name, (int)n,
					 s->done[n]);
			if (o->verdict != (is_bad ? cases[i].verdict : VERDICT_CLEAN) ||
			    o->missed != (is_bad ? 1u << cases[i].reason : 0))
				fail_msg("%s: object %d: got %s, missed %x", cases[i].name, (int)n,
					 verdict_name(o->verdict), o->missed);
			if (s->findings[n] != (is_bad ? cases[i].findings : 0))
				fail_msg("%s: object %d: %u findings", cases[i].name, (int)n,
					 s->findings[n]);
		}
		pool_free(p);
		free(s);
		if (open_fds() != before)
			fail_msg("%s: %zu descriptors, were %zu", cases[i].name, open_fds(),
				 before);
	}
}

static void many_objects_are_each_done_once(void **state)
{
	struct seen *s = seen_new();
	struct pool *p = pool_of(s, 3, 10);
	uint64_t next = 0;
	struct error e = {0};

	(void)state;
	while (s->total < OBJECTS_MAX) {
		while (next < OBJECTS_MAX && pool_room(p) > 0) {
			char what = next % 500 == 7 ? 'C' : next % 10 == 3 ? 'f' : '.';

			assert_int_equal(pool_submit(p, object(what), 1, next), OK);
			next++;
		}
		if (pool_wait(p, -1, &e) != OK)
			fail_msg("pool_wait: %s", e.text);
	}
	for (uint64_t n = 0; n < OBJECTS_MAX; n++) {
		enum verdict want = n % 500 == 7 ? VERDICT_NOT_SCANNED :
				    n % 10 == 3 ? VERDICT_DETECTED : VERDICT_CLEAN;

		if (s->done[n] != 1 || s->outcomes[n].verdict != want ||
		    s->findings[n] != (want == VERDICT_DETECTED))
			fail_msg("object %d: done %u, %s, %u findings", (int)n, s->done[n],
				 verdict_name(s->outcomes[n].verdict), s->findings[n]);
	}
	pool_free(p);
	free(s);
}

static void free_ends_what_is_busy(void **state)
{
	size_t before = open_fds();
	struct seen *s = seen_new();
	struct pool *p = pool_of(s, 2, 100);
	struct error e = {0};

	(void)state;
	for (uint64_t n = 0; n < 10; n++)
		assert_int_equal(pool_submit(p, object('H'), 1, n), OK);
	assert_int_equal(pool_wait(p, 50, &e), OK);
	assert_int_equal(pool_busy(p), 10);
	pool_free(p);
	assert_int_equal(s->total, 0);
	assert_int_equal(open_fds(), before);
	free(s);
}

/* What was cancelled is never heard of again; the pool goes on with others. */
static void cancelled_objects_are_forgotten(void **state)
{
	size_t before = open_fds();
	struct seen *s = seen_new();
	struct pool *p = pool_of(s, 2, 1);
	struct error e = {0};

	(void)state;
	pool_cancel(p);
	for (int round = 0; round < 2; round++) {
		for (uint64_t n = 0; n < 100; n++)
			assert_int_equal(pool_submit(p, object('H'), 1, n), OK);
		assert_int_equal(pool_wait(p, 0, &e), OK);
		assert_int_equal(pool_busy(p), 100);
		pool_cancel(p);
		assert_int_equal(pool_busy(p), 0);
	}
	for (uint64_t n = 0; n < 41; n++)
		assert_int_equal(pool_submit(p, object('.'), 1, n), OK);
	wait_all(p);
	for (uint64_t n = 0; n < 100; n++) {
		assert_int_equal(s->done[n], n < 41);
		assert_int_equal(s->findings[n], 0);
	}
	pool_free(p);
	free(s);
	assert_int_equal(open_fds(), before);
}

static void start_failures_are_told(void **state)
{
	static const char *const no_worker[] = {"test-worker", "exit", NULL};
	const struct {
		const char *name, *program;
		const char *const *argv;
		enum status want;
	} cases[] = {
		{"no such program", "/nonexistent/worker", NULL, E_IO},
		{"not a program", "/etc/passwd", NULL, E_INTERNAL},
		{"ends at once", "/proc/self/exe", no_worker, E_INTERNAL},
	};
	size_t before = open_fds();

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct error e = {0};
		struct pool *p = NULL;
		struct pool_options options = {
			.program = cases[i].program, .argv = cases[i].argv, .jobs = 2};

		scan_limits_preset(&options.limits);
		enum status got = pool_new(&options, &p, &e);

		if (got != cases[i].want || e.text[0] == '\0' || p != NULL)
			fail_msg("%s: got %s (%s)", cases[i].name, status_name(got), e.text);
		assert_int_equal(open_fds(), before);
	}
}

/* A request costs the broker and the worker this much beside the scanning. */
static void overhead_is_small(void **state)
{
	enum { COUNT = 20000 };
	struct seen *s = seen_new();
	struct pool *p = pool_of(s, 1, 10);
	struct error e = {0};
	int fd = object('.');
	uint64_t start = clock_ns();

	(void)state;
	for (unsigned next = 0; s->total < COUNT;) {
		while (next < COUNT && pool_room(p) > 0) {
			assert_int_equal(pool_submit(p, dup(fd), 1, next % OBJECTS_MAX), OK);
			next++;
		}
		if (pool_wait(p, -1, &e) != OK)
			fail_msg("pool_wait: %s", e.text);
	}
	double seconds = (double)(clock_ns() - start) / 1e9;

	print_message("%.0f objects/s with one worker\n", COUNT / seconds);
	close(fd);
	pool_free(p);
	free(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_misbehaviour_costs_one_object),
		cmocka_unit_test(many_objects_are_each_done_once),
		cmocka_unit_test(free_ends_what_is_busy),
		cmocka_unit_test(cancelled_objects_are_forgotten),
		cmocka_unit_test(start_failures_are_told),
		cmocka_unit_test(overhead_is_small),
	};

	if (argc == 2 && strcmp(argv[1], "worker") == 0)
		return worker();
	if (argc == 2 && strcmp(argv[1], "exit") == 0)
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
