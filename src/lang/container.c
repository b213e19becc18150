#include "lang/container.h"

#include <stdlib.h>

#include "lang/lines.h"

#define CONTAINER(name) extern const struct container container_##name;
#include "lang/containers.def"
#undef CONTAINER

static const struct container *const all[] = {
#define CONTAINER(name) &container_##name,
#include "lang/containers.def"
#undef CONTAINER
	NULL,
};

const struct container *container_for(struct str name)
{
	struct str suffix = source_suffix(name);

	for (const struct container *const *c = all; *c != NULL; c++) {
		if (suffix_is_among(suffix, (*c)->suffixes))
			return *c;
	}
	return NULL;
}

bool member_name_is_safe(struct str name)
{
	if (name.len == 0 || name.len > MEMBER_NAME_MAX || name.data[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!is_letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

static int by_rank_and_name(const void *a, const void *b)
{
	struct str left = ((const struct member *)a)->name;
	struct str right = ((const struct member *)b)->name;
	int ranks[] = {front_rank(left), front_rank(right)};

	if (ranks[0] != ranks[1])
		return ranks[0] < ranks[1] ? -1 : 1;
	return str_cmp(left, right);
}

enum status container_open(const struct container *container, const struct source_text *src,
			   size_t ceiling, struct contents *ret, struct error *e)
{
	*ret = (struct contents){0};
	buf_init(&ret->unpacked, ceiling);
	enum status status = container->open(src->name, src->text, ret, e);

	if (status != OK)
		ret->members.len = 0;
	else if (ret->members.len > 0)
		qsort(ret->members.items, ret->members.len, sizeof *ret->members.items,
		      by_rank_and_name);
	return status;
}

void contents_done(struct contents *c)
{
	buf_done(&c->unpacked);
	vec_done(&c->members);
}
