/*
 * Prints what is known of a file in one module of rules, a line for each value
 * that is defined, in the order of the tables:
 *
 *	usage: facts MODULE FILE [FUNCTION [ARGUMENT...]]
 *
 *	pe.sections[0].name = ".text"
 *	pe.version_info["FileVersion"] = "1.0"
 *
 * Bytes of a text that are not printable ASCII are written \xHH, as YARA does.
 * With a function, prints what it returns instead: an argument is an integer, a
 * float, a /regular expression/ (POSIX), or else a text. Functions of rows
 * (rich_signature.version) are called by their whole name, the first argument
 * of one of a LIST being the number of the row.
 */
#include <ctype.h>
#include <inttypes.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/parts.h"
#include "module/module.h"

enum { ARENA_BYTES = 1 << 28, NAME_BYTES = 1024, ARGUMENTS_MAX = 8 };

struct printer {
	struct fact_set set;
	char name[NAME_BYTES]; /* of the row that is printed */
};

struct file {
	struct fact_source source;
	struct memory_input in;
};

struct posix_host {
	struct module_host host;
	char **patterns; /* of each argument */
};

static enum status find(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	struct error e = {0};
	enum status status = part_find(part, &((struct file *)source)->in.in, set, &e);

	if (status == E_LIMIT || status == E_NOMEM || status == E_IO || status == E_INTERNAL)
		fprintf(stderr, "part %u: %s: %s\n", part, status_name(status), e.text);
	return status;
}

static void print_text(struct str text)
{
	putchar('"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (isprint(c))
			putchar(c);
		else
			printf("\\x%02x", c);
	}
	putchar('"');
}

static void print_fact(const struct fact *f)
{
	if (f->kind == FACT_INT)
		printf("%" PRId64, f->integer);
	else if (f->kind == FACT_FLOAT)
		printf("%.17g", f->real);
	else
		print_text(f->text);
	putchar('\n');
}

static void print_constants(const struct printer *p, enum fact_group group)
{
	size_t count;
	const struct constant_info *all = constant_all(&count);

	for (size_t i = 0; i < count; i++) {
		struct fact f = {.kind = FACT_INT, .integer = all[i].integer};

		if (all[i].group != group)
			continue;
		if (all[i].type == VALUE_TYPE_FLOAT)
			f = (struct fact){.kind = FACT_FLOAT, .real = all[i].real};
		else if (all[i].type == VALUE_TYPE_TEXT)
			f = (struct fact){.kind = FACT_TEXT, .text = str_of(all[i].text)};
		printf("%s.%s = ", p->name, all[i].name);
		print_fact(&f);
	}
}

static void print_row(struct printer *p, enum fact_group group, uint32_t row)
{
	for (unsigned id = 0; id < FACT_COUNT; id++) {
		const struct fact_info *info = fact_info((enum fact_id)id);
		const struct fact *f = fact_get(&p->set, (enum fact_id)id, row);

		if (info->group != group || info->name[0] == '#' || f == NULL)
			continue;
		printf("%s%s%s = ", p->name, info->name[0] != '\0' ? "." : "", info->name);
		print_fact(f);
	}
}

static void print_group(struct printer *p, enum fact_group group, uint32_t row);

static void print_rows(struct printer *p, enum fact_group group, uint32_t parent)
{
	enum fact_id key = group_info(group)->kind == GROUP_DICT ? fact_key(group) : FACT_COUNT;
	size_t len = strlen(p->name);
	uint32_t first, count;

	fact_rows(&p->set, group, parent, &first, &count);
	for (uint32_t i = 0; i < count; i++) {
		const struct fact *f = NULL;

		if (key != FACT_COUNT)
			f = fact_get(&p->set, key, first + i);
		if (f != NULL)
			snprintf(p->name + len, NAME_BYTES - len, ".%s[\"%.*s\"]",
				 group_info(group)->name, STR_ARG(f->text));
		else
			snprintf(p->name + len, NAME_BYTES - len, ".%s[%u]",
				 group_info(group)->name, i);
		print_group(p, group, first + i);
		p->name[len] = '\0';
	}
}

/* One row of a group and all below it. The recursion is as deep as the tables say. */
static void print_group(struct printer *p, enum fact_group group, uint32_t row)
{
	size_t len = strlen(p->name);

	print_constants(p, group);
	print_row(p, group, row);
	for (unsigned below = 0; below < GROUP_COUNT; below++) {
		const struct group_info *info = group_info((enum fact_group)below);

		if (info->parent != group)
			continue;
		if (info->kind == GROUP_ONE) {
			snprintf(p->name + len, NAME_BYTES - len, ".%s", info->name);
			print_group(p, (enum fact_group)below, row);
			p->name[len] = '\0';
		} else {
			print_rows(p, (enum fact_group)below, row);
		}
	}
}

/* Find all parts that a module has facts of. */
static void need_all(struct printer *p, enum fact_group root)
{
	for (unsigned id = 0; id < FACT_COUNT; id++) {
		enum fact_group group = fact_info((enum fact_id)id)->group;

		while (group_info(group)->parent != GROUP_NONE)
			group = group_info(group)->parent;
		if (group == root && fact_need(&p->set, fact_info((enum fact_id)id)->part) != OK)
			fprintf(stderr, "not all is known\n");
	}
}

static struct value matches(struct module_host *host, struct value regex, struct str text)
{
	struct posix_host *h = (struct posix_host *)host;
	char *copy = strndup(text.data, text.len);
	regex_t compiled;

	if (copy == NULL ||
	    regcomp(&compiled, h->patterns[regex.integer], REG_EXTENDED | REG_NOSUB) != 0)
		return VALUE_OF_UNKNOWN;
	bool is_match = regexec(&compiled, copy, 0, NULL, 0) == 0;
	regfree(&compiled);
	free(copy);
	return value_int(is_match);
}

static bool charge(struct module_host *host, uint64_t bytes)
{
	(void)host;
	(void)bytes;
	return true;
}

static void show(struct module_host *host, struct str line)
{
	(void)host;
	printf("%.*s\n", STR_ARG(line));
}

/* The letter of the argument's type, or 0. */
static char read_argument(char *text, int index, struct value *ret)
{
	size_t len = strlen(text);
	char *end;

	if (len >= 2 && text[0] == '/' && text[len - 1] == '/') {
		text[len - 1] = '\0';
		*ret = (struct value){.kind = VALUE_REGEX, .integer = index};
		return 'r';
	}
	*ret = value_int(strtoll(text, &end, 0));
	if (len > 0 && *end == '\0')
		return 'i';
	*ret = value_float(strtod(text, &end));
	if (len > 0 && *end == '\0')
		return 'f';
	*ret = value_text(str_of(text));
	return 's';
}

/* Whether `name` is "a.b.f" for a function f of group a.b, without the name of the module. */
static bool is_named(const struct function_info *f, enum fact_group root, const char *name)
{
	char whole[NAME_BYTES];
	enum fact_group group = f->group;

	snprintf(whole, sizeof whole, "%s", f->name);
	for (; group_info(group)->parent != GROUP_NONE; group = group_info(group)->parent) {
		char longer[NAME_BYTES];

		snprintf(longer, sizeof longer, "%.400s.%.400s", group_info(group)->name, whole);
		memcpy(whole, longer, sizeof whole);
	}
	return group == root && strcmp(whole, name) == 0;
}

static int call_function(struct module_call *call, enum fact_group root, const char *name,
			 const char *types)
{
	for (unsigned id = 0; id < FUNCTION_COUNT; id++) {
		const struct function_info *f = function_info((enum function_id)id);
		bool has_row = group_info(f->group)->kind != GROUP_ONE;

		if (!is_named(f, root, name) || strcmp(f->arguments, types + has_row) != 0)
			continue;
		struct value v = module_call((enum function_id)id, call);
		if (v.kind == VALUE_INT)
			printf("%" PRId64 "\n", v.integer);
		else if (v.kind == VALUE_FLOAT)
			printf("%.17g\n", v.real);
		else if (v.kind == VALUE_TEXT)
			print_text(v.text), putchar('\n');
		else
			puts(v.kind == VALUE_UNDEFINED ? "undefined" : "unknown");
		return 0;
	}
	fprintf(stderr, "no function %s(%s)\n", name, types);
	return 2;
}

static int call(struct printer *p, struct file *file, enum fact_group root, char **argv)
{
	struct posix_host host = {.host = {matches, charge, show, NULL}, .patterns = argv + 1};
	struct value args[ARGUMENTS_MAX];
	char types[ARGUMENTS_MAX + 1] = "";
	struct module_call call = {
		.host = &host.host,
		.facts = &p->set,
		.input = &file->in.in,
		.arena = p->set.arena,
		.args = args,
	};

	for (int i = 0; i < ARGUMENTS_MAX && argv[1 + i] != NULL; i++) {
		types[i] = read_argument(argv[1 + i], i, &args[i]);
		if (types[i] == 'r')
			host.patterns[i]++;
		call.arg_count++;
	}
	return call_function(&call, root, argv[0], types);
}

static uint8_t *load(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "rb");

	if (f == NULL || fseek(f, 0, SEEK_END) != 0) {
		perror(path);
		exit(2);
	}
	*ret_len = (size_t)ftell(f);
	rewind(f);
	/* not more than the file, so that a sanitizer sees a read behind it */
	uint8_t *data = malloc(*ret_len ? *ret_len : 1);
	if (data == NULL || fread(data, 1, *ret_len, f) != *ret_len) {
		perror(path);
		exit(2);
	}
	fclose(f);
	return data;
}

static enum module_id find_module(const char *name)
{
	for (unsigned id = 0; id < MODULE_COUNT; id++) {
		if (strcmp(module_info((enum module_id)id)->name, name) == 0)
			return (enum module_id)id;
	}
	fprintf(stderr, "no module %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static struct printer p;
	struct file file = {.source = {find}};
	size_t len;
	int code = 0;

	if (argc < 3) {
		fprintf(stderr, "usage: facts MODULE FILE [FUNCTION [ARGUMENT...]]\n");
		return 2;
	}
	enum module_id module = find_module(argv[1]);
	uint8_t *data = load(argv[2], &len);
	struct arena *arena = arena_new(ARENA_BYTES);
	if (arena == NULL)
		return 2;
	memory_input_init(&file.in, data, len);
	fact_set_init(&p.set, arena, &file.source);
	if (argc > 3) {
		code = call(&p, &file, module_info(module)->group, argv + 3);
	} else {
		snprintf(p.name, sizeof p.name, "%s", argv[1]);
		need_all(&p, module_info(module)->group);
		print_group(&p, module_info(module)->group, 0);
	}
	arena_free(arena);
	free(data);
	return code;
}
