/*
 * An anchor is a window of 4 consecutive byte sets at a fixed distance from
 * the start of a part with at most 16 combinations, all of which are entered
 * in the table of grams; else of 2 sets with at most 256 combinations; else
 * one set. Among the windows the one is taken that real files have least
 * often, by the commonness of its bytes. Equal neighbours count as if one in
 * four of them came with the other: runs of one byte are far more common
 * than the product says, and a gram that is everywhere costs more than all
 * the others together.
 */
#include "image/plan-anchor.h"

#include "base/num.h"

enum {
	COMBINATIONS_OF_4 = 16,
	COMBINATIONS_OF_2 = 256,
	COMBINATIONS_OF_1 = 192,
	XORED_GRAMS_MAX = 4096, /* combinations times keys */
};

/*
 * How common each byte is, in 1/65536, in executables, libraries, scripts and
 * C headers of a Debian 12 system. Only their order of magnitude matters.
 */
static const uint16_t commonness[256] = {
	11351, 668, 286, 201, 264, 256, 122, 115, 452, 156, 671, 85, 88, 136, 265, 818,
	321, 98, 122, 45, 75, 95, 42, 41, 200, 38, 37, 39, 50, 42, 34, 204,
	5007, 51, 148, 131, 988, 109, 41, 162, 364, 294, 212, 58, 236, 148, 273, 121,
	230, 300, 92, 89, 89, 117, 57, 46, 137, 175, 150, 108, 89, 202, 70, 36,
	192, 585, 153, 184, 474, 431, 109, 97, 2396, 402, 50, 60, 521, 179, 187, 127,
	231, 39, 164, 273, 296, 163, 76, 67, 106, 50, 63, 112, 122, 130, 50, 646,
	104, 952, 238, 584, 652, 1735, 723, 276, 417, 994, 49, 123, 723, 397, 989, 921,
	515, 54, 969, 985, 1496, 530, 172, 153, 205, 210, 54, 71, 148, 105, 44, 51,
	158, 53, 41, 319, 322, 363, 43, 29, 81, 1108, 25, 891, 54, 604, 34, 32,
	131, 25, 22, 23, 51, 33, 21, 23, 52, 23, 22, 23, 32, 27, 18, 20,
	70, 18, 21, 30, 39, 23, 19, 17, 45, 18, 21, 19, 30, 20, 17, 24,
	64, 19, 19, 20, 42, 30, 68, 35, 69, 38, 69, 29, 69, 53, 70, 64,
	317, 97, 67, 175, 95, 90, 94, 209, 67, 57, 33, 24, 30, 26, 28, 27,
	129, 38, 72, 32, 29, 32, 31, 29, 72, 32, 33, 55, 27, 27, 46, 112,
	104, 34, 53, 29, 47, 42, 52, 72, 706, 201, 52, 121, 72, 59, 59, 105,
	115, 43, 79, 69, 57, 55, 107, 92, 175, 72, 84, 97, 90, 124, 212, 2020,
};
/* One in four, in the same unit. */
enum { REPEATED = 65536 / 4, CERTAIN = 65536 };
/* The sum of the table, in which each byte is rounded. */
enum { COMMONNESS_OF_ALL = 65544 };

static bool has(const uint8_t set[32], unsigned c)
{
	return (set[c / 8] >> c % 8 & 1) != 0;
}

static void put(uint8_t set[32], unsigned c)
{
	set[c / 8] |= (uint8_t)(1u << c % 8);
}

/* The next position of the prefix, an empty set; NULL when it is full. */
static uint8_t *next_set(struct prefix *prefix)
{
	if (prefix->len == prefix->cap)
		return NULL;
	return memset(prefix->sets[prefix->len++], 0, sizeof prefix->sets[0]);
}

static bool add_bytes(struct prefix *prefix, const uint8_t *values, const uint8_t *masks,
		      uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		uint8_t *set = next_set(prefix);

		if (set == NULL)
			return false;
		/* all ways to set the bits that do not count, the way of none of them last */
		unsigned loose = (uint8_t)~masks[i], bits = loose;

		if (loose == 0xff) {
			memset(set, 0xff, sizeof prefix->sets[0]);
			continue;
		}
		for (; bits > 0; bits = (bits - 1) & loose)
			put(set, values[i] | bits);
		put(set, values[i]);
	}
	return true;
}

static bool add_any(struct prefix *prefix, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint8_t *set = next_set(prefix);

		if (set == NULL)
			return false;
		memset(set, 0xff, 32);
	}
	return true;
}

/* Add what `node` can begin with; false when what follows is at no fixed distance. */
static bool add_node(struct prefix *prefix, const struct ir_node *node);

enum { OPTION_NONE = UINT32_MAX };

/* The way that the path takes here, if it says so. */
static uint32_t take_fork(struct prefix *prefix, uint64_t options)
{
	if (options < 2 || options > FORK_OPTIONS_MAX)
		return OPTION_NONE;
	if (prefix->fork < prefix->path.len)
		return prefix->path.taken[prefix->fork++];
	if (prefix->options == 0)
		prefix->options = (uint32_t)options;
	return OPTION_NONE;
}

/*
 * Alternatives are laid over one another as far as the shortest of them goes.
 * Each is first added behind what is there, then united with the first one.
 */
static bool add_alternatives(struct prefix *prefix, const struct ir_node *node)
{
	uint32_t start = prefix->len, common = IMAGE_PART_MAX;
	uint32_t taken = take_fork(prefix, node->count);
	bool is_fixed = true;

	if (taken < node->count)
		return add_node(prefix, node->children[taken]);
	for (uint32_t i = 0; i < node->count; i++) {
		uint32_t before = prefix->len;

		is_fixed = add_node(prefix, node->children[i]) && is_fixed;
		uint32_t len = prefix->len - before;
		common = len < common ? len : common;
		if (i == 0)
			continue;
		for (uint32_t k = 0; k < common; k++) {
			for (size_t b = 0; b < 32; b++)
				prefix->sets[start + k][b] |= prefix->sets[before + k][b];
		}
		prefix->len = start + common;
	}
	return is_fixed && ir_has_fixed_width(node);
}

static bool add_gap(struct prefix *prefix, uint64_t min, uint64_t max)
{
	uint32_t taken = take_fork(prefix, max - min + 1);

	if (taken != OPTION_NONE)
		return add_any(prefix, min + taken);
	return add_any(prefix, min) && min == max;
}

static bool add_repeat(struct prefix *prefix, const struct ir_node *node)
{
	uint32_t taken = take_fork(prefix, (uint64_t)node->range.max - node->range.min + 1);
	uint32_t times = node->range.min + (taken != OPTION_NONE ? taken : 0);

	for (uint32_t i = 0; i < times; i++) {
		uint32_t before = prefix->len;

		if (!add_node(prefix, node->children[0]))
			return false;
		if (prefix->len == before)
			break; /* no width: more of it is the same */
	}
	return taken != OPTION_NONE || node->range.min == node->range.max;
}

static bool add_node(struct prefix *prefix, const struct ir_node *node)
{
	uint8_t *set;

	switch (node->kind) {
	case NODE_BYTES:
		return add_bytes(prefix, node->bytes.value, node->bytes.mask, node->bytes.len);
	case NODE_CLASS:
		set = next_set(prefix);
		if (set != NULL)
			memcpy(set, node->cls.set, sizeof node->cls.set);
		return set != NULL;
	case NODE_GAP:
		return add_gap(prefix, node->range.min, node->range.max);
	case NODE_NOT:
		return add_any(prefix, node->width);
	case NODE_LOOK:
	case NODE_EDGE:
		return true;
	case NODE_CONCAT:
		for (uint32_t i = 0; i < node->count; i++) {
			if (!add_node(prefix, node->children[i]))
				return false;
		}
		return true;
	case NODE_ALT:
		return add_alternatives(prefix, node);
	case NODE_REPEAT:
		return add_repeat(prefix, node);
	}
	return false;
}

static bool add_item(struct prefix *prefix, const struct sequence *s, const struct item *item)
{
	switch (item->kind) {
	case ITEM_BYTES:
		return add_bytes(prefix, s->values.items + item->bytes.at,
				 s->masks.items + item->bytes.at, item->bytes.len);
	case ITEM_GAP:
		return add_gap(prefix, item->gap.min, item->gap.max);
	case ITEM_NODE:
		return add_node(prefix, item->node);
	}
	return false;
}

void prefix_of(struct prefix *prefix, const struct sequence *s, const struct piece *piece,
	       const struct path *path, uint32_t cap)
{
	prefix->len = prefix->fork = prefix->options = 0;
	prefix->cap = cap;
	prefix->path = *path;
	for (size_t i = 0; i < piece->count; i++) {
		if (!add_item(prefix, s, &piece->items[i]))
			return;
	}
}

/* What is needed of each position to weigh the windows that it is in. */
struct weight {
	uint32_t count, common;
	int only; /* the one byte of the set, or -1 */
};

static bool is_any(const uint8_t set[32])
{
	return (get_u64le(set) & get_u64le(set + 8) & get_u64le(set + 16) & get_u64le(set + 24)) ==
	       UINT64_MAX;
}

static struct weight weigh(const uint8_t set[32])
{
	struct weight w = {.only = -1};

	if (is_any(set))
		return (struct weight){256, COMMONNESS_OF_ALL, -1};
	for (unsigned i = 0; i < 256; i += 64) {
		/* nearly all sets have one byte: step from one to the next */
		for (uint64_t rest = get_u64le(set + i / 8); rest != 0; rest &= rest - 1) {
			unsigned c = i + (unsigned)__builtin_ctzll(rest);

			w.common += commonness[c];
			w.only = w.count++ == 0 ? (int)c : -1;
		}
	}
	return w;
}

/*
 * Chance of a window in 2^-64. It fits: a set of at most 192 bytes has less than
 * 64,500 in the table, two sets of 256 combinations less than 2^31 together,
 * and four of 16 combinations less than that.
 */
static uint64_t rarity(const struct weight *w, uint32_t width)
{
	uint64_t product = w[0].common;

	for (uint32_t i = 1; i < width; i++) {
		bool repeats = w[i].only >= 0 && w[i].only == w[i - 1].only;

		product *= repeats && w[i].common < REPEATED ? REPEATED : w[i].common;
	}
	for (uint32_t i = width; i < 4; i++)
		product *= CERTAIN;
	return product;
}

static uint64_t combinations(const struct weight *w, uint32_t width)
{
	uint64_t product = 1;

	for (uint32_t i = 0; i < width; i++)
		product *= w[i].count;
	return product;
}

static uint64_t most_combinations(uint32_t width, uint32_t keys)
{
	uint64_t most = COMBINATIONS_OF_4;

	if (width == 1)
		return COMBINATIONS_OF_1 / keys;
	if (width == 2)
		most = COMBINATIONS_OF_2;
	return min_u64(most, XORED_GRAMS_MAX / keys);
}

struct choice {
	struct anchor anchor;
	uint64_t rarity;
};

/* Weigh the windows that end with the position just weighed, the last of the four in `w`. */
static void consider(struct choice *best, const struct weight w[4], uint32_t at, uint32_t keys)
{
	for (uint32_t width = 4; width > 0; width /= 2) {
		const struct weight *window = w + (4 - width);

		if (at + 1 < width || combinations(window, width) > most_combinations(width, keys))
			continue;
		uint64_t rare = rarity(window, width);
		if (best->anchor.width == 0 || rare < best->rarity) {
			best->anchor = (struct anchor){width, at + 1 - width};
			best->rarity = rare;
		}
	}
}

struct anchor anchor_choose(const struct prefix *prefix, struct key_range keys,
			    uint64_t *ret_rarity)
{
	uint32_t key_count = (uint32_t)(keys.last - keys.first) + 1;
	struct weight w[4] = {0};
	struct choice best = {0};

	for (uint32_t i = 0; i < prefix->len; i++) {
		memmove(w, w + 1, 3 * sizeof w[0]);
		w[3] = weigh(prefix->sets[i]);
		consider(&best, w, i, key_count);
	}
	*ret_rarity = best.anchor.width > 0 ? best.rarity : UINT64_MAX;
	return best.anchor;
}

/* The bytes of each position of an anchor. */
struct wheels {
	uint32_t width;
	uint32_t counts[4];
	uint8_t values[4][256];
};

static void turn_to(struct wheels *w, const struct prefix *prefix, struct anchor anchor)
{
	w->width = anchor.width;
	for (uint32_t i = 0; i < anchor.width; i++) {
		w->counts[i] = 0;
		for (unsigned c = 0; c < 256; c++) {
			if (has(prefix->sets[anchor.distance + i], c))
				w->values[i][w->counts[i]++] = (uint8_t)c;
		}
	}
}

/* Like an odometer, each wheel with the bytes of one position. */
static enum status add_combinations(const struct wheels *w, uint8_t key, struct image_gram gram,
				    struct plan_grams *to)
{
	uint32_t at[4] = {0}, i = 0;

	while (i < w->width) {
		gram.gram = 0;
		for (uint32_t k = 0; k < w->width; k++)
			gram.gram |= (uint32_t)(w->values[k][at[k]] ^ key) << 8 * k;
		if (!vec_push(to, &gram))
			return E_NOMEM;
		for (i = 0; i < w->width && ++at[i] == w->counts[i]; i++)
			at[i] = 0;
	}
	return OK;
}

enum status anchor_grams(const struct prefix *prefix, struct anchor anchor, struct key_range keys,
			 uint32_t part, struct plan_grams *to)
{
	const struct image_gram gram = {.part = part, .anchor = anchor.distance};
	enum status status = OK;
	struct wheels wheels;

	turn_to(&wheels, prefix, anchor);
	for (uint32_t i = 0; i < wheels.width; i++) {
		if (wheels.counts[i] == 0)
			return OK; /* no byte can stand there */
	}
	for (unsigned key = keys.first; status == OK && key <= keys.last; key++)
		status = add_combinations(&wheels, (uint8_t)key, gram, to);
	return status;
}

bool prefix_fixed_byte(const struct prefix *prefix, uint32_t *ret_at, uint8_t *ret_value)
{
	for (uint32_t i = 0; i < prefix->len; i++) {
		struct weight w = weigh(prefix->sets[i]);

		if (w.only >= 0) {
			*ret_at = i;
			*ret_value = (uint8_t)w.only;
			return true;
		}
	}
	return false;
}
