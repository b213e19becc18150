/*
 * tests: YARA 4.5, "tests" module.
 */
#include "module/module.h"

/* Regular expressions only tell whether they match, so this is not the length of the match. */
struct value call_tests_match(struct module_call *call)
{
	struct value v = call->host->matches(call->host, call->args[0], call->args[1].text);

	return v.kind == VALUE_INT ? value_int(v.integer != 0 ? 0 : -1) : v;
}

static struct value integer_sum(const struct module_call *call)
{
	uint64_t sum = 0; /* unsigned numbers wrap */

	for (uint32_t i = 0; i < call->arg_count; i++)
		sum += (uint64_t)call->args[i].integer;
	return value_int((int64_t)sum);
}

static struct value float_sum(const struct module_call *call)
{
	double sum = 0;

	for (uint32_t i = 0; i < call->arg_count; i++)
		sum += call->args[i].real;
	return value_float(sum);
}

struct value call_tests_isum2(struct module_call *call)
{
	return integer_sum(call);
}

struct value call_tests_isum3(struct module_call *call)
{
	return integer_sum(call);
}

struct value call_tests_fsum2(struct module_call *call)
{
	return float_sum(call);
}

struct value call_tests_fsum3(struct module_call *call)
{
	return float_sum(call);
}

struct value call_tests_length(struct module_call *call)
{
	return value_int((int64_t)call->args[0].text.len);
}

struct value call_tests_empty(struct module_call *call)
{
	(void)call;
	return value_text(STR(""));
}

struct value call_tests_foobar(struct module_call *call)
{
	switch (call->args[0].integer) {
	case 1:
		return value_text(STR("foo"));
	case 2:
		return value_text(STR("bar"));
	default:
		return value_text(STR("oob"));
	}
}
