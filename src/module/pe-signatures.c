/*
 * pe: the function of signatures. YARA 4.5, "pe" module.
 */
#include "module/module.h"

struct value call_pe_valid_on(struct module_call *call)
{
	uint64_t row = (uint64_t)call->args[0].integer;
	int64_t time = call->args[1].integer;

	if (fact_need(call->facts, PART_pe_signatures) != OK)
		return VALUE_OF_UNKNOWN;
	const struct fact *begin = fact_get(call->facts, FACT_PE_SIGNATURE_NOT_BEFORE, row);
	const struct fact *end = fact_get(call->facts, FACT_PE_SIGNATURE_NOT_AFTER, row);
	if (begin == NULL || end == NULL)
		return VALUE_OF_UNDEFINED;
	return value_int(time >= begin->integer && time <= end->integer);
}
