/*
 * What `candor rules` does, one function for each verb. Each gives an exit status.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum format_wish {
	FORMAT_PRINT, /* on standard output */
	FORMAT_CHECK, /* name the files that would change */
	FORMAT_WRITE, /* replace the files that change */
};

/* Where rules come from. */
struct rules_databases {
	const char *const *names;
	size_t count;
	bool include_anywhere;
};

/** Say why the rules of a name hold or not for a file and for what is inside it. */
int rules_explain(const char *rule, const char *path, const struct rules_databases *databases);

/** Write rule files in one style. */
int rules_format(const char *const *paths, size_t count, enum format_wish wish);
