/*
 * Values of conditions.
 *
 * UNDEFINED is a value of the language: it spreads through arithmetic and
 * comparison and counts as false in logic. UNKNOWN is not: it stands for a
 * value that could not be computed because the search was cut short, and a
 * rule whose condition comes out as UNKNOWN was not decided.
 */
#pragma once

#include "base/str.h"

enum value_kind {
	VALUE_UNKNOWN,
	VALUE_UNDEFINED,
	VALUE_INT,
	VALUE_FLOAT,
	VALUE_TEXT,
	VALUE_REGEX, /* argument of a function; `integer` is for struct module_host alone */
};

struct value {
	enum value_kind kind;
	union {
		int64_t integer;
		double real;
		struct str text;
	};
};

#define VALUE_OF_UNKNOWN ((struct value){.kind = VALUE_UNKNOWN})
#define VALUE_OF_UNDEFINED ((struct value){.kind = VALUE_UNDEFINED})

static inline struct value value_int(int64_t integer)
{
	return (struct value){.kind = VALUE_INT, .integer = integer};
}

static inline struct value value_float(double real)
{
	return (struct value){.kind = VALUE_FLOAT, .real = real};
}

/** The text is borrowed. */
static inline struct value value_text(struct str text)
{
	return (struct value){.kind = VALUE_TEXT, .text = text};
}
