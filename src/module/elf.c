/*
 * elf: YARA 4.5, "elf" module. Both functions digest the names of symbols, in
 * lower case, sorted, and joined by commas; those of the dynamic symbol table
 * when there is one.
 */
#include <stdlib.h>

#include "digest/digest.h"
#include "digest/tlsh.h"
#include "module/module.h"

enum { STB_GLOBAL = 1, STT_FUNC = 2, STV_DEFAULT = 0, SHN_UNDEF = 0 };

/* The symbol table that counts. */
struct table {
	enum fact_group group;
	enum fact_id count, name, type, bind, shndx, visibility;
};

static const struct table dynsym = {
	GROUP_ELF_DYNSYM,	    FACT_ELF_DYNSYM_COUNT, FACT_ELF_DYNSYM_NAME,
	FACT_ELF_DYNSYM_TYPE,	    FACT_ELF_DYNSYM_BIND,  FACT_ELF_DYNSYM_SHNDX,
	FACT_ELF_DYNSYM_VISIBILITY,
};

static const struct table symtab = {
	GROUP_ELF_SYMTAB,	    FACT_ELF_SYMTAB_COUNT, FACT_ELF_SYMTAB_NAME,
	FACT_ELF_SYMTAB_TYPE,	    FACT_ELF_SYMTAB_BIND,  FACT_ELF_SYMTAB_SHNDX,
	FACT_ELF_SYMTAB_VISIBILITY,
};

struct names {
	struct str *items;
	size_t len, bytes;
};

/* Whether a symbol takes part. */
typedef bool select_fn(const struct fact_set *facts, const struct table *t, uint32_t row,
		       struct str name);

static bool is_imported(const struct fact_set *facts, const struct table *t, uint32_t row,
			struct str name)
{
	return name.len > 0 && fact_is(facts, t->shndx, row, SHN_UNDEF);
}

/* Names that compilers and start code bring along, whatever the program does. */
static bool is_common(struct str name)
{
	static const char *const common[] = {
		"__libc_start_main", "main", "abort", "cachectl",
		"cacheflush",	     "puts", "atol",  "malloc_trim",
	};

	/* the byte behind an empty name is its NUL */
	if (name.data[0] == '.' || name.data[0] == '_' || str_starts(name, STR("str")) ||
	    str_starts(name, STR("mem")))
		return true;
	if (name.len >= 2 && memcmp(name.data + name.len - 2, "64", 2) == 0)
		return true;
	for (size_t i = 0; i < LEN(common); i++) {
		if (str_eq(name, str_of(common[i])))
			return true;
	}
	return false;
}

static bool is_telling(const struct fact_set *facts, const struct table *t, uint32_t row,
		       struct str name)
{
	return fact_is(facts, t->bind, row, STB_GLOBAL) && fact_is(facts, t->type, row, STT_FUNC) &&
	       fact_is(facts, t->visibility, row, STV_DEFAULT) && !is_common(name);
}

/* YARA takes the visibility from the wrong end of big-endian files, and finds the default. */
static bool is_telling_big(const struct fact_set *facts, const struct table *t, uint32_t row,
			   struct str name)
{
	return fact_is(facts, t->bind, row, STB_GLOBAL) && fact_is(facts, t->type, row, STT_FUNC) &&
	       !is_common(name);
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str lower(struct arena *a, struct str name)
{
	char *copy = arena_bytes(a, name.len + 1);

	if (copy == NULL)
		return (struct str){0};
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		copy[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	copy[name.len] = '\0';
	return (struct str){copy, name.len};
}

/* The names that take part; false when there is no memory for them. */
static bool collect(struct module_call *call, const struct table *t, select_fn *select,
		    struct names *names)
{
	uint32_t first, count;

	fact_rows(call->facts, t->group, 0, &first, &count);
	names->items = arena_new_array(call->arena, struct str, (size_t)count + 1);
	if (names->items == NULL)
		return false;
	for (uint32_t i = first; i < first + count; i++) {
		const struct fact *f = fact_get(call->facts, t->name, i);

		if (f == NULL || !select(call->facts, t, i, f->text))
			continue;
		struct str name = lower(call->arena, f->text);
		if (name.data == NULL)
			return false;
		names->items[names->len++] = name;
		names->bytes += name.len + 1;
	}
	return true;
}

/* Joined by commas; without data when there is no memory. */
static struct str join(struct arena *a, const struct names *names)
{
	char *text = arena_bytes(a, names->bytes), *to = text;

	if (text == NULL)
		return (struct str){0};
	for (size_t i = 0; i < names->len; i++) {
		memcpy(to, names->items[i].data, names->items[i].len);
		to += names->items[i].len;
		*to++ = ',';
	}
	/* the last comma is none */
	return (struct str){text, names->bytes - 1};
}

/* The joined names; UNDEFINED without any. */
static struct value list_names(struct module_call *call, select_fn *select)
{
	struct names names = {0};

	if (fact_need(call->facts, PART_elf_symbols) != OK)
		return VALUE_OF_UNKNOWN;
	const struct table *t = fact_get(call->facts, dynsym.count, 0) != NULL ? &dynsym : &symtab;
	if (fact_get(call->facts, t->count, 0) == NULL)
		return VALUE_OF_UNDEFINED;
	if (!collect(call, t, select, &names))
		return VALUE_OF_UNKNOWN;
	if (names.len == 0)
		return VALUE_OF_UNDEFINED;
	if (!call->host->charge(call->host, names.bytes))
		return VALUE_OF_UNKNOWN;
	qsort(names.items, names.len, sizeof *names.items, compare);
	struct str text = join(call->arena, &names);
	return text.data != NULL ? value_text(text) : VALUE_OF_UNKNOWN;
}

static struct value text_in(struct arena *a, const char *text)
{
	struct str copy = arena_str(a, str_of(text));

	return copy.data != NULL ? value_text(copy) : VALUE_OF_UNKNOWN;
}

/* Trend Micro's telfhash; "" when the names are too few to have a digest. */
struct value call_elf_telfhash(struct module_call *call)
{
	enum { ORDER_AT = 5, ORDER_BIG = 2 };
	char digest[TLSH_TEXT_BYTES];
	uint8_t order = 0;

	if (call->input->size > ORDER_AT && input_exact(call->input, ORDER_AT, &order, 1) != OK)
		return VALUE_OF_UNKNOWN;
	struct value names = list_names(call, order == ORDER_BIG ? is_telling_big : is_telling);
	if (names.kind != VALUE_TEXT)
		return names;
	return text_in(call->arena, tlsh_once(names.text, digest) ? digest : "");
}

struct value call_elf_import_md5(struct module_call *call)
{
	uint8_t digest[16];
	char text[2 * sizeof digest + 1];
	struct value names = list_names(call, is_imported);

	if (names.kind != VALUE_TEXT)
		return names;
	if (digest_once(DIGEST_MD5, names.text.data, names.text.len, digest) != OK)
		return VALUE_OF_UNKNOWN;
	hex_encode(digest, sizeof digest, text);
	return text_in(call->arena, text);
}
