/*
 * pe: YARA 4.5, "pe" module.
 */
#include "module/module.h"

struct value call_pe_checksum(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_rich_version(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_rich_version_tool(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_rich_tool(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_rich_tool_version(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imphash(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_section_by_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_section_by_offset(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_exports_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_exports_match(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_exports_ordinal(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_exports_index_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_exports_index_ordinal(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_exports_index_match(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_ordinal(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_library(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_match(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_kind_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_kind_ordinal(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_kind_library(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_imports_kind_match(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_import_rva_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_import_rva_ordinal(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_delayed_rva_name(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_delayed_rva_ordinal(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_locale(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_language(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_is_dll(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_is_32bit(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_is_64bit(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}

struct value call_pe_rva_to_offset(struct module_call *call)
{
	(void)call;
	return VALUE_OF_UNKNOWN;
}
