/*
 * Being asked to stop: SIGINT and SIGTERM.
 */
#pragma once

#include <stdbool.h>

/**
 * From here on the first of these signals is only noted; the second ends the
 * process as usual. A signal that was ignored stays so.
 */
void interrupt_catch(void);

/** Whether one has come. */
bool interrupt_pending(void);
