/*
 * Functions of modules (ir/modules.def). One module is one file here, which
 * computes its functions from the facts of an object and from its bytes.
 */
#pragma once

#include "base/input.h"
#include "ir/object.h"
#include "ir/value.h"

struct module_state;

/* What a function needs from whoever evaluates a condition. */
struct module_host {
	/** Whether the regular expression of a VALUE_REGEX matches somewhere in `text`. */
	struct value (*matches)(struct module_host *host, struct value regex, struct str text);
	/** Account for bytes that are looked at; false when the work for the object is used up. */
	bool (*charge)(struct module_host *host, uint64_t bytes);
	/** Show a line of console.log(). */
	void (*log)(struct module_host *host, struct str line);
	struct module_state *state; /* module/state.h; NULL: no data was given for any module */
};

struct module_call {
	struct module_host *host;
	struct fact_set *facts;   /* fact_need() before fact_get() */
	struct input *input;      /* the object; reads of a process are at addresses */
	struct arena *arena;      /* texts that are returned live here, as long as the object */
	const struct value *args; /* of the types that the row says; never undefined or unknown */
	uint32_t arg_count;
};

/**
 * Call a function. UNDEFINED where the module has no answer, UNKNOWN where it
 * could not be computed. An argument that is undefined makes the call undefined, an
 * unknown one unknown.
 */
struct value module_call(enum function_id id, struct module_call *call);

/* The functions themselves. */
#define FUNCTION(id, group, name, arguments, result, doc) \
	struct value call_##id(struct module_call *call);
#include "ir/modules.def"
