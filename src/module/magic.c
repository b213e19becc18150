/*
 * magic: what libmagic says of the object's first bytes. YARA 4.5, "magic"
 * module.
 */
#include <magic.h>
#include <stdlib.h>

#include "base/num.h"
#include "module/cache.h"
#include "module/state.h"

/* As many as file(1) looks at, and YARA at any number: nothing known lies behind them. */
enum { MAGIC_BYTES_MAX = 7 << 20 };

/* The text in the arena of the facts; NULL data: there is none. */
static struct value keep(struct fact_set *facts, enum function_id id, const char *text)
{
	static const struct byte_range whole;
	size_t len = strlen(text);
	char *kept = module_cache_put(facts, id, whole, len + 1);

	if (kept != NULL) {
		memcpy(kept, text, len);
		return value_text((struct str){kept, len});
	}
	struct str copy = arena_str(facts->arena, str_of(text));
	return copy.data != NULL ? value_text(copy) : VALUE_OF_UNKNOWN;
}

static struct value ask(const struct module_call *call, enum function_id id, magic_t magic,
			int flags)
{
	size_t len = (size_t)min_u64(call->input->size, MAGIC_BYTES_MAX), got;
	struct value v = VALUE_OF_UNKNOWN;
	uint8_t *head = malloc(len + 1);

	if (head == NULL || !call->host->charge(call->host, len) ||
	    call->input->read(call->input, 0, head, len, &got) != OK ||
	    magic_setflags(magic, flags) != 0)
		goto out;
	const char *text = magic_buffer(magic, head, got);
	v = text != NULL ? keep(call->facts, id, text) : VALUE_OF_UNDEFINED;
out:
	free(head);
	return v;
}

static struct value describe(const struct module_call *call, enum function_id id, int flags)
{
	static const struct byte_range whole;
	const char *known = module_cache_get(call->facts, id, whole);

	if (known != NULL)
		return value_text(str_of(known));
	if (call->host->state == NULL)
		return VALUE_OF_UNKNOWN;
	magic_t magic = module_state_magic(call->host->state);

	return magic != NULL ? ask(call, id, magic, flags) : VALUE_OF_UNKNOWN;
}

struct value call_magic_mime_type(struct module_call *call)
{
	return describe(call, FUNCTION_magic_mime_type, MAGIC_MIME_TYPE);
}

struct value call_magic_type(struct module_call *call)
{
	return describe(call, FUNCTION_magic_type, MAGIC_NONE);
}
