/*
 * One object: what it is, what is known of it, what holds for it, what is inside.
 */
#pragma once

#include "scan/state.h"

/** Scan the object and everything in it. */
void object_examine(struct scanner *s, struct object *o);
