/*
 * Reading all of what the planner wrote; part of image_verify().
 */
#pragma once

#include "image/image.h"

/** Check every index, range and tree of image/code.h. The heads of rules are not looked at. */
MUST_CHECK enum status verify_plan(const struct image *img, struct error *e);
