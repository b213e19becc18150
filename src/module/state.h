/*
 * What functions keep from object to object: the data that was given for
 * modules, and what libraries made of it. One for a scanner; made of nothing
 * but memory, and only when a rule asks.
 *
 *	magic    the compiled database of libmagic (magic.mgc)
 *	cuckoo   a report of the Cuckoo sandbox, JSON
 */
#pragma once

#include "base/error.h"
#include "base/str.h"
#include "ir/object.h"

struct module_state;

/** `data` is borrowed, by enum module_id, empty where there is none; NULL: there is none at all. */
MUST_CHECK enum status module_state_new(const struct str *data, struct module_state **ret);
void module_state_free(struct module_state *state);

/** Data was given for the module. */
bool module_state_has(const struct module_state *state, enum module_id module);

struct magic_set;
/** libmagic's magic_t, ready; NULL when there is no database, or it is damaged. */
struct magic_set *module_state_magic(struct module_state *state);

struct json_t;
/** cuckoo's report; NULL when there is none, or it is no JSON. */
const struct json_t *module_state_report(struct module_state *state);
