/*
 * Target description blocks. docs/formats/clamav.md, "Logical signatures".
 *
 *	key:value{,key:value}
 */
#include "lang/clamav/tdb.h"

/* From this level on ClamAV knows more keys than Target; they demand that it is named. */
enum { LEVEL_KEYS = 51 };

struct key {
	const char *name;
	/** Read the value; `value` is inside the line. */
	enum status (*read)(struct signature *s, struct tdb *tdb, struct str value);
	const char *unsupported; /* why it is not served */
	bool is_old;             /* needs no Engine */
};

struct bounds {
	uint64_t low, high;
};

static enum status read_bounds(struct signature *s, struct str value, struct bounds *ret)
{
	size_t dash = str_find(value, '-');
	struct str low = str_first(value, dash), high = str_from(value, dash + 1);
	struct bounds b;

	if (!str_u64(low, &b.low) || !str_u64(high, &b.high) || b.low > INT64_MAX ||
	    b.high > INT64_MAX)
		return fault_at(&s->fault, value, "expected a range such as 0-1000");
	if (b.low > b.high)
		return fault_at(&s->fault, value, "this range ends before it begins");
	*ret = b;
	return OK;
}

/* `low <= value <= high`, of a value that is made twice as trees share nothing. */
static enum status add_bounds(struct signature *s, struct tdb *tdb, struct str text,
			      struct ir_expr *(*value)(struct arena *a))
{
	struct arena *a = s->rs->arena;
	struct bounds b = {0};
	enum status status = read_bounds(s, text, &b);

	if (status != OK)
		return status;
	if (tdb->count + 2 > TDB_CONDITIONS_MAX)
		return fault_at(&s->fault, text, "there are more conditions than keys");
	struct ir_expr *low[] = {value(a), ir_int(a, (int64_t)b.low)};
	struct ir_expr *high[] = {value(a), ir_int(a, (int64_t)b.high)};
	if (b.low > 0)
		tdb->conditions[tdb->count++] = ir_op(a, OP_GE, low, 2);
	tdb->conditions[tdb->count++] = ir_op(a, OP_LE, high, 2);
	return OK;
}

static struct ir_expr *size_value(struct arena *a)
{
	return ir_op(a, OP_SIZE, NULL, 0);
}

static struct ir_expr *entry_value(struct arena *a)
{
	return ir_indexed(a, OP_FACT, FACT_EXE_ENTRY);
}

static struct ir_expr *sections_value(struct arena *a)
{
	return ir_indexed(a, OP_ROWS, GROUP_EXE_SECTION);
}

static enum status read_engine(struct signature *s, struct tdb *tdb, struct str value)
{
	struct bounds b = {0};
	enum status status = read_bounds(s, value, &b);

	(void)tdb;
	return status == OK ? signature_check_levels(s, b.low, b.high) : status;
}

static enum status read_target(struct signature *s, struct tdb *tdb, struct str value)
{
	return target_read(s, value, &tdb->target);
}

static enum status read_size(struct signature *s, struct tdb *tdb, struct str value)
{
	return add_bounds(s, tdb, value, size_value);
}

static enum status read_entry(struct signature *s, struct tdb *tdb, struct str value)
{
	return add_bounds(s, tdb, value, entry_value);
}

static enum status read_sections(struct signature *s, struct tdb *tdb, struct str value)
{
	return add_bounds(s, tdb, value, sections_value);
}

/* CL_TYPE_ANY asks for nothing. */
static enum status read_container(struct signature *s, struct tdb *tdb, struct str value)
{
	(void)tdb;
	if (!str_eq(value, STR("CL_TYPE_ANY")))
		signature_skip(s, "conditions on the type of the container");
	return OK;
}

static const struct key keys[] = {
	{"Engine", read_engine, .is_old = true},
	{"Target", read_target, .is_old = true},
	{"FileSize", read_size},
	{"EntryPoint", read_entry},
	{"NumberOfSections", read_sections},
	{"Container", read_container},
	{"Intermediates", .unsupported = "conditions on the types of containers further out"},
	{"IconGroup1", .unsupported = "conditions on icons"},
	{"IconGroup2", .unsupported = "conditions on icons"},
	{"HandlerType", .unsupported = "signatures that choose a handler"},
};

static const struct key *find_key(struct str name)
{
	for (size_t i = 0; i < LEN(keys); i++) {
		if (str_eq(name, str_of(keys[i].name)))
			return &keys[i];
	}
	return NULL;
}

/* What has been seen of a block, for the rules about order and presence. */
struct progress {
	bool has_engine, has_target;
	uint64_t level; /* lowest that Engine names */
	struct str executable_key;
};

static enum status check_order(struct signature *s, const struct key *key, struct str item,
			       struct progress *seen)
{
	if (key->read == read_engine) {
		if (seen->has_target || seen->has_engine)
			return fault_at(&s->fault, item, "Engine comes first");
		seen->has_engine = true;
		(void)str_u64(str_first(str_from(item, 7), str_find(str_from(item, 7), '-')),
			      &seen->level);
	}
	seen->has_target |= key->read == read_target;
	if (!key->is_old && seen->level < LEVEL_KEYS) {
		s->fault.hint = "begin the block with Engine:51-255";
		return fault_at(&s->fault, item, "this key needs Engine with at least level 51");
	}
	if (key->read == read_entry || key->read == read_sections)
		seen->executable_key = item;
	return OK;
}

static enum status read_item(struct signature *s, struct str item, struct tdb *tdb,
			     struct progress *seen)
{
	size_t colon = str_find(item, ':');
	struct str value = str_from(item, colon + 1);

	if (colon == item.len)
		return fault_at(&s->fault, item, "expected key:value");
	const struct key *key = find_key(str_first(item, colon));
	if (key == NULL) {
		signature_skip(s, "unknown keys in the target description block");
		return E_UNSUPPORTED;
	}
	enum status status = check_order(s, key, item, seen);
	if (status != OK)
		return status;
	if (key->read != NULL)
		return key->read(s, tdb, value);
	signature_skip(s, "%s", key->unsupported);
	return OK;
}

enum status tdb_read(struct signature *s, struct str text, struct tdb *ret)
{
	struct progress seen = {0};
	struct str rest = text, item;
	enum status status = OK;

	while (status == OK && str_next_field(&rest, ',', &item))
		status = read_item(s, item, ret, &seen);
	if (status != OK)
		return status;
	if (!seen.has_target)
		return fault_at(&s->fault, text, "the key Target is missing");
	if (seen.executable_key.data != NULL && !ret->target.is_executable)
		return fault_at(&s->fault, seen.executable_key,
				"this key needs a target that is an executable: 1, 6 or 9");
	for (uint32_t i = 0; i < ret->count; i++) {
		if (ret->conditions[i] == NULL)
			return E_LIMIT;
	}
	return OK;
}
