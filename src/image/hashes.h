/*
 * Digest rules in the image: one table for each subject and digest.
 * Layout: H<k>xx and ORIG of image/layout.h.
 */
#pragma once

#include "image/write.h"

/** Add the tables of rs->hashes; name_ids[i] is the name id of rs->hashes.items[i]. */
MUST_CHECK enum status hashes_add(struct image_writer *w, const struct ruleset *rs,
				  const uint32_t *name_ids);
