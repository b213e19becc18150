#include "module/module.h"

struct value call_string_to_int(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_string_to_int_base(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_string_length(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
