/*
 * Compiles YARA sources into one rule set and tells what came of it, a line for
 * each diagnostic and rule:
 *
 *	yara-compile [-d NAME=VALUE]... [-s STRINGS_MAX] [-e] [-p] FILE...
 *
 * Without arguments each line of the input is such a command, its words separated by tabs.
 * -e warns of escapes without a meaning, -p prints the rules as trees.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "lang/front.h"

/* Also room for the words of a command. */
enum { VARIABLES_MAX = 64, CEILING = 1 << 30, WORDS_MAX = 256 };

struct printer {
	struct report report;
	unsigned errors, warnings;
};

static void print_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct printer *p = (struct printer *)report;
	bool is_error = d->severity == SEVERITY_ERROR;

	p->errors += is_error;
	p->warnings += !is_error;
	printf("%s %.*s:%u:%u %s%s%s\n", is_error ? "error" : "warning", STR_ARG(d->source),
	       d->line, d->col, d->message, d->hint ? " | " : "", d->hint ? d->hint : "");
}

/* "n=1", "f=1.5", "b=true", anything else is a text: as YARA's -d. */
static struct ir_variable variable_of(char *definition)
{
	char *value = strchr(definition, '=');
	char *end;

	if (value == NULL)
		exit(2);
	*value++ = '\0';
	struct ir_variable v = {.name = str_of(definition), .type = VARIABLE_INT};
	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
		v.type = VARIABLE_BOOL;
		v.integer = value[0] == 't';
		return v;
	}
	v.integer = strtoll(value, &end, 10);
	if (*value != '\0' && *end == '\0')
		return v;
	v.type = VARIABLE_FLOAT;
	v.real = strtod(value, &end);
	if (*value != '\0' && *end == '\0')
		return v;
	v.type = VARIABLE_TEXT;
	v.text = str_of(value);
	return v;
}

static void read_file(const char *path, struct buf *to)
{
	FILE *f = fopen(path, "rb");
	char block[65536];
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		buf_add(to, block, n);
	fclose(f);
}

static void compile_file(const char *path, const struct front_settings *settings,
			 struct ruleset *rs, struct printer *printer)
{
	struct buf text;
	struct source_text src = {
		.name = str_of(path), .space = STR("default"), .settings = settings};

	buf_init(&text, CEILING);
	read_file(path, &text);
	src.text = buf_str(&text);
	const struct front *front = front_for(&src);
	enum status status =
		front == NULL ? E_UNSUPPORTED : front->compile(&src, rs, &printer->report);
	if (status != OK)
		printf("failed %s: %s\n", path, status_name(status));
	buf_done(&text);
}

static void print_rules(const struct ruleset *rs, bool as_trees)
{
	struct buf to;

	buf_init(&to, CEILING);
	for (size_t i = 0; i < rs->rules.len; i++) {
		buf_addf(&to, "rule %.*s\n", STR_ARG(rs->rules.items[i].name));
		if (as_trees)
			ir_print_rule(&to, &rs->rules.items[i]);
		if (as_trees)
			buf_add_u8(&to, '\n');
	}
	if (to.len > 0)
		fwrite(to.data, 1, to.len, stdout);
	buf_done(&to);
}

struct options {
	struct ir_variable variables[VARIABLES_MAX];
	struct front_settings settings;
	bool as_trees;
};

/* Read the options; the index of the first file, or 0 when they are wrong. */
static int read_options(int argc, char **argv, struct options *to)
{
	int option;

	optind = 0; /* begin anew */
	*to = (struct options){.settings = {.variables = to->variables}};
	while ((option = getopt(argc, argv, "+d:s:ep")) != -1) {
		if (option == 'd' && to->settings.variable_count < VARIABLES_MAX)
			to->variables[to->settings.variable_count++] = variable_of(optarg);
		else if (option == 's')
			to->settings.strings_max = (uint32_t)atoi(optarg);
		else if (option == 'e')
			to->settings.strict_escape = true;
		else if (option == 'p')
			to->as_trees = true;
		else
			return 0;
	}
	return optind;
}

static int run(int argc, char **argv)
{
	static struct options options;
	struct printer printer = {.report = {print_diagnostic}};
	struct ruleset *rs = NULL;
	int first = read_options(argc, argv, &options);

	if (first == 0 || ruleset_new(CEILING, &rs) != OK)
		return 2;
	for (int i = first; i < argc; i++)
		compile_file(argv[i], &options.settings, rs, &printer);
	print_rules(rs, options.as_trees);
	printf("total rules %zu errors %u warnings %u\n", rs->rules.len, printer.errors,
	       printer.warnings);
	ruleset_free(rs);
	return 0;
}

/* Each line is a command of its own, its words separated by tabs. */
static int run_lines(void)
{
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, stdin) > 0) {
		char program[] = "yara-compile", *words[WORDS_MAX] = {program};
		int count = 1;

		line[strcspn(line, "\n")] = '\0';
		for (char *word = strtok(line, "\t"); word != NULL && count < WORDS_MAX - 1;
		     word = strtok(NULL, "\t"))
			words[count++] = word;
		if (run(count, words) != 0)
			return 2;
		fflush(stdout);
	}
	free(line);
	return 0;
}

int main(int argc, char **argv)
{
	return argc > 1 ? run(argc, argv) : run_lines();
}
