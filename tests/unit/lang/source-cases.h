/*
 * Tables of sources and what the front ends make of them. Include <cmocka.h> first.
 */
#pragma once

#include "compile.h"

struct source_case {
	const char *name, *source;
	struct str text;
	const char *want;
};

static inline void check(const struct source_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct told told;

		told_init(&told);
		told_compile(&told, cases[i].source, cases[i].text);
		const char *got = told_text(&told);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: got\n%swant\n%s", cases[i].name, got, cases[i].want);
		told_done(&told);
	}
}
