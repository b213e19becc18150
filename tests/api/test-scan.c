/*
 * Scans with rules: what callbacks are told of files, memory and processes. The
 * program is given the worker.
 */
#include "record.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zlib.h>

/* Options for rules that are known to be good. */
static struct candor_options *scanning(struct record *r, unsigned wishes)
{
	struct candor_options *o = recording(r, wishes);

	candor_options_on_message(o, NULL);
	return o;
}

static struct candor_result *scan_bytes(struct candor_engine *engine, const void *data, size_t len)
{
	struct candor_result *result = NULL;
	struct candor_error e = {0};

	if (candor_scan_memory(engine, data, len, &result, &e) != CANDOR_OK)
		fail_msg("cannot scan: %s", e.text);
	return result;
}

static void scan_text(struct candor_engine *engine, const char *text)
{
	candor_result_free(scan_bytes(engine, text, strlen(text)));
}

static const char tags_and_metas[] =
	"rule parts : first second_2 {\n"
	" meta: text = \"a \\\"b\\\"\" empty = \"\" n = -9223372036854775807 yes = true no = "
	"false\n"
	"       text = \"again\"\n"
	" strings: $t = \"abc\" $h = { 00 ff 10 20 } $x = \"secret\" xor(1-255) $ = /q+w/\n"
	" condition: any of them }\n"
	"private rule hidden { strings: $a = \"abc\" condition: $a }\n"
	"rule bare { condition: hidden or filesize == 0 }\n"
	"rule endless { condition: for any i in (0..9223372036854775807) : (uint8(i) == 256) }\n";

#define ALL                                                                                        \
	"default:parts #first #second_2 text=\"a \"b\"\" empty=\"\" n=-9223372036854775807 "       \
	"yes=bool 1 no=bool 0 text=\"again\""

/* Every part of a rule, for each wish. */
static void parts(void **state)
{
	static const char data[] = "abc....\x00\xff\x10\x20..RDBSDU..qqw..abc";
	static const struct {
		const char *name;
		unsigned wishes;
		const char *want;
	} cases[] = {
		{"rules", 0, "+" ALL "\n+default:bare\n?default:endless\n"},
		{"matches", CANDOR_RULE_MATCHES,
		 "+" ALL " $t@0+3:abc $t@26+3:abc $h@7+4:00ff1020 $x@13+6^21:RDBSDU $@21+3:qqw"
		 " $@22+2:qw\n+default:bare\n?default:endless\n"},
		{"matches, fast", CANDOR_RULE_MATCHES | CANDOR_RULE_FAST,
		 "+" ALL " $t@0+3:abc $h@7+4:00ff1020 $x@13+6^21:RDBSDU $@21+3:qqw"
		 "\n+default:bare\n?default:endless\n"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct record r = {0};
		struct candor_options *o = scanning(&r, cases[i].wishes);

		add(o, tags_and_metas);

		struct candor_engine *engine = open_engine(o);
		struct candor_result *result = scan_bytes(engine, data, sizeof data - 1);

		expect_text(cases[i].name, &r, cases[i].want);
		assert_int_equal(candor_result_verdict(result), CANDOR_DETECTED);
		assert_int_equal(candor_result_finding_count(result), 2);
		assert_string_equal(candor_result_reason(result), "limit");
		candor_result_free(result);
		candor_engine_close(engine);
	}
}

static void negated(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, CANDOR_RULE_NEGATED | CANDOR_RULE_MATCHES);

	(void)state;
	add(o, "rule no : t { meta: k = 1 strings: $a = \"x\" $b = \"y\" condition: all of them }\n"
	       "rule yes { condition: not no }\n"
	       "private rule hidden { condition: false }\n");

	struct candor_engine *engine = open_engine(o);

	scan_text(engine, ".x.");
	expect_text("one of two", &r, "-default:no #t k=1 $a@1+1:x\n+default:yes\n");
	scan_text(engine, "yx");
	expect_text("both", &r, "+default:no #t k=1 $a@1+1:x $b@0+1:y\n-default:yes\n");
	candor_engine_close(engine);
}

/* An empty object, and memory that is none. */
static void empty(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);

	(void)state;
	add(o, "rule empty { condition: filesize == 0 } rule other { condition: filesize > 0 }");

	struct candor_engine *engine = open_engine(o);
	struct candor_result *result = scan_bytes(engine, NULL, 0);

	expect_text("empty", &r, "+default:empty\n");
	assert_int_equal(candor_result_verdict(result), CANDOR_DETECTED);
	candor_result_free(result);
	scan_text(engine, "");
	expect_text("empty text", &r, "+default:empty\n");
	candor_engine_close(engine);
}

/* Bytes of matches, up to a bound. */
static void match_bytes(void **state)
{
	static const struct {
		size_t bound, want;
	} cases[] = {{0, 0}, {1, 1}, {512, 512}, {8192, 8192}, {SIZE_MAX, 8192}};
	static char data[9009];

	(void)state;
	memset(data, 'x', sizeof data);
	memcpy(data, "abcd", 4);
	memcpy(data + sizeof data - 5, "efgh", 5);
	for (size_t i = 0; i < LEN(cases); i++) {
		struct record r = {0}, want = {0};
		struct candor_options *o = scanning(&r, CANDOR_RULE_MATCHES);

		add(o, "rule r { strings: $a = /abcd.{9000}efgh/ condition: $a }");
		candor_options_set_match_bytes(o, cases[i].bound);

		struct candor_engine *engine = open_engine(o);

		scan_text(engine, data);
		candor_engine_close(engine);
		note(&want, "+default:r $a@0+9008:%.*s\n", (int)cases[i].want, data);
		expect_text("bytes", &r, want.text);
	}
}

/* Counts what it is told, and keeps nothing. */
struct tally {
	size_t matches;
	uint64_t last;
	bool has_more;
};

static bool count_matches(void *context, const struct candor_rule *rule)
{
	struct tally *t = context;

	t->matches += rule->match_count;
	t->has_more |= rule->has_more_matches;
	if (rule->match_count > 0)
		t->last = candor_rule_match(rule, rule->match_count - 1)->offset;
	return true;
}

/* Of a million matches all are told, of more it is said that there are. */
static void many_matches(void **state)
{
	enum { BYTES = 3 << 20 };
	char *data = malloc(BYTES);
	struct tally t = {0};
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);

	(void)state;
	assert_non_null(data);
	memset(data, 'a', BYTES);
	add(o, "rule r { strings: $a = \"a\" condition: $a }");
	candor_options_set_context(o, &t);
	candor_options_on_rule(o, count_matches, CANDOR_RULE_MATCHES);

	struct candor_engine *engine = open_engine(o);

	candor_result_free(scan_bytes(engine, data, 1000));
	assert_int_equal(t.matches, 1000);
	assert_int_equal(t.last, 999);
	assert_false(t.has_more);
	candor_result_free(scan_bytes(engine, data, BYTES));
	assert_true(t.matches > 500000 && t.matches < 1200000);
	assert_true(t.has_more);
	candor_engine_close(engine);
	free(data);
}

static const char logging[] =
	"import \"console\"\n"
	"rule one { condition: console.log(\"one \", filesize) }\n"
	"rule two { condition: console.hex(\"two \", 255) and filesize > 4 }\n"
	"rule three { condition: console.log(\"tab\\tend\") }\n";

static void lines(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);

	(void)state;
	add(o, logging);
	struct candor_engine *engine = open_engine(o);
	scan_text(engine, "1234");
	candor_engine_close(engine);
	expect_text("lines and rules", &r,
		    "log one 4\nlog two 0xff\nlog tab\\x09end\n+default:one\n+default:three\n");

	o = scanning(&r, 0);
	add(o, logging);
	candor_options_on_rule(o, NULL, CANDOR_RULE_MATCHES);
	engine = open_engine(o);
	scan_text(engine, "1234");
	candor_engine_close(engine);
	assert_memory_equal(r.text, "log one 4\n", 10);
	assert_null(strchr(r.text, '+'));

	r = (struct record){0};
	o = scanning(&r, 0);
	add(o, logging);
	candor_options_on_log(o, NULL);
	engine = open_engine(o);
	scan_text(engine, "1234");
	candor_engine_close(engine);
	expect_text("rules alone", &r, "+default:one\n+default:three\n");
}

/* ---------------------------------------------------------------- stopping */

static void stops(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);

	(void)state;
	add(o, "rule a { condition: true } rule b { condition: true } rule c { condition: true }");

	struct candor_engine *engine = open_engine(o);

	for (unsigned at = 1; at <= 3; at++) {
		r.stop_at = at;

		struct candor_result *result = scan_bytes(engine, "x", 1);

		assert_int_equal(r.rules, at);
		assert_string_equal(candor_result_reason(result), "stopped");
		assert_int_equal(candor_result_verdict(result), CANDOR_NOT_SCANNED);
		assert_int_equal(candor_result_finding_count(result), 0);
		candor_result_free(result);
		r = (struct record){0};
	}
	scan_text(engine, "x");
	expect_text("the next one", &r, "+default:a\n+default:b\n+default:c\n");
	candor_engine_close(engine);
}

/* A gzip file of `bytes` zeros behind the letters "inside". */
static size_t pack(uint8_t **ret, size_t bytes)
{
	uint8_t *plain = calloc(1, bytes + 6);
	uLong room = compressBound(bytes + 6) + 64;
	z_stream z = {0};

	assert_non_null(plain);
	memcpy(plain, "inside", 6);
	*ret = malloc(room);
	assert_non_null(*ret);
	assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = plain;
	z.avail_in = (uInt)bytes + 6;
	z.next_out = *ret;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	free(plain);
	return z.total_out;
}

static const char inside[] =
	"rule outer { condition: uint16be(0) == 0x1f8b }\n"
	"rule inner { strings: $a = \"inside\" $z = /\\x00{200}.{1,300}x/ condition: $a or $z }\n";

/* What is left of a long scan is not waited for, and the next scan is as if nothing was. */
static void stops_early(void **state)
{
	struct record r = {.stop_at = 1};
	struct candor_options *o = scanning(&r, 0);
	uint8_t *packed;
	size_t len = pack(&packed, 100 << 20);

	(void)state;
	add(o, inside);
	candor_options_set_members(o, true);

	struct candor_engine *engine = open_engine(o);

	for (int i = 0; i < 3; i++) {
		struct candor_result *result = scan_bytes(engine, packed, len);

		expect_text("until it stopped", &r, "+default:outer\n");
		assert_string_equal(candor_result_reason(result), "stopped");
		candor_result_free(result);
		scan_text(engine, "inside");
		expect_text("afterwards", &r, "+default:inner\n");
		r.stop_at = 1;
	}
	candor_engine_close(engine);
	free(packed);
}

/* With members each rule says where it matched; without, they are not looked at. */
static void members(void **state)
{
	struct record r = {0};
	uint8_t *packed;
	size_t len = pack(&packed, 10);

	(void)state;
	for (int with = 0; with <= 1; with++) {
		struct candor_options *o = scanning(&r, CANDOR_RULE_MATCHES);

		add(o, inside);
		candor_options_set_members(o, with);

		struct candor_engine *engine = open_engine(o);
		struct candor_result *result = scan_bytes(engine, packed, len);

		expect_text("members", &r,
			    with ? "+default:outer\n+default:inner// $a@0+6:inside\n"
				 : "+default:outer\n");
		assert_int_equal(candor_result_finding_count(result), 1 + with);
		candor_result_free(result);
		candor_engine_close(engine);
	}
	free(packed);
}

/* ------------------------------------------------------------- what is scanned */

/* A descriptor stays as it was, and is scanned from its start. */
static void descriptor(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, CANDOR_RULE_MATCHES);
	struct candor_result *result = NULL;
	struct candor_error e = {0};
	FILE *f = tmpfile();
	int ends[2];

	(void)state;
	assert_non_null(f);
	fputs("..abc", f);
	fflush(f);
	add(o, "rule r { strings: $a = \"abc\" condition: $a }");

	struct candor_engine *engine = open_engine(o);
	off_t before = lseek(fileno(f), 4, SEEK_SET);

	assert_int_equal(candor_scan_fd(engine, fileno(f), &result, &e), CANDOR_OK);
	assert_int_equal(lseek(fileno(f), 0, SEEK_CUR), before);
	expect_text("a file", &r, "+default:r $a@2+3:abc\n");
	candor_result_free(result);
	result = NULL;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(candor_scan_fd(engine, ends[0], &result, &e), CANDOR_USAGE);
	assert_string_equal(e.text, "not a regular file");
	assert_int_equal(candor_scan_fd(engine, -1, &result, NULL), CANDOR_IO);
	assert_int_equal(candor_scan_process(engine, 0x7ffffffe, &result, NULL), CANDOR_IO);
	assert_null(result);
	close(ends[0]);
	close(ends[1]);
	candor_engine_close(engine);
	fclose(f);
}

static const char subject_rules[] =
	"import \"console\" rule r { condition: console.log(filename, \"|\") and "
	"console.log(filepath, \"|\") and console.log(extension, \"|\") and "
	"console.log(filetype, \"|\") and console.log(owner, \"|\") }";

static void subject(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);

	(void)state;
	add(o, subject_rules);
	assert_int_equal(candor_options_define_string(o, "owner", "nobody", NULL), CANDOR_OK);

	struct candor_engine *engine = open_engine(o);

	scan_text(engine, "x");
	expect_text("none", &r, "log |\nlog |\nlog |\nlog |\nlog nobody|\n+default:r\n");
	candor_engine_set_subject(engine, "/a/b/File.EXE", "root", NULL);
	scan_text(engine, "x");
	expect_text("both", &r,
		    "log File.EXE|\nlog /a/b|\nlog .exe|\nlog DATA|\nlog root|\n"
		    "+default:r\n");
	candor_engine_set_subject(engine, "name", NULL, NULL);
	scan_text(engine, "x");
	expect_text("a path", &r, "log name|\nlog |\nlog |\nlog DATA|\nlog |\n+default:r\n");
	candor_engine_set_subject(engine, NULL, NULL, NULL);
	scan_text(engine, "x");
	expect_text("none again", &r, "log |\nlog |\nlog |\nlog |\nlog nobody|\n+default:r\n");
	candor_engine_close(engine);
}

/* The memory of a process that has a word among its arguments. */
static void process(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);
	struct candor_result *result = NULL;
	struct candor_error e = {0};
	int ends[2], ready[2];
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[0], 0);
		execl("/bin/cat", "candor-needle-in-arguments", (char *)NULL);
		_exit(1);
	}
	/* executed: its end of the pipe is closed */
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 0);
	add(o, "rule r { strings: $a = { 63 61 6e 64 6f 72 2d 6e 65 65 64 6c 65 2d 69 6e } "
	       "condition: $a }");

	struct candor_engine *engine = open_engine(o);
	enum candor_status status = candor_scan_process(engine, pid, &result, &e);

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* not every machine lets a process read its child */
	if (status == CANDOR_OK)
		expect_text("a process", &r, "+default:r\n");
	else
		assert_int_equal(status, CANDOR_IO);
	candor_result_free(result);
	candor_engine_close(engine);
	close(ends[0]);
	close(ends[1]);
	close(ready[0]);
}

/* ------------------------------------------------------------------ engines */

struct thread {
	pthread_t id;
	struct candor_engine *engine;
	struct record record;
	unsigned number;
};

enum { THREADS = 4, SCANS = 25 };

static void *scan_often(void *arg)
{
	struct thread *t = arg;
	char text[32];

	candor_engine_set_context(t->engine, &t->record);
	for (unsigned i = 0; i < SCANS; i++) {
		struct candor_result *result = NULL;
		int n = snprintf(text, sizeof text, "%u:%u.", t->number, i);

		if (candor_scan_memory(t->engine, text, (size_t)n, &result, NULL) != CANDOR_OK)
			break;
		candor_result_free(result);
	}
	return NULL;
}

/* Engines of the same rules, each with its thread and its context; the first one is closed. */
static void threads(void **state)
{
	struct record nobody = {0};
	struct candor_options *o = scanning(&nobody, CANDOR_RULE_MATCHES);
	static struct thread all[THREADS];

	(void)state;
	add(o, "rule r { strings: $a = /[0-9]+:[0-9]+\\./ condition: $a at 0 }");

	struct candor_engine *first = open_engine(o);

	for (unsigned i = 0; i < THREADS; i++) {
		all[i].number = i;
		assert_int_equal(candor_engine_open_another(first, &all[i].engine, NULL),
				 CANDOR_OK);
	}
	candor_engine_close(first);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&all[i].id, NULL, scan_often, &all[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		struct record want = {0};

		assert_int_equal(pthread_join(all[i].id, NULL), 0);
		for (unsigned k = 0; k < SCANS; k++)
			note(&want, "+default:r $a@0+%d:%u:%u.\n", k < 10 ? 4 : 5, i, k);
		expect_text("a thread", &all[i].record, want.text);
		candor_engine_close(all[i].engine);
	}
	assert_int_equal(nobody.len, 0);
}

/* Options are only read: two engines of them know nothing of each other. */
static void options_twice(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);
	struct candor_engine *engines[2];

	(void)state;
	add(o, "rule r { condition: true }");
	assert_int_equal(candor_engine_open(o, &engines[0], NULL), CANDOR_OK);
	add(o, "rule s { condition: r }");
	assert_int_equal(candor_engine_open(o, &engines[1], NULL), CANDOR_OK);
	candor_options_free(o);
	scan_text(engines[0], "x");
	expect_text("first", &r, "+default:r\n");
	scan_text(engines[1], "x");
	expect_text("second", &r, "+default:r\n+default:s\n");
	candor_engine_close(engines[0]);
	candor_engine_close(engines[1]);
}

/* A callback that would scan with the engine that calls it. */
static bool scan_again(void *context, const struct candor_rule *rule)
{
	struct candor_engine **engine = context;
	struct candor_result *result = NULL;

	(void)rule;
	assert_int_equal(candor_scan_memory(*engine, "x", 1, &result, NULL), CANDOR_USAGE);
	return true;
}

static void no_recursion(void **state)
{
	struct record r = {0};
	struct candor_options *o = scanning(&r, 0);
	struct candor_engine *engine;

	(void)state;
	add(o, "rule r { condition: true }");
	candor_options_set_context(o, &engine);
	candor_options_on_rule(o, scan_again, 0);
	engine = open_engine(o);
	scan_text(engine, "x");
	candor_engine_close(engine);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts),	cmocka_unit_test(negated),
		cmocka_unit_test(empty),	cmocka_unit_test(match_bytes),
		cmocka_unit_test(many_matches), cmocka_unit_test(lines),
		cmocka_unit_test(stops),	cmocka_unit_test(stops_early),
		cmocka_unit_test(members),	cmocka_unit_test(descriptor),
		cmocka_unit_test(subject),	cmocka_unit_test(process),
		cmocka_unit_test(threads),	cmocka_unit_test(options_twice),
		cmocka_unit_test(no_recursion),
	};

	worker = argc > 1 ? argv[1] : NULL;
	return worker == NULL || cmocka_run_group_tests(tests, NULL, NULL);
}
