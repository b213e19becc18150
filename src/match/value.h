/*
 * What operators of conditions make of values.
 */
#pragma once

#include "ir/rule.h"
#include "ir/value.h"

/** Whether it counts as true in logic; an unknown value does not. */
bool value_holds(struct value v);

/** OP_NEG, OP_BIT_NOT. */
struct value value_unary(enum ir_op op, struct value a);

/** OP_EQ .. OP_IEQUALS, OP_ADD .. OP_SHR. Operands that do not go together give UNDEFINED. */
struct value value_binary(enum ir_op op, struct value a, struct value b);
