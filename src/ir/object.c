#include "ir/object.h"

static const struct type_info types[] = {
#define TYPE(id, name, target, found) {name, target, found},
#include "ir/types.def"
#undef TYPE
};

static const struct view_info views[] = {
#define VIEW(id, name, made) {name, made},
#include "ir/views.def"
#undef VIEW
};

static const struct fact_info facts[] = {
#define FACT(id, name, type, unit, doc) {name, FACT_##type, unit, doc},
#include "ir/facts.def"
#undef FACT
};

const struct type_info *type_info(enum object_type type)
{
	return &types[type];
}

const struct view_info *view_info(enum view view)
{
	return &views[view];
}

const struct fact_info *fact_info(enum fact_id id)
{
	return &facts[id];
}

void fact_set_init(struct fact_set *set, struct arena *arena)
{
	*set = (struct fact_set){.arena = arena};
}

static enum status add(struct fact_set *set, enum fact_id id, struct fact value)
{
	struct fact_list *list = &set->lists[id];

	if (list->len == list->cap) {
		uint32_t cap = list->cap ? list->cap * 2 : 1;
		struct fact *grown = arena_new_array(set->arena, struct fact, cap);

		if (grown == NULL)
			return E_LIMIT;
		if (list->len > 0)
			memcpy(grown, list->values, list->len * sizeof *grown);
		list->values = grown;
		list->cap = cap;
	}
	list->values[list->len++] = value;
	return OK;
}

enum status fact_add_int(struct fact_set *set, enum fact_id id, int64_t value)
{
	return add(set, id, (struct fact){.integer = value});
}

enum status fact_add_text(struct fact_set *set, enum fact_id id, struct str value)
{
	struct str copy = arena_str(set->arena, value);

	if (copy.data == NULL)
		return E_LIMIT;
	return add(set, id, (struct fact){.text = copy});
}

const struct fact *fact_get(const struct fact_set *set, enum fact_id id, uint64_t index)
{
	if (set == NULL || index >= set->lists[id].len)
		return NULL;
	return &set->lists[id].values[index];
}
