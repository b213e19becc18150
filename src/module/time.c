#include "module/module.h"

struct value call_time_now(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
