/*
 * libyara as the other side of prop-yara.c. Its headers define names that ours
 * have, too: no file can include both.
 */
#pragma once

#include "yara-rules.h"

enum { MATCHES_MAX = 400, MESSAGE_MAX = 300 };

struct span {
	uint64_t offset, length;
};

/* What is found in one piece of data. */
struct outcome {
	bool has_given_up; /* too much work */
	bool holds[YARA_RULES_MAX];
	struct {
		struct span spans[MATCHES_MAX];
		size_t count;
	} strings[YARA_RULES_MAX][YARA_STRINGS_MAX];
};

struct YR_RULES;

void outcome_keep(struct outcome *o, size_t rule, size_t string, struct span span);

void library_begin(void);
void library_end(void);

/** NULL, and the last error in `said`, when the rules are not taken. */
struct YR_RULES *library_compile(struct buf *source, char said[MESSAGE_MAX]);
void library_free(struct YR_RULES *rules);

void library_scan(struct YR_RULES *rules, const uint8_t *data, size_t len, struct outcome *ret);
