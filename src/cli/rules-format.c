/*
 * candor rules fmt: rule files in one style. A file is parsed and printed in a
 * jail, which hands out the new text, or what is wrong with the old one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "cell/jail.h"
#include "cli/command.h"
#include "cli/diagnostics.h"
#include "cli/rules.h"
#include "lang/yara/parser.h"
#include "lang/yara/printer.h"
#include "os/file.h"
#include "os/output.h"

enum {
	SOURCE_MAX = 64 << 20,
	TEXT_MAX = 256 << 20,
	SECONDS = 60,
	EXIT_OF_MALFORMED = 100,
};

struct job {
	struct report report; /* in the jail: writes into `text` */
	const char *path;
	int fd, out_fd;
	struct buf source, text;
};

/* ---------------------------------------------------------- inside the jail */

static void note(struct report *r, const struct diagnostic *d)
{
	struct job *job = (struct job *)r;

	if (d->severity == SEVERITY_ERROR)
		diagnostic_print(&job->text, d, false);
}

/* What is included is no matter of a file's style. */
static enum status include_nothing(struct includer *in, const struct source_text *from,
				   struct str path, struct source_text *ret, struct error *e)
{
	(void)in;
	(void)e;
	*ret = (struct source_text){
		.name = path, .text = STR(""), .space = from->space, .settings = from->settings};
	return OK;
}

static enum status print(struct job *job, struct arena *arena)
{
	struct includer includer = {.open = include_nothing};
	const struct front_settings settings = {.includer = &includer, .no_warnings = true};
	const struct source_text src = {
		.name = str_of(job->path),
		.text = buf_str(&job->source),
		.settings = &settings,
	};
	struct ast ast = {.arena = arena};
	struct yara y = {.arena = arena, .src = &src, .report = &job->report, .ast = &ast};
	enum status status = yara_parse(&y);

	if (status == OK && y.errors > 0)
		status = E_SYNTAX;
	if (status == OK)
		yara_print(&job->text, &ast);
	vec_done(&ast.files);
	return status;
}

static int work(void *ctx)
{
	struct job *job = ctx;
	struct arena *arena = arena_new((size_t)TEXT_MAX * 2);

	buf_init(&job->source, SOURCE_MAX);
	buf_init(&job->text, TEXT_MAX);
	enum status status = arena == NULL ? E_NOMEM : file_read_all(job->fd, &job->source, NULL);

	if (status == OK)
		status = print(job, arena);
	if (status == OK && job->text.bad)
		status = E_LIMIT;
	if (file_write_all(job->out_fd, job->text.data, job->text.len, NULL) != OK)
		status = E_IO;
	return status == E_SYNTAX ? EXIT_OF_MALFORMED : (int)status;
}

/* --------------------------------------------------------------- the parent */

/* Controls are no part of a message: one that is there is a sign of a break-out. */
static void show_messages(const struct buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		uint8_t c = text->data[i];
		bool is_control = (c < 0x20 && c != '\n') || c == 0x7f;

		fputc(is_control ? '?' : c, stderr);
	}
}

/* The file's text in the one style; E_SYNTAX: it has errors, which were shown. */
static enum status restyle(const char *path, int fd, struct buf *ret, struct error *e)
{
	const struct jail_limits limits = {
		.memory = (uint64_t)1 << 30,
		.output = TEXT_MAX,
		.seconds = SECONDS,
	};
	struct job job = {.report.diagnostic = note, .path = path, .fd = fd};
	int result;
	enum status status = file_anonymous("candor-format", &job.out_fd, e);

	if (status != OK)
		return status;
	fflush(NULL);
	status = jail_run(&limits, work, &job, &result, e);
	if (status == OK)
		status = file_read_all(job.out_fd, ret, e);
	close(job.out_fd);
	if (status != OK || result == OK)
		return status;
	if (result != EXIT_OF_MALFORMED)
		return error_at(e, (enum status)result, 0, "cannot be read as rules: %s",
				status_name((enum status)result));
	show_messages(ret);
	return E_SYNTAX;
}

static enum status replace(const char *path, const struct buf *text, struct error *e)
{
	struct output out;
	struct stat st;
	enum status status = output_begin(&out, path, e);

	if (status != OK)
		return status;
	if (stat(path, &st) == 0 && fchmod(out.fd, st.st_mode & 07777) != 0)
		status = error_at(e, E_IO, 0, "cannot keep its permissions");
	if (status == OK)
		status = file_write_all(out.fd, text->data, text->len, e);
	if (status == OK)
		return output_commit(&out, e);
	output_abandon(&out);
	return status;
}

static enum status deliver(const char *path, const struct buf *old, const struct buf *text,
			   enum format_wish wish, bool *changes, struct error *e)
{
	if (wish == FORMAT_PRINT) {
		if (text->len > 0)
			fwrite(text->data, 1, text->len, stdout);
		return OK;
	}
	if (str_eq(buf_str(old), buf_str(text)))
		return OK;
	*changes = true;
	printf("%s\n", path);
	return wish == FORMAT_WRITE ? replace(path, text, e) : OK;
}

static enum status format(const char *path, enum format_wish wish, bool *changes, struct error *e)
{
	struct buf old, text;
	uint64_t size;
	int opened;
	enum status status = file_open(path, &opened, &size, e);

	if (status != OK)
		return status;
	AUTO_FD fd = opened;
	buf_init(&old, SOURCE_MAX);
	buf_init(&text, TEXT_MAX);
	status = file_read_all(fd, &old, e);
	if (status == OK)
		status = restyle(path, fd, &text, e);
	if (status == OK)
		status = deliver(path, &old, &text, wish, changes, e);
	buf_done(&old);
	buf_done(&text);
	return status;
}

int rules_format(const char *const *paths, size_t count, enum format_wish wish)
{
	bool has_failed = false, changes = false;

	for (size_t i = 0; i < count; i++) {
		struct error e = {0};
		enum status status = format(paths[i], wish, &changes, &e);

		if (status != OK && status != E_SYNTAX)
			(void)complain_of(paths[i], status, &e);
		has_failed = has_failed || status != OK;
	}
	if (has_failed)
		return EXIT_TROUBLE;
	return wish == FORMAT_CHECK && changes ? EXIT_DETECTED : EXIT_FOUND_NOTHING;
}
