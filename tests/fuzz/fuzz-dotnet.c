/*
 * Facts of assemblies. Promises: a failure explains itself and points into the
 * input, the arena keeps its ceiling, and rows belong to rows that are there.
 */
#include <stdlib.h>

#include "format/parts.h"

enum { ARENA_CEILING = 8 << 20 };

#define PROMISE(truth)                                                                             \
	do {                                                                                       \
		if (!(truth))                                                                      \
			abort();                                                                   \
	} while (0)

static void check_row_counts(const struct fact_set *set)
{
	for (unsigned g = 0; g < GROUP_COUNT; g++) {
		enum fact_group parent = group_info(g)->parent;

		for (uint32_t i = 0; i < set->groups[g].len; i++)
			PROMISE(group_info(parent)->kind == GROUP_ONE ||
				set->groups[g].parents[i] < set->groups[parent].len);
	}
}

static void check_places(const struct fact_set *set, uint64_t size)
{
	for (uint32_t i = 0; i < set->columns[FACT_DOTNET_OFFSET_VALUE].len; i++)
		PROMISE((uint64_t)fact_get(set, FACT_DOTNET_OFFSET_VALUE, i)->integer < size);
	for (uint32_t i = 0; i < set->columns[FACT_DOTNET_RESOURCE_OFFSET].len; i++)
		PROMISE((uint64_t)fact_get(set, FACT_DOTNET_RESOURCE_OFFSET, i)->integer <= size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum fact_part parts[] = {PART_dotnet, PART_dotnet_classes};
	struct arena *a = arena_new(ARENA_CEILING);
	struct memory_input m;
	struct fact_set set;

	if (a == NULL)
		return 0;
	memory_input_init(&m, data, size);
	fact_set_init(&set, a, NULL);
	for (size_t i = 0; i < LEN(parts); i++) {
		struct error e = {0};
		enum status status = part_find(parts[i], &m.in, &set, &e);

		PROMISE(status == OK || (e.code == status && e.at <= size));
		PROMISE(status != E_INTERNAL && status != E_IO);
		PROMISE(arena_used(a) <= ARENA_CEILING);
	}
	check_row_counts(&set);
	check_places(&set, size);
	arena_free(a);
	return 0;
}
