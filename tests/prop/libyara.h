/*
 * YARA itself, as a library, behind an interface without its headers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ORACLE_STRINGS = 8, ORACLE_SPANS = 2048 };

struct oracle_string {
	char name[16];
	bool is_private; /* its matches are not told */
	size_t count;
	uint64_t start[ORACLE_SPANS], length[ORACLE_SPANS];
};

struct oracle {
	char error[300]; /* why the rule was refused, or "" */
	bool matches;    /* the condition holds */
	bool has_failed; /* the scan ended with an error: nothing is known */
	size_t count;
	struct oracle_string strings[ORACLE_STRINGS];
};

void oracle_begin(void);
void oracle_end(void);

/** Compile one rule and, when it is accepted, show it the data. */
void oracle_ask(const char *rule, const uint8_t *data, size_t len, struct oracle *ret);
