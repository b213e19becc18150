/*
 * What came of a scan.
 */
#pragma once

#include "base/vec.h"
#include "candor/candor.h"
#include "scan/verdict.h"

struct candor_finding {
	struct finding f;
};

struct candor_result {
	struct outcome outcome;
	struct {
		VEC(struct candor_finding);
	} findings;
	bool is_incomplete; /* memory ran out for the findings */
};

/** A callback stopped the scan of an object of `size` bytes: what was found before is all. */
void result_stop(struct candor_result *r, uint64_t size);
