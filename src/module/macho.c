#include "module/module.h"

struct value call_macho_file_index_for_arch_i(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_macho_file_index_for_arch_ii(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_macho_entry_point_for_arch_i(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_macho_entry_point_for_arch_ii(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}
