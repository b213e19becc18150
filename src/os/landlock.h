/*
 * Landlock: a process gives up the file system, TCP and signals for good
 * (Documentation/userspace-api/landlock.rst in the kernel).
 */
#pragma once

#include "base/error.h"

enum { LANDLOCK_NEWEST = 7 }; /* the newest ABI that this file makes use of */

/** The ABI of the running kernel: 1 or more; 0 when it has none or it is switched off. */
int landlock_abi(void);

/**
 * Deny the calling thread every right that its kernel's ABI handles, with no
 * exception. *ret_abi is the ABI that was applied. E_UNSUPPORTED when there is
 * none; E_DENIED without no_new_privs.
 */
MUST_CHECK enum status landlock_deny_all(int *ret_abi, struct error *e);
