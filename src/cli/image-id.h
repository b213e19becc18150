/*
 * What names an image: the digest that its header states.
 */
#pragma once

#include <stdbool.h>

enum { IMAGE_ID_TEXT = 65 }; /* SHA-256 in hex and a NUL */

/** False when it cannot be read. Nothing but that is looked at: images are for workers. */
bool image_id(int fd, char ret[IMAGE_ID_TEXT]);
