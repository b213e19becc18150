/*
 * candor db unpack: the files in a container of rule sources.
 */
#pragma once

#include "base/error.h"

/**
 * Write all members of the container at `path` into `folder`, which is made where
 * it is missing, and tell on standard output what was written. A container of
 * which anything is wrong is not unpacked; no file is replaced.
 */
MUST_CHECK enum status db_unpack(const char *path, const char *folder, struct error *e);
