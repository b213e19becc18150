/*
 * The account of work: how many units an object, a pattern or a condition may still take.
 */
#pragma once

#include "base/num.h"

/** Take units off; false, and nothing is left, when there are not as many. */
static inline bool work_charge(uint64_t *work, uint64_t units)
{
	if (units > *work) {
		*work = 0;
		return false;
	}
	*work -= units;
	return true;
}

/** `base` units, and `per_byte` for each of `bytes`; the greatest number when that is more. */
static inline uint64_t work_for(uint64_t base, uint64_t bytes, uint64_t per_byte)
{
	uint64_t work;

	return __builtin_mul_overflow(bytes, per_byte, &work) || !add_u64(work, base, &work)
		       ? UINT64_MAX
		       : work;
}
