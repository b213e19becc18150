/*
 * What tests of several formats ask of the facts that were found.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/input.h"
#include "ir/object.h"

typedef enum status find_fn(struct input *in, struct fact_set *set, struct error *e);

/* -1: it is not there. */
static inline int64_t number(const struct fact_set *set, enum fact_id id, uint64_t row)
{
	const struct fact *f = fact_get(set, id, row);

	return f != NULL ? f->integer : -1;
}

static inline void check_number(const char *name, const struct fact_set *set, enum fact_id id,
				uint64_t row, int64_t want)
{
	int64_t got = number(set, id, row);

	if (got != want)
		fail_msg("%s: %s[%" PRIu64 "]: got %" PRId64 ", want %" PRId64, name,
			 fact_info(id)->name, row, got, want);
}

static inline void check_failure(const char *what, size_t at, struct input *in, struct arena *a,
				 find_fn *find)
{
	struct fact_set set;
	struct error e = {0};

	arena_clear(a);
	fact_set_init(&set, a, NULL);
	enum status status = find(in, &set, &e);
	if (status != OK && (e.code == OK || e.at > in->size))
		fail_msg("%s at %zu: %s at %" PRIu64, what, at, e.text, e.at);
}

/* No cut and no single changed byte does more than fail. */
static inline void check_damage(struct buf *file, find_fn *find)
{
	struct arena *a = arena_new(1 << 17);

	for (size_t i = 0; i < file->len; i++) {
		struct memory_input in;

		memory_input_init(&in, file->data, i);
		check_failure("cut", i, &in.in, a, find);
		file->data[i] ^= 0xff;
		memory_input_init(&in, file->data, file->len);
		check_failure("changed", i, &in.in, a, find);
		file->data[i] ^= 0xff;
	}
	arena_free(a);
}
