/*
 * What a long-running command prints: lines that are held back until they are
 * flushed, and on a terminal one live line below them.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

struct output {
	int fd;
	bool is_live;     /* cursor movement is understood */
	bool has_colour;
	bool live_shown;
	struct buf pending;
	struct error error; /* of the first write that failed; nothing is written after it */
	bool reader_gone;   /* it failed because a pipe was closed: no reason for a message */
};

/** Free with output_done(), which flushes. */
void output_init(struct output *o, int fd);
void output_done(struct output *o);

/** Where to append whole lines. The live line is gone until it is drawn again. */
struct buf *output_lines(struct output *o);

/** Show `text`, which takes less than the terminal's columns, as the live line. Only if is_live. */
void output_live(struct output *o, struct str text);

/** Write out; false when that fails, now or before. */
bool output_flush(struct output *o);
