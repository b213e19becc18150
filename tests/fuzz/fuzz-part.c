/*
 * One program for each part of facts (ir/modules.def), which finds the parts
 * that it builds on as the engine does. Promises: a failure explains itself and
 * points into the input, the arena keeps its ceiling, texts end with a NUL, rows
 * belong to rows that are there, and the same input gives the same facts.
 */
#include <stdlib.h>

#include "base/num.h"
#include "format/parts.h"

enum { ARENA_CEILING = 16 << 20 };

#define PART_ID(part) PART_ID_(part)
#define PART_ID_(part) PART_##part

#define PROMISE(truth)                                                                             \
	do {                                                                                       \
		if (!(truth))                                                                      \
			abort();                                                                   \
	} while (0)

struct object {
	struct fact_source source;
	struct memory_input in;
};

static enum status find(struct fact_source *source, struct fact_set *set, enum fact_part part)
{
	struct object *o = (struct object *)source;
	struct error e = {0};
	enum status status = part_find(part, &o->in.in, set, &e);

	PROMISE(status == OK || (e.code == status && e.at <= o->in.in.size));
	PROMISE(status != E_INTERNAL && status != E_IO);
	return status;
}

static void check_rows(const struct fact_set *set)
{
	for (unsigned g = 0; g < GROUP_COUNT; g++) {
		enum fact_group parent = group_info((enum fact_group)g)->parent;

		for (uint32_t i = 0; i < set->groups[g].len; i++)
			PROMISE(group_info(parent)->kind == GROUP_ONE ||
				set->groups[g].parents[i] < set->groups[parent].len);
	}
}

/* A number that depends on all facts. */
static uint64_t sum_up(const struct fact_set *set)
{
	uint64_t sum = 0;

	for (unsigned id = 0; id < FACT_COUNT; id++) {
		for (uint32_t i = 0; i < set->columns[id].len; i++) {
			const struct fact *f = fact_get(set, (enum fact_id)id, i);

			sum = sum * 31 + id + i;
			if (f == NULL)
				continue;
			if (f->kind != FACT_TEXT) {
				sum += (uint64_t)f->integer;
				continue;
			}
			PROMISE(f->text.data[f->text.len] == '\0');
			for (size_t k = 0; k < f->text.len; k++)
				sum = sum * 31 + (uint8_t)f->text.data[k];
		}
	}
	return sum;
}

static uint64_t find_all(const uint8_t *data, size_t size)
{
	struct object o = {.source = {find}};
	struct arena *a = arena_new(ARENA_CEILING);
	struct fact_set set;

	if (a == NULL)
		return 0;
	memory_input_init(&o.in, data, size);
	fact_set_init(&set, a, &o.source);
	enum status status = fact_need(&set, PART_ID(FUZZ_PART));
	PROMISE(status == OK || status == E_LIMIT);
	PROMISE(arena_used(a) <= ARENA_CEILING);
	check_rows(&set);
	uint64_t sum = sum_up(&set);
	arena_free(a);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t once = find_all(data, size);

	PROMISE(find_all(data, size) == once);
	return 0;
}
