/*
 * libcandor: scan files for malicious content.
 *
 * Everything is an opaque handle that the library makes and frees. A scan runs
 * in worker processes that are confined; the calling process reads neither the
 * scanned bytes nor the rules. See examples/scan-file.c for a whole program.
 *
 *	options --candor_engine_open()--> engine --candor_scan_fd()--> result
 *
 * Threads: a handle may be used by one thread at a time. Different handles are
 * independent of each other, and the library keeps no other state. For scans
 * in parallel open one engine for each thread; their databases share memory.
 *
 * Processes: an engine forks, starts its worker and reaps it; it reaps nothing
 * else and sets no signal handler. A program that waits for any child may see
 * the worker end. Do not use an engine in a forked copy of the process.
 *
 * Text: file and rule names are bytes as they were found, of any encoding,
 * and may hold control characters. Escape them before showing them.
 *
 * ABI: only names with the prefix candor_ are exported. Within one soname no
 * function changes or disappears, enumerations only grow at their end, and
 * struct candor_error keeps its size. Treat an unknown value like an error.
 */
#ifndef CANDOR_H
#define CANDOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CANDOR_API __attribute__((visibility("default")))

/** Whether a call could do its work. What was found is in the result, never here. */
enum candor_status {
	CANDOR_OK = 0,
	CANDOR_USAGE,     /* an argument is wrong */
	CANDOR_IO,        /* a file cannot be opened or read */
	CANDOR_DATABASE,  /* a database is damaged, or a rule is malformed */
	CANDOR_NO_MEMORY,
	CANDOR_CONFINED,  /* the workers could not be started or confined */
	CANDOR_INTERNAL,  /* a defect of the library */
};

/** Why a call failed. Every function that takes one allows NULL. */
struct candor_error {
	enum candor_status status;
	char text[252]; /* one line, for people */
};

enum candor_verdict {
	CANDOR_CLEAN = 0,       /* all of it was scanned, and nothing was found */
	CANDOR_DETECTED = 1,    /* malicious */
	CANDOR_SUSPICIOUS = 2,  /* potentially unwanted, or found by heuristics alone */
	CANDOR_NOT_SCANNED = 3, /* nothing was found, but not all of it was scanned: not clean */
};

struct candor_options;
struct candor_engine;
struct candor_result;
struct candor_finding;

/** The version of the library that is running, such as "0.1.0". */
CANDOR_API const char *candor_version(void);

/*
 * Options: what an engine is made with.
 */

/** Options that name no database; NULL when out of memory. Free with candor_options_free(). */
CANDOR_API struct candor_options *candor_options_new(void);

/** NULL is allowed. Engines made with the options are not affected. */
CANDOR_API void candor_options_free(struct candor_options *o);

/**
 * Add an image (made by `candor db build`), a file with rules, a folder of such
 * files, or with the word "builtin" the image that ships with Candor, which is
 * also taken when nothing is added. Can be called repeatedly. Nothing is opened
 * before candor_engine_open().
 */
CANDOR_API enum candor_status candor_options_add_database(struct candor_options *o,
							  const char *name, struct candor_error *e);

/** Set a limit by its name and value as for `candor scan --limits`, such as "depth" and "8". */
CANDOR_API enum candor_status candor_options_set_limit(struct candor_options *o, const char *name,
						       const char *value, struct candor_error *e);

/** Report every rule that holds. Preset: the first detection ends the scan of a file. */
CANDOR_API void candor_options_set_all_matches(struct candor_options *o, bool all_matches);

/** Load what can be loaded of files with malformed rules. Preset: they are an error. */
CANDOR_API void candor_options_set_keep_going(struct candor_options *o, bool keep_going);

/** The worker program, when it is not where the library was installed to look for it. */
CANDOR_API enum candor_status candor_options_set_worker(struct candor_options *o, const char *path,
							struct candor_error *e);

/*
 * The engine: databases that are open, and a worker that is ready.
 */

/** Open the databases and start a worker. Close with candor_engine_close(). */
CANDOR_API enum candor_status candor_engine_open(const struct candor_options *o,
						 struct candor_engine **ret,
						 struct candor_error *e);

/** NULL is allowed. Results outlive their engine. */
CANDOR_API void candor_engine_close(struct candor_engine *engine);

/**
 * Scan a regular file that is open for reading, from its start, with all that
 * is inside it, and wait for the result. The descriptor is borrowed and its
 * position stays as it is. A file that cannot be scanned is a result
 * (CANDOR_NOT_SCANNED), not an error. Free the result with candor_result_free().
 */
CANDOR_API enum candor_status candor_scan_fd(struct candor_engine *engine, int fd,
					     struct candor_result **ret, struct candor_error *e);

/*
 * The result of one scan. Everything got from it is valid until it is freed.
 */

/** NULL is allowed. */
CANDOR_API void candor_result_free(struct candor_result *r);

CANDOR_API enum candor_verdict candor_result_verdict(const struct candor_result *r);

/**
 * Why not all of the file was scanned, as a word ("encrypted", "limit") and as
 * a phrase for people; NULL when all of it was. Also set beside a detection.
 */
CANDOR_API const char *candor_result_reason(const struct candor_result *r);
CANDOR_API const char *candor_result_reason_text(const struct candor_result *r);

/** What the file is, such as "elf" or "data". */
CANDOR_API const char *candor_result_type(const struct candor_result *r);

/** Bytes that were looked at, members of containers included. */
CANDOR_API uint64_t candor_result_bytes(const struct candor_result *r);

CANDOR_API size_t candor_result_finding_count(const struct candor_result *r);

/** The i-th finding in a fixed order; NULL when there are fewer. */
CANDOR_API const struct candor_finding *candor_result_finding(const struct candor_result *r,
							      size_t i);

/*
 * A finding: one rule that holds for the file or for something inside it.
 */

/** The rule's name. */
CANDOR_API const char *candor_finding_rule(const struct candor_finding *f);

/** The file that the rule came from, and its line there. */
CANDOR_API const char *candor_finding_source(const struct candor_finding *f);
CANDOR_API unsigned candor_finding_line(const struct candor_finding *f);

/** Whether the rule makes a file suspicious only. */
CANDOR_API bool candor_finding_is_suspicion(const struct candor_finding *f);

/** Where in the file: the names of members from the outside in, each behind "//"; "" for itself. */
CANDOR_API const char *candor_finding_path(const struct candor_finding *f);

/** What the rule holds for, such as "pe". */
CANDOR_API const char *candor_finding_type(const struct candor_finding *f);

/** The bytes that matched, in the object at that path; false when the rule is not about bytes. */
CANDOR_API bool candor_finding_match(const struct candor_finding *f, uint64_t *ret_offset,
				     uint64_t *ret_length);

#ifdef __cplusplus
}
#endif

#endif
