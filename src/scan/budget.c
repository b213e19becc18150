#include "scan/budget.h"

#include "base/clock.h"
#define UNPACK_FREE (16ull << 20)      /* bytes that no ratio is asked for */

void budget_begin(struct scanner *s, uint64_t size)
{
	s->deadline_ns = clock_ns() + scan_limits_seconds(&s->limits, size) * SECOND_NS;
	s->is_done = s->is_late = s->is_spent = false;
	s->members = s->unpacked = 0;
}

void budget_missed(struct scanner *s, enum reason reason, uint64_t at, uint32_t depth)
{
	if (!s->is_done)
		outcome_miss(&s->out, reason, at, depth);
}

bool budget_goes_on(struct scanner *s, uint32_t depth)
{
	if (s->is_done || s->is_late)
		return false;
	if (clock_ns() < s->deadline_ns)
		return true;
	s->is_late = true;
	budget_missed(s, REASON_TIMEOUT, 0, depth);
	return false;
}

bool budget_unpack(struct scanner *s, uint64_t len, uint32_t depth)
{
	uint64_t by_ratio;

	if (__builtin_mul_overflow(s->limits.ratio, s->out.size, &by_ratio) ||
	    !add_u64(by_ratio, UNPACK_FREE, &by_ratio))
		by_ratio = UINT64_MAX;
	uint64_t most = min_u64(s->limits.total_bytes, by_ratio);
	if (range_fits(s->unpacked, len, most)) {
		s->unpacked += len;
		return true;
	}
	s->is_spent = true;
	budget_missed(s, REASON_LIMIT, 0, depth);
	return false;
}
