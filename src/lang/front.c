#include "lang/front.h"

#include <string.h>

#include "lang/container.h"
#include "lang/lines.h"

#define FRONT(name) extern const struct front front_##name;
#include "lang/fronts.def"
#undef FRONT

static const struct front *const all[] = {
#define FRONT(name) &front_##name,
#include "lang/fronts.def"
#undef FRONT
	NULL,
};

/* a container may hold ignore lists, so it comes before other sources */
enum { RANK_CONTAINER = 50, RANK_DEFAULT = 100 };

static const struct front *by_suffix(struct str name)
{
	struct str suffix = source_suffix(name);

	for (const struct front *const *f = all; *f != NULL; f++) {
		if (suffix_is_among(suffix, (*f)->suffixes))
			return *f;
	}
	return NULL;
}

static const struct front *by_name(const char *name)
{
	for (const struct front *const *f = all; *f != NULL; f++) {
		if (strcmp((*f)->name, name) == 0)
			return *f;
	}
	return NULL;
}

const struct front *front_for(const struct source_text *src)
{
	if (src->settings != NULL && src->settings->language != NULL)
		return by_name(src->settings->language);
	const struct front *best = by_suffix(src->name);
	int best_score = 0;

	if (best != NULL)
		return best;
	for (const struct front *const *f = all; *f != NULL; f++) {
		int score = (*f)->probe ? (*f)->probe(src) : 0;

		if (score > best_score) {
			best = *f;
			best_score = score;
		}
	}
	return best;
}

bool front_knows_suffix(struct str name)
{
	return by_suffix(name) != NULL || container_for(name) != NULL;
}

int front_rank(struct str name)
{
	const struct front *front = by_suffix(name);

	if (container_for(name) != NULL)
		return RANK_CONTAINER;
	return front && front->rank ? front->rank(name) : RANK_DEFAULT;
}
