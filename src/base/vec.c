#include "base/vec.h"

#include "base/num.h"

bool vec_grow(void **items, size_t len, size_t *cap, size_t more, size_t size)
{
	size_t need, bytes;

	if (!add_size(len, more, &need))
		return false;
	if (need <= *cap)
		return true;
	size_t target = *cap + *cap / 2 + 8;
	if (target < need)
		target = need;
	if (!mul_size(target, size, &bytes))
		return false;
	void *grown = realloc(*items, bytes);
	if (grown == NULL)
		return false;
	*items = grown;
	*cap = target;
	return true;
}
