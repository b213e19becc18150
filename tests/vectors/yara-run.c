/*
 * Compiles a YARA source and shows it one file, all in this process:
 *
 *	yara-run [OPTION]... RULES [FILE]
 *
 * Without arguments each line of the input is such a command, its words separated by tabs.
 *
 *	-d NAME=VALUE   an external variable
 *	-s NUMBER       most strings of a rule
 *	-e              warn of escapes without a meaning
 *	-i FOLDER       where included files are
 *	-r BYTE,COUNT   one byte, so many times, in place of a file
 *	-p              print the rules as trees
 *
 * Prints what tests compare, and an empty line:
 *
 *	error 3:7 message          warning 2:1 message
 *	accepted 2 malformed 0 skipped 0
 *	match RULE
 *	string RULE $a OFFSET LENGTH
 *	undecided
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/image/made.h"
#include "base/buf.h"
#include "cell/magic-database.h"
#include "format/format.h"
#include "format/parts.h"
#include "lang/front.h"
#include "match/match.h"
#include "module/state.h"

/* WORDS_MAX: of a command. */
enum { VARIABLES_MAX = 64, WORDS_MAX = 256, INCLUDES_MAX = 16 };
#define CEILING ((size_t)2 << 30)

static void show(struct report *r, const struct diagnostic *d)
{
	(void)r;
	printf("%s %u:%u %s\n", d->severity == SEVERITY_ERROR ? "error" : "warning", d->line,
	       d->col, d->message);
}

static bool load(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "rb");
	uint8_t block[65536];
	size_t len;

	buf_init(to, CEILING);
	if (f == NULL)
		return false;
	while ((len = fread(block, 1, sizeof block, f)) > 0)
		buf_add(to, block, len);
	fclose(f);
	return !to->bad;
}

/* As workers get it; empty when the system has none. */
static void load_magic(struct buf *to)
{
	char path[32];
	int fd = magic_database_open();

	snprintf(path, sizeof path, "/dev/fd/%d", fd);
	(void)load(path, to);
	if (fd >= 0)
		close(fd);
}

/* As yara -d takes it: an integer, a float, true, false, else a text. */
static struct ir_variable variable_of(const char *text)
{
	const char *equals = strchr(text, '=');
	struct ir_variable v = {.name = {text, equals ? (size_t)(equals - text) : strlen(text)}};
	const char *value = equals ? equals + 1 : "";
	char *end;

	v.integer = strtoll(value, &end, 0);
	if (*value != '\0' && *end == '\0')
		return v;
	v.real = strtod(value, &end);
	v.type = VARIABLE_FLOAT;
	if (*value != '\0' && *end == '\0' && strchr(value, '.') != NULL)
		return v;
	v.type = VARIABLE_BOOL;
	v.integer = strcmp(value, "true") == 0;
	if (v.integer == 1 || strcmp(value, "false") == 0)
		return v;
	v.type = VARIABLE_TEXT;
	v.text = str_of(value);
	return v;
}

struct finder {
	struct fact_source base;
	struct input *in;
};

static enum status find(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	return part_find(part, ((struct finder *)source)->in, set, NULL);
}

static void show_hit(struct matcher *m, const struct image *img, const struct match_hit *hit)
{
	struct rule_info info;
	struct rule_extra extra;

	if (image_rule_info(img, (struct rule_ref){0, hit->rule}, &info) != OK ||
	    image_rule_extra(img, hit->rule, &extra) != OK)
		exit(3);
	printf("match %s\n", info.name);
	for (uint32_t i = 0; i < extra.pattern_count; i++) {
		const struct match_span *spans;
		size_t count = matcher_spans(m, hit->rule, i, &spans);
		struct str name;
		bool is_private;

		if (image_rule_pattern(img, hit->rule, i, &name, &is_private) != OK)
			exit(3);
		for (size_t k = 0; k < count && !is_private; k++)
			printf("string %s %.*s %llu %llu\n", info.name, STR_ARG(name),
			       (unsigned long long)spans[k].start,
			       (unsigned long long)spans[k].length);
	}
}

static void write_line(struct match_environment *env, struct str line)
{
	(void)env;
	printf("log %.*s\n", STR_ARG(line));
}

/* The whole file is one window. */
static void scan(const struct image *img, const struct buf *file, struct module_state *modules)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	struct match_environment env = {.log = write_line, .modules = modules};
	struct memory_input in;
	struct fact_set *facts = calloc(1, sizeof *facts);
	struct match_wishes wishes = {.every_match = true};
	struct matcher *m;
	const struct match_hit *hits;
	size_t count;

	memory_input_init(&in, file->data, file->len);
	struct finder finder = {{find}, &in.in};
	if (arena == NULL || facts == NULL || matcher_new(img, &m, NULL) != OK)
		exit(3);
	fact_set_init(facts, arena, &finder.base);
	const struct probe head = {file->data, min_size(file->len, PROBE_HEAD), file->len};
	const struct format *format = format_identify(&head);
	const struct match_object object = {
		.size = file->len,
		.type = format != NULL ? format->type : TYPE_DATA,
		.parent = TYPE_COUNT,
		.facts = facts,
		.input = &in.in,
		.env = &env,
	};
	const struct match_window window = {.data = file->data, .len = file->len, .last = true};
	matcher_wish(m, &wishes);
	enum status status = matcher_begin(m, &object);
	if (status == OK)
		status = matcher_feed(m, &window);
	enum status end = matcher_end(m, &hits, &count);
	if (status != OK || end != OK)
		printf("undecided\n");
	for (size_t i = 0; i < count; i++)
		show_hit(m, img, &hits[i]);
	matcher_free(m);
	free(facts);
	arena_free(arena);
}

static void scan_with_modules(const struct image *img, const struct buf *file)
{
	struct str data[MODULE_COUNT] = {0};
	struct module_state *modules;
	struct buf database;

	load_magic(&database);
	data[MODULE_magic] = buf_str(&database);
	if (module_state_new(data, &modules) != OK)
		exit(3);
	scan(img, file, modules);
	module_state_free(modules);
	buf_done(&database);
}

/* What the planner could not take. */
static void show_skips(const struct image *img)
{
	struct image_skip skip;

	for (uint32_t i = 0; i < image_skip_count(img); i++) {
		if (image_skip_at(img, i, &skip) == OK)
			printf("skip %.*s: %.*s\n", STR_ARG(skip.example), STR_ARG(skip.reason));
	}
}

/* Files that rules include, below one folder. */
struct folder {
	struct includer base;
	const char *path; /* NULL: includes are refused */
	struct buf texts[INCLUDES_MAX];
	size_t count;
};

static enum status open_include(struct includer *base, const struct source_text *from,
				struct str path, struct source_text *ret, struct error *e)
{
	struct folder *folder = (struct folder *)base;
	char name[4096];

	(void)from;
	(void)e;
	snprintf(name, sizeof name, "%s/%.*s", folder->path, STR_ARG(path));
	if (folder->count == INCLUDES_MAX)
		return E_LIMIT;
	struct buf *text = &folder->texts[folder->count++];
	if (!load(name, text))
		return E_IO;
	*ret = (struct source_text){.name = path, .text = buf_str(text)};
	return OK;
}

struct command {
	struct ir_variable variables[VARIABLES_MAX];
	struct front_settings settings;
	struct folder folder;
	struct buf source, file;
	uint8_t byte; /* repeated instead of a file */
	unsigned long count;
	bool as_trees;
};

static void print_trees(const struct ruleset *rs)
{
	struct buf to;

	buf_init(&to, CEILING);
	for (size_t i = 0; i < rs->rules.len; i++) {
		ir_print_rule(&to, &rs->rules.items[i]);
		buf_add_u8(&to, '\n');
	}
	fwrite(to.data, 1, to.len, stdout);
	buf_done(&to);
}

/* Rules to an image; NULL, and the reason is told, when that fails. */
static struct image *compile(const struct source_text *src, bool as_trees, struct made_image *made)
{
	struct report report = {show};
	struct ruleset *rs;
	struct image *img = NULL;
	struct error e = {0};
	const struct front *front = front_for(src);

	*made = (struct made_image){0};
	if (front == NULL || ruleset_new(CEILING, &rs) != OK)
		exit(3);
	enum status status = front->compile(src, rs, &report);
	if (status == OK && as_trees)
		print_trees(rs);
	if (status == OK)
		status = made_build(rs, made, &e);
	else
		ruleset_free(rs);
	if (status == OK)
		status = image_open_memory(made->data, made->len, &img, &e);
	if (status != OK)
		printf("failed %s %s\n", status_name(status), e.text);
	return img;
}

static void run(struct command *command, const char *rules, bool has_file)
{
	const struct source_text src = {
		.name = str_of(rules),
		.text = buf_str(&command->source),
		.settings = &command->settings,
	};
	struct made_image made;
	struct image_source counts;
	struct image *img = compile(&src, command->as_trees, &made);

	if (img != NULL && image_source_at(img, 0, &counts) == OK) {
		show_skips(img);
		printf("accepted %u malformed %u skipped %u\n", counts.accepted, counts.malformed,
		       counts.skipped);
		if (has_file)
			scan_with_modules(img, &command->file);
	}
	image_close(img);
	free(made.data);
}

/* Read the options; the index of the first file, or 0 when they are wrong. */
static int read_options(int argc, char **argv, struct command *to)
{
	int option;
	char *end;

	optind = 0; /* begin anew */
	*to = (struct command){.settings = {.variables = to->variables},
			       .folder = {.base = {open_include}}};
	while ((option = getopt(argc, argv, "+d:s:ei:r:p")) != -1) {
		if (option == 'd' && to->settings.variable_count < VARIABLES_MAX)
			to->variables[to->settings.variable_count++] = variable_of(optarg);
		else if (option == 's')
			to->settings.strings_max = (uint32_t)atoi(optarg);
		else if (option == 'e')
			to->settings.strict_escape = true;
		else if (option == 'i')
			to->folder.path = optarg;
		else if (option == 'p')
			to->as_trees = true;
		else if (option != 'r')
			return 0;
		if (option != 'r')
			continue;
		to->byte = (uint8_t)strtoul(optarg, &end, 10);
		to->count = *end == ',' ? strtoul(end + 1, NULL, 10) : 0;
	}
	if (to->folder.path != NULL)
		to->settings.includer = &to->folder.base;
	return optind;
}

/* What the command looks at; false when it cannot be read. */
static bool read_input(struct command *command, const char *path)
{
	if (path != NULL)
		return load(path, &command->file);
	buf_init(&command->file, CEILING);
	buf_add_zeros(&command->file, command->count);
	if (command->file.bad)
		return false;
	if (command->count > 0)
		memset(command->file.data, command->byte, command->count);
	return true;
}

static int run_words(int argc, char **argv)
{
	static struct command command;
	int first = read_options(argc, argv, &command);

	if (first == 0 || first >= argc || !load(argv[first], &command.source) ||
	    !read_input(&command, first + 1 < argc ? argv[first + 1] : NULL)) {
		fprintf(stderr, "usage: yara-run [OPTION]... RULES [FILE]\n");
		return 2;
	}
	run(&command, argv[first], first + 1 < argc || command.count > 0);
	buf_done(&command.source);
	buf_done(&command.file);
	for (size_t i = 0; i < command.folder.count; i++)
		buf_done(&command.folder.texts[i]);
	printf("\n");
	fflush(stdout);
	return 0;
}

/* Each line is a command of its own, its words separated by tabs. */
static int run_lines(void)
{
	char *line = NULL;
	size_t cap = 0;
	int status = 0;

	while (status == 0 && getline(&line, &cap, stdin) > 0) {
		char program[] = "yara-run", *words[WORDS_MAX] = {program};
		int count = 1;

		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok(line, "\t"); word != NULL && count < WORDS_MAX - 1;
		     word = strtok(NULL, "\t"))
			words[count++] = word;
		status = run_words(count, words);
	}
	free(line);
	return status;
}

int main(int argc, char **argv)
{
	return argc > 1 ? run_words(argc, argv) : run_lines();
}
