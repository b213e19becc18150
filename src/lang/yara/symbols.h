/*
 * Names of modules: what "pe.sections" is, from the tables of ir/object.h.
 */
#pragma once

#include "base/arena.h"
#include "base/map.h"
#include "lang/yara/messages.h"

enum symbol_kind {
	SYMBOL_NONE,
	SYMBOL_STRUCT,	 /* names with dots begin with it */
	SYMBOL_FACT,	 /* enum fact_id */
	SYMBOL_CONSTANT, /* index into constant_all() */
	SYMBOL_FUNCTION, /* first of its enum function_id; overloads have the same name */
	SYMBOL_GROUP,	 /* enum fact_group: an array or dictionary */
};

struct symbol {
	enum symbol_kind kind;
	uint32_t index;
};

struct symbols {
	struct arena *arena;
	struct map map; /* "group.name" to kind and index */
	bool is_filled;
};

/** No names yet: they are entered when the first is looked up. Free with symbols_done(). */
void symbols_init(struct symbols *s, struct arena *arena);
void symbols_done(struct symbols *s);

/** What `name`, which may have dots, is in a group. */
struct symbol symbols_find(struct symbols *s, enum fact_group group, struct str name);

/** The importable module of that name; MODULE_COUNT when there is none. */
enum module_id symbols_module(struct str name);

/** Consider all modules, or all names in a group, for a suggestion. */
void symbols_suggest_module(struct suggestion *s);
void symbols_suggest(enum fact_group group, struct suggestion *s);

/** The column of an array or dictionary of plain values; FACT_COUNT for one of structures. */
enum fact_id symbols_element(enum fact_group group);
