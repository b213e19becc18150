#include "format/pe-imports.h"

#include <strings.h>

struct ordinal {
	uint16_t number;
	const char *name;
};

enum library { LIBRARY_ws2_32, LIBRARY_oleaut32 };

static const struct {
	enum library library;
	uint16_t number;
	const char *name;
} known[] = {
#define ORDINAL(library, number, name) {LIBRARY_##library, number, name},
#include "format/pe-ordinals.def"
#undef ORDINAL
};

/* What a name begins with, in any case. */
static const struct {
	struct str begin;
	enum library library;
} libraries[] = {
	{{"ws2_32.dll", 10}, LIBRARY_ws2_32},
	{{"wsock32.dll", 11}, LIBRARY_ws2_32},
	{{"oleaut32.dll", 12}, LIBRARY_oleaut32},
};

static const char *find(enum library library, uint16_t number)
{
	size_t low = 0, high = LEN(known);

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		bool is_before = known[middle].library != library
					 ? known[middle].library < library
					 : known[middle].number < number;
		if (is_before)
			low = middle + 1;
		else
			high = middle;
	}
	bool is_there = low < LEN(known) && known[low].library == library &&
			known[low].number == number;
	return is_there ? known[low].name : NULL;
}

void pe_import_ordinal(struct pe *pe, struct str library, uint64_t thunk, struct pe_import *ret)
{
	const char *name = NULL;

	ret->has_ordinal = true;
	ret->ordinal = (uint16_t)thunk;
	for (size_t i = 0; i < LEN(libraries) && name == NULL; i++) {
		struct str begin = libraries[i].begin;

		if (library.len >= begin.len &&
		    strncasecmp(library.data, begin.data, begin.len) == 0)
			name = find(libraries[i].library, ret->ordinal);
	}
	ret->name = name != NULL ? str_of(name)
				 : arena_format(pe->set->arena, "ord%u", ret->ordinal);
	ret->has_name = ret->name.data != NULL;
	if (!ret->has_name && pe->status == OK)
		pe->status = E_LIMIT;
}
