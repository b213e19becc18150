/*
 * Which object goes to which worker, and when.
 */
#pragma once

#include "cell/crew.h"

/** Send as much as the workers take: suspects alone, then pending objects in batches. */
void dispatch(struct pool *p);
