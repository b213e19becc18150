/*
 * Telling the caller of the library why a call failed.
 */
#pragma once

#include "base/error.h"
#include "candor/candor.h"

/** Fill in *e, which may be NULL. Returns `status`. */
enum candor_status failure(struct candor_error *e, enum candor_status status, const char *text);

/** The same for a failure of the layers below. */
enum candor_status failure_from(struct candor_error *e, const struct error *from);

enum candor_status failure_no_memory(struct candor_error *e);
