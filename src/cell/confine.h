/*
 * Confinement: the layers that a worker puts on before it sees a byte from
 * outside. No single layer is enough; docs/PROCESSES.md says what each stops.
 */
#pragma once

#include "os/namespace.h"
#include "os/privilege.h"

enum layer {
	LAYER_NO_NEW_PRIVS, /* no capabilities, not root; no program gives anything back */
	LAYER_NAMESPACES,   /* own user, network, IPC, PID, mount namespaces; empty root */
	LAYER_LANDLOCK,     /* no file, no TCP port, no signal outside */
	LAYER_SECCOMP,      /* only the listed system calls */
	LAYER_LIMITS,       /* memory, CPU time, no files, no processes, no new code */
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
/** "off", "partial", "full". */
const char *layer_state_name(enum layer_state s);

enum {
	LAYERS_ALL = (1 << LAYER_COUNT) - 1,
	/* those that every supported kernel gives to every user: nothing runs without */
	LAYERS_CORE = 1 << LAYER_NO_NEW_PRIVS | 1 << LAYER_SECCOMP | 1 << LAYER_LIMITS,
};

/* Whose system calls are allowed: see cell/syscalls.def. */
enum confine_role { CONFINE_WORKER, CONFINE_JAIL };

struct confine_options {
	enum confine_role role;
	unsigned layers; /* bit for each enum layer: LAYERS_ALL, but in tests of single layers */
	struct resource_limits limits;
	struct namespace_ids outside; /* those of the broker */
	bool started_by_root;         /* the broker is root of the machine */
};

/**
 * Confine the calling process, which must have one thread, for good. It is
 * meant to have been started in new namespaces (os/process.h); what it finds
 * itself in is what is reported. Never fails: the report says what is missing.
 */
void confine(const struct confine_options *options, struct confinement *ret);

/**
 * Load what libraries would open, measure or look up when they are first used.
 * Call before confine().
 */
MUST_CHECK enum status confine_prepare(struct error *e);

/** Bits of the layers that are at least partial. */
unsigned confinement_layers(const struct confinement *c);

/* A row of cell/syscalls.def, as documents and tests need it. */
struct confine_syscall {
	const char *name, *who, *check, *reason;
};
/** All rows, ended by a NULL name. */
const struct confine_syscall *confine_syscalls(void);
