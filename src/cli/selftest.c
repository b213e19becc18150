/*
 * candor selftest: whether this installation detects at all.
 *
 * The EICAR test file (eicar.org, "Anti-Malware Testfile") and harmless
 * company are written to a temporary folder and scanned as any other file
 * would be: by a confined worker, with the built-in database.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/text.h"
#include "cell/pool.h"
#include "cell/worker.h"
#include "cli/command.h"
#include "db/database.h"
#include "os/file.h"

int cmd_selftest(int argc, char **argv);

#define FOLDER_TEMPLATE "candor-selftest-XXXXXX"

enum { SAMPLE_CEILING = 4096, EICAR_BYTES = 68 };

struct sample {
	const char *name;
	void (*make)(struct buf *to);
	enum verdict want;
	uint32_t depth; /* of the object that is detected */
};

struct selftest {
	struct pool_events events; /* first: the pool hands it back */
	struct pool *pool;
	char folder[256];
	int database;
	bool failed;
	/* of the sample at hand */
	struct finding finding;
	unsigned findings;
	struct outcome outcome;
	bool is_done;
};

static bool tell(struct selftest *t, bool ok, const char *what, const char *detail)
{
	struct buf line;

	buf_init(&line, 64 << 10);
	text_escape(&line, str_of(detail));
	printf("%-6s  %s%s%.*s\n", ok ? "ok" : "FAILED", what, detail[0] != '\0' ? ": " : "",
	       STR_ARG(buf_str(&line)));
	buf_done(&line);
	t->failed = t->failed || !ok;
	return ok;
}

/* In two parts, so that the program itself is no test file. */
static void make_eicar(struct buf *to)
{
	buf_add_str(to, STR("X5O!P%@AP[4\\PZX54(P^)7CC)7}$"));
	buf_add_str(to, STR("EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"));
}

static void make_text(struct buf *to)
{
	buf_add_str(to, STR("Nothing is wrong with this file.\n"));
}

static void make_gzip(struct buf *to)
{
	/* 16 more than the window's bits: a gzip header and trailer, as zlib.h says */
	enum { GZIP_WINDOW = 15 + 16, MEMORY = 8 };
	uint8_t *room = buf_reserve(to, SAMPLE_CEILING / 2);
	struct buf plain;
	z_stream z = {0};

	buf_init(&plain, SAMPLE_CEILING);
	make_eicar(&plain);
	if (room != NULL && deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, MEMORY,
					 Z_DEFAULT_STRATEGY) == Z_OK) {
		z.next_in = plain.data;
		z.avail_in = (unsigned)plain.len;
		z.next_out = room;
		z.avail_out = SAMPLE_CEILING / 2;
		if (deflate(&z, Z_FINISH) == Z_STREAM_END)
			to->len += z.total_out;
		deflateEnd(&z);
	}
	buf_done(&plain);
}

static const struct sample samples[] = {
	{"the EICAR test file is detected", make_eicar, VERDICT_DETECTED, 0},
	{"inside a gzip file, too", make_gzip, VERDICT_DETECTED, 1},
	{"a harmless file is clean", make_text, VERDICT_CLEAN, 0},
};

static void on_finding(struct pool_events *ev, uint64_t cookie, const struct finding *f)
{
	struct selftest *t = (struct selftest *)ev;

	(void)cookie;
	if (t->findings++ == 0)
		t->finding = *f;
}

static void on_done(struct pool_events *ev, uint64_t cookie, const struct outcome *o)
{
	struct selftest *t = (struct selftest *)ev;

	(void)cookie;
	t->outcome = *o;
	t->is_done = true;
}

static bool open_database(struct selftest *t)
{
	struct error e = {0};

	if (database_open_image("builtin", &t->database, &e) == OK)
		return tell(t, true, "the built-in database opens", "");
	return tell(t, false, "the built-in database opens", e.text);
}

/* What is missing is no failure: without the layers that it needs, a worker does not start. */
static void tell_layers(struct selftest *t)
{
	const struct confinement *c = pool_confinement(t->pool);

	for (int i = 0; i < LAYER_COUNT; i++) {
		static const char *const states[] = {
			[LAYER_OFF] = "not here", [LAYER_PARTIAL] = "in part", [LAYER_FULL] = "on"};
		char what[64];

		snprintf(what, sizeof what, "confinement, %s %s", layer_name((enum layer)i),
			 states[c->layers[i].state]);
		tell(t, true, what, c->layers[i].detail);
	}
}

static bool start_worker(struct selftest *t)
{
	struct pool_options options = {
		.program = WORKER_SELF,
		.argv = worker_self_argv,
		.image_fds = &t->database,
		.image_count = 1,
		.jobs = 1,
		.events = &t->events,
	};
	struct error e = {0};

	scan_limits_preset(&options.limits);
	if (pool_new(&options, &t->pool, &e) != OK)
		return tell(t, false, "a confined worker starts", e.text);
	tell(t, true, "a confined worker starts", "");
	tell_layers(t);
	return true;
}

/* Write a sample as a file and open it again, as a scan would. */
static enum status write_sample(struct selftest *t, const struct sample *s, int *ret_fd,
				uint64_t *ret_size, struct error *e)
{
	char path[sizeof t->folder + 8];
	struct buf bytes;

	snprintf(path, sizeof path, "%s/sample", t->folder);
	AUTO_FD fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_at(e, E_IO, 0, "cannot write there: %s", strerror(errno));
	buf_init(&bytes, SAMPLE_CEILING);
	s->make(&bytes);
	enum status status = E_NOMEM;
	if (!bytes.bad && bytes.len > 0)
		status = file_write_all(fd, bytes.data, bytes.len, e);
	buf_done(&bytes);
	if (status == OK)
		status = file_open(path, ret_fd, ret_size, e);
	/* another scanner may have been quicker */
	if (unlink(path) != 0)
		status = error_at(e, E_IO, 0, "cannot remove %s", strerror(errno));
	return status;
}

static enum status scan_sample(struct selftest *t, const struct sample *s, struct error *e)
{
	uint64_t size;
	int fd;
	enum status status = write_sample(t, s, &fd, &size, e);

	t->is_done = false;
	t->findings = 0;
	if (status == OK)
		status = pool_submit(t->pool, fd, size, 0);
	while (status == OK && !t->is_done)
		status = pool_wait(t->pool, -1, e);
	return status;
}

/* Why the answer is wrong; "" when it is right. */
static const char *judge(const struct selftest *t, const struct sample *s)
{
	const struct finding *f = &t->finding;

	if (t->outcome.verdict != s->want)
		return verdict_name(t->outcome.verdict);
	if (s->want != VERDICT_DETECTED)
		return t->findings == 0 ? "" : "a rule holds for it";
	if (t->findings == 0 || strcasestr(f->rule, "eicar") == NULL)
		return "by another rule";
	if (f->depth != s->depth || (f->depth > 0) != str_starts(str_of(f->path), STR("//")))
		return "at another place";
	if (f->has_match && (f->offset != 0 || f->length > EICAR_BYTES))
		return "by other bytes";
	return "";
}

static void try_sample(struct selftest *t, const struct sample *s)
{
	struct error e = {0};

	if (scan_sample(t, s, &e) != OK) {
		tell(t, false, s->name, e.code != OK ? e.text : "out of memory");
		return;
	}
	const char *wrong = judge(t, s);
	bool ok = wrong[0] == '\0';
	tell(t, ok, s->name, ok && s->want == VERDICT_DETECTED ? t->finding.rule : wrong);
}

static bool make_folder(struct selftest *t)
{
	const char *above = secure_getenv("TMPDIR");
	int len = snprintf(t->folder, sizeof t->folder, "%s/%s", above ? above : "/tmp",
			   FOLDER_TEMPLATE);

	if (len < (int)sizeof t->folder && mkdtemp(t->folder) != NULL)
		return true;
	return tell(t, false, "there is a temporary folder", strerror(errno));
}

static void run(struct selftest *t)
{
	if (!open_database(t) || !start_worker(t) || !make_folder(t))
		return;
	for (size_t i = 0; i < LEN(samples); i++)
		try_sample(t, &samples[i]);
	bool is_gone = rmdir(t->folder) == 0;
	tell(t, is_gone, "nothing is left behind", is_gone ? "" : t->folder);
}

int cmd_selftest(int argc, char **argv)
{
	struct selftest t = {.events = {.finding = on_finding, .done = on_done}, .database = -1};

	if (argc > 1) {
		bool is_help = argc == 2 && strcmp(argv[1], "--help") == 0;

		fputs("usage: candor selftest\n\n"
		      "Scan the EICAR test file in a temporary folder, and tell whether it is\n"
		      "found.\n",
		      is_help ? stdout : stderr);
		return is_help ? EXIT_FOUND_NOTHING : EXIT_TROUBLE;
	}
	run(&t);
	pool_free(t.pool);
	close_at_end(&t.database);
	puts(t.failed ? "This installation does not work as it should." : "Everything works.");
	return t.failed ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
}
