/*
 * Rules of YARA: the whole front end. What is behind two NULs is the file that
 * the source may include as "b.yar". Beside what signature-text.h promises:
 * what reads without an error of syntax is printed, reads again, is printed
 * the same again and makes the same rules.
 */
#include "lang/yara/parser.h"
#include "lang/yara/printer.h"
#include "signature-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct front front_yara;

struct fuzz_yara {
	struct report report;
	struct includer includer;
	struct front_settings settings;
	struct str texts[2];
	uint32_t errors, warnings;
};

static void on_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct fuzz_yara *f = (struct fuzz_yara *)report;
	struct fuzz_report one = {.text = f->texts[str_eq(d->source, STR("b.yar"))]};

	check_diagnostic(&one.report, d);
	promise(d->hint == NULL || d->hint[0] != '\0');
	f->errors += d->severity == SEVERITY_ERROR;
	f->warnings += d->severity == SEVERITY_WARNING;
}

static enum status on_include(struct includer *in, const struct source_text *from, struct str path,
			      struct source_text *ret, struct error *e)
{
	struct fuzz_yara *f =
		(struct fuzz_yara *)((char *)in - offsetof(struct fuzz_yara, includer));

	(void)from;
	(void)e;
	if (!str_eq(path, STR("b.yar")))
		return E_IO;
	*ret = (struct source_text){.name = STR("b.yar"), .text = f->texts[1]};
	return OK;
}

static void init(struct fuzz_yara *f, struct str text, struct str included)
{
	static const struct ir_variable variables[] = {
		{.name = {"size", 4}, .type = VARIABLE_INT, .integer = 7},
		{.name = {"name", 4}, .type = VARIABLE_TEXT, .text = {"a", 1}},
	};

	*f = (struct fuzz_yara){
		.report = {on_diagnostic},
		.includer = {on_include},
		.texts = {text, included},
		.settings = {.variables = variables,
			     .variable_count = LEN(variables),
			     .strict_escape = true},
	};
	f->settings.includer = &f->includer;
}

/* Append the rules of a source. */
static void compile(struct str text, struct str included, struct buf *to)
{
	struct fuzz_yara f;
	struct ruleset *rs;

	init(&f, text, included);
	const struct source_text src = {
		.name = STR("a.yar"), .text = text, .settings = &f.settings};
	if (ruleset_new(16 << 20, &rs) != OK)
		return;
	enum status status = front_yara.compile(&src, rs, &f.report);
	promise(status == OK || status == E_LIMIT || status == E_NOMEM);
	if (status == OK && rs->sources.items[0].malformed > 0)
		promise(f.errors > 0);
	for (size_t i = 0; i < rs->rules.len; i++) {
		promise(ir_check(&rs->rules.items[i], NULL) == OK);
		ir_print_rule(to, &rs->rules.items[i]);
		buf_add_u8(to, '\n');
	}
	ruleset_free(rs);
}

/* Append the source as it is printed. False: it has errors of syntax. */
static bool print(struct str text, struct str included, struct buf *to)
{
	struct fuzz_yara f;
	struct ast ast = {0};

	init(&f, text, included);
	const struct source_text src = {
		.name = STR("a.yar"), .text = text, .settings = &f.settings};
	struct yara y = {
		.arena = arena_new(64 << 20), .src = &src, .report = &f.report, .ast = &ast};
	if (y.arena == NULL)
		return false;
	bool ok = yara_parse(&y) == OK && y.errors == 0;
	promise(y.errors == f.errors && y.warnings == f.warnings);
	if (ok)
		yara_print(to, &ast);
	vec_done(&ast.files);
	arena_free(y.arena);
	return ok && !to->bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size}, included = STR("");
	const char *split = size > 0 ? memmem(data, size, "\0\0", 2) : NULL;
	struct buf first, second, rules, rules_again;

	if (split != NULL) {
		text.len = (size_t)(split - text.data);
		included = (struct str){split + 2, size - text.len - 2};
	}
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	buf_init(&rules, 1 << 20);
	buf_init(&rules_again, 1 << 20);
	compile(text, included, &rules);
	if (print(text, included, &first)) {
		promise(print(buf_str(&first), included, &second));
		promise(str_eq(buf_str(&first), buf_str(&second)));
		compile(buf_str(&first), included, &rules_again);
		promise(rules.bad || str_eq(buf_str(&rules), buf_str(&rules_again)));
	}
	buf_done(&first);
	buf_done(&second);
	buf_done(&rules);
	buf_done(&rules_again);
	return 0;
}
