#include "lang/front.h"

#include <string.h>
#include <strings.h>

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

enum { RANK_DEFAULT = 100 };

static bool has_suffix(const struct front *front, struct str suffix)
{
	struct str rest = str_of(front->suffixes), word;

	if (suffix.len == 0)
		return false;
	while (str_next_field(&rest, ' ', &word)) {
		if (word.len == suffix.len && strncasecmp(word.data, suffix.data, word.len) == 0)
			return true;
	}
	return false;
}

static const struct front *by_suffix(struct str name)
{
	struct str suffix = source_suffix(name);

	for (const struct front *const *f = all; *f != NULL; f++) {
		if (has_suffix(*f, suffix))
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
	return by_suffix(name) != NULL;
}

int front_rank(struct str name)
{
	const struct front *front = by_suffix(name);

	return front && front->rank ? front->rank(name) : RANK_DEFAULT;
}
