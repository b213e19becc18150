/*
 * Writing an image: sections are gathered in memory, laid out and written
 * in one go. Layout: image/layout.h.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "image/build.h"

struct image_writer;

/** An empty image. Free with image_writer_free(). */
MUST_CHECK enum status image_writer_new(struct image_writer **ret);
void image_writer_free(struct image_writer *w);

/**
 * Add a section of `count` elements; the bytes are copied. A tag can be used
 * once (E_INTERNAL). Nothing is added for a count of 0: readers see an absent
 * section and an empty one alike.
 */
MUST_CHECK enum status image_writer_add(struct image_writer *w, uint32_t tag, size_t element_size,
					const void *data, uint64_t count);

/** The same without a copy: `data` comes from malloc() and is the writer's from here on, always. */
MUST_CHECK enum status image_writer_give(struct image_writer *w, uint32_t tag, size_t element_size,
					 void *data, uint64_t count);

/** Put a text into the shared table, once however often it is asked for; see image_text(). */
MUST_CHECK enum status image_writer_text(struct image_writer *w, struct str s,
					 uint32_t *ret_offset);

/** Name id of rule `rule` of the rule set that is being built; for the planner. */
uint32_t image_writer_name_id(const struct image_writer *w, uint32_t rule);

/** What image_writer_name_id() answers: `ids` of `count` rules, borrowed. */
void image_writer_set_name_ids(struct image_writer *w, const uint32_t *ids, size_t count);

/** Bytes of all sections so far, without pads and texts. */
uint64_t image_writer_bytes(const struct image_writer *w);

/** Write the image. The writer can only be freed afterwards. */
MUST_CHECK enum status image_writer_finish(struct image_writer *w, struct build_sink *out,
					   uint64_t *ret_bytes, uint8_t ret_digest[32]);
