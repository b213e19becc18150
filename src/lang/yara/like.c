#include "lang/yara/like.h"

enum { LIKE_MAX = 40 };

struct like like_begin(struct str name)
{
	/* a third of the letters may differ */
	return (struct like){name, STR(""), (unsigned)(name.len < 120 ? name.len / 3 : 0) + 1};
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* How many letters to add, drop or change, by one row of Levenshtein's table at a time. */
static unsigned distance(struct str a, struct str b)
{
	unsigned row[LIKE_MAX + 1];

	for (unsigned j = 0; j <= b.len; j++)
		row[j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned above = row[j];
			unsigned change = a.data[i - 1] == b.data[j - 1] ? 0 : 1;

			row[j] = least(diagonal + change, least(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[b.len];
}

void like_try(struct like *like, struct str name)
{
	if (name.len == 0 || name.len > LIKE_MAX || like->name.len > LIKE_MAX)
		return;
	unsigned d = distance(like->name, name);
	if (d < like->distance) {
		like->best = name;
		like->distance = d;
	}
}
