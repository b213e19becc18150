/*
 * What is inside an object: collecting its members and scanning each.
 */
#pragma once

#include "scan/state.h"

/** Scan the members of an object whose format has a walk(). */
void members_scan(struct scanner *s, const struct object *container);
