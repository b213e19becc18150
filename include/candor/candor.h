/*
 * libcandor: scan files for malicious content.
 *
 * Handles are opaque; the library makes and frees them. Rules are compiled and
 * files are scanned in processes that are confined; the calling process takes
 * neither of them apart. Two whole programs are in examples/: scan-file.c asks
 * for a verdict, scan-rules.c brings rules of YARA and is told what matches.
 *
 *	options --candor_engine_open()--> engine --candor_scan_fd()--> result
 *	    |                               |                |
 *	    |                        messages about       rules that match,
 *	    on_message, on_rule,         rules            lines they log
 *	    on_log say who is told
 *
 * For those who know libyara:
 *
 *	yr_compiler_create()                     candor_options_new()
 *	yr_compiler_add_bytes(), _add_string()   candor_options_add_rules()
 *	yr_compiler_add_file()                   candor_options_add_rules_file()
 *	yr_compiler_define_*_variable()          candor_options_define_int(), _float() ...
 *	yr_compiler_set_callback()               candor_options_on_message()
 *	yr_compiler_set_include_callback()       candor_options_set_includes()
 *	yr_compiler_get_rules()                  candor_engine_open()
 *	yr_scanner_create()                      candor_engine_open_another(), for a thread
 *	yr_scanner_set_callback(), _set_flags()  candor_options_on_rule(), _on_log()
 *	yr_scanner_set_timeout()                 candor_options_set_limit(o, "time", "60", e)
 *	yr_rules_load()                          candor_options_add_database()
 *	yr_rules_scan_mem(), _fd(), _proc()      candor_scan_memory(), _fd(), _process()
 *	yr_rule_tags_foreach(), ...              candor_rule_tag(), _meta(), _match()
 *
 * With candor_options_set_members(o, false) a scan is about the bytes of the
 * file alone, as it is there; else what is inside of it is scanned, too.
 *
 * Threads: a handle may be used by one thread at a time. Different handles are
 * independent of each other, and the library keeps no other state. For scans
 * in parallel open one engine, and from it with candor_engine_open_another()
 * one for each further thread; their rules share memory.
 *
 * Callbacks run in the thread and during the call that they belong to. They may
 * not call a function with the engine that calls them. What they are handed is
 * the library's and gone when they return.
 *
 * Processes: an engine forks, starts its worker and reaps it; it reaps nothing
 * else and sets no signal handler. A program that waits for any child may see
 * the worker end. Do not use an engine in a forked copy of the process.
 *
 * Text: file and rule names are bytes as they were found, of any encoding,
 * and may hold control characters. Escape them before showing them. Texts end
 * with a NUL; one that may hold others has its length beside it.
 *
 * ABI: only names with the prefix candor_ are exported. Within one soname no
 * function changes or disappears, enumerations only grow at their end, and
 * struct candor_error keeps its size. Treat an unknown value like an error. The
 * records that callbacks are handed (message, rule, meta, match) may grow at
 * their end: read them through the pointer.
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
struct candor_message;
struct candor_rule;

/** The version of the library that is running, such as "0.1.0". */
CANDOR_API const char *candor_version(void);

/*
 * Options: what an engine is made with.
 */

/**
 * Options that name no database and no rules; NULL when out of memory. All that
 * they are given is copied. Free with candor_options_free().
 */
CANDOR_API struct candor_options *candor_options_new(void);

/** NULL is allowed. Engines made with the options are not affected. */
CANDOR_API void candor_options_free(struct candor_options *o);

/**
 * Add an image (made by `candor db build`), a file with rules, a folder of such
 * files, or with the word "builtin" the image that ships with Candor, which is
 * also taken when neither databases nor rules are added. Can be called
 * repeatedly. Nothing is opened before candor_engine_open().
 */
CANDOR_API enum candor_status candor_options_add_database(struct candor_options *o,
							  const char *name, struct candor_error *e);

/**
 * Add rules from memory, `length` bytes of any value. Messages call them `name`,
 * whose suffix says their language as that of a file does ("own.yar"; of any
 * other name the text is judged); NULL stands for "rules.yar". `space` is the
 * namespace of the rules, NULL stands for "default". What is added with this
 * function and the next one is compiled together and in this order by
 * candor_engine_open(): a rule can name those before it in its namespace.
 */
CANDOR_API enum candor_status candor_options_add_rules(struct candor_options *o, const void *text,
						       size_t length, const char *name,
						       const char *space, struct candor_error *e);

/** The same with a file, which is read by candor_engine_open(). */
CANDOR_API enum candor_status candor_options_add_rules_file(struct candor_options *o,
							    const char *path, const char *space,
							    struct candor_error *e);

/**
 * Define an external variable of YARA for all rules of these options, whenever
 * they were added. CANDOR_USAGE when the name is no identifier or defined
 * already. The strings filename, filepath, extension, filetype and owner are
 * there without: see candor_engine_set_subject(); defined here they have this
 * value where a scan has none.
 */
CANDOR_API enum candor_status candor_options_define_int(struct candor_options *o, const char *name,
							int64_t value, struct candor_error *e);
CANDOR_API enum candor_status candor_options_define_float(struct candor_options *o,
							  const char *name, double value,
							  struct candor_error *e);
CANDOR_API enum candor_status candor_options_define_bool(struct candor_options *o,
							 const char *name, bool value,
							 struct candor_error *e);
CANDOR_API enum candor_status candor_options_define_string(struct candor_options *o,
							   const char *name, const char *value,
							   struct candor_error *e);

/* Which files rules may include. */
enum candor_includes {
	CANDOR_INCLUDES_BELOW = 0, /* in the folder of the file that was added and below it; rules
				      from memory have no folder and include nothing */
	CANDOR_INCLUDES_ANYWHERE,  /* all that the calling process can open; rules from memory begin
				      in its working folder */
	CANDOR_INCLUDES_NONE,
};

/** Preset: CANDOR_INCLUDES_BELOW. A file that may not be included is an error of the rules. */
CANDOR_API void candor_options_set_includes(struct candor_options *o,
					    enum candor_includes includes);

/** Set a limit by its name and value as for `candor scan --limits`, such as "depth" and "8". */
CANDOR_API enum candor_status candor_options_set_limit(struct candor_options *o, const char *name,
						       const char *value, struct candor_error *e);

/** Report every rule that holds. Preset: the first detection ends the scan of a file. */
CANDOR_API void candor_options_set_all_matches(struct candor_options *o, bool all_matches);

/** Load what can be loaded of files with malformed rules. Preset: they are an error. */
CANDOR_API void candor_options_set_keep_going(struct candor_options *o, bool keep_going);

/**
 * Scan what is inside of files, such as members of archives. Preset: true. With
 * false the rules are shown the bytes of the file alone, also when it is empty.
 */
CANDOR_API void candor_options_set_members(struct candor_options *o, bool members);

/** The worker program, when it is not where the library was installed to look for it. */
CANDOR_API enum candor_status candor_options_set_worker(struct candor_options *o, const char *path,
							struct candor_error *e);

/*
 * Callbacks. Each is handed the `context` of the engine.
 */

/** What callbacks are handed as their context until candor_engine_set_context(). Preset: NULL. */
CANDOR_API void candor_options_set_context(struct candor_options *o, void *context);

enum candor_severity {
	CANDOR_ERROR = 0, /* the rule is left out */
	CANDOR_WARNING = 1,
};

/* A message about a place in rules. */
struct candor_message {
	enum candor_severity severity;
	const char *text;        /* what is wrong and what was expected: one line */
	const char *hint;        /* what may help; or NULL */
	const char *source;      /* the file, or the name of rules from memory */
	unsigned line, column;   /* from 1; columns are bytes */
	unsigned width;          /* bytes from there that it is about, at least 1 */
	const char *source_line; /* all of that line */
};

typedef void candor_message_fn(void *context, const struct candor_message *message);

/**
 * Be told of every error and warning in rules, during candor_engine_open(). Without,
 * the first error is the text of struct candor_error; it is so in any case.
 */
CANDOR_API void candor_options_on_message(struct candor_options *o, candor_message_fn *fn);

enum candor_rule_state {
	CANDOR_MATCHES = 0,
	CANDOR_MATCHES_NOT = 1,
	CANDOR_UNDECIDED = 2, /* a limit or damage ended its evaluation: it may match or not */
};

enum candor_meta_type {
	CANDOR_META_STRING = 0,
	CANDOR_META_INT = 1,
	CANDOR_META_BOOL = 2,
};

/* A line of a rule's metadata. */
struct candor_meta {
	const char *key;
	enum candor_meta_type type;
	int64_t integer;  /* of a CANDOR_META_INT, and 0 or 1 of a CANDOR_META_BOOL */
	const char *text; /* of a CANDOR_META_STRING, else ""; cut to 8192 bytes */
	size_t length;    /* its bytes */
};

/* A place where a string of a rule matched. */
struct candor_match {
	const char *string;      /* its identifier: "$a"; "$" when it has none */
	uint64_t offset, length; /* bytes; in the memory of a process an address */
	const uint8_t *data;     /* its first bytes; see candor_options_set_match_bytes() */
	size_t data_length;
	uint8_t xor_key;         /* that the bytes are masked with; 0: they are not */
	bool is_hex;             /* the string is a hex string */
};

/* A rule that was evaluated. Its parts are got with the functions below. */
struct candor_rule {
	enum candor_rule_state state;
	const char *space;  /* its namespace */
	const char *name;   /* its identifier */
	const char *source; /* the file that it came from, or the name of rules from memory */
	unsigned line;      /* where it begins there */
	const char *path;   /* of the member that it was evaluated for; as candor_finding_path() */
	size_t tag_count, meta_count, match_count;
	bool has_more_matches; /* a string matched too often for all matches to be told */
};

/** Return true to go on, false to stop the scan: its result has the reason "stopped" then. */
typedef bool candor_rule_fn(void *context, const struct candor_rule *rule);

/* What a rule callback is called for and told; bits. */
enum candor_rule_wish {
	CANDOR_RULE_MATCHES = 1 << 0, /* where strings matched: rule->match_count is 0 else */
	CANDOR_RULE_NEGATED = 1 << 1, /* rules that do not match as well */
	CANDOR_RULE_FAST = 1 << 2,    /* one match is enough of a string of which the condition asks
					 only whether it is there */
};

/**
 * Be told of each rule that matches or is undecided, with tags and metadata, in a
 * fixed order; private rules are left out, and rules that are digests of whole
 * files are findings only. `wishes`: enum candor_rule_wish. Includes what
 * candor_options_set_all_matches() does.
 */
CANDOR_API void candor_options_on_rule(struct candor_options *o, candor_rule_fn *fn,
				       unsigned wishes);

/** Bytes of each match that are told, at most 8192. Preset: 512. */
CANDOR_API void candor_options_set_match_bytes(struct candor_options *o, size_t bytes);

/** The i-th, in the order of the rule; NULL when there are fewer. */
CANDOR_API const char *candor_rule_tag(const struct candor_rule *rule, size_t i);
CANDOR_API const struct candor_meta *candor_rule_meta(const struct candor_rule *rule, size_t i);
/** String by string, and each by rising offsets. */
CANDOR_API const struct candor_match *candor_rule_match(const struct candor_rule *rule, size_t i);

typedef void candor_log_fn(void *context, const char *line, size_t length);

/** Be told of each line that a rule writes with the module "console", cut to 8192 bytes. */
CANDOR_API void candor_options_on_log(struct candor_options *o, candor_log_fn *fn);

/*
 * The engine: databases that are open, rules that are compiled, and a worker
 * that is ready.
 */

/**
 * Open the databases, compile the rules and start a worker. CANDOR_DATABASE when
 * a rule is malformed, unless candor_options_set_keep_going() says to leave it
 * out; the error is the first one. Close with candor_engine_close().
 */
CANDOR_API enum candor_status candor_engine_open(const struct candor_options *o,
						 struct candor_engine **ret,
						 struct candor_error *e);

/**
 * Another engine with the same rules and settings, for another thread: nothing
 * is compiled again. Each may be closed before the other.
 */
CANDOR_API enum candor_status candor_engine_open_another(const struct candor_engine *engine,
							 struct candor_engine **ret,
							 struct candor_error *e);

/** NULL is allowed. Results outlive their engine. */
CANDOR_API void candor_engine_close(struct candor_engine *engine);

/** What callbacks are handed in the scans that follow. */
CANDOR_API void candor_engine_set_context(struct candor_engine *engine, void *context);

/**
 * What rules are told in the scans that follow: the path gives them filename,
 * filepath and extension, and with a path they have filetype and owner. NULL is
 * what is not known; both are not until this is called.
 */
CANDOR_API enum candor_status candor_engine_set_subject(struct candor_engine *engine,
							const char *path, const char *owner,
							struct candor_error *e);

/**
 * Scan a regular file that is open for reading, from its start, with all that
 * is inside it, and wait for the result. The descriptor is borrowed and its
 * position stays as it is. A file that cannot be scanned is a result
 * (CANDOR_NOT_SCANNED), not an error. Free the result with candor_result_free().
 */
CANDOR_API enum candor_status candor_scan_fd(struct candor_engine *engine, int fd,
					     struct candor_result **ret, struct candor_error *e);

/** The same for `length` bytes in memory, of which a copy is made. NULL is allowed for none. */
CANDOR_API enum candor_status candor_scan_memory(struct candor_engine *engine, const void *data,
						 size_t length, struct candor_result **ret,
						 struct candor_error *e);

/**
 * The same for the memory of a running process, by its id. CANDOR_IO when it is
 * gone or may not be read.
 */
CANDOR_API enum candor_status candor_scan_process(struct candor_engine *engine, int pid,
						  struct candor_result **ret,
						  struct candor_error *e);

/*
 * The result of one scan. Everything got from it is valid until it is freed.
 */

/** NULL is allowed. */
CANDOR_API void candor_result_free(struct candor_result *r);

CANDOR_API enum candor_verdict candor_result_verdict(const struct candor_result *r);

/**
 * Why not all of the file was scanned, as a word ("encrypted", "limit", "stopped"
 * by a callback) and as a phrase for people; NULL when all of it was. Also set
 * beside a detection.
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
