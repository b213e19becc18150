/*
 * Building an image from a rule set: the planner decides what is searched
 * for, the writer lays it out. The same rule set gives the same bytes.
 */
#pragma once

#include "base/buf.h"
#include "ir/rule.h"

struct build_result {
	uint64_t bytes;
	uint8_t digest[32];
	uint32_t hash_rules, condition_rules;
	uint64_t hash_bytes; /* bytes of the image that digest rules cost, names included */
};

/* Where the image goes: called in order, each byte once. */
struct build_sink {
	enum status (*write)(struct build_sink *sink, const void *data, size_t len);
};

/**
 * Write the image of `rs` to `out`. `rs` is reordered: it can only be freed
 * afterwards. The header comes first, so all sections are laid out before the
 * first byte is written.
 */
MUST_CHECK enum status image_build(struct ruleset *rs, struct build_sink *out,
				   struct build_result *ret, struct error *e);
