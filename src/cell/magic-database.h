/*
 * The compiled database of libmagic, as the system has it. It is opened
 * outside and read in a worker.
 */
#pragma once

/**
 * Open the first that exists of those that libmagic names (and file(1) uses):
 * "/etc/magic:/usr/share/misc/magic" with ".mgc" behind each. -1: there is none.
 */
int magic_database_open(void);
