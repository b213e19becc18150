#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "cli/printer.h"
#include "os/file.h"

static const struct finding plain = {
	.rule = "Eicar", .source = "a.ndb", .line = 3, .has_match = true, .offset = 5,
	.length = 68};
static const struct finding inside = {
	.effect = EFFECT_SUSPECT, .rule = "PUA.Two words", .source = "b", .line = 1, .depth = 1,
	.type = TYPE_ELF, .path = "//x\ny"};
static const struct outcome clean = {.objects = 1, .size = 9, .bytes = 9};
static const struct outcome detected = {
	.verdict = VERDICT_DETECTED, .objects = 2, .size = 9, .bytes = 18};
static const struct outcome encrypted = {
	.verdict = VERDICT_NOT_SCANNED, .missed = 1u << REASON_ENCRYPTED | 1u << REASON_LIMIT,
	.reason = REASON_ENCRYPTED, .reason_at = 7, .reason_depth = 2};
static const struct outcome unreadable = {.verdict = VERDICT_NOT_SCANNED,
					  .missed = 1u << REASON_UNREADABLE,
					  .reason = REASON_UNREADABLE};

static const struct detail undecided = {
	.kind = DETAIL_RULE, .state = DETAIL_UNDECIDED, .image = 1, .number = 7,
	.name = {"Loop", 4}, .source = {"x.yar", 5}, .path = {"//m", 3}};

struct printer_case {
	const char *name;
	const char *path;
	const struct finding *findings[2];
	const struct detail *undecided;
	const struct outcome *outcome;
	const char *detail;
	bool quiet, colour;
	unsigned accepted;
	const char *want;
};

static void run(struct printer (*make)(struct display *out), const struct printer_case *cases,
		size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct printer_case *c = &cases[i];
		struct scan_file file = {.path = c->path, .size = c->outcome->size};
		struct display out;
		struct buf got;
		int fd;

		assert_int_equal(file_anonymous("test", &fd, NULL), OK);
		display_init(&out, fd);
		out.has_colour = c->colour;
		buf_init(&file.findings, SCAN_FINDINGS_CEILING);
		buf_init(&file.undecided, SCAN_FINDINGS_CEILING);
		struct printer p = make(&out);
		p.quiet = c->quiet;
		p.accepted = c->accepted;
		for (size_t k = 0; k < LEN(c->findings) && c->findings[k] != NULL; k++) {
			file.finding_count++;
			p.finding(&p, &file, c->findings[k]);
		}
		if (c->undecided != NULL) {
			file.undecided_count++;
			p.undecided(&p, &file, c->undecided);
		}
		p.done(&p, &file, c->outcome, c->detail ? c->detail : "");
		display_done(&out);
		buf_init(&got, 1 << 16);
		assert_int_equal(file_read_all(fd, &got, NULL), OK);
		if (!str_eq(buf_str(&got), str_of(c->want)))
			fail_msg("%s: got %.*s, want %s", c->name, STR_ARG(buf_str(&got)), c->want);
		buf_done(&got);
		buf_done(&file.findings);
		buf_done(&file.undecided);
		close(fd);
	}
}

static void text(void **state)
{
	static const struct printer_case cases[] = {
		{.name = "clean", .path = "/a", .outcome = &clean, .want = ""},
		{.name = "detected", .path = "/a", .findings = {&plain}, .outcome = &detected,
		 .want = "detected     Eicar  /a  (a.ndb:3, 68 bytes at 5)\n"},
		{.name = "inside", .path = "/a b", .findings = {&inside}, .outcome = &detected,
		 .want = "suspicious   PUA.Two\\x20words  /a b//x\\ny  (b:1)\n"},
		{.name = "colour", .path = "/a", .findings = {&plain}, .outcome = &detected,
		 .colour = true,
		 .want = "\x1b[1;31mdetected   \x1b[0m  Eicar  /a  (a.ndb:3, 68 bytes at 5)\n"},
		{.name = "hostile path", .path = "/\x1b[2J\xff", .findings = {&plain},
		 .outcome = &detected,
		 .want = "detected     Eicar  /\\x1b[2J\\xff  (a.ndb:3, 68 bytes at 5)\n"},
		{.name = "not scanned", .path = "/a", .outcome = &encrypted,
		 .want = "not-scanned  encrypted  /a  "
			 "(encrypted, 2 levels inside it, at byte 7)\n"},
		{.name = "not all of it accepted", .path = "/a", .outcome = &encrypted,
		 .accepted = 1u << REASON_ENCRYPTED,
		 .want = "not-scanned  encrypted  /a  "
			 "(encrypted, 2 levels inside it, at byte 7)\n"},
		{.name = "undecided", .path = "/a", .undecided = &undecided, .outcome = &encrypted,
		 .want = "undecided    Loop  /a//m  (x.yar:7)\n"
			 "not-scanned  encrypted  /a  "
			 "(encrypted, 2 levels inside it, at byte 7)\n"},
		{.name = "unreadable", .path = "/a", .outcome = &unreadable, .quiet = true,
		 .detail = "Permission denied",
		 .want = "not-scanned  unreadable  /a  (Permission denied)\n"},
		{.name = "accepted", .path = "/a", .outcome = &unreadable,
		 .accepted = 1u << REASON_UNREADABLE,
		 .want = "not-scanned  unreadable  /a  (cannot be read, accepted)\n"},
	};

	(void)state;
	run(printer_text, cases, LEN(cases));
}

static void json(void **state)
{
	static const struct printer_case cases[] = {
		{.name = "clean", .path = "/a", .outcome = &clean,
		 .want = "{\"type\":\"file\",\"verdict\":\"clean\",\"path\":\"/a\",\"size\":9,"
			 "\"object_type\":\"data\",\"bytes\":9,\"objects\":1,\"trusted\":false,"
			 "\"findings\":[],\"finding_count\":0,\"missed\":[],\"accepted\":false}\n"},
		{.name = "quiet", .path = "/a", .outcome = &clean, .quiet = true, .want = ""},
		{.name = "undecided", .path = "/a", .undecided = &undecided, .outcome = &clean,
		 .want = "{\"type\":\"file\",\"verdict\":\"clean\",\"path\":\"/a\",\"size\":9,"
			 "\"object_type\":\"data\",\"bytes\":9,\"objects\":1,\"trusted\":false,"
			 "\"findings\":[],\"finding_count\":0,\"undecided\":[{\"image\":1,"
			 "\"rule\":\"Loop\",\"source\":\"x.yar\",\"line\":7,"
			 "\"member\":\"//m\"}],\"undecided_count\":1,"
			 "\"missed\":[],\"accepted\":false}\n"},
		{.name = "findings", .path = "/a\xff", .findings = {&plain, &inside},
		 .outcome = &detected,
		 .want = "{\"type\":\"file\",\"verdict\":\"detected\",\"path\":\"/a\\ufffd\","
			 "\"path_b64\":\"L2H/\",\"size\":9,\"object_type\":\"data\",\"bytes\":18,"
			 "\"objects\":2,\"trusted\":false,\"findings\":["
			 "{\"verdict\":\"detected\",\"rule\":\"Eicar\",\"image\":0,"
			 "\"source\":\"a.ndb\",\"line\":3,\"member\":\"\",\"depth\":0,"
			 "\"object_type\":\"data\",\"view\":\"raw\",\"offset\":5,\"length\":68},"
			 "{\"verdict\":\"suspicious\",\"rule\":\"PUA.Two words\",\"image\":0,"
			 "\"source\":\"b\",\"line\":1,\"member\":\"//x\\u000ay\",\"depth\":1,"
			 "\"object_type\":\"elf\",\"view\":\"raw\"}],\"finding_count\":2,"
			 "\"missed\":[],\"accepted\":false}\n"},
		{.name = "missed", .path = "/a", .outcome = &encrypted, .quiet = true,
		 .detail = "why", .accepted = 1u << REASON_ENCRYPTED | 1u << REASON_LIMIT,
		 .want = "{\"type\":\"file\",\"verdict\":\"not-scanned\",\"path\":\"/a\","
			 "\"size\":0,\"object_type\":\"data\",\"bytes\":0,\"objects\":0,"
			 "\"trusted\":false,\"findings\":[],\"finding_count\":0,"
			 "\"missed\":[\"encrypted\",\"limit\"],"
			 "\"reason\":\"encrypted\",\"reason_offset\":7,\"reason_depth\":2,"
			 "\"accepted\":true,\"error\":\"why\"}\n"},
	};

	(void)state;
	run(printer_json, cases, LEN(cases));
}

/* More findings than are kept: the object stays whole and says how many there were. */
static void many_findings(void **state)
{
	struct scan_file file = {.path = "/a"};
	struct display out;
	struct buf got;
	int fd;

	(void)state;
	assert_int_equal(file_anonymous("test", &fd, NULL), OK);
	display_init(&out, fd);
	buf_init(&file.findings, 500);
	struct printer p = printer_json(&out);
	for (int i = 0; i < 10; i++) {
		file.finding_count++;
		p.finding(&p, &file, &plain);
	}
	p.done(&p, &file, &detected, "");
	display_done(&out);
	buf_init(&got, 1 << 16);
	assert_int_equal(file_read_all(fd, &got, NULL), OK);
	buf_add_u8(&got, 0);
	assert_non_null(strstr((char *)got.data, "\"length\":68}],\"finding_count\":10,"));
	buf_done(&got);
	buf_done(&file.findings);
	close(fd);
}

static void exit_statuses(void **state)
{
	static const struct {
		const char *name;
		struct tally tally;
		int want;
	} cases[] = {
		{"nothing", {0}, 0},
		{"clean", {.verdicts = {[VERDICT_CLEAN] = 1}}, 0},
		{"detected", {.verdicts = {[VERDICT_DETECTED] = 1}}, 1},
		{"suspicious", {.verdicts = {[VERDICT_SUSPICIOUS] = 1}}, 1},
		{"not scanned", {.verdicts = {[VERDICT_NOT_SCANNED] = 1}}, 2},
		{"accepted", {.verdicts = {[VERDICT_NOT_SCANNED] = 1}, .accepted = 1}, 0},
		{"some accepted", {.verdicts = {[VERDICT_NOT_SCANNED] = 2}, .accepted = 1}, 2},
		{"interrupted", {.interrupted = true}, 2},
		{"failed", {.failed = true}, 2},
		{"detected and trouble",
		 {.verdicts = {[VERDICT_DETECTED] = 1, [VERDICT_NOT_SCANNED] = 1}, .failed = true},
		 1},
		{"vanished", {.met = {[WALK_VANISHED] = 5}}, 0},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		int got = tally_exit_status(&cases[i].tally);

		if (got != cases[i].want)
			fail_msg("%s: got %d, want %d", cases[i].name, got, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text),
		cmocka_unit_test(json),
		cmocka_unit_test(many_findings),
		cmocka_unit_test(exit_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
