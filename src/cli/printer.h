/*
 * How a scan tells what it finds: as text for people, or as JSON.
 */
#pragma once

#include "cell/confine.h"
#include "cli/display.h"
#include "cli/scan-tally.h"
#include "scan/details.h"

/* Bytes of findings that are kept for one file; what is beyond is only counted. */
enum { SCAN_FINDINGS_CEILING = 16 << 20 };

/* A file that is under way. */
struct scan_file {
	const char *path;
	uint64_t size;
	uint32_t finding_count; /* those that were given to the printer */
	enum verdict worst;     /* that they amount to */
	struct buf findings; /* what a printer keeps until the file is done */
	struct buf undecided; /* the same of rules without an answer */
	uint32_t undecided_count;
};

struct scan_end {
	const struct tally *tally;
	uint64_t elapsed_ns;
	const struct confinement *confinement; /* NULL: there were no workers */
	const char *const *databases;          /* as the user named them */
	size_t database_count;
	const int *image_fds; /* what they were opened or compiled to; findings count in them */
	size_t image_count;
};

struct printer {
	struct display *out;
	unsigned accepted; /* bit for each enum reason */
	bool quiet;        /* only what is not clean, and no end */
	void (*finding)(struct printer *p, struct scan_file *file, const struct finding *f);
	/* a rule of which it is not known whether it holds */
	void (*undecided)(struct printer *p, struct scan_file *file, const struct detail *d);
	/* `detail` is why the kernel refused it; or "" */
	void (*done)(struct printer *p, struct scan_file *file, const struct outcome *o,
		     const char *detail);
	void (*end)(struct printer *p, const struct scan_end *end);
};

/** Plain lines; with colour where the output has it. The grammar is in candor-scan(1). */
struct printer printer_text(struct display *out);

/** One object on each line; docs/json.md is the schema. */
struct printer printer_json(struct display *out);
