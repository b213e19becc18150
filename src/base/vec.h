/*
 * Growable arrays of any type.
 *
 *	struct names { VEC(struct str); } names = {0};
 *	if (!vec_push(&names, &name)) ...
 *	for (size_t i = 0; i < names.len; i++) use(names.items[i]);
 *	vec_done(&names);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define VEC(type)       \
	type *items;    \
	size_t len, cap

/** Room for `more` further items of `size` bytes; false when out of memory. */
bool vec_grow(void **items, size_t len, size_t *cap, size_t more, size_t size);

/** Append a copy of *item; false (nothing changed) when out of memory. */
#define vec_push(v, item)                                                                        \
	(vec_grow((void **)&(v)->items, (v)->len, &(v)->cap, 1, sizeof *(v)->items) &&           \
	 ((v)->items[(v)->len] = *(item), (v)->len++, true))

/** Room for `more` items behind len. */
#define vec_reserve(v, more)                                                                     \
	vec_grow((void **)&(v)->items, (v)->len, &(v)->cap, (more), sizeof *(v)->items)

#define vec_done(v) (free((v)->items), (v)->items = NULL, (v)->len = (v)->cap = 0)
