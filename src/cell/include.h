/*
 * Including files while rules are compiled: the jail can open nothing, so it
 * asks the parent for each file, which may refuse.
 */
#pragma once

#include "base/vec.h"
#include "cell/compile.h"

/* A text, so that it is known again when it includes another. */
struct inclusion_text {
	const char *text;
	uint32_t number;
};

/* In the jail: the includer of the front ends. */
struct inclusion {
	struct includer includer;
	int channel;
	uint32_t source_count, next; /* number of the next file that is included */
	struct {
		VEC(struct inclusion_text);
	} texts;
};

/** `settings` gets it as its includer. */
void inclusion_init(struct inclusion *in, int channel, uint32_t source_count,
		    struct front_settings *settings);

/** A source is compiled from here on. */
void inclusion_begin(struct inclusion *in, uint32_t source, struct str text);

/* In the parent. */
struct compile_answerer {
	int channel;
	struct compile_opener *opener; /* NULL: all is refused */
	uint32_t count;
	uint64_t bytes;
};

/** Answer a MSG_PARENT_INCLUDE; false when it makes no sense or nobody listens. */
bool compile_answer(struct compile_answerer *a, struct str message);
