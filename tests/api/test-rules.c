/*
 * Rules on their way into an engine: where they come from, what is said of them.
 * The program is given the worker.
 */
#include "record.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Rules as they are added: in memory, or a file when there is no text. */
struct source {
	const char *text, *name, *space;
};

enum { SOURCES_MAX = 3 };

static enum candor_status open_sources(const struct source *sources, struct candor_options *o,
				       struct candor_engine **ret, struct candor_error *e)
{
	for (size_t i = 0; i < SOURCES_MAX && (sources[i].text || sources[i].name); i++) {
		const struct source *s = &sources[i];
		enum candor_status status =
			s->text != NULL ? candor_options_add_rules(o, s->text, strlen(s->text),
								   s->name, s->space, e)
					: candor_options_add_rules_file(o, s->name, s->space, e);
		assert_int_equal(status, CANDOR_OK);
	}
	return candor_engine_open(o, ret, e);
}

static const struct {
	const char *name;
	struct source sources[SOURCES_MAX];
	enum candor_status status;
	const char *error;
	const char *messages;
} compile_cases[] = {
	{"one rule", {{"rule a { condition: true }", NULL, NULL}}, CANDOR_OK, "", ""},
	{"nothing", {{"", NULL, NULL}}, CANDOR_OK, "", ""},
	{"a file", {{NULL, "good.yar", NULL}}, CANDOR_OK, "", ""},
	{"the one before",
	 {{"rule a { condition: true }", "one.yar", "x"},
	  {"rule b { condition: a }", "two.yar", "x"}},
	 CANDOR_OK,
	 "",
	 ""},
	{"the one behind",
	 {{"rule b { condition: a }", "one.yar", "x"},
	  {"rule a { condition: true }", "two.yar", "x"}},
	 CANDOR_DATABASE,
	 "one.yar:1:21: undefined identifier \"a\"",
	 "error one.yar:1:21+1: undefined identifier \"a\" |rule b { condition: a }|\n"},
	{"the same name in another namespace",
	 {{"rule a { condition: true }", "one.yar", "x"},
	  {"rule a { condition: true }", "two.yar", "y"}},
	 CANDOR_OK,
	 "",
	 ""},
	{"the same name in the same one",
	 {{"rule a { condition: true }", "one.yar", NULL},
	  {NULL, "good.yar", "default"},
	  {"rule a { condition: true }", "two.yar", "default"}},
	 CANDOR_DATABASE,
	 "two.yar:1:6: duplicated identifier \"a\"",
	 "error two.yar:1:6+1: duplicated identifier \"a\" |rule a { condition: true }|\n"},
	{"every error",
	 {{"rule a { condition: $x }\nrule b { condition: true }\n"
	   "rule c {\n\tcondition: here\n}\n",
	   NULL, NULL}},
	 CANDOR_DATABASE,
	 "rules.yar:1:21: undefined string \"$x\"",
	 "error rules.yar:1:21+2: undefined string \"$x\" |rule a { condition: $x }|\n"
	 "error rules.yar:4:13+4: undefined identifier \"here\" |\tcondition: here|\n"},
	{"a warning is none",
	 {{"rule a { strings: $a = { 00 ff ?? } condition: $a }", "w.yar", NULL}},
	 CANDOR_OK,
	 "",
	 "warning w.yar:1:24+12: string \"$a\" may slow down scanning (make it longer, "
	 "or fewer of its bytes variable) "
	 "|rule a { strings: $a = { 00 ff ?? } condition: $a }|\n"},
	{"no rule language",
	 {{"hello", "notes.txt", NULL}},
	 CANDOR_DATABASE,
	 "notes.txt:1:1: not in a rule language that is known",
	 "error notes.txt:1:1+1: not in a rule language that is known (the suffix of the "
	 "file's name says which language it is) ||\n"},
	{"another language", {{"Test.Own:0:*:6162636465\n", "own.ndb", NULL}}, CANDOR_OK, "", ""},
	{"its errors", {{"Test.Own:0:*:61626x\n", "own.ndb", NULL}}, CANDOR_DATABASE, NULL, NULL},
	{"no such file",
	 {{NULL, "none.yar", NULL}},
	 CANDOR_IO,
	 "none.yar: cannot open: No such file or directory",
	 ""},
	{"a folder", {{NULL, "below", NULL}}, CANDOR_IO, NULL, ""},
	{"below its folder", {{NULL, "includes.yar", NULL}}, CANDOR_OK, "", ""},
};

static void compiles(void **state)
{
	(void)state;
	for (size_t i = 0; i < LEN(compile_cases); i++) {
		struct record r = {0};
		struct candor_options *o = recording(&r, 0);
		struct candor_engine *engine = NULL;
		struct candor_error e = {0};
		enum candor_status status = open_sources(compile_cases[i].sources, o, &engine, &e);

		if (status != compile_cases[i].status || e.status != status ||
		    (compile_cases[i].error != NULL && strcmp(e.text, compile_cases[i].error) != 0))
			fail_msg("%s: got %d, \"%s\"", compile_cases[i].name, status, e.text);
		assert_int_equal(engine != NULL, status == CANDOR_OK);
		if (compile_cases[i].messages != NULL)
			expect_text(compile_cases[i].name, &r, compile_cases[i].messages);
		else
			assert_true(r.messages > 0);
		candor_engine_close(engine);
		candor_options_free(o);
	}
}

/* What rules may include, as the caller allows it. */
static void includes(void **state)
{
#define BESIDE "include \"good.yar\" rule b { condition: g }"
	static const struct {
		const char *name;
		enum candor_includes allowed;
		struct source source;
		const char *error; /* "": none */
	} cases[] = {
		{"below", CANDOR_INCLUDES_BELOW, {NULL, "includes.yar", NULL}, ""},
		{"above",
		 CANDOR_INCLUDES_BELOW,
		 {NULL, "below/outside.yar", NULL},
		 "below/outside.yar:1:9: cannot include '../good.yar': outside the folder"},
		{"memory, below",
		 CANDOR_INCLUDES_BELOW,
		 {BESIDE, "below/a.yar", NULL},
		 "below/a.yar:1:9: cannot include 'good.yar': rules in memory have no folder"},
		{"above, anywhere",
		 CANDOR_INCLUDES_ANYWHERE,
		 {NULL, "below/outside.yar", NULL},
		 ""},
		{"memory, anywhere", CANDOR_INCLUDES_ANYWHERE, {BESIDE, "below/a.yar", NULL}, ""},
		{"none", CANDOR_INCLUDES_NONE, {NULL, "includes.yar", NULL}, "includes.yar:1:9: "},
		{"memory, none", CANDOR_INCLUDES_NONE, {BESIDE, "a.yar", NULL}, "a.yar:1:9: "},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		const struct source sources[SOURCES_MAX] = {cases[i].source};
		struct record r = {0};
		struct candor_options *o = recording(&r, 0);
		struct candor_engine *engine = NULL;
		struct candor_error e = {0};

		candor_options_set_includes(o, cases[i].allowed);
		(void)open_sources(sources, o, &engine, &e);
		if (strncmp(e.text, cases[i].error, strlen(cases[i].error)) != 0 ||
		    (cases[i].error[0] == '\0') != (engine != NULL))
			fail_msg("%s: got \"%s\"", cases[i].name, e.text);
		candor_engine_close(engine);
		candor_options_free(o);
	}
}

static const char variable_rules[] =
	"rule r { condition: i == -9223372036854775807 and f > 0.24 and f < 0.26 and not n and y "
	"and s == \"text\" and e == \"\" and filename == \"preset\" and owner == \"\" }";

/* They hold for all rules, those of databases as well, and before they are defined. */
static void variables(void **state)
{
	struct record r = {0};
	struct candor_options *o = recording(&r, 0);
	struct candor_result *result = NULL;

	(void)state;
	add(o, variable_rules);
	assert_int_equal(candor_options_add_database(o, "variable.yar", NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_int(o, "i", -INT64_MAX, NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_float(o, "f", 0.25, NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_bool(o, "n", false, NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_bool(o, "y", true, NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_string(o, "s", "text", NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_string(o, "e", "", NULL), CANDOR_OK);
	assert_int_equal(candor_options_define_string(o, "filename", "preset", NULL), CANDOR_OK);

	struct candor_engine *engine = open_engine(o);

	assert_int_equal(candor_scan_memory(engine, "x", 1, &result, NULL), CANDOR_OK);
	candor_result_free(result);
	candor_engine_close(engine);
	expect_text("variables", &r, "+variable.yar:in_database\n+default:r\n");
}

static void wrong_variables(void **state)
{
	static const char *const names[] = {"", "1x", "a b", "a-b", "x\n", "same", "owner"};
	struct candor_options *o = candor_options_new();

	(void)state;
	assert_int_equal(candor_options_define_string(o, "same", "", NULL), CANDOR_OK);
	for (size_t i = 0; i < LEN(names); i++) {
		struct candor_error e = {0};

		if (candor_options_define_int(o, names[i], 1, &e) != CANDOR_USAGE ||
		    e.status != CANDOR_USAGE || e.text[0] == '\0')
			fail_msg("\"%s\" is taken", names[i]);
		assert_int_equal(candor_options_define_bool(o, names[i], true, NULL), CANDOR_USAGE);
	}
	assert_int_equal(candor_options_define_string(o, "1x", "text", NULL), CANDOR_USAGE);
	candor_options_free(o);
}

/* What can be used of rules with errors is used when that is asked for, and all is said. */
static void keeps_going(void **state)
{
	struct record r = {0};
	struct candor_options *o = recording(&r, 0);
	struct candor_result *result = NULL;

	(void)state;
	add(o, "rule a { condition: $x }\nrule b { condition: true }\n");
	candor_options_set_keep_going(o, true);

	struct candor_engine *engine = open_engine(o);

	expect_text("messages", &r,
		    "error rules.yar:1:21+2: undefined string \"$x\" "
		    "|rule a { condition: $x }|\n");
	assert_int_equal(candor_scan_memory(engine, "x", 1, &result, NULL), CANDOR_OK);
	expect_text("rules", &r, "+default:b\n");
	candor_result_free(result);
	candor_engine_close(engine);
}

/* ---------------------------------------------------------------- hostile */

struct text {
	char *data;
	size_t len;
};

/* `count` times the same, between two other texts. */
static struct text repeat(const char *before, const char *again, size_t count, const char *after)
{
	size_t unit = strlen(again), head = strlen(before), tail = strlen(after);
	struct text t = {malloc(head + unit * count + tail + 1), head};

	assert_non_null(t.data);
	memcpy(t.data, before, head);
	for (size_t i = 0; i < count; i++, t.len += unit)
		memcpy(t.data + t.len, again, unit);
	memcpy(t.data + t.len, after, tail + 1);
	t.len += tail;
	return t;
}

/* Rules that are made to hurt are refused with a message or taken; the process lives on. */
static void hostile(void **state)
{
	static const struct {
		const char *name, *before, *again, *after;
		size_t count;
		unsigned messages; /* at least */
	} cases[] = {
		{"parentheses", "rule a { condition: ", "(", "", 200000, 1},
		{"nots", "rule a { condition: ", "not ", "true }", 200000, 1},
		{"groups", "rule a { strings: $a = /", "(a", "/ condition: $a }", 100000, 1},
		{"repetitions", "rule a { strings: $a = /", "(a{1,999}b){1,999}",
		 "/ condition: $a }", 500, 1},
		{"open comment", "rule a { condition: true } /*", "*", "", 1 << 20, 1},
		{"open string", "rule a { strings: $a = \"", "x", "", 1 << 20, 1},
		{"zeros", "", "\x01", "", 1 << 20, 1},
		{"many errors", "", "rule x { condition: $y }\n", "", 20000, 1000},
		{"braces", "rule a { strings: $a = { ", "( 00 | ", "", 100000, 1},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct text t =
			repeat(cases[i].before, cases[i].again, cases[i].count, cases[i].after);
		struct record r = {0};
		struct candor_options *o = recording(&r, 0);
		struct candor_engine *engine = NULL;
		struct candor_error e = {0};

		assert_int_equal(candor_options_add_rules(o, t.data, t.len, "bad.yar", NULL, NULL),
				 CANDOR_OK);
		free(t.data);
		enum candor_status status = candor_engine_open(o, &engine, &e);
		if (status != CANDOR_DATABASE || r.messages < cases[i].messages ||
		    strncmp(e.text, "bad.yar:", 8) != 0)
			fail_msg("%s: got %d, \"%s\", %u messages", cases[i].name, status, e.text,
				 r.messages);
		assert_null(engine);
		candor_options_free(o);
	}
}

/* A NUL and bytes of any value in a text of a known length. */
static void any_bytes(void **state)
{
	static const char text[] = "rule a { condition: true }\n\0\xff\xfe rule";
	struct record r = {0};
	struct candor_options *o = recording(&r, 0);
	struct candor_engine *engine = NULL;
	struct candor_error e = {0};

	(void)state;
	candor_options_add_rules(o, text, sizeof text - 1, NULL, NULL, NULL);
	assert_int_equal(candor_engine_open(o, &engine, &e), CANDOR_DATABASE);
	assert_memory_equal(e.text, "rules.yar:2:1: ", 15);
	candor_options_free(o);
}

/* Nobody has to be told of anything. */
static void silence(void **state)
{
	struct candor_options *o = candor_options_new();
	struct candor_engine *engine = NULL;

	(void)state;
	assert_int_equal(candor_options_set_worker(o, worker, NULL), CANDOR_OK);
	assert_int_equal(candor_options_add_rules(o, NULL, 0, NULL, NULL, NULL), CANDOR_OK);
	add(o, "rule a { condition: $x }");
	assert_int_equal(candor_engine_open(o, &engine, NULL), CANDOR_DATABASE);
	assert_null(engine);
	candor_options_free(o);
	candor_options_free(NULL);
	candor_engine_close(NULL);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_files(void **state)
{
	static char folder[] = "/tmp/candor-api-XXXXXX";

	if (mkdtemp(folder) == NULL || chdir(folder) != 0 || mkdir("below", 0700) != 0)
		return -1;
	write_file("good.yar", "rule g { condition: true }\n");
	write_file("includes.yar", "include \"below/deep.yar\"\nrule i { condition: d }\n");
	write_file("below/deep.yar", "rule d { condition: true }\n");
	write_file("below/outside.yar", "include \"../good.yar\"\n");
	write_file("variable.yar", "rule in_database { condition: y and i < 0 }\n");
	*state = folder;
	return 0;
}

static int remove_files(void **state)
{
	static const char *const files[] = {"good.yar", "includes.yar", "below/deep.yar",
					    "below/outside.yar", "variable.yar"};

	for (size_t i = 0; i < LEN(files); i++)
		unlink(files[i]);
	rmdir("below");
	return chdir("/") != 0 || rmdir(*state) != 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiles),    cmocka_unit_test(includes),
		cmocka_unit_test(variables),   cmocka_unit_test(wrong_variables),
		cmocka_unit_test(keeps_going), cmocka_unit_test(hostile),
		cmocka_unit_test(any_bytes),   cmocka_unit_test(silence),
	};

	worker = argc > 1 ? realpath(argv[1], NULL) : NULL;
	return worker == NULL || cmocka_run_group_tests(tests, make_files, remove_files);
}
