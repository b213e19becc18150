/*
 * The tree of resources: type, name, language, and then the bytes.
 */
#pragma once

#include "format/pe.h"

enum { PE_RESOURCE_LEVELS = 3 };

struct pe_resource {
	uint32_t rva, size;
	/* of each level: a number (-1: there was none) or a text */
	int32_t numbers[PE_RESOURCE_LEVELS];
	bool has_text[PE_RESOURCE_LEVELS];
	uint64_t text_at[PE_RESOURCE_LEVELS];
	uint16_t text_len[PE_RESOURCE_LEVELS]; /* bytes */
};

typedef void pe_resource_fn(struct pe *pe, const struct pe_resource *resource, void *context);

/** Where the tree is in the file; false: there is none. */
bool pe_resources_at(struct pe *pe, uint64_t *ret);

/** Call `fn` for each resource; returns how many there are. */
uint32_t pe_each_resource(struct pe *pe, uint64_t root, pe_resource_fn *fn, void *context);
