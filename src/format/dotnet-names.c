/*
 * Full names of types: namespace, types around a nested one, name without the
 * number of its generic parameters ("List`1").
 */
#include "format/dotnet.h"

/* Types around a type that are followed. */
enum { SPACES_MAX = 10 };

uint32_t dotnet_first(const struct dotnet_pairs *pairs, uint32_t key)
{
	uint32_t low = 0, high = pairs->len;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (pairs->items[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < pairs->len && pairs->items[low].key == key ? low : pairs->len;
}

bool dotnet_join(struct buf *to, size_t start, bool has_space, struct str name)
{
	if (name.len == 0)
		return has_space;
	if (to->len > start)
		buf_add_u8(to, '.');
	buf_add_str(to, name);
	if (to->len > start) {
		struct str whole = {(const char *)to->data + start, to->len - start};

		to->len = start + str_find(whole, '`');
	}
	return true;
}

bool dotnet_outer(struct dotnet_types *t, uint32_t type, unsigned depth)
{
	struct dotnet *d = t->d;
	struct dotnet_row outer;
	struct str name;
	size_t start = t->to->len;
	uint32_t at = dotnet_first(&t->nested, type);

	if (depth > SPACES_MAX || at == t->nested.len)
		return false;
	uint32_t index = t->nested.items[at].value;
	if (index == 0 || !dotnet_row(d, TABLE_TYPE_DEF, index - 1, &outer))
		return false;
	bool has_name = dotnet_name(d, outer.at[TYPE_DEF_NAME], &name);
	if (has_name && str_eq(name, STR("<Module>")))
		return false;
	if (index == type) /* around itself */
		outer.at[TYPE_DEF_FLAGS] = 0;
	bool has_space = dotnet_space(t, &outer, index, depth + 1);
	/* the namespace was read in between */
	if (!dotnet_name(d, outer.at[TYPE_DEF_NAME], &name))
		name = STR("");
	return dotnet_join(t->to, start, has_space, name);
}

bool dotnet_space(struct dotnet_types *t, const struct dotnet_row *type, uint32_t index,
		  unsigned depth)
{
	struct str space;
	size_t start = t->to->len;

	if (!dotnet_is_nested(type->at[TYPE_DEF_FLAGS])) {
		if (!dotnet_name(t->d, type->at[TYPE_DEF_SPACE], &space))
			return false;
		buf_add_str(t->to, space);
		return true;
	}
	bool has_outer = dotnet_outer(t, index, depth);
	if (!dotnet_name(t->d, type->at[TYPE_DEF_SPACE], &space))
		space = STR("");
	return dotnet_join(t->to, start, has_outer, space);
}

static bool append_definition(struct dotnet_types *t, uint32_t index)
{
	struct dotnet_row row;
	struct str name;
	size_t start = t->to->len;

	if (!dotnet_row(t->d, TABLE_TYPE_DEF, index - 1, &row))
		return false;
	bool has_space = dotnet_space(t, &row, index, 1);
	if (!dotnet_name(t->d, row.at[TYPE_DEF_NAME], &name))
		name = STR("");
	return dotnet_join(t->to, start, has_space, name);
}

static bool append_reference(struct dotnet_types *t, uint32_t index)
{
	struct dotnet_row row;
	struct str name;
	size_t start = t->to->len;

	if (!dotnet_row(t->d, TABLE_TYPE_REF, index - 1, &row))
		return false;
	bool has_space = dotnet_name(t->d, row.at[TYPE_REF_SPACE], &name);
	if (has_space)
		buf_add_str(t->to, name);
	if (!dotnet_name(t->d, row.at[TYPE_REF_NAME], &name))
		name = STR("");
	return dotnet_join(t->to, start, has_space, name);
}

/* A type that is written as a signature; the generic parameters of methods mean nothing there. */
static bool append_specification(struct dotnet_types *t, uint32_t index, unsigned depth)
{
	struct dotnet_row row;
	struct dotnet_blob sig;

	if (!dotnet_row(t->d, TABLE_TYPE_SPEC, index - 1, &row) ||
	    !dotnet_blob(t->d, row.at[TYPE_SPEC_SIGNATURE], &sig))
		return false;
	uint32_t generics = t->method_generics;
	t->method_generics = 0;
	bool is_there = dotnet_type(t, &sig, depth);
	t->method_generics = generics;
	return is_there;
}

bool dotnet_type_name(struct dotnet_types *t, uint32_t coded, unsigned depth)
{
	uint32_t index = coded >> 2;

	if (index == 0)
		return false;
	switch (coded & 3) {
	case 0:
		return append_definition(t, index);
	case 1:
		return append_reference(t, index);
	case 2:
		return append_specification(t, index, depth);
	default:
		return false;
	}
}
