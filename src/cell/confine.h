/*
 * Confinement: the layers that a worker puts on before it sees a byte from
 * outside. No single layer is enough; docs/PROCESSES.md says what each stops.
 */
#pragma once

#include "base/error.h"

enum layer {
	LAYER_NO_NEW_PRIVS, /* no set-user-id program gives anything back */
	LAYER_NAMESPACES,   /* own user, network, IPC, PID, mount namespaces; empty root */
	LAYER_LANDLOCK,     /* no file, no TCP port, no signal outside */
	LAYER_SECCOMP,      /* only the listed system calls */
	LAYER_LIMITS,       /* memory, CPU time, no files, no processes */
	LAYER_COUNT
};

enum layer_state { LAYER_OFF, LAYER_PARTIAL, LAYER_FULL };

/* What was reached, said so that it can be shown. */
struct confinement {
	struct {
		enum layer_state state;
		char detail[96]; /* "ABI 7 of 7: files, TCP, scopes"; "not permitted: EPERM" */
	} layers[LAYER_COUNT];
};

/** "seccomp" and so on, and one sentence on what it stops. */
const char *layer_name(enum layer l);
const char *layer_purpose(enum layer l);
