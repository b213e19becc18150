/*
 * cuckoo: what a report of the Cuckoo sandbox says. YARA 4.5, "cuckoo"
 * module. Without a report nothing matches. Of the report:
 *
 *	network.domains[]   ip, domain
 *	network.dns[]       ip, hostname        of old versions, without network.domains
 *	network.hosts[]     address
 *	network.tcp[], network.udp[]            dst, dport
 *	network.http[]      uri, method, user-agent
 *	behavior.summary.keys[], .files[], .mutexes[]
 *
 * An entry that lacks one of these, or has it of another type, is none.
 */
#include <jansson.h>
#include <strings.h>

#include "module/module.h"
#include "module/state.h"

/* What is asked of an entry; NULL where nothing is. */
struct question {
	const char *list;  /* in its part of the report */
	const char *text;  /* that must match; NULL: the entry is the text */
	const char *other; /* another text that the entry must have */
	const char *methods[2];
	bool has_port; /* its "dport" is the second argument */
};

/* Bytes of an entry, about, for the account of work. */
enum { ENTRY_COST = 64 };

static const char *text_of(const json_t *entry, const char *name)
{
	return json_string_value(name != NULL ? json_object_get(entry, name) : entry);
}

static bool has_method(const struct question *q, const json_t *entry)
{
	const char *method = text_of(entry, "method");

	if (q->methods[0] == NULL)
		return true;
	for (size_t i = 0; method != NULL && i < LEN(q->methods); i++) {
		if (q->methods[i] != NULL && strcasecmp(method, q->methods[i]) == 0)
			return true;
	}
	return false;
}

static bool has_port(const json_t *entry, int64_t port)
{
	const json_t *value = json_object_get(entry, "dport");

	return json_is_integer(value) && json_integer_value(value) == port;
}

static struct value matches(const struct module_call *call, const struct question *q,
			    const json_t *entry)
{
	const char *text = text_of(entry, q->text);

	if (text == NULL || (q->other != NULL && text_of(entry, q->other) == NULL) ||
	    !has_method(q, entry) || (q->has_port && !has_port(entry, call->args[1].integer)))
		return value_int(0);
	return call->host->matches(call->host, call->args[0], str_of(text));
}

/* Whether any entry matches; unknown when none does and one could not be decided. */
static struct value any(const struct module_call *call, const struct question *q,
			const json_t *list)
{
	struct value answer = value_int(0);

	for (size_t i = 0; i < json_array_size(list); i++) {
		if (!call->host->charge(call->host, ENTRY_COST))
			return VALUE_OF_UNKNOWN;
		struct value v = matches(call, q, json_array_get(list, i));

		if (v.kind != VALUE_INT)
			answer = VALUE_OF_UNKNOWN;
		else if (v.integer != 0)
			return value_int(1);
	}
	return answer;
}

/* The report, NULL where there is none; false when it cannot be read. */
static bool report_of(const struct module_call *call, const json_t **ret)
{
	struct module_state *state = call->host->state;

	*ret = NULL;
	if (state == NULL || !module_state_has(state, MODULE_cuckoo))
		return true;
	*ret = module_state_report(state);
	return *ret != NULL;
}

static struct value ask_network(const struct module_call *call, const struct question *q)
{
	const json_t *report;

	if (!report_of(call, &report))
		return VALUE_OF_UNKNOWN;
	return any(call, q, json_object_get(json_object_get(report, "network"), q->list));
}

static struct value ask_summary(const struct module_call *call, const char *list)
{
	const struct question q = {.list = list};
	const json_t *report;

	if (!report_of(call, &report))
		return VALUE_OF_UNKNOWN;
	const json_t *behavior = json_object_get(report, "behavior");
	return any(call, &q, json_object_get(json_object_get(behavior, "summary"), list));
}

struct value call_cuckoo_dns_lookup(struct module_call *call)
{
	static const struct question old = {.list = "dns", .text = "hostname", .other = "ip"};
	static const struct question now = {.list = "domains", .text = "domain", .other = "ip"};
	const json_t *report;

	if (!report_of(call, &report))
		return VALUE_OF_UNKNOWN;
	bool is_new = json_object_get(json_object_get(report, "network"), now.list) != NULL;
	return ask_network(call, is_new ? &now : &old);
}

struct value call_cuckoo_http_get(struct module_call *call)
{
	static const struct question q = {.list = "http", .text = "uri", .methods = {"get"}};

	return ask_network(call, &q);
}

struct value call_cuckoo_http_post(struct module_call *call)
{
	static const struct question q = {.list = "http", .text = "uri", .methods = {"post"}};

	return ask_network(call, &q);
}

struct value call_cuckoo_http_request(struct module_call *call)
{
	static const struct question q = {
		.list = "http", .text = "uri", .methods = {"get", "post"}};

	return ask_network(call, &q);
}

struct value call_cuckoo_http_user_agent(struct module_call *call)
{
	static const struct question q = {.list = "http", .text = "user-agent"};

	return ask_network(call, &q);
}

struct value call_cuckoo_host(struct module_call *call)
{
	static const struct question q = {.list = "hosts"};

	return ask_network(call, &q);
}

struct value call_cuckoo_tcp(struct module_call *call)
{
	static const struct question q = {.list = "tcp", .text = "dst", .has_port = true};

	return ask_network(call, &q);
}

struct value call_cuckoo_udp(struct module_call *call)
{
	static const struct question q = {.list = "udp", .text = "dst", .has_port = true};

	return ask_network(call, &q);
}

struct value call_cuckoo_key_access(struct module_call *call)
{
	return ask_summary(call, "keys");
}

struct value call_cuckoo_file_access(struct module_call *call)
{
	return ask_summary(call, "files");
}

struct value call_cuckoo_mutex(struct module_call *call)
{
	return ask_summary(call, "mutexes");
}
