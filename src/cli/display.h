/*
 * What a long-running command prints: lines that are held back until they are
 * flushed, and on a terminal one live line below them.
 */
#pragma once

#include "base/buf.h"
#include "base/error.h"

struct display {
	int fd;
	bool is_live;     /* cursor movement is understood */
	bool has_colour;
	bool live_shown;
	struct buf pending;
	struct error error; /* of the first write that failed; nothing is written after it */
	bool reader_gone;   /* it failed because a pipe was closed: no reason for a message */
};

/** Free with display_done(), which flushes. */
void display_init(struct display *o, int fd);
void display_done(struct display *o);

/** Where to append whole lines. The live line is gone until it is drawn again. */
struct buf *display_lines(struct display *o);

/** Show `text`, which takes less than the terminal's columns, as the live line. Only if is_live. */
void display_live(struct display *o, struct str text);

/** Write out; false when that fails, now or before. */
bool display_flush(struct display *o);
