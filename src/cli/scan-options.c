#include "cli/scan-options.h"

#include <getopt.h>
#include <stdio.h>

#include "cli/command.h"

enum {
	JOBS_MAX = 256,
	/* options without a letter */
	OPTION_FILES_FROM = 256,
	OPTION_EXCLUDE,
	OPTION_INCLUDE,
	OPTION_ONE_FILE_SYSTEM,
	OPTION_FOLLOW,
	OPTION_DB,
	OPTION_ALL_MATCHES,
	OPTION_LIMITS,
	OPTION_ACCEPT,
	OPTION_JSON,
	OPTION_NO_PROGRESS,
	OPTION_ALLOW_INCLUDES,
};

static const char help[] =
	"usage: candor scan [OPTION…] PATH…\n"
	"\n"
	"Scan files, folders with all that is in them, and - for standard input.\n"
	"\n"
	"What is scanned\n"
	"  --files-from FILE   scan the files and folders named in FILE, one on a line; - for\n"
	"                      standard input\n"
	"  -0, --null          names in it end with a NUL instead of a newline\n"
	"  --exclude GLOB      leave out what matches, folders with all in them\n"
	"  --include GLOB      of the files in folders take only what matches\n"
	"  --one-file-system   do not enter folders of other file systems\n"
	"  --follow            go through symbolic links\n"
	"\n"
	"How\n"
	"  --db DATABASE       use this image, rule file or folder of them; repeatable; builtin\n"
	"                      stands for the rules that came with the program\n"
	"  --allow-includes    rules may include files outside the folder of their source\n"
	"  --all-matches       do not stop at the first rule that holds for a file\n"
	"  --limits NAME=VALUE,…\n"
	"                      change limits; --limits help lists them\n"
	"  -j, --jobs N        worker processes (preset: one for each core)\n"
	"\n"
	"What is told\n"
	"  --json              one JSON object on each line\n"
	"  -q, --quiet         only what is not clean, no summary\n"
	"  --no-progress       no live line on a terminal\n"
	"  --accept REASON,…   not scanned for these reasons is no trouble (encrypted, limit …)\n"
	"\n"
	"Exit status: 0 nothing found, 1 something detected or suspicious, 2 nothing found, but "
	"an\n"
	"error or something not scanned.\n";

void scan_request_init(struct scan_request *r)
{
	*r = (struct scan_request){.separator = '\n'};
	globs_init(&r->globs);
	scan_limits_preset(&r->limits);
}

void scan_request_done(struct scan_request *r)
{
	vec_done(&r->paths);
	vec_done(&r->databases);
	globs_done(&r->globs);
}

static bool complain(const char *what, const char *value)
{
	fprintf(stderr, "candor: scan: %s%s\nTry: candor scan --help\n", what, value);
	return false;
}

static void list_limits(void)
{
	for (const struct limit_info *l = scan_limits_all(); l->name != NULL; l++)
		printf("%-14s %s%s%s%s\n               preset %llu, from %llu to %llu\n", l->name,
		       l->doc, l->unit[0] ? " (" : "", l->unit, l->unit[0] ? ")" : "",
		       (unsigned long long)l->preset, (unsigned long long)l->least,
		       (unsigned long long)l->most);
}

static bool set_limits(struct scan_request *r, const char *text)
{
	struct str rest = str_of(text), field;

	while (str_next_field(&rest, ',', &field)) {
		struct error e = {0};
		size_t equals = str_find(field, '=');

		if (equals == field.len)
			return complain("--limits wants NAME=VALUE, not ", text);
		if (scan_limits_set(&r->limits, str_first(field, equals),
				    str_from(field, equals + 1), &e) != OK)
			return complain("--limits: ", e.text);
	}
	return true;
}

static bool accept_reasons(struct scan_request *r, const char *text)
{
	struct str rest = str_of(text), field;

	while (str_next_field(&rest, ',', &field)) {
		enum reason reason;

		if (reason_named(field, &reason)) {
			r->accepted |= 1u << reason;
			continue;
		}
		fprintf(stderr, "candor: scan: --accept: no reason is named '%.*s'; there are",
			STR_ARG(str_first(field, 40)));
		for (int i = 0; i < REASON_COUNT; i++)
			fprintf(stderr, " %s", reason_name((enum reason)i));
		fputc('\n', stderr);
		return false;
	}
	return true;
}

static bool set_jobs(struct scan_request *r, const char *text)
{
	uint64_t jobs;

	if (!str_u64(str_of(text), &jobs) || jobs < 1 || jobs > JOBS_MAX)
		return complain("--jobs takes a number from 1 to 256, not ", text);
	r->jobs = (unsigned)jobs;
	return true;
}

/* Options that only say yes. */
static bool *flag_of(struct scan_request *r, int option)
{
	switch (option) {
	case OPTION_ONE_FILE_SYSTEM:
		return &r->walk.one_file_system;
	case OPTION_FOLLOW:
		return &r->walk.follow;
	case OPTION_ALL_MATCHES:
		return &r->all_matches;
	case OPTION_JSON:
		return &r->json;
	case OPTION_NO_PROGRESS:
		return &r->no_progress;
	case OPTION_ALLOW_INCLUDES:
		return &r->include_anywhere;
	case 'q':
		return &r->quiet;
	default:
		return NULL;
	}
}

static bool take_option(struct scan_request *r, int option, const char *value)
{
	bool *flag = flag_of(r, option);
	bool has_memory = true;

	if (flag != NULL) {
		*flag = true;
		return true;
	}
	switch (option) {
	case OPTION_FILES_FROM:
		r->list = value;
		break;
	case '0':
		r->separator = '\0';
		break;
	case OPTION_EXCLUDE:
		has_memory = vec_push(&r->globs.exclude, &value);
		break;
	case OPTION_INCLUDE:
		has_memory = vec_push(&r->globs.include, &value);
		break;
	case OPTION_DB:
		has_memory = vec_push(&r->databases, &value);
		break;
	case OPTION_LIMITS:
		return set_limits(r, value);
	case OPTION_ACCEPT:
		return accept_reasons(r, value);
	default:
		return set_jobs(r, value);
	}
	return has_memory || complain("out of memory", "");
}

/* What getopt_long() did not know, or an option without its value. */
static bool complain_of_option(char **argv, int kind)
{
	char letter[3] = {'-', (char)optopt, '\0'};
	/* options without a letter have no optopt of their own, or one that is no letter */
	bool is_letter = optopt > 0 && optopt < OPTION_FILES_FROM;

	return complain(kind == ':' ? "a value is missing behind " : "no such option: ",
			is_letter ? letter : argv[optind - 1]);
}

static bool check(struct scan_request *r)
{
	bool list_is_stdin = r->list != NULL && strcmp(r->list, "-") == 0;

	if (r->paths.len == 0 && r->list == NULL)
		return complain("nothing to scan: name files or folders, or - for standard input",
				"");
	for (size_t i = 0; i < r->paths.len && list_is_stdin; i++) {
		if (strcmp(r->paths.items[i], "-") == 0)
			return complain("standard input cannot be both list and file", "");
	}
	r->walk.filter = &r->globs.filter;
	return true;
}

bool scan_request_parse(struct scan_request *r, int argc, char **argv, int *ret_exit)
{
	static const struct option options[] = {
		{"files-from", required_argument, NULL, OPTION_FILES_FROM},
		{"null", no_argument, NULL, '0'},
		{"exclude", required_argument, NULL, OPTION_EXCLUDE},
		{"include", required_argument, NULL, OPTION_INCLUDE},
		{"one-file-system", no_argument, NULL, OPTION_ONE_FILE_SYSTEM},
		{"follow", no_argument, NULL, OPTION_FOLLOW},
		{"db", required_argument, NULL, OPTION_DB},
		{"all-matches", no_argument, NULL, OPTION_ALL_MATCHES},
		{"limits", required_argument, NULL, OPTION_LIMITS},
		{"jobs", required_argument, NULL, 'j'},
		{"allow-includes", no_argument, NULL, OPTION_ALLOW_INCLUDES},
		{"json", no_argument, NULL, OPTION_JSON},
		{"quiet", no_argument, NULL, 'q'},
		{"no-progress", no_argument, NULL, OPTION_NO_PROGRESS},
		{"accept", required_argument, NULL, OPTION_ACCEPT},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	*ret_exit = EXIT_TROUBLE;
	/* 0, not 1: what an earlier command line left inside getopt is forgotten as well */
	optind = 0;
	opterr = 0;
	/* '-': paths come as if they were values of an option 1, so they may stand before options
	 */
	while ((option = getopt_long(argc, argv, "-:0j:qh", options, NULL)) != -1) {
		const char *value = optarg;

		if (option == '?' || option == ':')
			return complain_of_option(argv, option);
		if (option == 'h' || (option == OPTION_LIMITS && strcmp(value, "help") == 0)) {
			*ret_exit = EXIT_FOUND_NOTHING;
			option == 'h' ? (void)fputs(help, stdout) : list_limits();
			return false;
		}
		if (option == 1 ? !vec_push(&r->paths, &value) : !take_option(r, option, value))
			return false;
	}
	for (; optind < argc; optind++) {
		const char *path = argv[optind];

		if (!vec_push(&r->paths, &path))
			return complain("out of memory", "");
	}
	return check(r);
}
