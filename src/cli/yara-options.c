#include "cli/yara-options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char usage[] =
	"Usage: candor yara [OPTION]... [NAMESPACE:]RULES_FILE... FILE | DIR | PID\n";

static const char help[] =
	"\n"
	"Scan with rules of YARA: the command line and the output of yara 4.5.\n"
	"\n"
	"       --allow-includes                  rules may include files outside their folder\n"
	"       --atom-quality-table=FILE         accepted, without effect\n"
	"  -C,  --compiled-rules                  RULES_FILE is an image of candor db build\n"
	"  -c,  --count                           print only number of matches\n"
	"  -E,  --strict-escape                   warn of unknown escape sequences\n"
	"  -d,  --define=VAR=VALUE                define external variable\n"
	"  -q,  --disable-console-logs            disable printing console log messages\n"
	"       --fail-on-warnings                fail on warnings\n"
	"  -f,  --fast-scan                       fast matching mode\n"
	"  -h,  --help                            show this help and exit\n"
	"  -i,  --identifier=IDENTIFIER           print only rules named IDENTIFIER\n"
	"       --keep-going                      leave out rules with errors, use the others\n"
	"       --max-process-memory-chunk=NUMBER accepted, without effect\n"
	"  -l,  --max-rules=NUMBER                abort scanning after matching NUMBER of rules\n"
	"       --max-strings-per-rule=NUMBER     set maximum number of strings per rule\n"
	"  -x,  --module-data=MODULE=FILE         pass FILE's content as extra data to MODULE\n"
	"  -M,  --module-names                    show module names\n"
	"  -n,  --negate                          print only not satisfied rules (negate)\n"
	"  -N,  --no-follow-symlinks              do not follow symlinks when scanning\n"
	"  -w,  --no-warnings                     disable warnings\n"
	"  -m,  --print-meta                      print metadata\n"
	"  -D,  --print-module-data               accepted, without effect\n"
	"  -e,  --print-namespace                 print rules' namespace\n"
	"  -S,  --print-stats                     print the number of rules\n"
	"  -s,  --print-strings                   print matching strings\n"
	"  -L,  --print-string-length             print length of matched strings\n"
	"  -X,  --print-xor-key                   print xor key and plaintext of matched strings\n"
	"  -g,  --print-tags                      print tags\n"
	"  -r,  --recursive                       recursively search directories\n"
	"       --scan-list                       scan files listed in FILE, one per line\n"
	"  -z,  --skip-larger=NUMBER              skip files larger than the given size when\n"
	"                                         scanning a directory\n"
	"  -k,  --stack-size=SLOTS                accepted, without effect\n"
	"  -t,  --tag=TAG                         print only rules tagged as TAG\n"
	"  -p,  --threads=NUMBER                  use NUMBER of worker processes\n"
	"  -a,  --timeout=SECONDS                 abort scanning after SECONDS\n"
	"  -v,  --version                         show version information\n";

enum {
	OPTION_IGNORED = 256,
	OPTION_FAIL_ON_WARNINGS,
	OPTION_STRINGS_MAX,
	OPTION_SCAN_LIST,
	OPTION_KEEP_GOING,
	OPTION_INCLUDE_ANYWHERE,
	TIMEOUT_PRESET = 1000000,
	JOBS_MAX = 32,
};

static const struct option options[] = {
	{"atom-quality-table", required_argument, NULL, OPTION_IGNORED},
	{"compiled-rules", no_argument, NULL, 'C'},
	{"count", no_argument, NULL, 'c'},
	{"define", required_argument, NULL, 'd'},
	{"disable-console-logs", no_argument, NULL, 'q'},
	{"fail-on-warnings", no_argument, NULL, OPTION_FAIL_ON_WARNINGS},
	{"fast-scan", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"identifier", required_argument, NULL, 'i'},
	{"allow-includes", no_argument, NULL, OPTION_INCLUDE_ANYWHERE},
	{"keep-going", no_argument, NULL, OPTION_KEEP_GOING},
	{"max-process-memory-chunk", required_argument, NULL, OPTION_IGNORED},
	{"max-rules", required_argument, NULL, 'l'},
	{"max-strings-per-rule", required_argument, NULL, OPTION_STRINGS_MAX},
	{"module-data", required_argument, NULL, 'x'},
	{"module-names", no_argument, NULL, 'M'},
	{"negate", no_argument, NULL, 'n'},
	{"no-follow-symlinks", no_argument, NULL, 'N'},
	{"no-warnings", no_argument, NULL, 'w'},
	{"print-meta", no_argument, NULL, 'm'},
	{"print-module-data", no_argument, NULL, 'D'},
	{"print-namespace", no_argument, NULL, 'e'},
	{"print-stats", no_argument, NULL, 'S'},
	{"print-string-length", no_argument, NULL, 'L'},
	{"print-strings", no_argument, NULL, 's'},
	{"print-tags", no_argument, NULL, 'g'},
	{"print-xor-key", no_argument, NULL, 'X'},
	{"recursive", no_argument, NULL, 'r'},
	{"scan-list", no_argument, NULL, OPTION_SCAN_LIST},
	{"skip-larger", required_argument, NULL, 'z'},
	{"stack-size", required_argument, NULL, 'k'},
	{"strict-escape", no_argument, NULL, 'E'},
	{"tag", required_argument, NULL, 't'},
	{"threads", required_argument, NULL, 'p'},
	{"timeout", required_argument, NULL, 'a'},
	{"version", no_argument, NULL, 'v'},
	{0},
};

/* Options that only say yes. */
static bool *flag_of(struct yara_request *r, int option)
{
	const struct {
		int option;
		bool *flag;
	} flags[] = {
		{'C', &r->compiled},
		{'c', &r->count},
		{'E', &r->strict_escape},
		{'q', &r->no_log},
		{'f', &r->fast},
		{'n', &r->negate},
		{'N', &r->no_follow},
		{'w', &r->no_warnings},
		{'m', &r->show_meta},
		{'D', &r->show_modules},
		{'e', &r->show_space},
		{'S', &r->show_stats},
		{'s', &r->show_strings},
		{'L', &r->show_length},
		{'X', &r->show_key},
		{'g', &r->show_tags},
		{'r', &r->recursive},
		{OPTION_SCAN_LIST, &r->is_list},
		{OPTION_FAIL_ON_WARNINGS, &r->fail_on_warnings},
		{OPTION_KEEP_GOING, &r->keep_going},
		{OPTION_INCLUDE_ANYWHERE, &r->include_anywhere},
	};

	for (size_t i = 0; i < LEN(flags); i++) {
		if (flags[i].option == option)
			return flags[i].flag;
	}
	return NULL;
}

static bool fail(const char *what)
{
	fprintf(stderr, "error: %s\n", what);
	return false;
}

/* As it stands on the command line. */
static bool fail_option(const char *option, const char *wanted)
{
	fprintf(stderr, "option `%s` requires %s argument\n", option, wanted);
	return false;
}

/* Digits with one dot among them, or none; a sign before them. */
static bool is_number(const char *text, bool *ret_has_dot)
{
	size_t digits = 0;

	*ret_has_dot = false;
	if (*text == '-')
		text++;
	for (; *text != '\0'; text++) {
		if (*text == '.' && !*ret_has_dot && digits > 0)
			*ret_has_dot = true;
		else if (*text >= '0' && *text <= '9')
			digits++;
		else
			return false;
	}
	return digits > 0;
}

static bool define(struct yara_request *r, const char *text)
{
	struct str all = str_of(text);
	size_t equals = str_find(all, '=');
	struct ir_variable v = {.name = str_first(all, equals), .type = VARIABLE_TEXT};
	bool has_dot;

	if (equals == 0 || equals == all.len)
		return fail("wrong syntax for `-d` option.");
	v.text = str_from(all, equals + 1);
	const char *value = text + equals + 1;

	if (is_number(value, &has_dot)) {
		errno = 0;
		v.type = has_dot ? VARIABLE_FLOAT : VARIABLE_INT;
		if (has_dot)
			v.real = strtod(value, NULL);
		else
			v.integer = strtoll(value, NULL, 10);
		if (errno != 0)
			return fail("the value of `-d` is out of range.");
	} else if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
		v.type = VARIABLE_BOOL;
		v.integer = value[0] == 't';
	}
	return vec_push(&r->variables, &v) || fail("out of memory");
}

static bool add_module_data(struct yara_request *r, const char *text)
{
	size_t equals = str_find(str_of(text), '=');

	if (text[equals] == '\0')
		return fail("wrong syntax for `-x` option.");
	for (enum module_id i = 0; i < MODULE_COUNT; i++) {
		if (str_eq(str_of(module_info(i)->name), str_first(str_of(text), equals)))
			r->module_data[i] = text + equals + 1;
	}
	return true; /* a module that nobody knows needs no data */
}

static bool take_small(unsigned *to, uint64_t number, unsigned most, const char *refusal)
{
	if (number > most) {
		fprintf(stderr, "%s %u\n", refusal, most);
		return false;
	}
	*to = (unsigned)number;
	return true;
}

static bool show_modules(void)
{
	for (enum module_id i = 0; i < MODULE_COUNT; i++) {
		if (module_info(i)->importable)
			printf("%s\n", module_info(i)->name);
	}
	return false;
}

static bool push(struct yara_names *names, const char *value)
{
	return vec_push(names, &value) || fail("out of memory");
}

/* An option with a number behind it. */
static bool take_number(struct yara_request *r, int option, uint64_t number)
{
	switch (option) {
	case 'l':
		r->rules_max = number;
		return true;
	case 'z':
		r->size_max = number;
		return true;
	case 'a':
		r->timeout = number;
		return true;
	case 'p':
		return take_small(&r->jobs, number, JOBS_MAX, "maximum number of threads is");
	default:
		return take_small(&r->strings_max, number, UINT32_MAX,
				  "maximum number of strings is");
	}
}

static bool is_number_option(int option)
{
	return option == 'l' || option == 'z' || option == 'a' || option == 'p' ||
	       option == OPTION_STRINGS_MAX;
}

/* Something else than a scan that was asked for. */
static bool show(int option)
{
	if (option == 'M')
		return show_modules();
	if (option == 'v')
		printf("candor %s, rules of YARA 4.5\n", CANDOR_VERSION);
	if (option == 'h')
		printf("%s%s", usage, help);
	return false;
}

/* False: the program is to end, with *ret_exit. `written` is the option on the command line. */
static bool take_option(struct yara_request *r, int option, const char *written, int *ret_exit)
{
	bool *flag = flag_of(r, option);
	uint64_t number;

	if (flag != NULL)
		return *flag = true;
	if (is_number_option(option))
		return str_u64(str_of(optarg), &number) ? take_number(r, option, number)
							: fail_option(written, "an integer");
	switch (option) {
	case 'd':
		return define(r, optarg);
	case 'i':
		return push(&r->identifiers, optarg);
	case 't':
		return push(&r->tags, optarg);
	case 'x':
		return add_module_data(r, optarg);
	case 'k':
	case OPTION_IGNORED:
		return true;
	case '?':
		fprintf(stderr, "unknown option `%s`\n", written);
		return false;
	case ':':
		return fail_option(written, is_number_option(optopt) ? "an integer" : "a string");
	default:
		*ret_exit = 0;
		return show(option);
	}
}

bool yara_request_parse(struct yara_request *r, int argc, char **argv, int *ret_exit)
{
	int option;

	*r = (struct yara_request){.timeout = TIMEOUT_PRESET};
	*ret_exit = YARA_EXIT_FAILURE;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":CcEd:qfhi:l:x:MnNwmDeSsLXgrz:k:t:p:a:v", options,
				     NULL)) != -1) {
		char letter[] = {'-', (char)optopt, '\0'};
		/* the value may stand in an argument of its own, behind the option */
		bool is_apart = optarg != NULL && optarg == argv[optind - 1];
		const char *written = argv[is_apart ? optind - 2 : optind - 1];

		/* one that is not known may stand among other letters */
		if (option == '?' && optopt > 0 && optopt < OPTION_IGNORED)
			written = letter;
		if (!take_option(r, option, written, ret_exit))
			return false;
	}
	if (argc - optind < 2) {
		fprintf(stderr,
			"yara: wrong number of arguments\n%s\nTry `--help` for more options\n",
			usage);
		return false;
	}
	if (r->compiled && argc - optind != 2)
		return fail("can't accept multiple rules files if one of them is in compiled "
			    "form.");
	for (int i = optind; i < argc - 1; i++) {
		if (!push(&r->rules, argv[i]))
			return false;
	}
	r->target = argv[argc - 1];
	return true;
}

void yara_request_done(struct yara_request *r)
{
	vec_done(&r->rules);
	vec_done(&r->tags);
	vec_done(&r->identifiers);
	vec_done(&r->variables);
}
