/*
 * Gathering the rule sources that a user names, and compiling them.
 */
#pragma once

#include "base/vec.h"
#include "cell/compile.h"

/* What a user can set for all sources; all zero: nothing is set. */
struct source_settings {
	const struct front_settings *front; /* but its includer; may be NULL */
	bool include_anywhere; /* else only below the folder of the source */
	bool include_nothing;
};

struct source_file {
	char *path; /* as it is opened and shown in messages */
	char *name; /* as it is stored: without the folders that the user named */
	uint64_t device, inode;
	int fd;
	char *space; /* namespace; NULL: one of its own */
	bool is_text; /* it was in memory: there is no folder that it is in */
};

struct source_list {
	VEC(struct source_file);
};

/**
 * Add a file, or all files with a known suffix in a folder and below it. A
 * file that is in the list already, by whatever name, is not added again.
 */
MUST_CHECK enum status sources_add(struct source_list *list, const char *path, struct error *e);

/**
 * The same for a file that is open already: `fd` becomes the list's, also on
 * failure.
 */
MUST_CHECK enum status sources_add_open(struct source_list *list, const char *path, int fd,
					struct error *e);
void sources_done(struct source_list *list);

/**
 * Let the process have as many descriptors as it may: all sources are open at
 * the same time, and a set of rules may be thousands of files. For programs,
 * not for libraries, whose process is somebody else's.
 */
void sources_make_room(void);

/**
 * Settings that define the variables which each scanned object has a value for:
 * filename, filepath, extension, filetype, owner.
 */
const struct source_settings *sources_object_variables(void);

/* What came of compiling. */
struct compiled {
	struct compile_counts counts;
	struct build_result result;
};

/**
 * Compile the sources, in an order that does not depend on how they were
 * named, and write the image to `out_fd`. Messages about rules name the path
 * of their source, or its stored name when two have the same. E_SYNTAX when a
 * source is in no language that is known.
 */
MUST_CHECK enum status sources_compile(struct source_list *list,
				       const struct source_settings *settings, int out_fd,
				       struct report *report, struct compiled *ret,
				       struct error *e);

/** Add a file with a namespace, in the order of the calls; see sources_compile_as_listed(). */
MUST_CHECK enum status sources_add_space(struct source_list *list, const char *path,
					 const char *space, struct error *e);

/** The same for rules in memory, which are copied. Messages call them `name`. */
MUST_CHECK enum status sources_add_text(struct source_list *list, struct str text,
					const char *name, const char *space, struct error *e);

/** The same, in the order of the list and with names as paths. */
MUST_CHECK enum status sources_compile_as_listed(struct source_list *list,
						 const struct source_settings *settings,
						 int out_fd, struct report *report,
						 struct compiled *ret, struct error *e);
