/*
 * PE: version resources.
 *
 *	an element: length (2), length of the value (2), type (2), key in UTF-16 and NUL,
 *	    value, more elements; both start at a multiple of four bytes of the element
 *	VS_VERSION_INFO  value: numbers (52)
 *	    VarFileInfo     languages
 *	    StringFileInfo
 *	        language    an element for each text, whose key is its name
 */
#include <stdlib.h>

#include "base/vec.h"
#include "format/parts.h"
#include "format/pe-resources.h"

enum { TYPE_VERSION = 16, HEAD_BYTES = 6, VALUE_AT = 92, TABLE_AT = 36 };
enum { KEY_MAX = 63, VALUE_MAX = 255, VERSIONS_MAX = 65536 };

#define WIDE_READ_MAX ((uint64_t)1 << 26)

struct pair {
	struct str key, value;
	struct str last; /* of the first one of a key: the value of the last one */
};

struct versions {
	VEC(struct pair);
	uint64_t read; /* bytes of texts, to bound the work */
};

struct element {
	uint64_t at;
	uint16_t len, value_len;
};

static uint64_t align(uint64_t n)
{
	return (n + 3) & ~(uint64_t)3;
}

static bool read_element(struct pe *pe, uint64_t at, struct element *ret)
{
	struct reader r;

	if (!pe_table(pe, at, HEAD_BYTES, &r))
		return false;
	*ret = (struct element){
		.at = at, .len = get_u16le(r.data), .value_len = get_u16le(r.data + 2)};
	return true;
}

/* Whether there is an element at `at` with this key. */
static bool is_element(struct pe *pe, uint64_t at, struct str key, struct element *ret)
{
	struct reader r;

	if (!read_element(pe, at, ret) || !pe_table(pe, at + HEAD_BYTES, (key.len + 1) * 2, &r))
		return false;
	for (size_t i = 0; i < key.len; i++) {
		if (get_u16le(r.data + 2 * i) != (uint8_t)key.data[i])
			return false;
	}
	return get_u16le(r.data + 2 * key.len) == 0;
}

/* The characters of a text in UTF-16 up to its NUL; false: none comes. */
static bool wide_len(struct pe *pe, struct versions *v, uint64_t at, uint64_t *ret)
{
	struct reader r;

	for (uint64_t n = 0; v->read < WIDE_READ_MAX; n++, v->read += 2) {
		if (!pe_table(pe, at + 2 * n, 2, &r))
			return false;
		if (get_u16le(r.data) == 0) {
			*ret = n;
			return true;
		}
	}
	return false;
}

/* The lower bytes of a text up to one that is 0, in the arena. */
static struct str narrow(struct pe *pe, uint64_t at, uint64_t units, size_t max)
{
	char text[VALUE_MAX + 1];
	size_t len = (size_t)min_u64(units, max), n = 0;
	struct reader r;

	if (len > 0 && pe_table(pe, at, len * 2, &r)) {
		for (; n < len && r.data[2 * n] != 0; n++)
			text[n] = (char)r.data[2 * n];
	}
	struct str kept = arena_str(pe->set->arena, (struct str){text, n});
	if (kept.data == NULL && pe->status == OK)
		pe->status = E_LIMIT;
	return kept;
}

static void add_pair(struct pe *pe, struct versions *v, struct str key, struct str value)
{
	struct pair pair = {.key = key, .value = value};

	if (pe->status != OK)
		return;
	if (v->len == VERSIONS_MAX)
		pe->status = E_LIMIT;
	else if (!vec_push(v, &pair))
		pe->status = E_NOMEM;
}

/* The texts from `at` up to `end`. */
static void read_texts(struct pe *pe, struct versions *v, uint64_t at, uint64_t end)
{
	struct element text;
	uint64_t key_len, value_len;

	while (at < end && read_element(pe, at, &text) && text.len != 0 &&
	       wide_len(pe, v, at + HEAD_BYTES, &key_len)) {
		uint64_t value_at = at + align(HEAD_BYTES + 2 * (key_len + 1));

		if (wide_len(pe, v, value_at, &value_len)) {
			struct str key = narrow(pe, at + HEAD_BYTES, key_len, KEY_MAX);
			/* a value without length is empty, whatever stands there */
			struct str value =
				narrow(pe, value_at, text.value_len ? value_len : 0, VALUE_MAX);
			add_pair(pe, v, key, value);
		}
		at += align(text.len);
	}
}

/* The tables of texts from `at` up to `end`, one for each language. */
static void read_tables(struct pe *pe, struct versions *v, uint64_t at, uint64_t end)
{
	struct element table;
	uint64_t key_len;

	while (at < end && read_element(pe, at, &table) && table.len != 0 &&
	       wide_len(pe, v, at + HEAD_BYTES, &key_len)) {
		uint64_t next = at + align(table.len);

		read_texts(pe, v, at + align(HEAD_BYTES + 2 * (key_len + 1)), next);
		at = next;
	}
}

static void read_version(struct pe *pe, const struct pe_resource *resource, void *context)
{
	struct versions *v = context;
	int64_t offset = pe_offset(pe, resource->rva);
	struct element element;

	if (resource->numbers[0] != TYPE_VERSION || offset < 0 ||
	    !is_element(pe, (uint64_t)offset, STR("VS_VERSION_INFO"), &element))
		return;
	uint64_t at = (uint64_t)offset + VALUE_AT;
	while (is_element(pe, at, STR("VarFileInfo"), &element) && element.len != 0)
		at += align(element.len);
	while (is_element(pe, at, STR("StringFileInfo"), &element) && element.len != 0) {
		uint64_t next = at + align(element.len);

		read_tables(pe, v, at + TABLE_AT, next);
		at = next;
	}
}

/* By key, and as they were found. */
static int compare_pairs(const void *a, const void *b)
{
	const struct pair *const *x = a, *const *y = b;
	int order = str_cmp((*x)->key, (*y)->key);

	return order != 0 ? order : (*x > *y) - (*x < *y);
}

/* The last value of a key counts, in the place of the first one. */
static bool find_last(struct pe *pe, struct versions *v)
{
	struct pair **sorted = arena_new_array(pe->set->arena, struct pair *, v->len + 1);
	struct pair *first = NULL;

	if (sorted == NULL)
		return false;
	for (size_t i = 0; i < v->len; i++)
		sorted[i] = &v->items[i];
	qsort(sorted, v->len, sizeof(struct pair *), compare_pairs);
	for (size_t i = 0; i < v->len; i++) {
		if (first == NULL || !str_eq(first->key, sorted[i]->key))
			first = sorted[i];
		first->last = sorted[i]->value;
	}
	return true;
}

static void state_versions(struct pe *pe, struct versions *v)
{
	if (!find_last(pe, v) && pe->status == OK)
		pe->status = E_LIMIT;
	for (size_t i = 0; i < v->len; i++) {
		pe_row(pe, GROUP_PE_VERSION);
		pe_state_text(pe, FACT_PE_VERSION_KEY, v->items[i].key);
		pe_state_text(pe, FACT_PE_VERSION_VALUE, v->items[i].value);
		if (v->items[i].last.data == NULL)
			continue;
		pe_row(pe, GROUP_PE_VERSION_INFO);
		pe_state_text(pe, FACT_PE_VERSION_INFO_KEY, v->items[i].key);
		pe_state_text(pe, FACT_PE_VERSION_INFO_VALUE, v->items[i].last);
	}
	pe_state(pe, FACT_PE_VERSION_COUNT, (int64_t)v->len);
}

enum status facts_pe_versions(struct input *in, struct fact_set *set, struct error *e)
{
	struct versions v = {0};
	struct pe pe;
	uint64_t root;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	if (pe_resources_at(&pe, &root))
		(void)pe_each_resource(&pe, root, read_version, &v);
	state_versions(&pe, &v);
	vec_done(&v);
	return pe_close(&pe);
}
