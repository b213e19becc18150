/*
 * Messages about rules, on their way to the caller of the library.
 */
#pragma once

#include "base/arena.h"
#include "candor/candor.h"
#include "lang/front.h"

struct messages {
	struct report report;  /* hand out its address */
	candor_message_fn *fn; /* or NULL */
	void *context;
	struct arena *arena; /* texts of the message at hand */
	bool is_incomplete;  /* memory ran out for one */
	char first[252];     /* the first error, for struct candor_error */
};

/** False when out of memory. */
bool messages_init(struct messages *m, candor_message_fn *fn, void *context);
void messages_done(struct messages *m);
