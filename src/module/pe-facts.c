#include "module/pe-facts.h"

bool pe_needs(struct module_call *call, enum fact_part part, struct value *ret)
{
	if (fact_need(call->facts, PART_pe) != OK || fact_need(call->facts, part) != OK) {
		*ret = VALUE_OF_UNKNOWN;
		return false;
	}
	*ret = VALUE_OF_UNDEFINED;
	return fact_number(call->facts, FACT_PE_IS_PE, 0) != 0;
}

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (ascii_lower(a.data[i]) != ascii_lower(b.data[i]))
			return false;
	}
	return true;
}
