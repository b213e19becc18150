/*
 * Types in signatures, written as C# writes them: ECMA-335 II.23.2.
 *
 *	1d 08                int[]
 *	15 12 05 01 0e       Namespace.List<string>     (05: row 1 of TypeRef)
 *	14 08 02 00 00       int[,]
 */
#include "format/dotnet.h"

/* Elements inside of elements, dimensions, and what more is taken for damage, as in YARA. */
enum { DEPTH_MAX = 16, RANK_MAX = 50, ARGUMENTS_MAX = 1000, PARAMS_MAX = 2000 };

/* II.23.1.16 */
enum {
	TYPE_PTR = 0x0f,
	TYPE_BYREF,
	TYPE_VALUE,
	TYPE_CLASS,
	TYPE_VAR,
	TYPE_ARRAY,
	TYPE_GENERIC,
	TYPE_FUNCTION = 0x1b,
	TYPE_VECTOR = 0x1d,
	TYPE_METHOD_VAR,
	TYPE_REQUIRED,
	TYPE_OPTIONAL
};

static const char *const simple[] = {
	[0x01] = "void",    [0x02] = "bool",   [0x03] = "char",		  [0x04] = "sbyte",
	[0x05] = "byte",    [0x06] = "short",  [0x07] = "ushort",	  [0x08] = "int",
	[0x09] = "uint",    [0x0a] = "long",   [0x0b] = "ulong",	  [0x0c] = "float",
	[0x0d] = "double",  [0x0e] = "string", [0x16] = "TypedReference", [0x18] = "IntPtr",
	[0x19] = "UIntPtr", [0x1c] = "object",
};

bool dotnet_byte(struct dotnet *d, struct dotnet_blob *sig, uint8_t *ret)
{
	struct reader r;

	if (sig->len == 0 || !dotnet_read(d, d->blobs, sig->at, 1, &r))
		return false;
	*ret = r.data[0];
	sig->at++;
	sig->len--;
	return true;
}

/* A compressed number of *ret_size bytes; false, and nothing is stepped over, when there is none.
 */
static bool take_number(struct dotnet *d, struct dotnet_blob *sig, uint32_t *ret,
			unsigned *ret_size)
{
	struct reader r;

	if (sig->len == 0 || !dotnet_read(d, d->blobs, sig->at, 1, &r))
		return false;
	uint8_t first = r.data[0];
	unsigned size = first < 0x80 ? 1 : first < 0xc0 ? 2 : 4;
	if (first >= 0xe0 || sig->len < size || !dotnet_read(d, d->blobs, sig->at, size, &r))
		return false;
	*ret = size == 1   ? first
	       : size == 2 ? (uint32_t)(get_u16be(r.data) & 0x3fff)
			   : get_u32be(r.data) & 0x1fffffff;
	*ret_size = size;
	sig->at += size;
	sig->len -= size;
	return true;
}

uint32_t dotnet_number(struct dotnet *d, struct dotnet_blob *sig)
{
	uint32_t number = 0;
	unsigned size;

	return take_number(d, sig, &number, &size) ? number : 0;
}

/*
 * A signed number, the sign in the lowest bit. Of those of two bytes the sign
 * fills 16 bits only, as in YARA.
 */
static int32_t signed_number(struct dotnet *d, struct dotnet_blob *sig)
{
	uint32_t number = 0;
	unsigned size;

	if (!take_number(d, sig, &number, &size))
		return 0;
	uint32_t half = number >> 1;
	if ((number & 1) == 0)
		return (int32_t)half;
	if (size == 1)
		return (int32_t)(half | 0xffffffc0);
	return (int32_t)(half | (size == 2 ? 0xc000 : 0xe0000000));
}

/* "Ptr<", the type, ">": false when there is no type. */
static bool wrapped(struct dotnet_types *t, struct dotnet_blob *sig, unsigned depth,
		    const char *before, const char *behind)
{
	buf_add_str(t->to, str_of(before));
	if (!dotnet_type(t, sig, depth))
		return false;
	buf_add_str(t->to, str_of(behind));
	return true;
}

/* `count` types, those that cannot be read left out. */
static void list(struct dotnet_types *t, struct dotnet_blob *sig, uint32_t count, unsigned depth,
		 const char *between)
{
	for (uint32_t i = 0; i < count && t->work > 0; i++) {
		size_t start = t->to->len;

		if (i > 0)
			buf_add_str(t->to, str_of(between));
		if (!dotnet_type(t, sig, depth))
			t->to->len = start;
	}
}

static bool generic(struct dotnet_types *t, struct dotnet_blob *sig, unsigned depth)
{
	if (!dotnet_type(t, sig, depth))
		return false;
	uint32_t count = dotnet_number(t->d, sig);
	if (count > ARGUMENTS_MAX)
		return false;
	buf_add_u8(t->to, '<');
	list(t, sig, count, depth, ",");
	buf_add_u8(t->to, '>');
	return true;
}

static bool function(struct dotnet_types *t, struct dotnet_blob *sig, unsigned depth)
{
	uint8_t flags;

	if (!dotnet_byte(t->d, sig, &flags))
		return false;
	uint32_t count = dotnet_number(t->d, sig);
	if (count > PARAMS_MAX)
		return false;
	buf_add_str(t->to, STR("FnPtr<"));
	if (!dotnet_type(t, sig, depth))
		return false;
	buf_add_u8(t->to, '(');
	list(t, sig, count, depth, ", ");
	buf_add_str(t->to, STR(")>"));
	return true;
}

/* An array with dimensions: their number, some sizes, some lower bounds. */
static bool array(struct dotnet_types *t, struct dotnet_blob *sig, unsigned depth)
{
	int32_t ends[RANK_MAX] = {0}, lows[RANK_MAX] = {0};

	if (!dotnet_type(t, sig, depth))
		return false;
	uint32_t rank = dotnet_number(t->d, sig);
	if (rank == 0 || rank > RANK_MAX)
		return false;
	uint32_t sizes = dotnet_number(t->d, sig);
	if (sizes > rank)
		return false;
	for (uint32_t i = 0; i < sizes; i++)
		ends[i] = (int32_t)dotnet_number(t->d, sig);
	uint32_t bounds = dotnet_number(t->d, sig);
	if (bounds > rank)
		return false;
	for (uint32_t i = 0; i < bounds; i++) {
		lows[i] = signed_number(t->d, sig);
		/* both below 2^29: the sum fits */
		ends[i] += i < sizes ? lows[i] : 0;
	}
	buf_add_u8(t->to, '[');
	for (uint32_t i = 0; i < rank; i++) {
		if (lows[i] != 0)
			buf_addf(t->to, "%d...", lows[i]);
		if (ends[i] != 0)
			buf_addf(t->to, "%d", ends[i]);
		buf_add_u8(t->to, i + 1 < rank ? ',' : ']');
	}
	return true;
}

/* A generic parameter, which stands as a number. */
static bool variable(struct dotnet_types *t, struct dotnet_blob *sig, uint32_t first,
		     uint32_t count)
{
	uint32_t index = dotnet_number(t->d, sig);
	struct str name;

	if (index >= count || !dotnet_name(t->d, t->generics.items[first + index].value, &name))
		return false;
	buf_add_str(t->to, name);
	return true;
}

static bool compound(struct dotnet_types *t, struct dotnet_blob *sig, uint8_t type, unsigned depth)
{
	switch (type) {
	case TYPE_PTR:
		return wrapped(t, sig, depth, "Ptr<", ">");
	case TYPE_BYREF:
		return wrapped(t, sig, depth, "ref ", "");
	case TYPE_VECTOR:
		return wrapped(t, sig, depth, "", "[]");
	case TYPE_VALUE:
	case TYPE_CLASS:
		return dotnet_type_name(t, dotnet_number(t->d, sig), depth);
	case TYPE_VAR:
		return variable(t, sig, t->of_class, t->class_generics);
	case TYPE_METHOD_VAR:
		return variable(t, sig, t->of_method, t->method_generics);
	case TYPE_ARRAY:
		return array(t, sig, depth);
	case TYPE_GENERIC:
		return generic(t, sig, depth);
	case TYPE_FUNCTION:
		return function(t, sig, depth);
	case TYPE_REQUIRED:
	case TYPE_OPTIONAL:
		dotnet_number(t->d, sig);
		return dotnet_type(t, sig, depth);
	default:
		return false;
	}
}

/* A type may lead to others through rows of TypeSpec, in circles too: `depth` ends that. */
bool dotnet_type(struct dotnet_types *t, struct dotnet_blob *sig, unsigned depth)
{
	size_t start = t->to->len;
	uint8_t type;

	if (t->work == 0 || depth > DEPTH_MAX || !dotnet_byte(t->d, sig, &type))
		return false;
	t->work--;
	if (type < LEN(simple) && simple[type] != NULL) {
		buf_add_str(t->to, str_of(simple[type]));
		return true;
	}
	if (compound(t, sig, type, depth + 1))
		return true;
	t->to->len = start;
	return false;
}
