#include "ir/object.h"

#include "base/num.h"

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

static const struct module_info modules[] = {
#define MODULE(id, group, name, importable) {name, GROUP_##group, importable},
#include "ir/modules.def"
};

static const struct group_info groups[] = {
#define GROUP(id, parent, kind, name) {GROUP_##parent, GROUP_##kind, name},
#include "ir/modules.def"
};

static const struct fact_info facts[] = {
#define FACT(id, part, group, type, name, unit, doc) \
	{PART_##part, GROUP_##group, VALUE_TYPE_##type, name, unit, doc},
#include "ir/modules.def"
};

static const struct function_info functions[] = {
#define FUNCTION(id, group, name, arguments, result, doc) \
	{GROUP_##group, name, arguments, VALUE_TYPE_##result, doc},
#include "ir/modules.def"
};

static const struct constant_info constants[] = {
#define CONSTANT_INT(group, name, value) {GROUP_##group, name, VALUE_TYPE_INT, (value), 0, NULL},
#define CONSTANT_FLOAT(group, name, value) \
	{GROUP_##group, name, VALUE_TYPE_FLOAT, 0, (value), NULL},
#define CONSTANT_TEXT(group, name, value) {GROUP_##group, name, VALUE_TYPE_TEXT, 0, 0, (value)},
#include "ir/modules.def"
};

const struct type_info *type_info(enum object_type type)
{
	return &types[type];
}

const struct view_info *view_info(enum view view)
{
	return &views[view];
}

const struct module_info *module_info(enum module_id id)
{
	return &modules[id];
}

const struct group_info *group_info(enum fact_group id)
{
	return &groups[id];
}

const struct fact_info *fact_info(enum fact_id id)
{
	return &facts[id];
}

const struct function_info *function_info(enum function_id id)
{
	return &functions[id];
}

const struct constant_info *constant_all(size_t *ret_count)
{
	*ret_count = LEN(constants);
	return constants;
}

void fact_set_init(struct fact_set *set, struct arena *arena, struct fact_source *source)
{
	memset(set, 0, sizeof *set);
	set->arena = arena;
	set->source = source;
}

enum status fact_need(struct fact_set *set, enum fact_part part)
{
	enum status status = E_UNSUPPORTED;

	if (!set->parts[part].is_asked) {
		/* first: a part that needs itself gets what there is so far */
		set->parts[part].is_asked = true;
		if (set->source != NULL)
			status = set->source->find(set->source, set, part);
		if (status == E_TRUNCATED || status == E_MALFORMED || status == E_UNSUPPORTED)
			status = OK;
		set->parts[part].status = status;
	}
	return set->parts[part].status;
}

/* Make room for element `len` of a list of `size` bytes each. */
static bool grow(struct fact_set *set, void **items, uint32_t len, uint32_t *cap, size_t size)
{
	uint32_t more = *cap == 0 ? 1 : *cap * 2;

	if (len < *cap)
		return true;
	if (len > UINT32_MAX / 4)
		return false;
	while (more <= len)
		more *= 2;
	void *grown = arena_array(set->arena, more, size);
	if (grown == NULL)
		return false;
	if (*cap > 0)
		memcpy(grown, *items, *cap * size);
	*items = grown;
	*cap = more;
	return true;
}

/* Rows of a group so far. */
static uint32_t row_count(const struct fact_set *set, enum fact_group group)
{
	return groups[group].kind == GROUP_ONE ? 1 : set->groups[group].len;
}

enum status fact_row(struct fact_set *set, enum fact_group group)
{
	uint32_t at = set->groups[group].len;

	if (groups[group].kind == GROUP_ONE)
		return E_INTERNAL;
	uint32_t parents = row_count(set, groups[group].parent);
	if (parents == 0)
		return E_INTERNAL;
	if (!grow(set, (void **)&set->groups[group].parents, at, &set->groups[group].cap,
		  sizeof *set->groups[group].parents))
		return E_LIMIT;
	set->groups[group].parents[at] = parents - 1;
	set->groups[group].len++;
	return OK;
}

static enum status set_value(struct fact_set *set, enum fact_id id, struct fact value)
{
	uint32_t rows = row_count(set, facts[id].group);
	uint32_t len = set->columns[id].len;

	if (rows == 0)
		return E_INTERNAL;
	if (!grow(set, (void **)&set->columns[id].values, rows - 1, &set->columns[id].cap,
		  sizeof value))
		return E_LIMIT;
	for (; len < rows; len++)
		set->columns[id].values[len] = (struct fact){.kind = FACT_UNDEFINED};
	set->columns[id].len = rows;
	set->columns[id].values[rows - 1] = value;
	return OK;
}

enum status fact_set_int(struct fact_set *set, enum fact_id id, int64_t value)
{
	return set_value(set, id, (struct fact){.kind = FACT_INT, .integer = value});
}

enum status fact_set_float(struct fact_set *set, enum fact_id id, double value)
{
	return set_value(set, id, (struct fact){.kind = FACT_FLOAT, .real = value});
}

enum status fact_set_text(struct fact_set *set, enum fact_id id, struct str value)
{
	struct str copy = arena_str(set->arena, value);

	return copy.data != NULL ? fact_set_kept(set, id, copy) : E_LIMIT;
}

enum status fact_set_kept(struct fact_set *set, enum fact_id id, struct str kept)
{
	return set_value(set, id, (struct fact){.kind = FACT_TEXT, .text = kept});
}

const struct fact *fact_get(const struct fact_set *set, enum fact_id id, uint64_t row)
{
	if (set == NULL || row >= set->columns[id].len ||
	    set->columns[id].values[row].kind == FACT_UNDEFINED)
		return NULL;
	return &set->columns[id].values[row];
}

/* The first row of `group` that belongs to row `parent` or one behind it. */
static uint32_t first_of(const struct fact_set *set, enum fact_group group, uint64_t parent)
{
	uint32_t low = 0, high = set->groups[group].len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (set->groups[group].parents[middle] < parent)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void fact_rows(const struct fact_set *set, enum fact_group group, uint64_t parent,
	       uint32_t *ret_first, uint32_t *ret_count)
{
	*ret_first = 0;
	*ret_count = 0;
	if (set == NULL || parent >= UINT32_MAX)
		return;
	*ret_first = first_of(set, group, parent);
	*ret_count = first_of(set, group, parent + 1) - *ret_first;
}

enum fact_id fact_key(enum fact_group group)
{
	for (unsigned id = 0; id < FACT_COUNT; id++) {
		if (facts[id].group == group && strcmp(facts[id].name, "#key") == 0)
			return (enum fact_id)id;
	}
	return FACT_COUNT;
}

bool fact_find(const struct fact_set *set, enum fact_group group, uint64_t parent, struct str key,
	       uint32_t *ret_row)
{
	enum fact_id id = fact_key(group);
	uint32_t first, count;

	if (id == FACT_COUNT)
		return false;
	fact_rows(set, group, parent, &first, &count);
	/* of two with one key the later one counts, as where keys are overwritten */
	for (uint32_t i = first + count; i > first; i--) {
		const struct fact *f = fact_get(set, id, i - 1);

		if (f != NULL && f->kind == FACT_TEXT && str_eq(f->text, key)) {
			*ret_row = i - 1;
			return true;
		}
	}
	return false;
}

enum fact_part group_part(enum fact_group group)
{
	for (unsigned id = 0; id < FACT_COUNT; id++) {
		if (facts[id].group == group)
			return facts[id].part;
	}
	return PART_COUNT;
}
