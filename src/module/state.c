#include "module/state.h"

#include <jansson.h>
#include <magic.h>
#include <stdlib.h>

/*
 * Where jansson spreads the names in an object to: a fixed place, as the
 * random bytes that it takes without would be read from a file.
 */
enum { JSON_SEED = 0x43414e44 };

struct module_state {
	const struct str *data;
	magic_t magic;
	json_t *report;
	bool is_magic_tried, is_report_tried;
};

enum status module_state_new(const struct str *data, struct module_state **ret)
{
	struct module_state *state = calloc(1, sizeof *state);

	if (state == NULL)
		return E_NOMEM;
	state->data = data;
	*ret = state;
	return OK;
}

void module_state_free(struct module_state *state)
{
	if (state == NULL)
		return;
	if (state->magic != NULL)
		magic_close(state->magic);
	json_decref(state->report);
	free(state);
}

bool module_state_has(const struct module_state *state, enum module_id module)
{
	return state->data != NULL && state->data[module].len > 0;
}

struct magic_set *module_state_magic(struct module_state *state)
{
	if (state->is_magic_tried || !module_state_has(state, MODULE_magic))
		return state->magic;
	state->is_magic_tried = true;
	/* libmagic does not write to it */
	void *data = (void *)(uintptr_t)state->data[MODULE_magic].data;
	size_t len = state->data[MODULE_magic].len;

	state->magic = magic_open(MAGIC_NONE);
	if (state->magic != NULL && magic_load_buffers(state->magic, &data, &len, 1) != 0) {
		magic_close(state->magic);
		state->magic = NULL;
	}
	return state->magic;
}

const struct json_t *module_state_report(struct module_state *state)
{
	if (state->is_report_tried || !module_state_has(state, MODULE_cuckoo))
		return state->report;
	state->is_report_tried = true;
	json_object_seed(JSON_SEED);
	state->report = json_loadb(state->data[MODULE_cuckoo].data, state->data[MODULE_cuckoo].len,
				   0, NULL);
	return state->report;
}
