/*
 * candor db: build and inspect databases.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/inspect.h"
#include "cli/sources.h"
#include "os/file.h"
#include "os/output.h"

int cmd_db(int argc, char **argv);

static const char usage[] =
	"usage: candor db build -o IMAGE [--keep-going] SOURCE…\n"
	"       candor db info [--json] IMAGE\n"
	"       candor db verify IMAGE\n"
	"\n"
	"  build    compile files and folders of rules into one image\n"
	"  info     tell what is in an image: sources, kinds, what was skipped and why\n"
	"  verify   read all of an image and tell whether it is whole\n"
	"\n"
	"  -o, --output IMAGE   the image to write; replaced when it is whole\n"
	"  -k, --keep-going     malformed rules are left out and do not count as a failure\n"
	"      --json           one JSON object for programs\n"
	"\n"
	"IMAGE may be the word builtin for info and verify.\n";

/* The message is escaped: part of it may come from outside. */
static int fail(const char *name, enum status status, const struct error *e)
{
	struct buf line;

	buf_init(&line, 64 * 1024);
	buf_addf(&line, "candor: ");
	text_escape(&line, str_of(name));
	buf_addf(&line, ": ");
	text_escape(&line, str_of(e->code != OK ? e->text : status_name(status)));
	buf_addf(&line, "\n");
	fwrite(line.data, 1, line.len, stderr);
	buf_done(&line);
	return EXIT_TROUBLE;
}

static int misuse(const char *what)
{
	fprintf(stderr, "candor: db: %s\nTry: candor db --help\n", what);
	return EXIT_TROUBLE;
}

/* The image would take the place of one of its own sources. */
static bool is_source(const struct source_list *sources, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	for (size_t i = 0; i < sources->len; i++) {
		const struct source_file *s = &sources->items[i];

		if (s->device == st.st_dev && s->inode == st.st_ino)
			return true;
	}
	return false;
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void print_summary(const char *path, const struct compiled *c, const struct buf *skips,
			  double seconds)
{
	const struct compile_counts *n = &c->counts;
	struct buf text;
	char hex[65];

	buf_init(&text, SIZE_MAX);
	hex_encode(c->result.digest, 32, hex);
	text_escape(&text, str_of(path));
	buf_addf(&text, ": %u rules from %u sources, %llu bytes, %.1f s\nsha256 %s\n", n->accepted,
		 n->sources, (unsigned long long)c->result.bytes, seconds, hex);
	if (n->skipped > 0)
		buf_addf(&text, "skipped: %u\n%.*s", n->skipped, STR_ARG(buf_str(skips)));
	if (n->ignored > 0)
		buf_addf(&text, "left out by ignore lists: %u\n", n->ignored);
	if (n->malformed > 0)
		buf_addf(&text, "malformed: %u\n", n->malformed);
	fwrite(text.data, 1, text.len, stdout);
	buf_done(&text);
}

static int build(struct source_list *sources, const char *path, bool keep_going)
{
	struct timespec start;
	struct error e = {0};
	struct output out;
	struct compiled compiled;
	struct buf skips;

	clock_gettime(CLOCK_MONOTONIC, &start);
	enum status status = output_begin(&out, path, &e);
	if (status != OK)
		return fail(path, status, &e);
	buf_init(&skips, 1u << 20);
	status = sources_compile(sources, out.fd, &compiled, &e);
	if (status == OK && compiled.counts.skipped > 0)
		status = inspect_image(out.fd, INSPECT_SKIPS, &skips, &e);
	if (status == OK)
		status = output_commit(&out, &e);
	else
		output_abandon(&out);
	if (status == OK)
		print_summary(path, &compiled, &skips, seconds_since(&start));
	buf_done(&skips);
	if (status != OK)
		return fail(path, status, &e);
	return compiled.counts.malformed > 0 && !keep_going ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
}

static int run_build(int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"keep-going", no_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct source_list sources = {0};
	const char *path = NULL;
	bool keep_going = false;
	int status = EXIT_FOUND_NOTHING;

	for (int c; (c = getopt_long(argc, argv, "o:kh", options, NULL)) != -1;) {
		if (c == 'h')
			return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
		if (c == '?')
			return EXIT_TROUBLE;
		if (c == 'o')
			path = optarg;
		else
			keep_going = true;
	}
	if (path == NULL || optind == argc)
		return misuse(path == NULL ? "build needs -o IMAGE" : "build needs a SOURCE");
	for (int i = optind; i < argc && status == EXIT_FOUND_NOTHING; i++) {
		struct error e = {0};
		enum status added = sources_add(&sources, argv[i], &e);

		if (added != OK)
			status = fail(argv[i], added, &e);
	}
	if (status == EXIT_FOUND_NOTHING && is_source(&sources, path))
		status = misuse("the image would replace one of its sources");
	if (status == EXIT_FOUND_NOTHING)
		status = build(&sources, path, keep_going);
	sources_done(&sources);
	return status;
}

static int inspect(const char *name, enum inspection what)
{
	struct error e = {0};
	struct buf text;
	uint64_t size;
	int fd;
	enum status status = strcmp(name, "builtin") == 0 ? database_open_builtin(&fd, &e)
							  : file_open(name, &fd, &size, &e);

	if (status != OK)
		return fail(name, status, &e);
	buf_init(&text, SIZE_MAX);
	if (what == INSPECT_VERIFY) {
		text_escape(&text, str_of(name));
		buf_addf(&text, ": OK, sha256 ");
	}
	status = inspect_image(fd, what, &text, &e);
	if (what == INSPECT_VERIFY)
		buf_addf(&text, "\n");
	close(fd);
	if (status == OK && text.bad)
		status = E_NOMEM;
	if (status == OK)
		fwrite(text.data, 1, text.len, stdout);
	buf_done(&text);
	return status == OK ? EXIT_FOUND_NOTHING : fail(name, status, &e);
}

static int run_inspection(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	bool is_info = strcmp(argv[0], "info") == 0;
	enum inspection what = is_info ? INSPECT_TEXT : INSPECT_VERIFY;

	for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
		if (c == 'h')
			return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
		if (c == '?' || !is_info)
			return c == '?' ? EXIT_TROUBLE : misuse("verify has no --json");
		what = INSPECT_JSON;
	}
	if (argc - optind != 1)
		return misuse("one IMAGE is expected");
	return inspect(argv[optind], what);
}

int cmd_db(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "build") == 0)
		return run_build(argc - 1, argv + 1);
	if (strcmp(verb, "info") == 0 || strcmp(verb, "verify") == 0)
		return run_inspection(argc - 1, argv + 1);
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)
		return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
	return misuse("build, info or verify is expected");
}
