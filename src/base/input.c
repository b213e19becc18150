#include "base/input.h"

enum status input_exact(struct input *in, uint64_t at, void *to, size_t len)
{
	size_t got = 0;

	if (!range_fits(at, len, in->size))
		return E_TRUNCATED;
	enum status status = in->read(in, at, to, len, &got);
	if (status != OK)
		return status;
	return got == len ? OK : E_TRUNCATED;
}

static enum status read_memory(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len)
{
	struct memory_input *m = (struct memory_input *)in;

	*ret_len = 0;
	if (at >= in->size)
		return OK;
	*ret_len = (size_t)min_u64(len, in->size - at);
	if (*ret_len > 0)
		memcpy(to, m->data + at, *ret_len);
	return OK;
}

void memory_input_init(struct memory_input *m, const void *data, size_t len)
{
	*m = (struct memory_input){.in = {.size = len, .read = read_memory}, .data = data};
}

static enum status read_slice(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len)
{
	struct slice_input *s = (struct slice_input *)in;

	*ret_len = 0;
	if (at >= in->size)
		return OK;
	len = (size_t)min_u64(len, in->size - at);
	return s->parent->read(s->parent, s->start + at, to, len, ret_len);
}

void slice_input_init(struct slice_input *s, struct input *parent, uint64_t start, uint64_t len)
{
	*s = (struct slice_input){
		.in = {.size = len, .read = read_slice},
		.parent = parent,
		.start = start,
	};
}
