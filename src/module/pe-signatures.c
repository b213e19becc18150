/*
 * pe.signatures[i]: YARA 4.5, "pe" module.
 */
#include "module/module.h"

/* Both ends of the time count. */
struct value call_pe_valid_on(struct module_call *call)
{
	int64_t row = call->args[0].integer, at = call->args[1].integer;

	if (fact_need(call->facts, PART_pe_signatures) != OK)
		return VALUE_OF_UNKNOWN;
	if (row < 0 || row > UINT32_MAX)
		return VALUE_OF_UNDEFINED;
	const struct fact *from =
		fact_get(call->facts, FACT_PE_SIGNATURE_NOT_BEFORE, (uint32_t)row);
	const struct fact *to = fact_get(call->facts, FACT_PE_SIGNATURE_NOT_AFTER, (uint32_t)row);

	if (from == NULL || to == NULL)
		return VALUE_OF_UNDEFINED;
	return value_int(at >= from->integer && at <= to->integer);
}
