/*
 * What machine this is.
 */
#pragma once

#include <stddef.h>

/** Name and release of the kernel: "Linux 6.1.0-18-amd64". */
void machine_kernel(char *to, size_t room);
