/*
 * What is known of an object before and after its bytes are matched: its type
 * and facts. The rows are in types.def, views.def and modules.def.
 *
 * Facts stand in tables. A group is a table, a fact one of its columns. A
 * module of a rule language is a group with one row; the elements of an
 * array are the rows of a group below it:
 *
 *	pe                      one row:  machine, timestamp, …
 *	└─ pe.import_details    a row a library:  library_name, …
 *	   └─ .functions        a row a function, belonging to a row above: name, rva
 */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/input.h"

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

enum value_type { VALUE_TYPE_INT, VALUE_TYPE_FLOAT, VALUE_TYPE_TEXT };

enum module_id {
#define MODULE(id, group, name, importable) MODULE_##id,
#include "ir/modules.def"
	MODULE_COUNT
};

enum fact_part {
#define PART(id, covers) PART_##id,
#include "ir/modules.def"
	PART_COUNT
};

enum fact_group {
#define GROUP(id, parent, kind, name) GROUP_##id,
#include "ir/modules.def"
	GROUP_COUNT,
	GROUP_NONE = GROUP_COUNT
};

enum fact_id {
#define FACT(id, part, group, type, name, unit, doc) FACT_##id,
#include "ir/modules.def"
	FACT_COUNT
};

enum function_id {
#define FUNCTION(id, group, name, arguments, result, doc) FUNCTION_##id,
#include "ir/modules.def"
	FUNCTION_COUNT
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

struct module_info {
	const char *name;
	enum fact_group group; /* its root */
	bool importable;       /* rules can ask for it by name */
};

enum group_kind { GROUP_ONE, GROUP_LIST, GROUP_DICT };

struct group_info {
	enum fact_group parent; /* GROUP_NONE: the root of a module */
	enum group_kind kind;
	const char *name;
};

struct fact_info {
	enum fact_part part;
	enum fact_group group;
	enum value_type type;
	const char *name, *unit, *doc;
};

struct constant_info {
	enum fact_group group;
	const char *name;
	enum value_type type;
	int64_t integer;
	double real;
	const char *text;
};

struct function_info {
	enum fact_group group;
	const char *name, *arguments;
	enum value_type result;
	const char *doc;
};

/** The row of a table. The argument must be a value of its enum. */
const struct type_info *type_info(enum object_type type);
const struct view_info *view_info(enum view view);
const struct module_info *module_info(enum module_id id);
const struct group_info *group_info(enum fact_group id);
const struct fact_info *fact_info(enum fact_id id);
const struct function_info *function_info(enum function_id id);
/** All constants of all modules; *ret_count is how many. */
const struct constant_info *constant_all(size_t *ret_count);

struct fact {
	enum { FACT_UNDEFINED, FACT_INT, FACT_FLOAT, FACT_TEXT } kind;
	union {
		int64_t integer;
		double real;
		struct str text; /* in the arena of the set; ends with a NUL that does not count */
	};
};

struct fact_set;
struct module_cache; /* of module/ */

/* Whoever can find facts: asked for each part once, when it is needed first. */
struct fact_source {
	enum status (*find)(struct fact_source *source, struct fact_set *set, enum fact_part part);
};

/*
 * Facts of one object. Memory comes from the arena, which must outlive the
 * set. Rows are made in order, the rows of a nested group while the row that
 * they belong to is the last one of its group.
 */
struct fact_set {
	struct arena *arena;
	struct fact_source *source; /* may be NULL: nothing more can be found */
	struct module_cache *cache; /* what functions of modules found before; in the arena */
	struct {
		bool is_asked;
		enum status status; /* what came of it */
	} parts[PART_COUNT];
	struct {
		uint32_t *parents; /* of each row; NULL for GROUP_ONE and below it */
		uint32_t len, cap;
	} groups[GROUP_COUNT];
	struct {
		struct fact *values; /* by row */
		uint32_t len, cap;
	} columns[FACT_COUNT];
};

void fact_set_init(struct fact_set *set, struct arena *arena, struct fact_source *source);

/**
 * See to it that the facts of a part are there. E_TRUNCATED, E_MALFORMED and
 * E_UNSUPPORTED are OK here: what damage hides is undefined. Anything else
 * (E_LIMIT, E_NOMEM, E_IO) means that the facts are not known.
 */
MUST_CHECK enum status fact_need(struct fact_set *set, enum fact_part part);

/** Begin a row of a LIST or DICT, in the last row of the group around it. E_LIMIT: too much. */
MUST_CHECK enum status fact_row(struct fact_set *set, enum fact_group group);

/** Set a column of the last row of its group (of the only row of a ONE). E_LIMIT: too much. */
MUST_CHECK enum status fact_set_int(struct fact_set *set, enum fact_id id, int64_t value);
MUST_CHECK enum status fact_set_float(struct fact_set *set, enum fact_id id, double value);
/** The text is copied. */
MUST_CHECK enum status fact_set_text(struct fact_set *set, enum fact_id id, struct str value);
/** Not copied: the text is in the arena of the set and has a NUL behind it. */
MUST_CHECK enum status fact_set_kept(struct fact_set *set, enum fact_id id, struct str kept);

/** The value in a row, or NULL: it is undefined. Finds nothing by itself. `set` may be NULL. */
const struct fact *fact_get(const struct fact_set *set, enum fact_id id, uint64_t row);

/** A fact that is a number; 0 where there is none. */
static inline int64_t fact_number(const struct fact_set *set, enum fact_id id, uint64_t row)
{
	const struct fact *f = fact_get(set, id, row);

	return f != NULL ? f->integer : 0;
}

/** Whether there is a fact that is this number. */
static inline bool fact_is(const struct fact_set *set, enum fact_id id, uint64_t row, int64_t value)
{
	const struct fact *f = fact_get(set, id, row);

	return f != NULL && f->integer == value;
}

/** A fact that is a text; without data where there is none. */
static inline struct str fact_text(const struct fact_set *set, enum fact_id id, uint64_t row)
{
	const struct fact *f = fact_get(set, id, row);

	return f != NULL ? f->text : (struct str){0};
}

/** The rows of `group` that belong to row `parent` of the group around it. */
void fact_rows(const struct fact_set *set, enum fact_group group, uint64_t parent,
	       uint32_t *ret_first, uint32_t *ret_count);

/** The row of a DICT of row `parent` whose key is `key`; false when there is none. */
bool fact_find(const struct fact_set *set, enum fact_group group, uint64_t parent, struct str key,
	       uint32_t *ret_row);

/** The column of a DICT that holds its keys, "#key". */
enum fact_id fact_key(enum fact_group group);

/** The part that makes the rows of a group. */
enum fact_part group_part(enum fact_group group);
