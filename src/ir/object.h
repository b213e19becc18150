/*
 * What is known of an object before its bytes are matched: its type and facts.
 * The rows are in types.def, views.def and facts.def.
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum object_type {
#define TYPE(id, name, target, found) TYPE_##id,
#include "ir/types.def"
#undef TYPE
	TYPE_COUNT
};

enum view {
#define VIEW(id, name, made) VIEW_##id,
#include "ir/views.def"
#undef VIEW
	VIEW_COUNT
};

enum fact_type { FACT_INT, FACT_FLOAT, FACT_TEXT };

enum fact_id {
#define FACT(id, name, type, unit, doc) FACT_##id,
#include "ir/facts.def"
#undef FACT
	FACT_COUNT
};

struct type_info {
	const char *name;
	int target; /* ClamAV's number, or -1 */
	bool found; /* this version identifies it */
};

struct view_info {
	const char *name;
	bool made; /* this version produces it */
};

struct fact_info {
	const char *name;
	enum fact_type type;
	const char *unit, *doc;
};

/** The row of a type, view or fact. The argument must be a value of its enum. */
const struct type_info *type_info(enum object_type type);
const struct view_info *view_info(enum view view);
const struct fact_info *fact_info(enum fact_id id);

struct fact {
	union {
		int64_t integer;
		double real;
		struct str text; /* borrowed from the arena of the set */
	};
};

/*
 * Facts of one object. Lists are filled in order of their index. Memory comes
 * from the arena, which must outlive the set.
 */
struct fact_list {
	struct fact *values;
	uint32_t len, cap;
};

struct fact_set {
	struct arena *arena;
	struct fact_list lists[FACT_COUNT];
};

void fact_set_init(struct fact_set *set, struct arena *arena);

/** Append a value; E_LIMIT at the arena's ceiling. `id` must have that type. */
MUST_CHECK enum status fact_add_int(struct fact_set *set, enum fact_id id, int64_t value);
MUST_CHECK enum status fact_add_text(struct fact_set *set, enum fact_id id, struct str value);

/** The value at `index` (0 for a single fact), or NULL: the fact is undefined. */
const struct fact *fact_get(const struct fact_set *set, enum fact_id id, uint64_t index);
