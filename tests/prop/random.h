/*
 * Random numbers for property tests. A run prints its seed; CANDOR_SEED=<seed>
 * repeats it and CANDOR_ROUNDS=<n> makes it longer or shorter.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

struct random {
	uint64_t state;
};

/** splitmix64: every seed is good, and the next round's seed is just seed + 1. */
static inline uint64_t random_next(struct random *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/** 0 .. below - 1. */
static inline uint32_t random_below(struct random *r, uint32_t below)
{
	return (uint32_t)(random_next(r) % below);
}

static inline bool random_chance(struct random *r, uint32_t of)
{
	return random_below(r, of) == 0;
}

static inline uint64_t random_seed(void)
{
	const char *text = getenv("CANDOR_SEED");
	uint64_t seed;

	if (text != NULL)
		return strtoull(text, NULL, 0);
	if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
		abort();
	return seed >> 1;
}

static inline uint32_t random_rounds(uint32_t usual)
{
	const char *text = getenv("CANDOR_ROUNDS");

	return text ? (uint32_t)strtoul(text, NULL, 0) : usual;
}
