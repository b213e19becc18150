/*
 * Random YARA sources that read without an error of syntax. What they say is
 * not always sense: names may be unknown and types not fit.
 */
#pragma once

#include "base/buf.h"
#include "random.h"

/** Append a source; blanks, lines and comments stand everywhere between its words. */
void make_yara(struct random *r, struct buf *to);
