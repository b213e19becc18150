/*
 * The worker: a process that scans what it is handed and can do nothing else.
 * Once it is confined (cell/entry.h) it opens the images, says that it is
 * ready, and then answers requests until the channel closes.
 */
#pragma once

#include "os/process.h"

/** Program and arguments that make the running program start itself as a worker. */
#define WORKER_SELF PROCESS_SELF
extern const char *const worker_self_argv[];

/** Whether these are those arguments: then main() is nothing but `return worker_main();`. */
bool worker_requested(int argc, char *const *argv);

/** The whole life of a worker. */
int worker_main(void);
