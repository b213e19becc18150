#include "lang/yara/byteset.h"

void byteset_add_range(struct byteset *set, unsigned first, unsigned last)
{
	for (unsigned c = first; c <= last; c++)
		byteset_add(set, c);
}

void byteset_add_all(struct byteset *set, const struct byteset *other)
{
	for (unsigned i = 0; i < sizeof set->bits; i++)
		set->bits[i] |= other->bits[i];
}

struct byteset byteset_complement(const struct byteset *set)
{
	struct byteset r;

	for (unsigned i = 0; i < sizeof r.bits; i++)
		r.bits[i] = (uint8_t)~set->bits[i];
	return r;
}

struct byteset byteset_without_case(const struct byteset *set)
{
	struct byteset r = *set;

	for (unsigned c = 'a'; c <= 'z'; c++) {
		if (!byteset_has(set, c) && !byteset_has(set, c - 0x20))
			continue;
		byteset_add(&r, c);
		byteset_add(&r, c - 0x20);
	}
	return r;
}

bool byteset_is_empty(const struct byteset *set)
{
	uint8_t all = 0;

	for (unsigned i = 0; i < sizeof set->bits; i++)
		all |= set->bits[i];
	return all == 0;
}

struct byteset byteset_alphanumeric(void)
{
	struct byteset set = {0};

	byteset_add_range(&set, '0', '9');
	byteset_add_range(&set, 'A', 'Z');
	byteset_add_range(&set, 'a', 'z');
	return set;
}

struct byteset byteset_word(void)
{
	struct byteset set = byteset_alphanumeric();

	byteset_add(&set, '_');
	return set;
}
