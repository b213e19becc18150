/*
 * Messages: what goes in comes out; what is cut, longer, or out of range does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "cell/wire.h"

static struct wire_setup setup_example(void)
{
	struct wire_setup m = {
		.images = 2, .all_matches = true, .outside.id = {1, 2, 3, 4, 5, 6, 7}};

	scan_limits_preset(&m.limits);
	m.limits.time = 77;
	m.wishes = (struct scan_wishes){WISH_RULES | WISH_MATCHES, DETAIL_DATA_PRESET, "Rule"};
	m.modules = 1 << MODULE_cuckoo;
	return m;
}

static struct wire_finding finding_example(void)
{
	return (struct wire_finding){
		.id = 7,
		.finding =
			{
				.image = 1,
				.ref = {2, 99},
				.effect = EFFECT_SUSPECT,
				.rule = "Some.Rule",
				.source = "some.ndb",
				.line = 12,
				.type = TYPE_ELF,
				.view = VIEW_RAW,
				.depth = 1,
				.path = "//a\nb",
				.author = "somebody",
				.reference = "https://example.org",
				.has_match = true,
				.offset = UINT64_C(1) << 40,
				.length = 3,
			},
	};
}

static struct wire_done done_example(void)
{
	struct wire_done m = {.count = 2};

	m.objects[0].id = 1;
	m.objects[0].outcome = (struct outcome){.verdict = VERDICT_CLEAN, .size = 5, .bytes = 5};
	m.objects[1].id = 2;
	m.objects[1].outcome = (struct outcome){
		.verdict = VERDICT_NOT_SCANNED,
		.missed = 1u << REASON_LIMIT | 1u << REASON_DAMAGED,
		.reason = REASON_LIMIT,
		.reason_at = 10,
		.reason_depth = 2,
		.type = TYPE_GZIP,
		.objects = 3,
		.trusted = true,
	};
	return m;
}

static struct wire_ready ready_example(void)
{
	struct wire_ready m = {.needs_subject = true};

	for (unsigned l = 0; l < LAYER_COUNT; l++) {
		m.confinement.layers[l].state = LAYER_PARTIAL;
		strcpy(m.confinement.layers[l].detail, layer_name(l));
	}
	return m;
}

static const struct diagnostic diagnostic_example = {
	.severity = SEVERITY_WARNING,
	.source = {"a.ndb", 5},
	.line = 3,
	.col = 4,
	.width = 5,
	.text = {"text of it", 10},
	.message = "wrong",
	.hint = "right",
};

static const struct wire_compiled compiled_example = {
	.counts = {1, 2, 3, 4, 5},
	.result = {.bytes = 6,
		   .digest = {7},
		   .hash_rules = 8,
		   .condition_rules = 9,
		   .hash_bytes = 10},
};

static const struct wire_include include_example = {3, {"./b.yar", 7}};
static const struct wire_included included_example = {E_DENIED, 5, {"c.yar", 5}, {"outside", 7}};

static void put_details(struct buf *to)
{
	const struct detail rule = {
		.kind = DETAIL_RULE,
		.state = DETAIL_UNDECIDED,
		.image = 1,
		.number = -1,
		.name = STR("r"),
		.text = STR("space"),
		.source = STR("a.yar"),
		.path = STR("//m"),
	};
	const struct detail match = {
		.kind = DETAIL_MATCH,
		.is_hex = true,
		.offset = UINT64_C(1) << 50,
		.length = 3,
		.name = STR("$a"),
		.text = STR("a\0\xff"),
	};

	wire_begin_details(to, 9);
	assert_true(wire_add_detail(to, &rule));
	assert_true(wire_add_detail(to, &match));
}

/* Each puts its example, and each gets a message and checks what came out, if anything did. */

static void put(struct buf *to, enum message type)
{
	const struct wire_setup setup = setup_example();
	const struct wire_scan scan = {
		2,
		{{5, 6, 0, STR("/tmp/a"), STR("root")}, {7, UINT64_C(1) << 60, 0, {0}, {0}}},
	};
	const struct wire_finding finding = finding_example();
	const struct wire_done done = done_example();
	const struct wire_ready ready = ready_example();
	const struct wire_failed failed = {{.code = E_NOMEM, .text = "out of memory"}, 3};

	switch (type) {
	case MSG_WORKER_SETUP:
		wire_put_setup(to, &setup);
		break;
	case MSG_WORKER_SCAN:
		wire_put_scan(to, &scan);
		break;
	case MSG_BROKER_READY:
		wire_put_ready(to, &ready);
		break;
	case MSG_BROKER_FAILED:
	case MSG_PARENT_FAILED:
		wire_put_failed(to, type, &failed);
		break;
	case MSG_BROKER_FINDING:
		wire_put_finding(to, &finding);
		break;
	case MSG_BROKER_DONE:
		wire_put_done(to, &done);
		break;
	case MSG_PARENT_DIAGNOSTIC:
		wire_put_diagnostic(to, &diagnostic_example);
		break;
	case MSG_PARENT_COMPILED:
		wire_put_compiled(to, &compiled_example);
		break;
	case MSG_BROKER_DETAIL:
		put_details(to);
		break;
	case MSG_PARENT_INCLUDE:
		wire_put_include(to, &include_example);
		break;
	case MSG_JAIL_INCLUDED:
		wire_put_included(to, &included_example);
		break;
	case MSG_END:
		break;
	}
}

static enum status turn_details(struct str message, struct buf *again)
{
	struct wire_details details;
	struct detail d;
	enum status status = wire_get_details(message, &details);

	if (status != OK)
		return status;
	wire_begin_details(again, details.id);
	while (wire_next_detail(&details, &d))
		assert_true(wire_add_detail(again, &d));
	return OK;
}

/* Decode, and encode what came out into `again`. */
static enum status turn(struct str message, enum message type, struct buf *again)
{
	static struct wire_setup setup;
	static struct wire_scan scan;
	static struct wire_finding finding;
	static struct wire_done done;
	static struct wire_ready ready;
	static struct diagnostic diagnostic;
	static struct wire_texts texts;
	static struct wire_compiled compiled;
	static struct wire_failed failed;
	static struct wire_include include;
	static struct wire_included included;
	enum status status = E_INTERNAL;

	switch (type) {
	case MSG_WORKER_SETUP:
		status = wire_get_setup(message, &setup);
		wire_put_setup(again, &setup);
		break;
	case MSG_WORKER_SCAN:
		status = wire_get_scan(message, &scan);
		if (status == OK) /* its texts are borrowed */
			wire_put_scan(again, &scan);
		break;
	case MSG_BROKER_READY:
		status = wire_get_ready(message, &ready);
		wire_put_ready(again, &ready);
		break;
	case MSG_BROKER_FAILED:
	case MSG_PARENT_FAILED:
		status = wire_get_failed(message, &failed);
		wire_put_failed(again, type, &failed);
		break;
	case MSG_BROKER_FINDING:
		status = wire_get_finding(message, &finding);
		wire_put_finding(again, &finding);
		break;
	case MSG_BROKER_DONE:
		status = wire_get_done(message, &done);
		wire_put_done(again, &done);
		break;
	case MSG_PARENT_DIAGNOSTIC:
		status = wire_get_diagnostic(message, &texts, &diagnostic);
		if (status == OK)
			wire_put_diagnostic(again, &diagnostic);
		break;
	case MSG_PARENT_COMPILED:
		status = wire_get_compiled(message, &compiled);
		wire_put_compiled(again, &compiled);
		break;
	case MSG_BROKER_DETAIL:
		status = turn_details(message, again);
		break;
	case MSG_PARENT_INCLUDE:
		status = wire_get_include(message, &include);
		if (status == OK) /* its texts are borrowed */
			wire_put_include(again, &include);
		break;
	case MSG_JAIL_INCLUDED:
		status = wire_get_included(message, &included);
		if (status == OK) /* its texts are borrowed */
			wire_put_included(again, &included);
		break;
	case MSG_END:
		break;
	}
	return status;
}

static void messages_survive_the_way(void **state)
{
	(void)state;
	for (enum message type = 1; type < MSG_END; type++) {
		struct buf first, second;
		enum message got;

		buf_init(&first, WIRE_MAX);
		buf_init(&second, WIRE_MAX);
		put(&first, type);
		if (first.bad || !wire_type(buf_str(&first), &got) || got != type)
			fail_msg("message %d has another type", type);
		if (turn(buf_str(&first), type, &second) != OK ||
		    !str_eq(buf_str(&first), buf_str(&second)))
			fail_msg("message %d does not come out as it went in", type);
		buf_done(&first);
		buf_done(&second);
	}
}

static void cut_and_longer_messages_are_refused(void **state)
{
	(void)state;
	for (enum message type = 1; type < MSG_END; type++) {
		struct buf message, again;

		buf_init(&message, WIRE_MAX);
		buf_init(&again, WIRE_MAX);
		put(&message, type);
		for (size_t len = 0; len < message.len; len++) {
			if (turn(str_first(buf_str(&message), len), type, &again) != E_MALFORMED)
				fail_msg("message %d cut to %zu bytes is taken", type, len);
		}
		buf_add_u8(&message, 0);
		if (turn(buf_str(&message), type, &again) != E_MALFORMED)
			fail_msg("message %d with a byte more is taken", type);
		buf_done(&message);
		buf_done(&again);
	}
}

static void values_out_of_range_are_refused(void **state)
{
	static const struct {
		const char *name;
		enum message type;
		size_t at;
		uint8_t value;
	} cases[] = {
		{"version", MSG_WORKER_SCAN, 0, 2},
		{"type", MSG_WORKER_SCAN, 1, MSG_BROKER_DONE},
		{"setup: images", MSG_WORKER_SETUP, 4, WIRE_IMAGES_MAX + 1},
		{"setup: all matches", MSG_WORKER_SETUP, 8, 2},
		{"setup: root", MSG_WORKER_SETUP, 9, 2},
		{"setup: wishes", MSG_WORKER_SETUP, 67, WISH_ALL >> 8 << 1},
		{"setup: data", MSG_WORKER_SETUP, 71, (DETAIL_TEXT_MAX >> 8) + 1},
		{"setup: depth", MSG_WORKER_SETUP, 82, 65},
		{"scan: none", MSG_WORKER_SCAN, 2, 0},
		{"scan: too many", MSG_WORKER_SCAN, 2, 33},
		{"ready: layers", MSG_BROKER_READY, 2, LAYER_COUNT - 1},
		{"ready: subject", MSG_BROKER_READY, 4, 2},
		{"ready: state", MSG_BROKER_READY, 5, LAYER_FULL + 1},
		{"ready: length", MSG_BROKER_READY, 6, 96},
		{"ready: NUL", MSG_BROKER_READY, 7, 0},
		{"failed: OK", MSG_BROKER_FAILED, 4, OK},
		{"failed: code", MSG_BROKER_FAILED, 4, E_INTERNAL + 1},
		{"finding: kind", MSG_BROKER_FINDING, 16, 1 + SUBJECT_COUNT * DIGEST_COUNT},
		{"finding: effect", MSG_BROKER_FINDING, 17, EFFECT_TRUST},
		{"finding: type", MSG_BROKER_FINDING, 18, TYPE_COUNT},
		{"finding: view", MSG_BROKER_FINDING, 19, VIEW_COUNT},
		{"finding: place", MSG_BROKER_FINDING, 28, 2},
		{"finding: rule too long", MSG_BROKER_FINDING, 46, RULE_NAME_MAX >> 8},
		{"finding: path too long", MSG_BROKER_FINDING, 50, FINDING_PATH_MAX >> 8},
		{"finding: author too long", MSG_BROKER_FINDING, 52, 1},
		{"finding: NUL", MSG_BROKER_FINDING, 55, 0},
		{"detail: kind", MSG_BROKER_DETAIL, 8, DETAIL_COUNT},
		{"detail: state", MSG_BROKER_DETAIL, 9, DETAIL_STATE_COUNT},
		{"detail: hex", MSG_BROKER_DETAIL, 10, 2},
		{"include: path too long", MSG_PARENT_INCLUDE, 9, 0x20},
		{"included: status", MSG_JAIL_INCLUDED, 4, E_INTERNAL + 1},
		{"done: none", MSG_BROKER_DONE, 2, 0},
		{"done: too many", MSG_BROKER_DONE, 2, WIRE_DONE_MAX + 1},
		{"done: verdict", MSG_BROKER_DONE, 8, VERDICT_COUNT},
		{"done: not scanned without a reason", MSG_BROKER_DONE, 8, VERDICT_NOT_SCANNED},
		{"done: reason", MSG_BROKER_DONE, 9, REASON_COUNT},
		{"done: type", MSG_BROKER_DONE, 10, TYPE_COUNT},
		{"done: trusted", MSG_BROKER_DONE, 11, 2},
		{"done: clean, but something missed", MSG_BROKER_DONE, 12, 1},
		{"done: unknown reason missed", MSG_BROKER_DONE, 15, 0x80},
		{"diagnostic: severity", MSG_PARENT_DIAGNOSTIC, 16, SEVERITY_WARNING + 1},
		{"diagnostic: hint", MSG_PARENT_DIAGNOSTIC, 17, 2},
		{"diagnostic: a hint that is none", MSG_PARENT_DIAGNOSTIC, 17, 0},
		{"diagnostic: source too long", MSG_PARENT_DIAGNOSTIC, 19, 0x20},
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct buf message, again;

		buf_init(&message, WIRE_MAX);
		buf_init(&again, WIRE_MAX);
		put(&message, cases[i].type);
		assert_true(cases[i].at < message.len);
		assert_int_not_equal(message.data[cases[i].at], cases[i].value);
		message.data[cases[i].at] = cases[i].value;
		if (turn(buf_str(&message), cases[i].type, &again) != E_MALFORMED)
			fail_msg("%s: taken", cases[i].name);
		buf_done(&message);
		buf_done(&again);
	}
}

static void the_largest_messages_fit(void **state)
{
	static char text[WIRE_LINE_MAX + 100];
	struct diagnostic d = {.message = text,
			       .hint = text,
			       .text = {text, sizeof text - 1},
			       .source = {text, sizeof text - 1}};
	struct wire_finding f = {0};
	struct wire_done done = {.count = WIRE_DONE_MAX};
	struct wire_texts texts;
	struct diagnostic got;
	struct buf message;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	buf_init(&message, WIRE_MAX);
	wire_put_diagnostic(&message, &d);
	assert_false(message.bad);
	assert_int_equal(wire_get_diagnostic(buf_str(&message), &texts, &got), OK);
	assert_int_equal(got.text.len, WIRE_LINE_MAX);
	memset(f.finding.rule, 'x', sizeof f.finding.rule - 1);
	memset(f.finding.source, 'x', sizeof f.finding.source - 1);
	memset(f.finding.path, 'x', sizeof f.finding.path - 1);
	wire_put_finding(&message, &f);
	assert_false(message.bad);
	wire_put_done(&message, &done);
	assert_false(message.bad);
	buf_done(&message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_survive_the_way),
		cmocka_unit_test(cut_and_longer_messages_are_refused),
		cmocka_unit_test(values_out_of_range_are_refused),
		cmocka_unit_test(the_largest_messages_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
