/*
 * candor rules: for those who write rules.
 */
#include "cli/rules.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "cli/command.h"
#include "cli/diagnostics.h"
#include "db/sources.h"
#include "os/file.h"

int cmd_rules(int argc, char **argv);

enum { NAME_MAX_BYTES = 127 };

static const char usage[] =
	"usage: candor rules check [--allow-includes] FILE…\n"
	"       candor rules explain [--db DATABASE]… [--allow-includes] RULE FILE\n"
	"       candor rules fmt [--check | --write] FILE…\n"
	"\n"
	"  check    tell all errors and warnings of files and folders of rules\n"
	"  explain  say why a rule holds or does not hold for a file\n"
	"  fmt      print YARA rules in one style\n"
	"\n"
	"  --db DATABASE      an image, a rule file, or a folder of them; preset: builtin\n"
	"  --allow-includes   rules may include files outside the folder of their source\n"
	"  --check            name the files that are not in the style, change nothing\n"
	"  --write            replace the files that are not in the style, and name them\n"
	"\n"
	"Exit status: 0 all is well; 1 check: there are warnings, fmt --check: a file is not in\n"
	"the style; 2 an error in a rule, or any other error.\n";

struct wishes {
	VEC(const char *);
};

struct rules_request {
	struct wishes databases;
	bool include_anywhere, check, write;
};

static int misuse(const char *what)
{
	fprintf(stderr, "candor: rules: %s\nTry: candor rules --help\n", what);
	return EXIT_TROUBLE;
}

/* Counts, and shows every message. */
struct counting {
	struct report report;
	struct diagnostics shown;
	uint64_t errors, warnings;
};

static void count(struct report *report, const struct diagnostic *d)
{
	struct counting *c = (struct counting *)report;

	if (d->severity == SEVERITY_ERROR)
		c->errors++;
	else
		c->warnings++;
	c->shown.report.diagnostic(&c->shown.report, d);
}

static enum status compile(struct source_list *list, bool include_anywhere, struct counting *c,
			   struct compiled *ret, struct error *e)
{
	struct source_settings settings = *sources_object_variables();
	struct front_settings front = *settings.front;
	int made;
	enum status status = file_anonymous("candor-image", &made, e);

	if (status != OK)
		return status;
	AUTO_FD fd = made;
	front.advice = true;
	settings.front = &front;
	settings.include_anywhere = include_anywhere;
	return sources_compile(list, &settings, fd, &c->report, ret, e);
}

static void print_counts(const struct counting *c, const struct compile_counts *n)
{
	printf("%u rule%s, %llu error%s, %llu warning%s", n->accepted, n->accepted == 1 ? "" : "s",
	       (unsigned long long)c->errors, c->errors == 1 ? "" : "s",
	       (unsigned long long)c->warnings, c->warnings == 1 ? "" : "s");
	if (n->skipped > 0)
		printf(", %u understood but not supported", n->skipped);
	putchar('\n');
}

static int check(const char *const *paths, size_t path_count, bool include_anywhere)
{
	struct counting c = {.report.diagnostic = count};
	struct source_list list = {0};
	struct compiled compiled = {0};
	struct error e = {0};
	enum status status = OK;

	sources_make_room();
	for (size_t i = 0; i < path_count && status == OK; i++) {
		status = sources_add(&list, paths[i], &e);
		if (status != OK)
			(void)complain_of(paths[i], status, &e);
	}
	if (status == OK) {
		diagnostics_init(&c.shown);
		c.shown.shows_all = true;
		status = compile(&list, include_anywhere, &c, &compiled, &e);
		diagnostics_done(&c.shown);
		if (status != OK)
			(void)complain_of(NULL, status, &e);
	}
	sources_done(&list);
	if (status != OK)
		return EXIT_TROUBLE;
	print_counts(&c, &compiled.counts);
	if (c.errors > 0 || compiled.counts.malformed > 0)
		return EXIT_TROUBLE;
	return c.warnings > 0 ? EXIT_DETECTED : EXIT_FOUND_NOTHING;
}

static int run_explain(const struct rules_request *r, char **argv, int left)
{
	if (left != 2)
		return misuse("explain needs a RULE and a FILE");
	if (argv[0][0] == '\0' || strlen(argv[0]) > NAME_MAX_BYTES)
		return misuse("no rule has such a name");
	const struct rules_databases databases = {
		.names = r->databases.items,
		.count = r->databases.len,
		.include_anywhere = r->include_anywhere,
	};

	return rules_explain(argv[0], argv[1], &databases);
}

/* An option that the verb does not have is a mistake of the user. */
static bool takes(const char *verb, int option)
{
	bool explains = strcmp(verb, "explain") == 0;

	if (option == 'd')
		return explains;
	if (option == 'i')
		return explains || strcmp(verb, "check") == 0;
	return strcmp(verb, "fmt") == 0;
}

static int run(const struct rules_request *r, const char *verb, char **argv, int left)
{
	const char *const *paths = (const char *const *)argv;

	if (strcmp(verb, "explain") == 0)
		return run_explain(r, argv, left);
	if (left == 0)
		return misuse("a FILE is expected");
	if (strcmp(verb, "check") == 0)
		return check(paths, (size_t)left, r->include_anywhere);
	if (r->check && r->write)
		return misuse("--check and --write exclude each other");
	return rules_format(paths, (size_t)left,
			    r->check   ? FORMAT_CHECK
			    : r->write ? FORMAT_WRITE
				       : FORMAT_PRINT);
}

static int parse_and_run(int argc, char **argv, struct rules_request *r)
{
	static const struct option options[] = {
		{"db", required_argument, NULL, 'd'}, {"allow-includes", no_argument, NULL, 'i'},
		{"check", no_argument, NULL, 'c'},    {"write", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},     {0},
	};

	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
		const char *value = optarg;

		if (c == 'h')
			return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
		if (c == ':')
			return misuse("a value is missing behind the last option");
		if (c == '?')
			return misuse("no such option");
		if (!takes(argv[0], c))
			return misuse("this verb has no such option");
		r->include_anywhere |= c == 'i';
		r->check |= c == 'c';
		r->write |= c == 'w';
		if (c == 'd' && !vec_push(&r->databases, &value))
			return misuse("out of memory");
	}
	return run(r, argv[0], argv + optind, argc - optind);
}

int cmd_rules(int argc, char **argv)
{
	static const char *const verbs[] = {"check", "explain", "fmt"};
	const char *verb = argc > 1 ? argv[1] : "";
	struct rules_request r = {0};

	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0)
		return fputs(usage, stdout) < 0 ? EXIT_TROUBLE : EXIT_FOUND_NOTHING;
	for (size_t i = 0; i < LEN(verbs); i++) {
		if (strcmp(verb, verbs[i]) != 0)
			continue;
		int status = parse_and_run(argc - 1, argv + 1, &r);

		vec_done(&r.databases);
		return status;
	}
	return misuse("check, explain or fmt is expected");
}
