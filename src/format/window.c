#include "format/window.h"

struct window *window_new(struct arena *a, struct input *in)
{
	struct window *w = arena_new_object(a, struct window);

	if (w != NULL)
		w->in = in;
	return w;
}

/* See to it that byte `at`, which lies inside the input, and what follows it are there. */
static enum status load(struct window *w, uint64_t at)
{
	w->at = at;
	w->len = 0;
	return w->in->read(w->in, at, w->bytes, sizeof w->bytes, &w->len);
}

static bool holds(const struct window *w, uint64_t at, size_t len)
{
	return at >= w->at && range_fits(at - w->at, len, w->len);
}

enum status window_read(struct window *w, uint64_t at, size_t len, struct reader *ret)
{
	if (len > WINDOW_BYTES || !range_fits(at, len, w->in->size))
		return E_TRUNCATED;
	if (!holds(w, at, len)) {
		enum status status = load(w, at);

		if (status != OK)
			return status;
		if (w->len < len)
			return E_TRUNCATED;
	}
	*ret = reader_of(w->bytes + (at - w->at), len);
	return OK;
}

/* Where the text at `at` ends. */
static enum status find_end(struct window *w, uint64_t at, uint64_t end, uint64_t *ret)
{
	end = min_u64(end, w->in->size);
	while (at < end) {
		if (!holds(w, at, 1)) {
			enum status status = load(w, at);

			if (status != OK)
				return status;
			if (w->len == 0)
				return E_TRUNCATED;
		}
		const uint8_t *from = w->bytes + (at - w->at);
		size_t len = (size_t)min_u64(end - at, w->at + w->len - at);
		const uint8_t *nul = memchr(from, '\0', len);
		if (nul != NULL) {
			*ret = at + (uint64_t)(nul - from);
			return OK;
		}
		at += len;
	}
	return E_TRUNCATED;
}

enum status window_text(struct window *w, uint64_t at, uint64_t end, struct arena *a,
			struct str *ret)
{
	uint64_t stop;
	enum status status = find_end(w, at, end, &stop);

	return status == OK ? window_copy(w, at, stop - at, a, ret) : status;
}

enum status window_copy(struct window *w, uint64_t at, uint64_t len, struct arena *a,
			struct str *ret)
{
	if (!range_fits(at, len, w->in->size))
		return E_TRUNCATED;
	char *bytes = arena_bytes(a, (size_t)len + 1);
	if (bytes == NULL)
		return E_LIMIT;
	if (holds(w, at, (size_t)len)) {
		memcpy(bytes, w->bytes + (at - w->at), (size_t)len);
	} else {
		enum status status = input_exact(w->in, at, bytes, (size_t)len);

		if (status != OK)
			return status;
	}
	bytes[len] = '\0';
	*ret = (struct str){bytes, (size_t)len};
	return OK;
}
