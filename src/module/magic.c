#include "module/module.h"

struct value call_magic_mime_type(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_magic_type(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
