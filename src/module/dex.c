/*
 * dex: YARA 4.5, "dex" module. The functions look through the methods of all
 * classes, in the order of the file. Texts are compared up to their first NUL.
 */
#include "module/module.h"

/* Whether a text is the argument, or is matched by it when that is a regular expression. */
static struct value fits(struct module_call *call, struct str text, uint32_t arg)
{
	const struct value *want = &call->args[arg];

	text = str_until_nul(text);
	if (!call->host->charge(call->host, text.len + 1))
		return VALUE_OF_UNKNOWN;
	if (want->kind == VALUE_REGEX)
		return call->host->matches(call->host, *want, text);
	return value_int(str_eq(text, str_until_nul(want->text)));
}

/* A method without a name fits none, one without a class fits every class: YARA has it so. */
static struct value fits_all(struct module_call *call, const enum fact_id *columns, uint64_t row)
{
	for (uint32_t i = 0; i < call->arg_count; i++) {
		const struct fact *f = fact_get(call->facts, columns[i], row);
		const bool is_last = i + 1 == call->arg_count;
		struct value truth =
			f != NULL ? fits(call, f->text, i) : value_int(is_last ? 0 : 1);

		if (truth.kind != VALUE_INT || truth.integer == 0)
			return truth;
	}
	return value_int(1);
}

/* 1 when one method fits the arguments, 0 when none does. */
static struct value find(struct module_call *call, const enum fact_id *columns)
{
	if (fact_need(call->facts, PART_dex_code) != OK)
		return VALUE_OF_UNKNOWN;
	const struct fact *count = fact_get(call->facts, FACT_DEX_NUMBER_OF_METHODS, 0);
	if (count == NULL)
		return VALUE_OF_UNDEFINED;
	for (uint64_t row = 0; row < (uint64_t)count->integer; row++) {
		struct value truth = fits_all(call, columns, row);

		if (truth.kind != VALUE_INT || truth.integer != 0)
			return truth;
	}
	return value_int(0);
}

static struct value find_class(struct module_call *call)
{
	static const enum fact_id columns[] = {FACT_DEX_METHOD_CLASS_NAME};

	return find(call, columns);
}

static struct value find_name(struct module_call *call)
{
	static const enum fact_id columns[] = {FACT_DEX_METHOD_NAME};

	return find(call, columns);
}

static struct value find_method(struct module_call *call)
{
	static const enum fact_id columns[] = {FACT_DEX_METHOD_CLASS_NAME, FACT_DEX_METHOD_NAME};

	return find(call, columns);
}

struct value call_dex_has_method_s(struct module_call *call)
{
	return find_name(call);
}

struct value call_dex_has_method_ss(struct module_call *call)
{
	return find_method(call);
}

struct value call_dex_has_method_r(struct module_call *call)
{
	return find_name(call);
}

struct value call_dex_has_method_rr(struct module_call *call)
{
	return find_method(call);
}

struct value call_dex_has_class_s(struct module_call *call)
{
	return find_class(call);
}

struct value call_dex_has_class_r(struct module_call *call)
{
	return find_class(call);
}
