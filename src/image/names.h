/*
 * Names of rules in the image: sorted, each once, front-coded in blocks.
 * Layout: NAME, NBLK and NCNT of image/layout.h.
 */
#pragma once

#include "image/image.h"
#include "image/write.h"

/**
 * Add the names of all rules of `rs`, of which the first IMAGE_NAME_MAX bytes
 * count. Name ids go to ret_ids: those of rs->hashes, then those of rs->rules.
 */
MUST_CHECK enum status names_add(struct image_writer *w, const struct ruleset *rs,
				 uint32_t *ret_ids);

/** Name `id` of an image. E_MALFORMED when there is none or its block is damaged. */
MUST_CHECK enum status names_get(const struct image *img, uint32_t id,
				 char ret_name[RULE_NAME_MAX]);

/* Walks over all names in order; see names_next(). */
struct names_iter {
	const struct image *img;
	uint32_t next, count;
	uint64_t at;         /* of the next name in NAME */
	enum status status;  /* E_MALFORMED with `at` when a name is damaged */
	size_t len;
	char name[RULE_NAME_MAX];
};

struct names_iter names_iter(const struct image *img);
bool names_next(struct names_iter *it);
