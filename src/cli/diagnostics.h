/*
 * Messages about rules, shown as a compiler shows them:
 *
 *	rules/own.ndb:12:7: error: hex digit expected
 *	  Own.Rule:0:*:4f4g
 *	                 ^
 *	  hint: ?? stands for any byte
 *
 * All texts come from outside, through a process that reads outside bytes:
 * nothing of them reaches the terminal unescaped.
 */
#pragma once

#include "base/buf.h"
#include "lang/front.h"

struct diagnostics {
	struct report report; /* hand out its address */
	char *source; /* of the last message */
	uint64_t shown, left_out; /* of that source */
	uint64_t errors; /* of all sources */
	bool has_colour;
	bool shows_all; /* however many there are */
};

/* Messages of one source that are shown; the rest is counted. */
enum { DIAGNOSTICS_OF_SOURCE = 100 };

void diagnostics_init(struct diagnostics *d);

/** Tell how many messages were left out. */
void diagnostics_done(struct diagnostics *d);

/** One message, with or without colour. */
void diagnostic_print(struct buf *to, const struct diagnostic *d, bool has_colour);

/**
 * "candor: NAME: what went wrong" on standard error, escaped. The text is that
 * of `e`, or the name of `status` when it has none. `name` is NULL where the
 * text has it already. Returns `status`.
 */
enum status complain_of(const char *name, enum status status, const struct error *e);
