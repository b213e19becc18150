#include "base/map.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/num.h"

struct map_slot {
	struct str key; /* data is NULL in an empty slot */
	uint32_t value;
	uint32_t hash;
};

void map_init(struct map *m)
{
	*m = (struct map){0};
	if (getrandom(m->seed, sizeof m->seed, 0) != (ssize_t)sizeof m->seed)
		m->seed[0] = (uint64_t)(uintptr_t)m; /* weaker, still not a constant */
}

void map_done(struct map *m)
{
	free(m->slots);
	*m = (struct map){.seed = {m->seed[0], m->seed[1]}};
}

#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = ROTATE(v[1], 13) ^ v[0];
	v[0] = ROTATE(v[0], 32);
	v[2] += v[3];
	v[3] = ROTATE(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = ROTATE(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = ROTATE(v[1], 17) ^ v[2];
	v[2] = ROTATE(v[2], 32);
}

/* SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012). */
static uint64_t sip_hash(const uint64_t seed[2], struct str key)
{
	uint64_t v[4] = {
		seed[0] ^ 0x736f6d6570736575, seed[1] ^ 0x646f72616e646f6d,
		seed[0] ^ 0x6c7967656e657261, seed[1] ^ 0x7465646279746573,
	};
	uint8_t tail[8] = {0};
	size_t i = 0;

	for (; i + 8 <= key.len; i += 8) {
		uint64_t word = get_u64le((const uint8_t *)key.data + i);

		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	if (key.len > i)
		memcpy(tail, key.data + i, key.len - i);
	tail[7] = (uint8_t)key.len;
	v[3] ^= get_u64le(tail);
	sip_round(v);
	v[0] ^= get_u64le(tail);
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static struct map_slot *find_slot(const struct map *m, struct str key, uint32_t hash)
{
	size_t i = hash & (m->cap - 1);

	while (m->slots[i].key.data != NULL) {
		if (m->slots[i].hash == hash && str_eq(m->slots[i].key, key))
			break;
		i = (i + 1) & (m->cap - 1);
	}
	return &m->slots[i];
}

uint32_t *map_get(const struct map *m, struct str key)
{
	if (m->cap == 0)
		return NULL;
	struct map_slot *slot = find_slot(m, key, (uint32_t)sip_hash(m->seed, key));
	return slot->key.data ? &slot->value : NULL;
}

static bool grow(struct map *m)
{
	struct map bigger = *m;

	bigger.cap = m->cap ? m->cap * 2 : 64;
	bigger.slots = calloc(bigger.cap, sizeof *bigger.slots);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].key.data != NULL)
			*find_slot(&bigger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	}
	free(m->slots);
	*m = bigger;
	return true;
}

bool map_put(struct map *m, struct str key, uint32_t value)
{
	if (key.data == NULL)
		key.data = "";
	if (m->count + 1 > m->cap / 4 * 3 && !grow(m))
		return false;
	uint32_t hash = (uint32_t)sip_hash(m->seed, key);
	struct map_slot *slot = find_slot(m, key, hash);
	if (slot->key.data == NULL)
		m->count++;
	*slot = (struct map_slot){.key = key, .value = value, .hash = hash};
	return true;
}
