/*
 * The memory of a running process, opened so that another one can read it.
 */
#pragma once

#include <sys/types.h>

#include "base/error.h"

struct process_memory {
	int fd;            /* read at addresses */
	int regions_fd;    /* a file of pairs of start and end, 8 bytes each; rising and apart */
	uint32_t regions;
	uint64_t bytes;    /* of all regions */
};

/**
 * Open the memory of `pid` and list the regions that it can read itself.
 * E_DENIED or E_IO. Both descriptors are the caller's.
 */
MUST_CHECK enum status process_memory_open(pid_t pid, struct process_memory *ret,
					   struct error *e);
