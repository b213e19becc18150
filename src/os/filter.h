/*
 * System call filters (seccomp): a list of what is allowed, death for the rest.
 */
#pragma once

#include "base/error.h"

enum filter_check {
	FILTER_ANY,     /* with any arguments */
	FILTER_NO_EXEC, /* only when the third argument has no PROT_EXEC: mmap */
};

struct filter_rule {
	int number; /* of the system call */
	enum filter_check check;
};

/**
 * From here on the process is killed by SIGSYS when it makes a system call
 * that no rule allows, or any by another architecture's numbers (32-bit, x32).
 * E_DENIED without no_new_privs.
 */
MUST_CHECK enum status filter_apply(const struct filter_rule *rules, size_t count,
				    struct error *e);
