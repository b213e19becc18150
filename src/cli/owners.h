/*
 * Names of the users who own files, each looked up once.
 */
#pragma once

#include <sys/types.h>

#include "base/vec.h"

struct owner {
	uid_t uid;
	char *name;
};

struct owners {
	VEC(struct owner);
};

void owners_done(struct owners *o);

/** The name of the owner of an open file, valid until owners_done(); NULL: not known. */
const char *owners_of_file(struct owners *o, int fd);
