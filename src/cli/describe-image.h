/*
 * Writing down what an image tells of itself. Runs in a jail.
 */
#pragma once

#include "base/buf.h"
#include "image/image.h"

/* Each appends to `to`; E_MALFORMED with the reason when the image is damaged. */
MUST_CHECK enum status describe_text(const struct image *img, struct buf *to, struct error *e);
MUST_CHECK enum status describe_json(const struct image *img, struct buf *to, struct error *e);
MUST_CHECK enum status describe_skips(const struct image *img, struct buf *to, struct error *e);
