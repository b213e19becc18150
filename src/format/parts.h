/*
 * Parts of facts (ir/modules.def): facts_<part>() states those of one part.
 * An object's part is found when a rule first asks for it, whatever format the
 * object was identified as: a part looks for itself whether it is there.
 */
#pragma once

#include "base/input.h"
#include "ir/object.h"

/*
 * Each states what it finds. What it found before damage stays; E_UNSUPPORTED
 * when the object is of another format. A part that builds on another one
 * calls fact_need() for it.
 */
#define PART(id, covers) \
	MUST_CHECK enum status facts_##id(struct input *in, struct fact_set *set, struct error *e);
#include "ir/modules.def"

/** State the facts of one part. */
MUST_CHECK enum status part_find(enum fact_part part, struct input *in, struct fact_set *set,
				 struct error *e);
