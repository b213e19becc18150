/*
 * candor db: build and inspect databases.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/db-unpack.h"
#include "cli/diagnostics.h"
#include "cli/human.h"
#include "cli/inspect.h"
#include "db/database.h"
#include "db/sources.h"
#include "os/file.h"
#include "os/output.h"

int cmd_db(int argc, char **argv);

static const char usage[] =
	"usage: candor db build -o IMAGE [--keep-going] [--allow-includes] SOURCE…\n"
	"       candor db info [--json] IMAGE\n"
	"       candor db verify IMAGE\n"
	"       candor db unpack CONTAINER [FOLDER]\n"
	"\n"
	"  build    compile files and folders of rules into one image\n"
	"  info     tell what is in an image: sources, kinds, what was skipped and why\n"
	"  verify   read all of an image and tell whether it is whole\n"
	"  unpack   write the files in a .cvd, .cld or .cud; none is replaced\n"
	"\n"
	"  -o, --output IMAGE   the image to write; replaced when it is whole\n"
	"  -k, --keep-going     malformed rules are left out and do not count as a failure\n"
	"      --allow-includes rules may include files outside the folder of their source\n"
	"      --json           one JSON object for programs\n"
	"\n"
	"IMAGE may be the word builtin for info and verify.\n";

static int fail(const char *name, enum status status, const struct error *e)
{
	(void)complain_of(name, status, e);
	return EXIT_TROUBLE;
}

static int misuse(const char *what)
{
	fprintf(stderr, "candor: db: %s\nTry: candor db --help\n", what);
	return EXIT_TROUBLE;
}

/* `kind` is what getopt_long() gave for it. */
static int misuse_of_option(char **argv, int kind)
{
	struct buf text;

	buf_init(&text, 64 * 1024);
	buf_addf(&text, "%s", kind == ':' ? "a value is missing behind " : "no such option: ");
	text_escape(&text, str_of(argv[optind - 1]));
	buf_add_u8(&text, 0);
	int status = misuse(text.bad ? "no such option" : (const char *)text.data);
	buf_done(&text);
	return status;
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

/* "skipped: 1,234", where there are any. */
static void put_count(struct buf *to, const char *what, uint32_t count)
{
	if (count == 0)
		return;
	buf_addf(to, "%s: ", what);
	human_count(to, count);
	buf_addf(to, "\n");
}

static void print_summary(const char *path, const struct compiled *c, const struct buf *skips,
			  uint64_t ns)
{
	const struct compile_counts *n = &c->counts;
	struct buf text;
	char hex[65];

	buf_init(&text, SIZE_MAX);
	hex_encode(c->result.digest, 32, hex);
	text_escape(&text, str_of(path));
	buf_addf(&text, ": ");
	human_count(&text, n->accepted);
	buf_addf(&text, " rules from ");
	human_count(&text, n->sources);
	buf_addf(&text, " sources, ");
	human_count(&text, c->result.bytes);
	buf_addf(&text, " bytes, ");
	human_time(&text, ns);
	buf_addf(&text, "\nsha256 %s\n", hex);
	put_count(&text, "skipped", n->skipped);
	buf_add_str(&text, buf_str(skips));
	put_count(&text, "left out by ignore lists", n->ignored);
	put_count(&text, "malformed", n->malformed);
	fwrite(text.data, 1, text.len, stdout);
	buf_done(&text);
}

static int build(struct source_list *sources, const char *path, bool keep_going,
		 bool include_anywhere)
{
	uint64_t start = clock_ns();
	struct error e = {0};
	struct output out;
	struct diagnostics diagnostics;
	struct compiled compiled;
	struct buf skips;
	struct source_settings settings = *sources_object_variables();

	settings.include_anywhere = include_anywhere;
	enum status status = output_begin(&out, path, &e);
	if (status != OK)
		return fail(path, status, &e);
	buf_init(&skips, 1u << 20);
	diagnostics_init(&diagnostics);
	status = sources_compile(sources, &settings, out.fd, &diagnostics.report, &compiled, &e);
	diagnostics_done(&diagnostics);
	if (status == OK && compiled.counts.skipped > 0)
		status = inspect_image(out.fd, INSPECT_SKIPS, &skips, &e);
	if (status == OK)
		status = output_commit(&out, &e);
	else
		output_abandon(&out);
	if (status == OK)
		print_summary(path, &compiled, &skips, clock_ns() - start);
	buf_done(&skips);
	if (status != OK)
		return fail(path, status, &e);
	/* an include that failed is an error without a malformed rule */
	bool is_whole = compiled.counts.malformed == 0 && diagnostics.errors == 0;
	return is_whole || keep_going ? EXIT_FOUND_NOTHING : EXIT_TROUBLE;
}

static int run_build(int argc, char **argv)
{
	static const struct option options[] = {
		{"output", required_argument, NULL, 'o'},
		{"keep-going", no_argument, NULL, 'k'},
		{"allow-includes", no_argument, NULL, 'i'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct source_list sources = {0};
	const char *path = NULL;
	bool keep_going = false, include_anywhere = false;
	int status = EXIT_FOUND_NOTHING;

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":o:kh", options, NULL)) != -1;) {
		if (c == 'h')
			return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
		if (c == '?' || c == ':')
			return misuse_of_option(argv, c);
		if (c == 'o')
			path = optarg;
		else if (c == 'i')
			include_anywhere = true;
		else
			keep_going = true;
	}
	if (path == NULL || optind == argc)
		return misuse(path == NULL ? "build needs -o IMAGE" : "build needs a SOURCE");
	sources_make_room();
	for (int i = optind; i < argc && status == EXIT_FOUND_NOTHING; i++) {
		struct error e = {0};
		enum status added = sources_add(&sources, argv[i], &e);

		if (added != OK)
			status = fail(argv[i], added, &e);
	}
	if (status == EXIT_FOUND_NOTHING && is_source(&sources, path))
		status = misuse("the image would replace one of its sources");
	if (status == EXIT_FOUND_NOTHING)
		status = build(&sources, path, keep_going, include_anywhere);
	sources_done(&sources);
	return status;
}

static int inspect(const char *name, enum inspection what)
{
	struct error e = {0};
	struct buf text;
	int fd;
	enum status status = database_open_image(name, &fd, &e);

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

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
		if (c == 'h')
			return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
		if (c != 'j')
			return misuse_of_option(argv, c);
		if (!is_info)
			return misuse("verify has no --json");
		what = INSPECT_JSON;
	}
	if (argc - optind != 1)
		return misuse("one IMAGE is expected");
	return inspect(argv[optind], what);
}

static int run_unpack(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	struct error e = {0};

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
		if (c != 'h')
			return misuse_of_option(argv, c);
		return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
	}
	int left = argc - optind;
	if (left != 1 && left != 2)
		return misuse("a CONTAINER and at most one FOLDER are expected");
	const char *folder = left == 2 ? argv[optind + 1] : ".";
	enum status status = db_unpack(argv[optind], folder, &e);
	return status == OK ? EXIT_FOUND_NOTHING : fail(argv[optind], status, &e);
}

int cmd_db(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "build") == 0)
		return run_build(argc - 1, argv + 1);
	if (strcmp(verb, "info") == 0 || strcmp(verb, "verify") == 0)
		return run_inspection(argc - 1, argv + 1);
	if (strcmp(verb, "unpack") == 0)
		return run_unpack(argc - 1, argv + 1);
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)
		return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
	return misuse("build, info, verify or unpack is expected");
}
