/*
 * math: YARA 4.5, "math" module.
 */
#include "module/module.h"

struct value call_math_abs(struct module_call *call)
{
	int64_t v = call->args[0].integer;

	/* through unsigned numbers, which wrap */
	return value_int(v < 0 ? (int64_t)(0 - (uint64_t)v) : v);
}
