/*
 * Values of conditions and what operators make of them.
 *
 * UNDEFINED is a value of the language: it spreads through arithmetic and
 * comparison and counts as false in logic. UNKNOWN is not: it stands for a
 * value that could not be computed because the search was cut short, and a
 * rule whose condition comes out as UNKNOWN was not decided.
 */
#pragma once

#include "base/str.h"
#include "ir/rule.h"

enum value_kind { VALUE_UNKNOWN, VALUE_UNDEFINED, VALUE_INT, VALUE_FLOAT, VALUE_TEXT };

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

/** Whether it counts as true in logic; an unknown value does not. */
bool value_holds(struct value v);

/** OP_NEG, OP_BIT_NOT. */
struct value value_unary(enum ir_op op, struct value a);

/** OP_EQ .. OP_IEQUALS, OP_ADD .. OP_SHR. Operands that do not go together give UNDEFINED. */
struct value value_binary(enum ir_op op, struct value a, struct value b);
