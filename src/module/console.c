#include "module/module.h"

struct value call_console_log_text(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_log_named_text(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_log_int(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_log_named_int(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_log_float(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_log_named_float(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_hex(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_console_named_hex(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
