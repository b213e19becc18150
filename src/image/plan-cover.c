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

static uint32_t cap_of(const struct path *path)
{
	return path->len == 0 ? IMAGE_PART_MAX : POSITIONS_MAX;
}

static struct anchor look(const struct coverage *of, const struct path *path, uint64_t *ret_rarity)
{
	prefix_of(of->scratch, of->sequence, of->piece, path, cap_of(path));
	return anchor_choose(of->scratch, of->keys, ret_rarity);
}

/* Cover the matches that take `path`, with at most `room` anchors; returns their rarity. */
static uint64_t cover(const struct coverage *of, struct path path, uint32_t room, struct cover *ret)
{
	uint64_t rarity, sum = 0;
	struct anchor anchor = look(of, &path, &rarity);
	uint32_t options = of->scratch->options, before = ret->len;

	if (rarity > RARE && options > 0 && options <= room && path.len < FORKS_MAX) {
		for (uint32_t i = 0; i < options && sum < rarity / GAIN_LEAST; i++) {
			struct path way = path;

			way.taken[way.len++] = (uint8_t)i;
			/* those that come after need one each */
			uint32_t rest = room - (ret->len - before) - (options - 1 - i);
			if (!add_u64(sum, cover(of, way, rest, ret), &sum))
				sum = UINT64_MAX;
		}
		if (sum < rarity / GAIN_LEAST)
			return sum;
		ret->len = before;
	}
	ret->anchors[ret->len] = anchor;
	ret->paths[ret->len++] = path;
	return rarity;
}

void cover_choose(const struct coverage *of, bool can_have_several, struct cover *ret)
{
	ret->len = 0;
	(void)cover(of, (struct path){0}, can_have_several ? COVER_MAX : 1, ret);
}

enum status cover_grams(const struct cover *c, const struct coverage *of, uint32_t part,
			struct plan *to)
{
	enum status status = OK;

	for (uint32_t i = 0; status == OK && i < c->len; i++) {
		struct anchor anchor = c->anchors[i];

		prefix_of(of->scratch, of->sequence, of->piece, &c->paths[i],
			  cap_of(&c->paths[i]));
		status = anchor_grams(of->scratch, anchor, of->keys, part,
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
