#include "module/bytes.h"

#include <math.h>

#include "base/num.h"

enum { PIECE_BYTES = 16384 };

bool byte_range(const struct module_call *call, int64_t offset, int64_t len,
		struct byte_range *ret)
{
	if (offset < 0 || len < 0 || (uint64_t)offset >= call->input->size)
		return false;
	ret->at = (uint64_t)offset;
	ret->len = min_u64((uint64_t)len, call->input->size - (uint64_t)offset);
	return true;
}

enum value_kind byte_each(const struct module_call *call, struct byte_range range, byte_fn *fn,
			  void *context)
{
	uint8_t piece[PIECE_BYTES];

	while (range.len > 0) {
		size_t want = (size_t)min_u64(range.len, sizeof piece), got;

		if (!call->host->charge(call->host, want) ||
		    call->input->read(call->input, range.at, piece, want, &got) != OK)
			return VALUE_UNKNOWN;
		if (got < want)
			return VALUE_UNDEFINED;
		fn(context, piece, got);
		range.at += got;
		range.len -= got;
	}
	return VALUE_INT;
}

struct value value_of_number(double number)
{
	return isnan(number) ? VALUE_OF_UNDEFINED : value_float(number);
}
