/*
 * File systems that hold no files but windows into the kernel.
 */
#pragma once

#include <stdbool.h>

/** Whether `fd` (O_PATH is enough) is on one. */
bool pseudo_file_system(int fd);
