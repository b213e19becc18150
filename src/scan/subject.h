/*
 * What rules can ask of a scanned object beside its bytes: the external
 * variables that have a value of their own for each object.
 *
 *	filename   the last part of its name: "cmd.exe"; a member's is its own
 *	filepath   the folder that it is in, "" where the name has none; a member's is the
 *	           file's path, the names of the containers around it and its folder inside
 *	extension  of the file name, in lower case with its dot: ".exe"; or ""
 *	filetype   "EXE", "ELF", "GZIP" … as the bytes say
 *	owner      the name of the user who owns the file
 */
#pragma once

#include "scan/state.h"

/** What matchers ask; `environment` of a scanner is a copy, with what its modules work with. */
extern const struct match_environment subject_environment;

/** Prepare for the object that is at hand; its type is known. */
void subject_begin(struct scanner *s, const struct object *o);

/** Whether a variable of this name has a value for each object. */
bool subject_has(struct str name);
