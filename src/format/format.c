#include "format/format.h"

#define FORMAT(name) extern const struct format format_##name;
#include "format/formats.def"
#undef FORMAT

static const struct format *const all[] = {
#define FORMAT(name) &format_##name,
#include "format/formats.def"
#undef FORMAT
	NULL,
};

const struct format *const *format_all(void)
{
	return all;
}

const struct format *format_identify(const struct probe *p)
{
	const struct format *best = NULL;
	int best_score = 0;

	for (const struct format *const *f = all; *f != NULL; f++) {
		int score = (*f)->probe(p);

		if (score > best_score) {
			best = *f;
			best_score = score;
		}
	}
	return best;
}

const struct format *format_named(const char *name)
{
	for (const struct format *const *f = all; *f != NULL; f++) {
		if (strcmp((*f)->name, name) == 0)
			return *f;
	}
	return NULL;
}
