#include "format/parts.h"

#include "base/num.h"
#include "format/format.h"

typedef enum status part_fn(struct input *in, struct fact_set *set, struct error *e);

static part_fn *const parts[] = {
#define PART(id, covers) facts_##id,
#include "ir/modules.def"
};

enum status part_find(enum fact_part part, struct input *in, struct fact_set *set, struct error *e)
{
	return parts[part](in, set, e);
}

enum status facts_exe(struct input *in, struct fact_set *set, struct error *e)
{
	uint8_t head[PROBE_HEAD];
	struct probe probe = {.head = head, .size = in->size};
	enum status status = in->read(in, 0, head, sizeof head, &probe.head_len);

	if (status != OK)
		return error_at(e, status, 0, "cannot read");
	const struct format *format = format_identify(&probe);
	if (format == NULL || format->facts == NULL)
		return error_at(e, E_UNSUPPORTED, 0, "not an executable");
	return format->facts(in, set, e);
}
