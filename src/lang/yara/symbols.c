#include "lang/yara/symbols.h"

enum { KEY_MAX = 200, KIND_SHIFT = 24 };

void symbols_init(struct symbols *s, struct arena *arena)
{
	*s = (struct symbols){.arena = arena};
	map_init(&s->map);
}

void symbols_done(struct symbols *s)
{
	map_done(&s->map);
}

/* "17.sections"; group numbers are small. */
static struct str key_of(char *to, enum fact_group group, struct str name)
{
	unsigned g = (unsigned)group;
	size_t len = 0;

	for (int i = 0; i < 4; i++, g /= 10)
		to[len++] = (char)('0' + g % 10);
	if (name.len > KEY_MAX - len)
		name.len = KEY_MAX - len;
	memcpy(to + len, name.data, name.len);
	return (struct str){to, len + name.len};
}

static void put(struct symbols *s, enum fact_group group, struct str name, struct symbol symbol)
{
	char text[KEY_MAX];
	struct str key = key_of(text, group, name);

	if (map_get(&s->map, key) != NULL)
		return;
	key = arena_str(s->arena, key);
	/* without memory a name stays unknown, and the rule that uses it is refused */
	if (key.data != NULL)
		(void)!map_put(&s->map, key, (uint32_t)symbol.kind << KIND_SHIFT | symbol.index);
}

/* Enter a name, and the structures that its dots speak of. */
static void enter(struct symbols *s, enum fact_group group, const char *name, enum symbol_kind kind,
		  uint32_t index)
{
	struct str whole = str_of(name);

	if (name[0] == '\0' || name[0] == '#')
		return;
	put(s, group, whole, (struct symbol){kind, index});
	for (size_t i = 0; i < whole.len; i++) {
		if (name[i] == '.')
			put(s, group, str_first(whole, i), (struct symbol){SYMBOL_STRUCT, 0});
	}
}

static void fill(struct symbols *s)
{
	size_t count;
	const struct constant_info *constants = constant_all(&count);

	for (uint32_t i = 0; i < FACT_COUNT; i++) {
		const struct fact_info *info = fact_info((enum fact_id)i);

		enter(s, info->group, info->name, SYMBOL_FACT, i);
	}
	for (uint32_t i = 0; i < FUNCTION_COUNT; i++) {
		const struct function_info *info = function_info((enum function_id)i);

		enter(s, info->group, info->name, SYMBOL_FUNCTION, i);
	}
	for (uint32_t i = 0; i < GROUP_COUNT; i++) {
		const struct group_info *info = group_info((enum fact_group)i);

		enter(s, info->parent, info->name, SYMBOL_GROUP, i);
	}
	for (size_t i = 0; i < count; i++)
		enter(s, constants[i].group, constants[i].name, SYMBOL_CONSTANT, (uint32_t)i);
	s->is_filled = true;
}

struct symbol symbols_find(struct symbols *s, enum fact_group group, struct str name)
{
	char text[KEY_MAX];

	if (!s->is_filled)
		fill(s);
	const uint32_t *found = map_get(&s->map, key_of(text, group, name));
	if (found == NULL)
		return (struct symbol){SYMBOL_NONE, 0};
	return (struct symbol){(enum symbol_kind)(*found >> KIND_SHIFT),
			       *found & ((1U << KIND_SHIFT) - 1)};
}

enum module_id symbols_module(struct str name)
{
	for (unsigned m = 0; m < MODULE_COUNT; m++) {
		const struct module_info *info = module_info((enum module_id)m);

		if (info->importable && str_eq(str_of(info->name), name))
			return (enum module_id)m;
	}
	return MODULE_COUNT;
}

void symbols_suggest_module(struct suggestion *s)
{
	for (unsigned m = 0; m < MODULE_COUNT; m++) {
		if (module_info((enum module_id)m)->importable)
			suggest_candidate(s, str_of(module_info((enum module_id)m)->name));
	}
}

void symbols_suggest(enum fact_group group, struct suggestion *s)
{
	size_t count;
	const struct constant_info *constants = constant_all(&count);

	for (unsigned i = 0; i < FACT_COUNT; i++) {
		if (fact_info((enum fact_id)i)->group == group)
			suggest_candidate(s, str_of(fact_info((enum fact_id)i)->name));
	}
	for (unsigned i = 0; i < FUNCTION_COUNT; i++) {
		if (function_info((enum function_id)i)->group == group)
			suggest_candidate(s, str_of(function_info((enum function_id)i)->name));
	}
	for (unsigned i = 0; i < GROUP_COUNT; i++) {
		if (group_info((enum fact_group)i)->parent == group)
			suggest_candidate(s, str_of(group_info((enum fact_group)i)->name));
	}
	for (size_t i = 0; i < count; i++) {
		if (constants[i].group == group)
			suggest_candidate(s, str_of(constants[i].name));
	}
}

enum fact_id symbols_element(enum fact_group group)
{
	for (unsigned i = 0; i < FACT_COUNT; i++) {
		const struct fact_info *info = fact_info((enum fact_id)i);

		if (info->group == group && info->name[0] == '\0')
			return (enum fact_id)i;
	}
	return FACT_COUNT;
}
