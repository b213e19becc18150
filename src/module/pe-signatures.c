#include "module/module.h"

struct value call_pe_valid_on(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
