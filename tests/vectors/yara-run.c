/*
 * yara-run [-d NAME=VALUE] RULES [FILE]: compile a YARA source and show it one
 * file, all in this process. Prints what tests compare:
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

enum { VARIABLES_MAX = 64 };
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
	const struct match_window window = {
		.data = file->data, .len = file->len, .last = true};
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

/* What the planner could not take. */
static void show_skips(const struct image *img)
{
	struct image_skip skip;

	for (uint32_t i = 0; i < image_skip_count(img); i++) {
		if (image_skip_at(img, i, &skip) == OK)
			printf("skip %.*s: %.*s\n", STR_ARG(skip.example), STR_ARG(skip.reason));
	}
}

static int run(const struct source_text *src, const char *path)
{
	struct report report = {show};
	struct made_image made;
	struct image_source counts;
	struct ruleset *rs;
	struct image *img;
	struct error e = {0};
	struct buf file;
	const struct front *front = front_for(src);

	if (front == NULL || ruleset_new(CEILING, &rs) != OK ||
	    front->compile(src, rs, &report) != OK || made_build(rs, &made, &e) != OK ||
	    image_open_memory(made.data, made.len, &img, &e) != OK ||
	    image_source_at(img, 0, &counts) != OK) {
		printf("failed %s\n", e.text);
		return 2;
	}
	show_skips(img);
	printf("accepted %u malformed %u skipped %u\n", counts.accepted, counts.malformed,
	       counts.skipped);
	if (path != NULL && load(path, &file)) {
		struct str data[MODULE_COUNT] = {{0}};
		struct module_state *modules;
		struct buf database;

		load_magic(&database);
		data[MODULE_magic] = buf_str(&database);
		if (module_state_new(data, &modules) != OK)
			return 3;
		scan(img, &file, modules);
		module_state_free(modules);
		buf_done(&database);
		buf_done(&file);
	}
	image_close(img);
	free(made.data);
	return 0;
}

int main(int argc, char **argv)
{
	static struct ir_variable variables[VARIABLES_MAX];
	struct front_settings settings = {.variables = variables};
	struct buf text;
	int i = 1;

	for (; i + 1 < argc && strcmp(argv[i], "-d") == 0; i += 2) {
		if (settings.variable_count < VARIABLES_MAX)
			variables[settings.variable_count++] = variable_of(argv[i + 1]);
	}
	if (i >= argc || !load(argv[i], &text)) {
		fprintf(stderr, "usage: yara-run [-d NAME=VALUE]... RULES [FILE]\n");
		return 2;
	}
	const struct source_text src = {
		.name = str_of(argv[i]), .text = buf_str(&text), .settings = &settings};
	int status = run(&src, i + 1 < argc ? argv[i + 1] : NULL);
	buf_done(&text);
	return status;
}
