/*
 * What a scan did, in numbers.
 */
#pragma once

#include "os/walk.h"
#include "scan/scan.h"

struct tally {
	uint64_t files;    /* that were to be scanned, with those that could not be */
	uint64_t bytes;    /* that were scanned, members included */
	uint64_t size;     /* of the files that are done, as their folder states it */
	uint64_t objects;  /* files, and what was found inside them */
	uint64_t verdicts[VERDICT_COUNT];
	uint64_t reasons[REASON_COUNT]; /* of what is not scanned, by the first one */
	uint64_t accepted; /* not scanned for reasons that the user accepts */
	uint64_t met[WALK_COUNT];
	bool interrupted;
	bool failed;       /* the scan itself ended early, or its output did */
};

/** Count the outcome of one file. `accepted`: bit for each enum reason. */
void tally_add(struct tally *t, const struct outcome *o, unsigned accepted);

/** Whether `o` is not scanned, for accepted reasons only. */
bool tally_is_accepted(const struct outcome *o, unsigned accepted);

/** What was met and skipped: all kinds that are neither scanned nor vanished nor errors. */
uint64_t tally_skipped(const struct tally *t);
bool tally_is_skipped_kind(enum walk_kind kind);

int tally_exit_status(const struct tally *t);
