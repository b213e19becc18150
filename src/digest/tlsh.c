#include "digest/tlsh.h"

#include <math.h>

/*
 * Each window of five bytes counts six of the ten triplets that its last byte
 * is in, hashed to buckets. A bucket then becomes two bits: the quartile of
 * its count.
 *
 *	checksum 1 | length 1 | ratios of quartiles 1 | buckets 32, last first
 *
 * The nibbles of the first three bytes are written low one first.
 */
enum { BUCKETS = 128, HASHES = 256, WINDOW = 5, LEAST_BYTES = 50, CODE_BYTES = BUCKETS / 4 };

/* A permutation of 0..255, of Pearson, "Fast hashing of variable-length text strings" (1990). */
static const uint8_t permutation[HASHES] = {
	1,   87,  49,  12,  176, 178, 102, 166, 121, 193, 6,   84,  249, 230, 44,  163, 14,  197,
	213, 181, 161, 85,  218, 80,  64,  239, 24,  226, 236, 142, 38,	 200, 110, 177, 104, 103,
	141, 253, 255, 50,  77,	 101, 81,  18,	45,  96,  31,  222, 25,	 107, 190, 70,	86,  237,
	240, 34,  72,  242, 20,	 214, 244, 227, 149, 235, 97,  234, 57,	 22,  60,  250, 82,  175,
	208, 5,	  127, 199, 111, 62,  135, 248, 174, 169, 211, 58,  66,	 154, 106, 195, 245, 171,
	17,  187, 182, 179, 0,	 243, 132, 56,	148, 75,  128, 133, 158, 100, 130, 126, 91,  13,
	153, 246, 216, 219, 119, 68,  223, 78,	83,  88,  201, 99,  122, 11,  92,  32,	136, 114,
	52,  10,  138, 30,  48,	 183, 156, 35,	61,  26,  143, 74,  251, 94,  129, 162, 63,  152,
	170, 7,	  115, 167, 241, 206, 3,   150, 55,  59,  151, 220, 90,	 53,  23,  131, 125, 173,
	15,  238, 79,  95,  89,	 16,  105, 137, 225, 224, 217, 160, 37,	 123, 118, 73,	2,   157,
	46,  116, 9,   145, 134, 228, 207, 212, 202, 215, 69,  229, 27,	 188, 67,  124, 168, 252,
	42,  4,	  29,  108, 21,	 247, 19,  205, 39,  203, 233, 40,  186, 147, 198, 192, 155, 33,
	164, 191, 98,  204, 165, 180, 117, 76,	140, 36,  210, 172, 41,	 54,  159, 8,	185, 232,
	113, 196, 231, 47,  146, 120, 51,  65,	28,  144, 254, 221, 93,	 189, 194, 139, 112, 43,
	71,  109, 184, 209,
};

static uint8_t hash(uint8_t salt, uint8_t a, uint8_t b, uint8_t c)
{
	uint8_t h = permutation[salt];

	h = permutation[h ^ a];
	h = permutation[h ^ b];
	return permutation[h ^ c];
}

/* Count the triplets, and fold all pairs of neighbours into the checksum. */
static uint8_t count(const uint8_t *data, size_t len, uint32_t *buckets)
{
	uint8_t checksum = 0;

	for (size_t i = WINDOW - 1; i < len; i++) {
		const uint8_t *p = data + i;

		checksum = hash(0, p[0], p[-1], checksum);
		buckets[hash(2, p[0], p[-1], p[-2])]++;
		buckets[hash(3, p[0], p[-1], p[-3])]++;
		buckets[hash(5, p[0], p[-2], p[-3])]++;
		buckets[hash(7, p[0], p[-2], p[-4])]++;
		buckets[hash(11, p[0], p[-1], p[-4])]++;
		buckets[hash(13, p[0], p[-3], p[-4])]++;
	}
	return checksum;
}

/* The counts in ascending order: insertion, for there are few. */
static void sort(const uint32_t *counts, uint32_t *to)
{
	for (size_t i = 0; i < BUCKETS; i++) {
		size_t at = i;

		for (; at > 0 && to[at - 1] > counts[i]; at--)
			to[at] = to[at - 1];
		to[at] = counts[i];
	}
}

/* The logarithm of a length, to a base that is smaller for longer data. */
static uint8_t length_class(size_t len)
{
	double log_len = log((double)(float)len);

	if (len <= 656)
		return (uint8_t)(log_len / 0.4054651);
	if (len <= 3199)
		return (uint8_t)(log_len / 0.26236426 - 8.72777);
	return (uint8_t)(uint32_t)(log_len / 0.095310180 - 62.5472);
}

/* Which quarter of all counts a count is in. */
static unsigned quarter(const uint32_t *sorted, uint32_t n)
{
	unsigned above = 0;

	for (size_t i = BUCKETS / 4; i < BUCKETS; i += BUCKETS / 4)
		above += n > sorted[i - 1];
	return above;
}

static unsigned ratio(uint32_t part, uint32_t whole)
{
	return (unsigned)((float)(part * 100) / (float)whole) % 16;
}

static uint8_t swap_nibbles(unsigned byte)
{
	return (uint8_t)(byte << 4 | (byte & 0xff) >> 4);
}

bool tlsh_once(struct str data, char *to)
{
	uint32_t buckets[HASHES] = {0}, sorted[BUCKETS];
	uint8_t code[3 + CODE_BYTES];
	unsigned used = 0;

	if (data.len < LEAST_BYTES)
		return false;
	code[0] = swap_nibbles(count((const uint8_t *)data.data, data.len, buckets));
	sort(buckets, sorted);
	for (size_t i = 0; i < BUCKETS; i++)
		used += buckets[i] != 0;
	uint32_t third = sorted[BUCKETS * 3 / 4 - 1];
	if (third == 0 || used <= BUCKETS / 2)
		return false;
	code[1] = swap_nibbles(length_class(data.len));
	code[2] = (uint8_t)(ratio(sorted[BUCKETS / 4 - 1], third) << 4 |
			    ratio(sorted[BUCKETS / 2 - 1], third));
	for (size_t i = 0; i < CODE_BYTES; i++) {
		const uint32_t *four = buckets + 4 * (CODE_BYTES - 1 - i);
		unsigned bits = 0;

		for (unsigned k = 0; k < 4; k++)
			bits |= quarter(sorted, four[k]) << 2 * k;
		code[3 + i] = (uint8_t)bits;
	}
	memcpy(to, "T1", 2);
	hex_encode(code, sizeof code, to + 2);
	for (char *p = to + 2; *p != '\0'; p++)
		*p = (char)(*p >= 'a' ? *p - 'a' + 'A' : *p);
	return true;
}
