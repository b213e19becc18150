#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/parts.h"

/* A seed of the fuzz target, made by tests/data/dotnet/make.sh of everything.cs. */
enum { FILE_MAX = 16384, ARENA_BYTES = 4 << 20 };

static struct {
	uint8_t bytes[FILE_MAX];
	size_t len;
} original;

static int load(void **state)
{
	char path[4096];

	(void)state;
	snprintf(path, sizeof path, "%s/fuzz/dotnet/good-everything", getenv("CANDOR_TEST_DATA"));
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return -1;
	original.len = fread(original.bytes, 1, sizeof original.bytes, f);
	fclose(f);
	return original.len > 0 && original.len < FILE_MAX ? 0 : -1;
}

/* Facts of both parts, found in a copy of the file that may be damaged. */
struct found {
	struct arena *arena;
	struct fact_set set;
	struct memory_input in;
	enum status whole, classes;
};

static void find(struct found *f, const uint8_t *bytes, size_t len, size_t ceiling)
{
	struct error e = {0};

	f->arena = arena_new(ceiling);
	assert_non_null(f->arena);
	fact_set_init(&f->set, f->arena, NULL);
	memory_input_init(&f->in, bytes, len);
	f->whole = facts_dotnet(&f->in.in, &f->set, &e);
	assert_true(f->whole == OK || (e.code == f->whole && e.at <= len));
	e = (struct error){0};
	f->classes = facts_dotnet_classes(&f->in.in, &f->set, &e);
	assert_true(f->classes == OK || (e.code == f->classes && e.at <= len));
}

static void check_int(const char *name, const struct found *f, enum fact_id id, uint64_t row,
		      int64_t want)
{
	const struct fact *fact = fact_get(&f->set, id, row);
	int64_t got = fact != NULL ? fact->integer : -1;

	if (got != want)
		fail_msg("%s: %s[%" PRIu64 "]: got %" PRId64 ", want %" PRId64, name,
			 fact_info(id)->name, row, got, want);
}

/* `want` NULL: undefined. */
static void check_text(const char *name, const struct found *f, enum fact_id id, uint64_t row,
		       const char *want)
{
	const struct fact *fact = fact_get(&f->set, id, row);

	if (fact == NULL && want == NULL)
		return;
	if (fact == NULL || want == NULL || !str_eq(fact->text, str_of(want)))
		fail_msg("%s: %s[%" PRIu64 "]: got %s, want %s", name, fact_info(id)->name, row,
			 fact != NULL ? fact->text.data : "nothing", want ? want : "nothing");
}

static void test_assembly(void **state)
{
	static const struct {
		enum fact_id id;
		int64_t want;
	} numbers[] = {
		{FACT_DOTNET_IS, 1},
		{FACT_DOTNET_STREAM_COUNT, 5},
		{FACT_DOTNET_GUID_COUNT, 1},
		{FACT_DOTNET_RESOURCE_COUNT, 1},
		{FACT_DOTNET_REF_COUNT, 1},
		{FACT_DOTNET_MODULEREF_COUNT, 2},
		{FACT_DOTNET_CLASS_COUNT, 11},
		{FACT_DOTNET_USER_STRING_COUNT, 1},
		{FACT_DOTNET_CONSTANT_COUNT, 1},
		{FACT_DOTNET_OFFSET_COUNT, 1},
		{FACT_DOTNET_MAJOR, 1},
		{FACT_DOTNET_MINOR, 2},
		{FACT_DOTNET_BUILD, 3},
		{FACT_DOTNET_REVISION, 4},
		{FACT_DOTNET_REF_MAJOR, 4},
		{FACT_DOTNET_RESOURCE_LENGTH, 19},
	};
	static const struct {
		enum fact_id id;
		uint64_t row;
		const char *want;
	} texts[] = {
		{FACT_DOTNET_VERSION, 0, "v4.0.30319"},
		{FACT_DOTNET_MODULE_NAME, 0, "everything.dll"},
		{FACT_DOTNET_NAME, 0, "everything"},
		{FACT_DOTNET_CULTURE, 0, NULL},
		{FACT_DOTNET_TYPELIB, 0, "12345678-90ab-cdef-1234-567890abcdef"},
		{FACT_DOTNET_STREAM_NAME, 0, "#~"},
		{FACT_DOTNET_STREAM_NAME, 4, "#Blob"},
		{FACT_DOTNET_RESOURCE_NAME, 0, "a.resource"},
		{FACT_DOTNET_REF_NAME, 0, "mscorlib"},
		{FACT_DOTNET_REF_KEY, 0, "\xb7z\\V\x19\x34\xe0\x89"},
		{FACT_DOTNET_MODULEREF_NAME, 0, "libc.so.6"},
		{FACT_DOTNET_MODULEREF_NAME, 1, "kernel32"},
	};
	static const char literal[] = "a\0 \0l\0i\0t\0e\0r\0a\0l\0";
	static const char constant[] = "a\0 \0c\0o\0n\0s\0t\0a\0n\0t\0";
	struct found f;

	(void)state;
	find(&f, original.bytes, original.len, ARENA_BYTES);
	assert_int_equal(f.whole, OK);
	assert_int_equal(f.classes, OK);
	for (size_t i = 0; i < LEN(numbers); i++)
		check_int("assembly", &f, numbers[i].id, 0, numbers[i].want);
	for (size_t i = 0; i < LEN(texts); i++)
		check_text("assembly", &f, texts[i].id, texts[i].row, texts[i].want);
	const struct fact *text = fact_get(&f.set, FACT_DOTNET_USER_STRING_TEXT, 0);
	assert_true(str_eq(text->text, (struct str){literal, sizeof literal - 1}));
	text = fact_get(&f.set, FACT_DOTNET_CONSTANT_TEXT, 0);
	assert_true(str_eq(text->text, (struct str){constant, sizeof constant - 1}));
	int64_t at = fact_get(&f.set, FACT_DOTNET_RESOURCE_OFFSET, 0)->integer;
	assert_memory_equal(original.bytes + at, "bytes of a resource", 19);
	/* the initial value of a field */
	at = fact_get(&f.set, FACT_DOTNET_OFFSET_VALUE, 0)->integer;
	assert_memory_equal(original.bytes + at, "\1\2\3\4\5\6\7\10\11\12\13\14", 12);
	arena_free(f.arena);
}

static void test_classes(void **state)
{
	static const struct {
		const char *full, *space, *visibility, *type;
		int64_t generics, bases, methods;
	} classes[] = {
		{"Outer.Space.IShape", "Outer.Space", "public", "interface", 1, 1, 1},
		{"Outer.Space.Colour", "Outer.Space", "public", "class", 0, 1, 0},
		{"Outer.Space.Speak", "Outer.Space", "public", "class", 0, 1, 4},
		{"Outer.Space.Union", "Outer.Space", "public", "class", 0, 1, 0},
		{"Outer.Space.Base", "Outer.Space", "public", "class", 2, 3, 6},
		{"Outer.Space.Base.Inner", "Outer.Space.Base", "public", "class", 2, 1, 1},
		{"Outer.Space.Base.Inner.Deep", "Outer.Space.Base.Inner", "private", "class", 3, 1,
		 2},
		{"Outer.Space.Base.Inner.Plain", "Outer.Space.Base.Inner", "protected", "class", 2,
		 1, 0},
		{"Outer.Space.Derived", "Outer.Space", "internal", "class", 0, 3, 9},
	};
	struct found f;

	(void)state;
	find(&f, original.bytes, original.len, ARENA_BYTES);
	for (size_t i = 0; i < LEN(classes); i++) {
		const char *name = classes[i].full;

		check_text(name, &f, FACT_DOTNET_CLASS_FULL, i, name);
		check_text(name, &f, FACT_DOTNET_CLASS_SPACE, i, classes[i].space);
		check_text(name, &f, FACT_DOTNET_CLASS_NAME, i, strrchr(name, '.') + 1);
		check_text(name, &f, FACT_DOTNET_CLASS_VISIBILITY, i, classes[i].visibility);
		check_text(name, &f, FACT_DOTNET_CLASS_TYPE, i, classes[i].type);
		check_int(name, &f, FACT_DOTNET_CLASS_GENERIC_COUNT, i, classes[i].generics);
		check_int(name, &f, FACT_DOTNET_CLASS_BASE_COUNT, i, classes[i].bases);
		check_int(name, &f, FACT_DOTNET_CLASS_METHOD_COUNT, i, classes[i].methods);
	}
	check_text("types", &f, FACT_DOTNET_CLASS_BASE_NAME, 0, "System.IDisposable");
	check_int("types", &f, FACT_DOTNET_CLASS_ABSTRACT, 0, 1);
	check_int("types", &f, FACT_DOTNET_CLASS_SEALED, 1, 1);
	arena_free(f.arena);
}

/* The only row of a group below `parent` whose column says `text`. */
static uint32_t row_named(const struct found *f, enum fact_group group, enum fact_id id,
			  uint64_t parent, const char *text)
{
	uint32_t first, count;

	fact_rows(&f->set, group, parent, &first, &count);
	for (uint32_t i = first; i < first + count; i++) {
		const struct fact *fact = fact_get(&f->set, id, i);

		if (fact != NULL && str_eq(fact->text, str_of(text)))
			return i;
	}
	fail_msg("no row %s", text);
	return 0;
}

/* Methods, with their parameters as "type name", and the types of results. */
static const struct {
	const char *of_class, *name, *result, *visibility, *flags, *params[10];
} methods[] = {
	{"IShape", "Area", "int", "public", "av", {"T of"}},
	{"Speak", ".ctor", NULL, "public", "", {"object object", "IntPtr method"}},
	{"Speak",
	 "Invoke",
	 "string",
	 "public",
	 "v",
	 {"int[] words", "ref double volume", "ref Outer.Space.Colour colour"}},
	{"Base", "Get", "V", "protected", "av", {"K key"}},
	{"Base", "Set", "void", "protected internal", "v", {"K key", "V value"}},
	{"Base",
	 "Make",
	 "M",
	 "internal",
	 "s",
	 {"System.Collections.Generic.Dictionary<K,System.Collections.Generic.List<M>> from",
	  "N other", "V v"}},
	{"Base",
	 "GetEnumerator",
	 "System.Collections.Generic.IEnumerator<System.Collections.Generic.KeyValuePair<K,V[]>>",
	 "public",
	 "fv",
	 {NULL}},
	{"Deep", "Of", "Q", "public", "", {"K a", "V b", "Q c"}},
	{"Derived", ".cctor", NULL, "private", "s", {NULL}},
	{"Derived", "getenv", "IntPtr", "private", "s", {"string name"}},
	{"Derived", "Alloc", "Ptr<void>", "private", "s", {"UIntPtr size", "Ptr<Ptr<byte>> to"}},
	{"Derived", "Get", "int[,,]", "protected", "v", {"string key"}},
	{"Derived",
	 "Any",
	 "void",
	 "public",
	 "",
	 {"TypedReference t", "sbyte a", "ushort b", "uint c", "long d", "ulong e", "float f",
	  "char g", "bool h"}},
	{"Derived",
	 "Many",
	 "void",
	 "public",
	 "",
	 {"int[][] jagged", "System.Nullable<int>[] maybe", "Outer.Space.Union u",
	  "object[] rest"}},
};

static void check_params(const struct found *f, size_t i, uint32_t row)
{
	const char *name = methods[i].name;
	uint32_t first, count, want = 0;

	fact_rows(&f->set, GROUP_DOTNET_PARAM, row, &first, &count);
	for (; methods[i].params[want] != NULL; want++) {
		struct str type = str_of(methods[i].params[want]);

		type.len = (size_t)(strrchr(type.data, ' ') - type.data);
		check_text(name, f, FACT_DOTNET_PARAM_NAME, first + want, type.data + type.len + 1);
		const struct fact *got = fact_get(&f->set, FACT_DOTNET_PARAM_TYPE, first + want);
		if (got == NULL || !str_eq(got->text, type))
			fail_msg("%s: got %s, want %s", name, got ? got->text.data : "nothing",
				 type.data);
	}
	assert_int_equal(count, want);
	check_int(name, f, FACT_DOTNET_METHOD_PARAM_COUNT, row, want);
}

static void test_methods(void **state)
{
	static const struct {
		enum fact_id id;
		char letter;
	} flags[] = {{FACT_DOTNET_METHOD_ABSTRACT, 'a'},
		     {FACT_DOTNET_METHOD_FINAL, 'f'},
		     {FACT_DOTNET_METHOD_STATIC, 's'},
		     {FACT_DOTNET_METHOD_VIRTUAL, 'v'}};
	struct found f;

	(void)state;
	find(&f, original.bytes, original.len, ARENA_BYTES);
	for (size_t i = 0; i < LEN(methods); i++) {
		const char *name = methods[i].name;
		uint32_t class = row_named(&f, GROUP_DOTNET_CLASS, FACT_DOTNET_CLASS_NAME, 0,
					   methods[i].of_class);
		uint32_t row =
			row_named(&f, GROUP_DOTNET_METHOD, FACT_DOTNET_METHOD_NAME, class, name);

		check_text(name, &f, FACT_DOTNET_METHOD_RETURN, row, methods[i].result);
		check_text(name, &f, FACT_DOTNET_METHOD_VISIBILITY, row, methods[i].visibility);
		for (size_t j = 0; j < LEN(flags); j++)
			check_int(name, &f, flags[j].id, row,
				  strchr(methods[i].flags, flags[j].letter) != NULL);
		check_params(&f, i, row);
		check_int(name, &f, FACT_DOTNET_METHOD_GENERIC_COUNT, row,
			  strcmp(name, "Make") == 0 ? 2 : 0);
	}
	check_text("generics", &f, FACT_DOTNET_METHOD_GENERIC_NAME, 0, "M");
	check_text("generics", &f, FACT_DOTNET_METHOD_GENERIC_NAME, 1, "N");
	arena_free(f.arena);
}

/* Where in the file: of the PE, and the streams as the undamaged file has them. */
static size_t place(enum fact_id id, uint64_t row)
{
	struct found f;

	find(&f, original.bytes, original.len, ARENA_BYTES);
	size_t at = (size_t)fact_get(&f.set, id, row)->integer;
	arena_free(f.arena);
	return at;
}

static const struct {
	const char *name;
	int stream; /* its number, or -1: the file */
	size_t at;
	const char *bytes;
	size_t len;
	enum status want;
	int64_t is_dotnet, streams, guids, classes, refs; /* -1: undefined */
} damages[] = {
	{"bad: no MZ", -1, 0, "ZM", 2, E_UNSUPPORTED, -1, -1, -1, -1, -1},
	{"bad: no PE", -1, 0x80, "XX", 2, E_UNSUPPORTED, -1, -1, -1, -1, -1},
	{"unsupported: PE without CLI header", -1, 0x168, "\xff\xff\xff\xff", 4, E_UNSUPPORTED, 0,
	 -1, -1, -1, -1},
	{"good: machine of no kind", -1, 0x84, "\x5c", 1, OK, 1, 5, 1, 11, 1},
	{"bad: more rows of modules than believed", 0, 24, "\x11\x27", 2, E_MALFORMED, 1, 5, 1, -1,
	 -1},
	{"bad: an unknown table", 0, 14, "\xff", 1, E_MALFORMED, 1, 5, 1, -1, 1},
	{"good: four bytes more in front of the tables are missed", 0, 6, "\x40", 1, OK, 1, 5, 1, 0,
	 1},
};

static void test_damage(void **state)
{
	static uint8_t copy[FILE_MAX];

	(void)state;
	for (size_t i = 0; i < LEN(damages); i++) {
		const char *name = damages[i].name;
		size_t at = damages[i].at;
		struct found f;

		if (damages[i].stream >= 0)
			at += place(FACT_DOTNET_STREAM_OFFSET, (uint64_t)damages[i].stream);
		memcpy(copy, original.bytes, original.len);
		memcpy(copy + at, damages[i].bytes, damages[i].len);
		find(&f, copy, original.len, ARENA_BYTES);
		if (f.whole != damages[i].want || f.classes != damages[i].want)
			fail_msg("%s: %s, %s", name, status_name(f.whole), status_name(f.classes));
		check_int(name, &f, FACT_DOTNET_IS, 0, damages[i].is_dotnet);
		check_int(name, &f, FACT_DOTNET_STREAM_COUNT, 0, damages[i].streams);
		check_int(name, &f, FACT_DOTNET_GUID_COUNT, 0, damages[i].guids);
		if (damages[i].classes != 0)
			check_int(name, &f, FACT_DOTNET_CLASS_COUNT, 0, damages[i].classes);
		if (damages[i].classes != 0)
			check_int(name, &f, FACT_DOTNET_REF_COUNT, 0, damages[i].refs);
		arena_free(f.arena);
	}
}

/* Cut anywhere, and with any ceiling: an answer, and never a wrong kind of failure. */
static void test_cut(void **state)
{
	struct found f;

	(void)state;
	for (size_t len = 0; len < original.len; len += len < 4800 ? 7 : 97) {
		find(&f, original.bytes, len, ARENA_BYTES);
		assert_true(f.whole == OK || f.whole == E_UNSUPPORTED || f.whole == E_MALFORMED);
		assert_true(f.classes == OK || f.classes == E_UNSUPPORTED ||
			    f.classes == E_MALFORMED);
		arena_free(f.arena);
	}
	bool was_enough = false;
	for (size_t ceiling = 1024; !was_enough; ceiling += ceiling / 4) {
		find(&f, original.bytes, original.len, ceiling);
		assert_true(f.whole == OK || f.whole == E_LIMIT);
		assert_true(f.classes == OK || f.classes == E_LIMIT);
		was_enough = f.whole == OK && f.classes == OK;
		arena_free(f.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assembly), cmocka_unit_test(test_classes),
		cmocka_unit_test(test_methods),	 cmocka_unit_test(test_damage),
		cmocka_unit_test(test_cut),
	};
	return cmocka_run_group_tests(tests, load, NULL);
}
