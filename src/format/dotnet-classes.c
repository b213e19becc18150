/*
 * Types and methods of an assembly: ECMA-335 II.22.37 (TypeDef), II.22.26
 * (MethodDef), II.22.33 (Param), II.22.20 (GenericParam), II.22.23
 * (InterfaceImpl), II.22.32 (NestedClass).
 *
 * A type has the methods from the row that it names to the one that the next
 * type names; a method the parameters from the row that it names on.
 */
#include <stdio.h>
#include <stdlib.h>

#include "format/dotnet.h"

/* What more a type or method has is taken for damage, as in YARA. */
enum { METHODS_MAX = 20000, PARAMS_MAX = 2000 };
/* Of one text, and elements of signatures in all. */
enum { TEXT_MAX = 1 << 20, WORK_MAX = 1 << 22 };

enum { TYPE_VISIBILITY = 7, TYPE_INTERFACE = 0x20, TYPE_ABSTRACT = 0x80, TYPE_SEALED = 0x100 };
enum { METHOD_ACCESS = 7, METHOD_STATIC = 0x10, METHOD_FINAL = 0x20, METHOD_VIRTUAL = 0x40 };
enum { METHOD_ABSTRACT = 0x400, SIGNATURE_GENERIC = 0x10, SIGNATURE_MIN = 3 };

/* Begin a text; the one before it must have had room. */
static void begin_text(struct dotnet_types *t)
{
	if ((t->work == 0 || t->to->bad) && t->d->status == OK)
		t->d->status = error_at(t->d->e, E_LIMIT, 0, "signatures are too long");
	buf_clear(t->to);
}

static int compare_pairs(const void *a, const void *b)
{
	const struct dotnet_pair *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* Sort the rows of a table by one column, to look up another. */
static struct dotnet_pairs pairs_of(struct dotnet *d, enum dotnet_table table, unsigned key,
				    unsigned value)
{
	struct dotnet_pairs pairs = {0};
	struct dotnet_row row;

	if (!dotnet_has(d, table) || d->status != OK)
		return pairs;
	pairs.items = arena_new_array(d->facts->arena, struct dotnet_pair, d->counts[table]);
	if (pairs.items == NULL) {
		if (d->counts[table] > 0)
			d->status = error_at(d->e, E_LIMIT, 0, "too many facts");
		return pairs;
	}
	for (uint32_t i = 0; dotnet_row(d, table, i, &row); i++)
		pairs.items[pairs.len++] = (struct dotnet_pair){row.at[key], i, row.at[value]};
	if (pairs.len > 0)
		qsort(pairs.items, pairs.len, sizeof *pairs.items, compare_pairs);
	return pairs;
}

/* How many generic parameters an owner has; none when one of them has no name. */
static uint32_t count_generics(struct dotnet_types *t, uint32_t owner, uint32_t *ret_first)
{
	uint32_t first = dotnet_first(&t->generics, owner), count = 0;

	*ret_first = first;
	for (; first + count < t->generics.len && t->generics.items[first + count].key == owner;
	     count++) {
		struct str name;

		if (!dotnet_name(t->d, t->generics.items[first + count].value, &name) ||
		    name.len == 0)
			return 0;
	}
	return count;
}

static void state_generics(struct dotnet_types *t, uint32_t first, uint32_t count,
			   enum fact_group group, enum fact_id id)
{
	for (uint32_t i = first; i < first + count; i++) {
		dotnet_add(t->d, group);
		dotnet_named(t->d, id, t->generics.items[i].value);
	}
}

static const char *type_visibility(uint32_t flags)
{
	static const char *const names[] = {
		"internal",
		"public",
		"public",
		"private",
		"protected",
		"internal",
		"private protected",
		"protected internal",
	};

	return names[flags & TYPE_VISIBILITY];
}

static const char *method_visibility(uint32_t flags)
{
	static const char *const names[] = {
		"private",  "private",	 "private protected",
		"internal", "protected", "protected internal",
		"public",   "private",
	};

	return names[flags & METHOD_ACCESS];
}

/* The start of a method's signature: II.23.2.1, up to the type of the result. */
struct method {
	struct dotnet_row row;
	struct dotnet_blob params;
	uint32_t param_count;
};

static bool read_signature(struct dotnet_types *t, struct method *m)
{
	struct dotnet_blob sig;
	uint8_t flags;

	begin_text(t);
	if (!dotnet_blob(t->d, m->row.at[METHOD_SIGNATURE], &sig) || sig.len < SIGNATURE_MIN ||
	    !dotnet_byte(t->d, &sig, &flags))
		return false;
	if ((flags & SIGNATURE_GENERIC) != 0)
		dotnet_number(t->d, &sig); /* the table of them counts */
	m->param_count = dotnet_number(t->d, &sig);
	if (!dotnet_type(t, &sig, 0) || m->param_count > PARAMS_MAX)
		return false;
	m->params = sig;
	return true;
}

/* Whether all types of parameters can be read; their texts are made again when stated. */
static bool check_params(struct dotnet_types *t, const struct method *m)
{
	struct dotnet_blob sig = m->params;
	uint32_t first = m->row.at[METHOD_PARAMS];
	size_t start = t->to->len;
	bool is_good = true;

	for (uint32_t i = 0; first != 0 && is_good && i < m->param_count; i++) {
		uint32_t row = first + i - 1;
		bool is_named = first + i != 0 && dotnet_has(t->d, TABLE_PARAM) &&
				row < t->d->counts[TABLE_PARAM];

		/* a row that is not all in the file ends the method, one beyond the table does not
		 */
		is_good = (!is_named ||
			   dotnet_row_fits(t->d, TABLE_PARAM, row, t->d->row_sizes[TABLE_PARAM])) &&
			  dotnet_type(t, &sig, 0);
		t->to->len = start;
	}
	return is_good;
}

static void state_param_name(struct dotnet_types *t, uint32_t first, uint32_t i)
{
	struct dotnet_row row;
	char name[16];

	if (first + i != 0 && dotnet_row(t->d, TABLE_PARAM, first + i - 1, &row)) {
		dotnet_named(t->d, FACT_DOTNET_PARAM_NAME, row.at[PARAM_NAME]);
		return;
	}
	snprintf(name, sizeof name, "P_%u", i);
	dotnet_text(t->d, FACT_DOTNET_PARAM_NAME, str_of(name));
}

static void state_params(struct dotnet_types *t, const struct method *m)
{
	struct dotnet_blob sig = m->params;
	uint32_t first = m->row.at[METHOD_PARAMS];

	if (first == 0)
		return;
	dotnet_int(t->d, FACT_DOTNET_METHOD_PARAM_COUNT, m->param_count);
	for (uint32_t i = 0; i < m->param_count && t->d->status == OK; i++) {
		begin_text(t);
		if (!dotnet_type(t, &sig, 0))
			break; /* out of work */
		dotnet_add(t->d, GROUP_DOTNET_PARAM);
		state_param_name(t, first, i);
		dotnet_text(t->d, FACT_DOTNET_PARAM_TYPE, buf_str(t->to));
	}
}

static void state_method_flags(struct dotnet *d, uint32_t flags)
{
	dotnet_text(d, FACT_DOTNET_METHOD_VISIBILITY, str_of(method_visibility(flags)));
	dotnet_int(d, FACT_DOTNET_METHOD_STATIC, (flags & METHOD_STATIC) != 0);
	dotnet_int(d, FACT_DOTNET_METHOD_VIRTUAL, (flags & METHOD_VIRTUAL) != 0);
	dotnet_int(d, FACT_DOTNET_METHOD_FINAL, (flags & METHOD_FINAL) != 0);
	dotnet_int(d, FACT_DOTNET_METHOD_ABSTRACT, (flags & METHOD_ABSTRACT) != 0);
}

/* State a method; false when it cannot be read. `index` counts from 1. */
static bool state_method(struct dotnet_types *t, uint32_t index, struct method *m)
{
	struct dotnet *d = t->d;
	struct str name;

	if (!dotnet_name(d, m->row.at[METHOD_NAME], &name) || name.len == 0)
		return false;
	bool is_constructor = str_eq(name, STR(".ctor")) || str_eq(name, STR(".cctor"));
	t->method_generics = count_generics(t, index << 1 | 1, &t->of_method);
	if (!read_signature(t, m) || !check_params(t, m))
		return false;
	dotnet_add(d, GROUP_DOTNET_METHOD);
	dotnet_named(d, FACT_DOTNET_METHOD_NAME, m->row.at[METHOD_NAME]);
	if (!is_constructor)
		dotnet_text(d, FACT_DOTNET_METHOD_RETURN, buf_str(t->to));
	state_method_flags(d, m->row.at[METHOD_FLAGS]);
	dotnet_int(d, FACT_DOTNET_METHOD_GENERIC_COUNT, t->method_generics);
	state_generics(t, t->of_method, t->method_generics, GROUP_DOTNET_METHOD_GENERIC,
		       FACT_DOTNET_METHOD_GENERIC_NAME);
	state_params(t, m);
	return true;
}

static void state_methods(struct dotnet_types *t, uint32_t first, uint32_t count)
{
	uint32_t stated = 0;
	struct method m;

	if (first == 0 || count > METHODS_MAX)
		return;
	for (uint32_t i = 0; i < count && t->d->status == OK; i++) {
		/* first + i wraps to 0 at most: such a row is not there */
		uint32_t index = first + i;

		if (index == 0 || !dotnet_row(t->d, TABLE_METHOD, index - 1, &m.row))
			break;
		stated += state_method(t, index, &m);
	}
	t->method_generics = 0;
	dotnet_int(t->d, FACT_DOTNET_CLASS_METHOD_COUNT, stated);
}

static void state_base(struct dotnet_types *t, uint32_t coded, uint32_t *count)
{
	begin_text(t);
	if (!dotnet_type_name(t, coded, 0))
		return;
	dotnet_add(t->d, GROUP_DOTNET_CLASS_BASE);
	dotnet_text(t->d, FACT_DOTNET_CLASS_BASE_NAME, buf_str(t->to));
	++*count;
}

static void state_bases(struct dotnet_types *t, uint32_t type, uint32_t extends)
{
	uint32_t count = 0;

	state_base(t, extends, &count);
	for (uint32_t i = dotnet_first(&t->interfaces, type);
	     i < t->interfaces.len && t->interfaces.items[i].key == type; i++)
		state_base(t, t->interfaces.items[i].value, &count);
	dotnet_int(t->d, FACT_DOTNET_CLASS_BASE_COUNT, count);
}

/* How many methods a type has, from where the next one's begin. */
static uint32_t count_methods(struct dotnet *d, uint32_t type, uint32_t first)
{
	struct dotnet_row next;
	uint32_t methods = dotnet_has(d, TABLE_METHOD) ? d->counts[TABLE_METHOD] : 0;

	if (type == d->counts[TABLE_TYPE_DEF])
		return methods >= first ? methods + 1 - first : 0;
	if (!dotnet_row(d, TABLE_TYPE_DEF, type, &next) || next.at[TYPE_DEF_METHODS] < first)
		return 0;
	return next.at[TYPE_DEF_METHODS] - first;
}

/* Namespace and full name, from the buffer. */
static void state_names(struct dotnet_types *t, uint32_t type, const struct dotnet_row *row,
			size_t name_len)
{
	struct dotnet *d = t->d;
	struct str name;

	begin_text(t);
	bool has_space = dotnet_space(t, row, type, 1);
	if (has_space)
		dotnet_text(d, FACT_DOTNET_CLASS_SPACE, buf_str(t->to));
	if (!dotnet_name(d, row->at[TYPE_DEF_NAME], &name))
		return;
	dotnet_text(d, FACT_DOTNET_CLASS_NAME, str_first(name, name_len));
	dotnet_join(t->to, 0, has_space, name);
	dotnet_text(d, FACT_DOTNET_CLASS_FULL, buf_str(t->to));
}

/* State a type; false when it has no name. `type` counts from 1. */
static bool state_class(struct dotnet_types *t, uint32_t type, const struct dotnet_row *row)
{
	struct dotnet *d = t->d;
	uint32_t flags = row->at[TYPE_DEF_FLAGS];
	struct str name;

	if (!dotnet_name(d, row->at[TYPE_DEF_NAME], &name))
		return false;
	size_t len = str_find(name, '`');
	if (len == 0 || str_eq(name, STR("<Module>")))
		return false;
	dotnet_add(d, GROUP_DOTNET_CLASS);
	state_names(t, type, row, len);
	dotnet_text(d, FACT_DOTNET_CLASS_VISIBILITY, str_of(type_visibility(flags)));
	dotnet_text(d, FACT_DOTNET_CLASS_TYPE,
		    (flags & TYPE_INTERFACE) != 0 ? STR("interface") : STR("class"));
	dotnet_int(d, FACT_DOTNET_CLASS_ABSTRACT, (flags & TYPE_ABSTRACT) != 0);
	dotnet_int(d, FACT_DOTNET_CLASS_SEALED, (flags & TYPE_SEALED) != 0);
	t->class_generics = count_generics(t, type << 1, &t->of_class);
	dotnet_int(d, FACT_DOTNET_CLASS_GENERIC_COUNT, t->class_generics);
	state_generics(t, t->of_class, t->class_generics, GROUP_DOTNET_CLASS_GENERIC,
		       FACT_DOTNET_CLASS_GENERIC_NAME);
	state_bases(t, type, row->at[TYPE_DEF_EXTENDS]);
	uint32_t first = row->at[TYPE_DEF_METHODS];
	state_methods(t, first, count_methods(d, type, first));
	return true;
}

void dotnet_state_classes(struct dotnet *d)
{
	struct buf text;
	struct dotnet_types t = {
		.d = d,
		.to = &text,
		.work = WORK_MAX,
		.nested = pairs_of(d, TABLE_NESTED, NESTED_CLASS, NESTED_OUTER),
		.generics = pairs_of(d, TABLE_GENERIC_PARAM, GENERIC_OWNER, GENERIC_NAME),
		.interfaces = pairs_of(d, TABLE_INTERFACE, INTERFACE_CLASS, INTERFACE_TYPE),
	};
	struct dotnet_row row;
	uint32_t count = 0;

	buf_init(&text, TEXT_MAX);
	for (uint32_t i = 0; d->status == OK && dotnet_row(d, TABLE_TYPE_DEF, i, &row); i++) {
		count += state_class(&t, i + 1, &row);
		begin_text(&t);
	}
	dotnet_int(d, FACT_DOTNET_CLASS_COUNT, count);
	buf_done(&text);
}
