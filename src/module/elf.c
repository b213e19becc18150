#include "module/module.h"

struct value call_elf_telfhash(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}

struct value call_elf_import_md5(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNDEFINED;
}
