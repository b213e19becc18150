/*
 * From inside a worker, attempt what a worker must not be able to do: with
 * every layer, with one layer off at a time, and with none, which shows that
 * the attempts themselves work. The worker is this program, re-executed; it
 * receives its setup and confines itself with the code of the real one.
 *
 *	escape            the tests
 *	escape --table    what each layer stops, as docs/PROCESSES.md shows it
 *
 * Exit status 77: skipped, with the reason.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "attempts.h"
#include "cell/entry.h"
#include "os/channel.h"
#include "os/file.h"
#include "os/process.h"
#include "os/sanitizer.h"

enum { SKIPPED = 77, PATIENCE_MS = 20000 };

/* ------------------------------------------------------------- the worker */

static struct target read_target(char **argv)
{
	return (struct target){
		.tcp_port = (uint16_t)atoi(argv[0]),
		.udp_port = (uint16_t)atoi(argv[1]),
		.folder = argv[2],
		.abstract = argv[3],
		.parent = atoi(argv[4]),
		.parent_fd = atoi(argv[5]),
		.parent_memory = strtoull(argv[6], NULL, 10),
		.data_fd = WORKER_FIRST_IMAGE,
	};
}

/* escape worker LAYERS ATTEMPT TARGET… */
static int worker(char **argv)
{
	struct target target = read_target(argv + 4);
	const struct attempt *attempt = attempt_all() + atoi(argv[3]);
	struct wire_setup setup;
	struct wire_ready ready = {0};
	struct buf message;
	char byte, mark[] = ATTEMPT_MARK;

	buf_init(&message, WIRE_MAX);
	if (entry_confine((unsigned)atoi(argv[2]), &setup, &ready.confinement) != OK)
		_exit(WORKER_END_SETUP);
	wire_put_ready(&message, &ready);
	entry_send(&message);
	/* what it is for still works */
	if (pread(target.data_fd, &byte, 1, 0) != 1 || byte != 'd')
		_exit(1);
	int failed = attempt->run(&target);

	buf_clear(&message);
	buf_addf(&message, "%s %d", mark, failed);
	entry_send(&message);
	_exit(0);
}

/* -------------------------------------------------------------- the parent */

struct outside {
	int program, tcp, udp, path_socket, abstract_socket, data;
	char folder[64], abstract[64], numbers[5][24];
};

enum end { END_SIGSYS, END_REFUSED, END_SUCCEEDED, END_NOT_REACHED, END_OTHER };

struct result {
	enum end end;
	int code; /* errno or signal */
	struct confinement confinement;
};

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(1);
}

static int listen_unix(const char *path, size_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	memcpy(at.sun_path, path, len);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&at,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) != 0 ||
	    listen(fd, 100) != 0)
		give_up("unix socket");
	return fd;
}

static int listen_inet(int type, uint16_t *ret_port)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof at;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 100) != 0) ||
	    getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		give_up("inet socket");
	*ret_port = ntohs(at.sin_port);
	return fd;
}

/* Things to be reached, open to everybody: what stops a worker must be its confinement. */
static void make_outside(struct outside *o)
{
	uint16_t tcp, udp;
	char path[128];

	strcpy(o->folder, "/tmp/candor-escape-XXXXXX");
	if (mkdtemp(o->folder) == NULL || chmod(o->folder, 0777) != 0)
		give_up("mkdtemp");
	snprintf(path, sizeof path, "%s/socket", o->folder);
	o->path_socket = listen_unix(path, strlen(path) + 1);
	chmod(path, 0777);
	snprintf(o->abstract, sizeof o->abstract, "candor-escape-%d", (int)getpid());
	snprintf(path, sizeof path, "%c%s", 0, o->abstract);
	o->abstract_socket = listen_unix(path, 1 + strlen(o->abstract));
	o->tcp = listen_inet(SOCK_STREAM, &tcp);
	o->udp = listen_inet(SOCK_DGRAM, &udp);
	snprintf(path, sizeof path, "%s/data", o->folder);
	o->data = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (o->data < 0 || write(o->data, "data", 4) != 4)
		give_up(path);
	if (process_open_program(PROCESS_SELF, &o->program, NULL) != OK)
		give_up(PROCESS_SELF);
	static const char secret[8] = "secret";

	snprintf(o->numbers[0], sizeof o->numbers[0], "%u", tcp);
	snprintf(o->numbers[1], sizeof o->numbers[1], "%u", udp);
	snprintf(o->numbers[2], sizeof o->numbers[2], "%d", (int)getpid());
	snprintf(o->numbers[3], sizeof o->numbers[3], "%d", o->data);
	snprintf(o->numbers[4], sizeof o->numbers[4], "%llu",
		 (unsigned long long)(uintptr_t)secret);
}

static void remove_file(const struct outside *o, const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", o->folder, name);
	unlink(path);
}

static void restore_files(const struct outside *o)
{
	char path[128];

	remove_file(o, "created");
	remove_file(o, "file");
	snprintf(path, sizeof path, "%s/file", o->folder);
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	/* an attempt to remove or change it must not fail for its owner's sake */
	if (fd < 0 || fchmod(fd, 0666) != 0)
		give_up(path);
}

static void remove_outside(const struct outside *o)
{
	static const char *const names[] = {"socket", "data", "file", "created"};

	for (size_t i = 0; i < LEN(names); i++)
		remove_file(o, names[i]);
	rmdir(o->folder);
}

static pid_t start(const struct outside *o, unsigned layers, size_t number, int channel)
{
	char layers_text[16], number_text[16];
	const int fds[] = {channel, o->data};
	const char *const argv[] = {"escape", "worker", layers_text, number_text, o->numbers[0],
				    o->numbers[1], o->folder, o->abstract, o->numbers[2],
				    o->numbers[3], o->numbers[4], NULL};
	const struct process_options options = {
		.program_fd = o->program,
		.argv = argv,
		.fds = fds,
		.fd_count = LEN(fds),
		.namespaces = (layers & 1u << LAYER_NAMESPACES) != 0,
	};
	pid_t pid;
	struct error e = {0};

	snprintf(layers_text, sizeof layers_text, "%u", layers);
	snprintf(number_text, sizeof number_text, "%zu", number);
	if (process_start(&options, &pid, &e) != OK) {
		fprintf(stderr, "%s\n", e.text);
		exit(1);
	}
	return pid;
}

static void send_setup(int channel)
{
	struct wire_setup setup = {.images = 1, .started_by_root = geteuid() == 0};
	struct buf message;

	scan_limits_preset(&setup.limits);
	setup.limits.memory = 64u << 20;
	namespace_ids_read(&setup.outside);
	buf_init(&message, WIRE_MAX);
	wire_put_setup(&message, &setup);
	if (channel_send(channel, buf_str(&message), NULL, 0, CHANNEL_BLOCK) != CHANNEL_DONE)
		give_up("setup");
	buf_done(&message);
}

/* The next message as text, or false when the worker is gone. */
static bool receive(int channel, uint8_t *to, size_t room, size_t *ret_len)
{
	struct pollfd p = {.fd = channel, .events = POLLIN};
	struct channel_message m;

	if (poll(&p, 1, PATIENCE_MS) != 1 ||
	    channel_receive(channel, to, room, CHANNEL_POLL, &m) != CHANNEL_DONE)
		return false;
	*ret_len = m.len;
	return true;
}

static enum end read_end(pid_t pid, const char *answer, int *ret_code)
{
	struct process_end end;

	process_finish(pid, &end);
	*ret_code = end.code;
	if (end.by_signal && end.code == SIGSYS)
		return END_SIGSYS;
	if (!end.by_signal && end.code == ATTEMPT_EXEC_STATUS)
		return END_SUCCEEDED;
	if (end.by_signal || end.code != 0 || !str_starts(str_of(answer), STR(ATTEMPT_MARK)))
		return END_OTHER;
	*ret_code = atoi(answer + strlen(ATTEMPT_MARK));
	return *ret_code == 0 ? END_SUCCEEDED : END_REFUSED;
}

static struct result attempt(const struct outside *o, unsigned layers, size_t number)
{
	struct result r = {.end = END_OTHER};
	char answer[WIRE_MAX + 1] = "";
	int channels[2];
	size_t len = 0;

	restore_files(o);
	if (channel_pair(channels, NULL) != OK)
		give_up("channel");
	AUTO_FD ours = channels[0];

	send_setup(ours);
	pid_t pid = start(o, layers, number, channels[1]);

	close(channels[1]);
	struct wire_ready confined = {0};
	bool ready = receive(ours, (uint8_t *)answer, WIRE_MAX, &len) &&
		wire_get_ready((struct str){answer, len}, &confined) == OK;

	r.confinement = confined.confinement;

	len = 0;
	if (ready)
		(void)receive(ours, (uint8_t *)answer, WIRE_MAX, &len);
	answer[len] = '\0';
	r.end = read_end(pid, answer, &r.code);
	if (ready && (layers & ~confinement_layers(&r.confinement)) != 0)
		r.end = END_NOT_REACHED;
	return r;
}

static const char *describe(const struct result *r, char *to, size_t room)
{
	switch (r->end) {
	case END_SIGSYS:
		return "killed";
	case END_SUCCEEDED:
		return "succeeds";
	case END_NOT_REACHED:
		return "layer not reached";
	case END_REFUSED:
		snprintf(to, room, "%s", strerrorname_np(r->code) ? strerrorname_np(r->code) : "?");
		return to;
	default:
		snprintf(to, room, "ended otherwise (%d)", r->code);
		return to;
	}
}

/* ---------------------------------------------------------------- the tests */

struct tally {
	unsigned passed, failed, skipped;
};

static void judge(struct tally *t, bool is_right, const char *scenario, const struct attempt *a,
		  const struct result *r)
{
	char text[64];

	if (is_right) {
		t->passed++;
		return;
	}
	t->failed++;
	printf("FAILED  %s: %s: %s\n", scenario, a->name, describe(r, text, sizeof text));
}

static bool is_held(const struct result *r)
{
	return r->end == END_SIGSYS || r->end == END_REFUSED;
}

static bool is_right(const struct attempt *a, int missing, const struct result *r)
{
	if (a->is_memory)
		return r->end == (missing == LAYER_LIMITS ? END_SUCCEEDED : END_REFUSED);
	if (missing != LAYER_SECCOMP)
		return r->end == END_SIGSYS;
	return a->without_filter == HOLD_NONE || is_held(r);
}

/* A kernel without an interface ends whoever calls it: there is nothing to hold back. */
static bool is_there(const struct outside *o, size_t number)
{
	if (attempt_all()[number].need != NEED_LUCK)
		return true;
	return attempt(o, 0, number).end != END_OTHER;
}

static void try_all(const struct outside *o, unsigned layers, int missing, struct tally *t)
{
	char scenario[64] = "all layers";

	if (missing < LAYER_COUNT)
		snprintf(scenario, sizeof scenario, "without %s", layer_name(missing));
	for (size_t i = 0; attempt_all()[i].name != NULL; i++) {
		const struct attempt *a = &attempt_all()[i];

		if (!is_there(o, i)) {
			t->skipped++;
			continue;
		}
		struct result r = attempt(o, layers, i);
		judge(t, is_right(a, missing, &r), scenario, a, &r);
	}
}

/* Every layer that can be had here, and each of them missing in turn. */
static void test_confined(const struct outside *o, struct tally *t)
{
	struct result first = attempt(o, LAYERS_ALL, 0);
	unsigned reached = confinement_layers(&first.confinement);

	try_all(o, reached, LAYER_COUNT, t);
	for (int missing = 0; missing < LAYER_COUNT; missing++) {
		if ((reached & 1u << missing) == 0) {
			printf("SKIPPED %s: not to be had here: %s\n", layer_name(missing),
			       first.confinement.layers[missing].detail);
			t->skipped++;
		} else if (missing == LAYER_SECCOMP && reached != LAYERS_ALL) {
			printf("SKIPPED without seccomp: the others are not all there\n");
			t->skipped++;
		} else {
			try_all(o, reached & ~(1u << missing), missing, t);
		}
	}
}

/* Nothing confined: what nobody forbids must succeed, or the tests above prove nothing. */
static void test_control(const struct outside *o, struct tally *t)
{
	bool is_root = geteuid() == 0;

	for (size_t i = 0; attempt_all()[i].name != NULL; i++) {
		const struct attempt *a = &attempt_all()[i];
		struct result r = attempt(o, 0, i);
		char text[64];

		if (r.end != END_SUCCEEDED &&
		    (a->need == NEED_LUCK || (a->need == NEED_ROOT && !is_root))) {
			printf("SKIPPED control: %s is not possible here: %s\n", a->name,
			       describe(&r, text, sizeof text));
			t->skipped++;
			continue;
		}
		judge(t, r.end == END_SUCCEEDED, "no layer", a, &r);
	}
}

/* One layer at a time, on top of what an ordinary user needs for any of them. */
static void print_table(const struct outside *o)
{
	const unsigned base = 1u << LAYER_NO_NEW_PRIVS;

	printf("| attempt | none |");
	for (unsigned l = 0; l < LAYER_COUNT; l++)
		printf(" %s |", layer_name(l));
	printf(" all |\n|---|---|");
	for (unsigned l = 0; l < LAYER_COUNT; l++)
		printf("---|");
	printf("---|\n");
	for (size_t i = 0; attempt_all()[i].name != NULL; i++) {
		char text[64];
		struct result r = attempt(o, 0, i);

		printf("| %s | %s |", attempt_all()[i].name, describe(&r, text, sizeof text));
		for (unsigned l = 0; l < LAYER_COUNT; l++) {
			r = attempt(o, base | 1u << l, i);
			printf(" %s |", describe(&r, text, sizeof text));
		}
		r = attempt(o, LAYERS_ALL, i);
		printf(" %s |\n", describe(&r, text, sizeof text));
	}
}

int main(int argc, char **argv)
{
	struct outside o = {0};
	struct tally t = {0};

	if (argc == 11 && strcmp(argv[1], "worker") == 0)
		return worker(argv);
	if (SANITIZED) {
		printf("SKIPPED: a sanitizer makes system calls of its own\n");
		return SKIPPED;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	make_outside(&o);
	if (argc == 2 && strcmp(argv[1], "--table") == 0) {
		print_table(&o);
	} else {
		test_confined(&o, &t);
		test_control(&o, &t);
		printf("%u passed, %u failed, %u skipped\n", t.passed, t.failed, t.skipped);
	}
	remove_outside(&o);
	return t.failed != 0;
}
