/*
 * What `candor yara` prints of a file, byte for byte as yara does.
 */
#pragma once

#include "cli/yara-options.h"
#include "scan/details.h"

/* A rule that was told of, and where its text is. */
struct yara_rule {
	size_t start, end;
	bool holds, is_shown;
};

/* A file that is scanned, and what is printed of it when it is done. */
struct yara_sheet {
	const struct yara_request *request;
	const char *path;
	struct buf log;  /* what rules wrote, and facts of modules */
	struct buf text; /* of all rules */
	struct buf tags, metas, strings; /* of the rule at hand */
	struct buf head;
	bool has_rule, has_tag;
	struct yara_rule rule;
	struct {
		VEC(struct yara_rule);
	} rules;
	struct buf warnings; /* for standard error */
	bool is_incomplete;  /* memory ran out */
};

void yara_sheet_init(struct yara_sheet *s, const struct yara_request *request, const char *path);
void yara_sheet_done(struct yara_sheet *s);

/** Take a detail. */
void yara_sheet_add(struct yara_sheet *s, const struct detail *d);

/**
 * The file is done: append what is printed to `to`. *total counts the rules that hold, of
 * this and all files before. Returns how many of this file count.
 */
uint64_t yara_sheet_print(struct yara_sheet *s, uint64_t *total, struct buf *to);
