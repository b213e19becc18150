#include "module/cache.h"

enum { BUCKETS = 128, BYTES_MAX = 256 * 1024 };

struct entry {
	struct entry *next;
	enum function_id id;
	struct byte_range range;
	_Alignas(16) uint8_t data[];
};

struct module_cache {
	struct entry *buckets[BUCKETS];
	size_t bytes;
};

static size_t bucket_of(enum function_id id, struct byte_range range)
{
	uint64_t mixed = (range.at * 31 + range.len) * 31 + (uint64_t)id;

	mixed *= UINT64_C(0x9e3779b97f4a7c15); /* spreads to the top bits (Fibonacci hashing) */
	return (size_t)(mixed >> 32) % BUCKETS;
}

const void *module_cache_get(const struct fact_set *facts, enum function_id id,
			     struct byte_range range)
{
	if (facts == NULL || facts->cache == NULL)
		return NULL;
	for (const struct entry *e = facts->cache->buckets[bucket_of(id, range)]; e != NULL;
	     e = e->next) {
		if (e->id == id && e->range.at == range.at && e->range.len == range.len)
			return e->data;
	}
	return NULL;
}

void *module_cache_put(struct fact_set *facts, enum function_id id, struct byte_range range,
		       size_t size)
{
	if (facts == NULL)
		return NULL;
	if (facts->cache == NULL)
		facts->cache = arena_new_object(facts->arena, struct module_cache);
	if (facts->cache == NULL || size > BYTES_MAX - facts->cache->bytes)
		return NULL;
	struct entry *e = arena_alloc(facts->arena, sizeof *e + size);
	if (e == NULL)
		return NULL;
	struct entry **bucket = &facts->cache->buckets[bucket_of(id, range)];
	e->id = id;
	e->range = range;
	e->next = *bucket;
	*bucket = e;
	facts->cache->bytes += size;
	return e->data;
}
