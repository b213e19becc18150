/*
 * macho: YARA 4.5, "macho" module. The functions look an architecture up in a
 * fat file; the first one that is asked for counts.
 */
#include "module/module.h"

/* The row of a group whose columns have the values of the arguments. */
static struct value find(struct module_call *call, enum fact_group group, enum fact_id type,
			 enum fact_id subtype)
{
	uint32_t first, count;

	if (fact_need(call->facts, PART_macho) != OK)
		return VALUE_OF_UNKNOWN;
	fact_rows(call->facts, group, 0, &first, &count);
	for (uint32_t i = first; i < first + count; i++) {
		if (fact_is(call->facts, type, i, call->args[0].integer) &&
		    (call->arg_count < 2 ||
		     fact_is(call->facts, subtype, i, call->args[1].integer)))
			return value_int(i);
	}
	return VALUE_OF_UNDEFINED;
}

static struct value file_index(struct module_call *call)
{
	return find(call, GROUP_MACHO_FILE, FACT_MACHO_FILE_CPUTYPE, FACT_MACHO_FILE_CPUSUBTYPE);
}

/* In the whole file: entry points of file[] count from where each of them starts. */
static struct value entry_point(struct module_call *call)
{
	struct value row = find(call, GROUP_MACHO_FAT_ARCH, FACT_MACHO_FAT_ARCH_CPUTYPE,
				FACT_MACHO_FAT_ARCH_CPUSUBTYPE);

	if (row.kind != VALUE_INT)
		return row;
	const struct fact *start =
		fact_get(call->facts, FACT_MACHO_FAT_ARCH_OFFSET, (uint64_t)row.integer);
	const struct fact *entry =
		fact_get(call->facts, FACT_MACHO_FILE_ENTRY_POINT, (uint64_t)row.integer);
	if (start == NULL || entry == NULL)
		return VALUE_OF_UNDEFINED;
	return value_int((int64_t)((uint64_t)start->integer + (uint64_t)entry->integer));
}

struct value call_macho_file_index_for_arch_i(struct module_call *call)
{
	return file_index(call);
}

struct value call_macho_file_index_for_arch_ii(struct module_call *call)
{
	return file_index(call);
}

struct value call_macho_entry_point_for_arch_i(struct module_call *call)
{
	return entry_point(call);
}

struct value call_macho_entry_point_for_arch_ii(struct module_call *call)
{
	return entry_point(call);
}
