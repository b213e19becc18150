#include "module/module.h"

struct value call_dex_has_method_s(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_dex_has_method_ss(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_dex_has_method_r(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_dex_has_method_rr(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_dex_has_class_s(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_dex_has_class_r(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}
