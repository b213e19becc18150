/*
 * Telling the details of an object (scan/details.h) to whoever wished them.
 */
#pragma once

#include "scan/state.h"

/** The rules without an answer, where they are wished for alone. */
void describe_undecided(struct scanner *s, const struct object *o);

/** The rules that hold, were not decided or hold not, with their strings, in their order. */
void describe_object(struct scanner *s, const struct object *o);

/** A line that a rule wrote while its condition was evaluated. */
void describe_log(struct scanner *s, struct str line);
