#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "module/module.h"
#include "module/state.h"

/* Each function has a pattern of plain text here. */
static struct value matches(struct module_host *host, struct value regex, struct str text)
{
	static const char *const patterns[] = {"wanted"};
	struct str want = str_of(patterns[regex.integer]);

	(void)host;
	for (size_t at = 0; at + want.len <= text.len; at++) {
		if (memcmp(text.data + at, want.data, want.len) == 0)
			return value_int(1);
	}
	return value_int(0);
}

static bool charge(struct module_host *host, uint64_t bytes)
{
	(void)host, (void)bytes;
	return true;
}

static struct value ask(enum function_id id, const char *report, int64_t port)
{
	const struct value args[] = {{.kind = VALUE_REGEX, .integer = 0}, value_int(port)};
	struct str data[MODULE_COUNT] = {{0}};
	struct module_host host = {.matches = matches, .charge = charge};
	struct memory_input in;
	struct fact_set facts = {0};

	data[MODULE_cuckoo] = str_of(report);
	assert_int_equal(module_state_new(data, &host.state), OK);
	memory_input_init(&in, "", 0);
	struct module_call call = {&host, &facts, &in.in,
				   NULL,  args,	  (uint32_t)strlen(function_info(id)->arguments)};
	struct value v = module_call(id, &call);
	module_state_free(host.state);
	return v;
}

#define NETWORK(list) "{\"network\": {" list "}}"
#define SUMMARY(list) "{\"behavior\": {\"summary\": {" list "}}}"
#define HTTP(entry) NETWORK("\"http\": [{\"uri\": \"x\"}, {" entry "}]")

static const struct {
	const char *name;
	enum function_id id;
	const char *report;
	int64_t port;
	int want; /* -1: unknown */
} cases[] = {
	{"good: no report", FUNCTION_cuckoo_mutex, "", 0, 0},
	{"good: nothing in it", FUNCTION_cuckoo_mutex, "{}", 0, 0},
	{"good: a list is no report", FUNCTION_cuckoo_mutex, "[1]", 0, 0},
	{"good: mutex", FUNCTION_cuckoo_mutex, SUMMARY("\"mutexes\": [\"a\", \"a wanted b\"]"), 0,
	 1},
	{"good: other mutex", FUNCTION_cuckoo_mutex, SUMMARY("\"mutexes\": [\"want\"]"), 0, 0},
	{"good: key", FUNCTION_cuckoo_key_access, SUMMARY("\"keys\": [\"wanted\"]"), 0, 1},
	{"good: key read", FUNCTION_cuckoo_key_access, SUMMARY("\"read_keys\": [\"wanted\"]"), 0,
	 0},
	{"good: file", FUNCTION_cuckoo_file_access, SUMMARY("\"files\": [\"wanted\"]"), 0, 1},
	{"good: host", FUNCTION_cuckoo_host, NETWORK("\"hosts\": [\"wanted\"]"), 0, 1},
	{"bad: host is no text", FUNCTION_cuckoo_host, NETWORK("\"hosts\": [{}, 1, null]"), 0, 0},
	{"good: domain", FUNCTION_cuckoo_dns_lookup,
	 NETWORK("\"domains\": [{\"ip\": \"1\", \"domain\": \"wanted\"}]"), 0, 1},
	{"bad: domain without address", FUNCTION_cuckoo_dns_lookup,
	 NETWORK("\"domains\": [{\"domain\": \"wanted\"}]"), 0, 0},
	{"good: old report", FUNCTION_cuckoo_dns_lookup,
	 NETWORK("\"dns\": [{\"ip\": \"1\", \"hostname\": \"wanted\"}]"), 0, 1},
	{"good: domains hide dns", FUNCTION_cuckoo_dns_lookup,
	 NETWORK("\"domains\": [], \"dns\": [{\"ip\": \"1\", \"hostname\": \"wanted\"}]"), 0, 0},
	{"good: get", FUNCTION_cuckoo_http_get, HTTP("\"method\": \"GeT\", \"uri\": \"wanted\""), 0,
	 1},
	{"good: post is no get", FUNCTION_cuckoo_http_get,
	 HTTP("\"method\": \"POST\", \"uri\": \"wanted\""), 0, 0},
	{"good: post", FUNCTION_cuckoo_http_post, HTTP("\"method\": \"POST\", \"uri\": \"wanted\""),
	 0, 1},
	{"good: request", FUNCTION_cuckoo_http_request,
	 HTTP("\"method\": \"post\", \"uri\": \"wanted\""), 0, 1},
	{"good: put is no request", FUNCTION_cuckoo_http_request,
	 HTTP("\"method\": \"put\", \"uri\": \"wanted\""), 0, 0},
	{"good: user agent", FUNCTION_cuckoo_http_user_agent, HTTP("\"user-agent\": \"wanted\""), 0,
	 1},
	{"good: tcp", FUNCTION_cuckoo_tcp,
	 NETWORK("\"tcp\": [{\"dst\": \"wanted\", \"dport\": 80}]"), 80, 1},
	{"good: other port", FUNCTION_cuckoo_tcp,
	 NETWORK("\"tcp\": [{\"dst\": \"wanted\", \"dport\": 80}]"), 81, 0},
	{"bad: port is a text", FUNCTION_cuckoo_tcp,
	 NETWORK("\"tcp\": [{\"dst\": \"wanted\", \"dport\": \"80\"}]"), 80, 0},
	{"good: udp", FUNCTION_cuckoo_udp,
	 NETWORK("\"udp\": [{\"dst\": \"wanted\", \"dport\": 53}]"), 53, 1},
	{"bad: cut", FUNCTION_cuckoo_udp, "{\"network\": {", 53, -1},
	{"bad: more behind it", FUNCTION_cuckoo_mutex, "{} {}", 0, -1},
};

static void test_reports(void **state)
{
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		struct value v = ask(cases[i].id, cases[i].report, cases[i].port);
		int got = v.kind == VALUE_INT ? (int)v.integer : -1;

		if (got != cases[i].want) {
			fprintf(stderr, "%s: got %d, want %d\n", cases[i].name, got, cases[i].want);
			bad++;
		}
	}
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_reports)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
