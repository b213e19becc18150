/*
 * Bytes that functions compute over: those of the object from an offset on, so
 * many of them, or those of a text.
 */
#pragma once

#include "module/module.h"

struct byte_range {
	uint64_t at, len;
};

/**
 * The range that the arguments `offset` and `len` mean: it ends with the object
 * at the latest. False where it is undefined, as it starts outside the object
 * or has a negative length.
 */
bool byte_range(const struct module_call *call, int64_t offset, int64_t len,
		struct byte_range *ret);

/* Computes over bytes that come in pieces. */
typedef void byte_fn(void *context, const uint8_t *data, size_t len);

/**
 * Hand a range on to `fn`. VALUE_INT when all of it was, VALUE_UNDEFINED when a
 * part of it is not there (a hole in the memory of a process, a file that has
 * shrunk), VALUE_UNKNOWN when it could not be read or the work is used up.
 */
enum value_kind byte_each(const struct module_call *call, struct byte_range range, byte_fn *fn,
			  void *context);

/** A number; undefined when it is none (0 / 0). */
struct value value_of_number(double number);
