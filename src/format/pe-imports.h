/*
 * What imports and delayed imports have in common.
 */
#pragma once

#include "format/pe.h"

enum { PE_IMPORTS_MAX = 16384 }; /* libraries, and functions */

/* Where the facts of one of the two kinds of imports go. */
struct pe_import_facts {
	enum fact_group library_group, function_group;
	enum fact_id libraries, functions; /* counts */
	enum fact_id library, library_functions;
	enum fact_id name, ordinal, rva;
};

/* A function as it is imported. */
struct pe_import {
	bool has_name, has_ordinal;
	struct str name; /* of an ordinal: what is known to have this number */
	uint16_t ordinal;
	uint64_t rva;
};

/**
 * The name of a library at `rva`; false: there is none of up to `max` bytes, or it is no name
 * of a file on Windows.
 */
bool pe_library_name(struct pe *pe, uint32_t rva, size_t max, struct str *ret);

/** What is imported from `library` by a thunk of the import table. */
void pe_import_ordinal(struct pe *pe, struct str library, uint64_t thunk, struct pe_import *ret);

/** State an imported function in the last row of libraries. */
void pe_state_import(struct pe *pe, const struct pe_import_facts *ids,
		     const struct pe_import *import);
