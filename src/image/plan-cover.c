/*
 * The one anchor of a pattern has to be there however the pattern goes on. Of
 * "(SYSTEM )?Elevation" and "(To|From): " nothing is at a distance that is always
 * the same, and of "(SAM|SECURITY)-" three sets of letters, which are far more
 * common than the words. When the anchor would be common, the matches are parted at
 * the first fork by the way they take, each part with an anchor of its own, and so
 * on; that counts when all of them together are much rarer than the one.
 */
#include "image/plan-cover.h"

#include "base/num.h"

enum {
	POSITIONS_MAX = 256, /* of what is behind a fork */
	GAIN_LEAST = 4,
};
/* Of an anchor that is rare enough, in 2^-64: one position in 2^26. */
#define RARE ((uint64_t)1 << 38)

struct coverer {
	struct cover *cover;
	struct prefix *scratch;
	const struct sequence *sequence;
	const struct piece *piece;
	struct key_range keys;
};

static uint32_t cap_of(const struct path *path)
{
	return path->len == 0 ? IMAGE_PART_MAX : POSITIONS_MAX;
}

static struct anchor look(struct coverer *c, const struct path *path, uint64_t *ret_rarity)
{
	prefix_of(c->scratch, c->sequence, c->piece, path, cap_of(path));
	return anchor_choose(c->scratch, c->keys, ret_rarity);
}

/* Cover the matches that take `path`, with at most `room` anchors; returns their rarity. */
static uint64_t cover(struct coverer *c, struct path path, uint32_t room)
{
	uint64_t rarity, sum = 0, one;
	struct anchor anchor = look(c, &path, &rarity);
	uint32_t options = c->scratch->options, before = c->cover->len;

	if (rarity > RARE && options > 0 && options <= room && path.len < FORKS_MAX) {
		for (uint32_t i = 0; i < options && sum < rarity / GAIN_LEAST; i++) {
			struct path way = path;

			way.taken[way.len++] = (uint8_t)i;
			/* those that come after need one each */
			one = cover(c, way, room - (c->cover->len - before) - (options - 1 - i));
			if (!add_u64(sum, one, &sum))
				sum = UINT64_MAX;
		}
		if (sum < rarity / GAIN_LEAST)
			return sum;
		c->cover->len = before;
	}
	c->cover->anchors[c->cover->len] = anchor;
	c->cover->paths[c->cover->len++] = path;
	return rarity;
}

void cover_choose(struct cover *ret, struct prefix *scratch, const struct sequence *s,
		  const struct piece *piece, struct key_range keys, bool can_have_several)
{
	struct coverer c = {ret, scratch, s, piece, keys};

	ret->len = 0;
	(void)cover(&c, (struct path){0}, can_have_several ? COVER_MAX : 1);
}

enum status cover_grams(const struct cover *c, struct prefix *scratch, const struct sequence *s,
			const struct piece *piece, struct key_range keys, uint32_t part,
			struct plan *to)
{
	enum status status = OK;

	for (uint32_t i = 0; status == OK && i < c->len; i++) {
		struct anchor anchor = c->anchors[i];

		prefix_of(scratch, s, piece, &c->paths[i], cap_of(&c->paths[i]));
		status = anchor_grams(scratch, anchor, keys, part,
				      &to->grams[anchor.width == 4 ? 0 : 3 - anchor.width]);
	}
	return status;
}

uint32_t cover_farthest(const struct cover *c)
{
	uint32_t farthest = 0;

	for (uint32_t i = 0; i < c->len; i++) {
		if (c->anchors[i].distance > farthest)
			farthest = c->anchors[i].distance;
	}
	return farthest;
}
