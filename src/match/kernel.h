/*
 * Kernels: find where a window has a gram that some part is searched by.
 * Everything else (confirming, joining, counting) is the same for all of them.
 */
#pragma once

#include "match/tables.h"

/* Positions [from, to) of `len` bytes; a gram may end behind `to`, never behind `len`. */
struct kernel_span {
	const uint8_t *data;
	size_t len, from, to;
	uint64_t *work; /* looked-up entries are taken off; at 0 the kernel stops */
};

/* Called in rising order of `at`, where the gram of the part starts. */
struct kernel_sink {
	/** Whether to go on after this position. */
	bool (*gram)(struct kernel_sink *sink, const struct image_gram *gram, size_t at);
};

struct kernel {
	const char *name;
	/**
	 * Report every gram in the span. Returns where it stopped: span->to, or
	 * behind the position after which the sink did not want to go on.
	 */
	size_t (*find)(const struct match_tables *t, const struct kernel_span *span,
		       struct kernel_sink *sink);
};

/** The best kernel of this processor. */
const struct kernel *kernel_pick(void);
