/*
 * Rules that are printed: what is read from that is the same, and is printed
 * the same again. Random sources, and the rules that CANDOR_CORPUS names.
 */
#include <dirent.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "lang/yara/parser.h"
#include "lang/yara/printer.h"
#include "yara-grammar.h"

enum { ROOM = 64 << 20 };

extern const struct front front_yara;

struct quiet {
	struct report report;
	unsigned errors;
	bool is_shown;
};

static void on_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct quiet *q = (struct quiet *)report;

	q->errors += d->severity == SEVERITY_ERROR;
	if (q->is_shown)
		printf("%u:%u: %s\n", d->line, d->col, d->message);
}

/* Append the source as it is printed. False: it does not read. */
static bool print(struct str text, struct buf *to, bool is_shown)
{
	struct source_text src = {.name = STR("a.yar"), .text = text};
	struct quiet q = {.report = {on_diagnostic}, .is_shown = is_shown};
	struct ast ast = {0};
	struct yara y = {
		.arena = arena_new(1 << 30), .src = &src, .report = &q.report, .ast = &ast};

	if (y.arena == NULL)
		abort();
	bool ok = yara_parse(&y) == OK && q.errors == 0;
	if (ok)
		yara_print(to, &ast);
	vec_done(&ast.files);
	arena_free(y.arena);
	return ok && !to->bad;
}

/* Append the text of all rules that a source makes. */
static void rules(struct str text, struct buf *to)
{
	struct source_text src = {.name = STR("a.yar"), .text = text};
	struct quiet q = {.report = {on_diagnostic}};
	struct ruleset *rs;

	if (ruleset_new(1 << 30, &rs) != OK || front_yara.compile(&src, rs, &q.report) != OK)
		abort();
	for (size_t i = 0; i < rs->rules.len; i++) {
		ir_print_rule(to, &rs->rules.items[i]);
		buf_add_u8(to, '\n');
	}
	ruleset_free(rs);
}

static bool same(const struct buf *a, const struct buf *b, const char *what)
{
	if (!a->bad && !b->bad && str_eq(buf_str(a), buf_str(b)))
		return true;
	printf("differs: %s\n--- %.*s\n--- %.*s\n", what, STR_ARG(str_first(buf_str(a), 4000)),
	       STR_ARG(str_first(buf_str(b), 4000)));
	return false;
}

static bool has_form(struct str printed)
{
	for (size_t i = 1; i < printed.len; i++) {
		if (printed.data[i] == '\n' && strchr(" \t\r", printed.data[i - 1]) != NULL) {
			printf("blanks at the end of a line\n--- %.*s\n", STR_ARG(printed));
			return false;
		}
	}
	return printed.len == 0 || printed.data[printed.len - 1] == '\n';
}

static bool check(struct str text)
{
	struct buf bufs[4];
	struct buf *first = &bufs[0], *second = &bufs[1];

	for (size_t i = 0; i < 4; i++)
		buf_init(&bufs[i], ROOM);
	bool ok = print(text, first, true);
	if (ok && !print(buf_str(first), second, true)) {
		printf("does not read\n--- %.*s\n", STR_ARG(buf_str(first)));
		ok = false;
	}
	ok = ok && has_form(buf_str(first)) && same(first, second, "printed twice");
	if (ok) {
		rules(text, &bufs[2]);
		rules(buf_str(first), &bufs[3]);
		ok = same(&bufs[2], &bufs[3], "rules");
	}
	for (size_t i = 0; i < 4; i++)
		buf_done(&bufs[i]);
	return ok;
}

static unsigned random_sources(void)
{
	uint64_t seed = random_seed();
	uint32_t rounds = random_rounds(3000);
	unsigned failed = 0;

	printf("seed %" PRIu64 ", %u rounds\n", seed, rounds);
	for (uint32_t i = 0; i < rounds && failed < 3; i++) {
		struct random r = {seed + i};
		struct buf b;

		buf_init(&b, ROOM);
		make_yara(&r, &b);
		if (!check(buf_str(&b))) {
			printf("CANDOR_SEED=%" PRIu64 "\n--- %.*s\n", seed + i,
			       STR_ARG(buf_str(&b)));
			failed++;
		}
		buf_done(&b);
	}
	return failed;
}

static bool check_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b, unused;
	bool ok = true;

	if (f == NULL)
		return false;
	buf_init(&b, ROOM);
	buf_init(&unused, ROOM);
	for (size_t n = 1; n > 0;) {
		uint8_t *room = buf_reserve(&b, 1 << 16);

		n = room != NULL ? fread(room, 1, 1 << 16, f) : 0;
		b.len += n;
	}
	fclose(f);
	/* a few have errors of syntax; they are not the matter of this test */
	if (print(buf_str(&b), &unused, false))
		ok = check(buf_str(&b));
	buf_done(&b);
	buf_done(&unused);
	if (!ok)
		printf("in %s\n", path);
	return ok;
}

static unsigned check_folder(const char *path, unsigned *count)
{
	DIR *dir = opendir(path);
	unsigned failed = 0;

	for (struct dirent *d = dir ? readdir(dir) : NULL; d != NULL; d = readdir(dir)) {
		char name[4096];
		size_t len = strlen(d->d_name);

		snprintf(name, sizeof name, "%s/%s", path, d->d_name);
		if (d->d_type == DT_DIR && d->d_name[0] != '.')
			failed += check_folder(name, count);
		if ((len > 4 && strcmp(d->d_name + len - 4, ".yar") == 0) ||
		    (len > 5 && strcmp(d->d_name + len - 5, ".yara") == 0)) {
			failed += !check_file(name);
			++*count;
		}
	}
	if (dir != NULL)
		closedir(dir);
	return failed;
}

int main(void)
{
	const char *corpus = getenv("CANDOR_CORPUS");
	unsigned failed = random_sources(), count = 0;
	char path[4096];

	if (corpus == NULL) {
		printf("rules of CANDOR_CORPUS: skipped\n");
		return failed != 0;
	}
	snprintf(path, sizeof path, "%s/rules/yara", corpus);
	failed += check_folder(path, &count);
	printf("%u files of rules\n", count);
	return failed != 0;
}
