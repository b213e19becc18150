/*
 * Sound images over hostile bytes: the input gives rules, how the rest of it
 * is cut into windows, and that rest as the object. Matches lie inside the
 * object, rules come in order, and the cut makes no difference.
 */
#include "match-input.h"

#include "base/input.h"
#include "match/match.h"

enum { HITS_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	enum status status;
	size_t count;
	struct match_hit hits[HITS_MAX];
};

/* Bytes are repeated to make an object longer than windows overlap, when the input says so. */
static void scan(struct matcher *m, const uint8_t *text, size_t len, size_t step,
		 struct outcome *ret)
{
	struct memory_input input;
	struct match_object object = {.size = len, .type = TYPE_DATA, .parent = TYPE_COUNT,
				      .input = &input.in};
	const struct match_hit *hits;
	enum status status;
	uint64_t end = 0;

	memory_input_init(&input, text, len);
	status = matcher_begin(m, &object);
	while (status == OK) {
		struct match_window w = {.fresh = end, .start = end - min_u64(end, MATCH_OVERLAP)};

		end = min_u64(end + step, len);
		w.len = (size_t)(end - w.start);
		w.last = end == len;
		/* an exact block: a sanitizer sees a read one byte beside it */
		uint8_t *copy = malloc(w.len);
		if (w.len > 0)
			memcpy(copy, text + w.start, w.len);
		w.data = copy;
		status = matcher_feed(m, &w);
		free(copy);
		if (w.last)
			break;
	}
	ret->status = status;
	status = matcher_end(m, &hits, &ret->count);
	if ((status != OK && status != E_LIMIT) || ret->count > HITS_MAX)
		abort();
	if (ret->status == OK)
		ret->status = status;
	if (ret->count > 0)
		memcpy(ret->hits, hits, ret->count * sizeof *hits);
}

static void check(const struct outcome *o, size_t len)
{
	for (size_t i = 0; i < o->count; i++) {
		if (i > 0 && o->hits[i - 1].rule >= o->hits[i].rule)
			abort();
		if (!range_fits(o->hits[i].offset, o->hits[i].length, len))
			abort();
	}
}

static void compare(const struct outcome *a, const struct outcome *b)
{
	if (a->status != OK || b->status != OK)
		return; /* where work ends depends on the windows */
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++) {
		if (a->hits[i].rule != b->hits[i].rule || a->hits[i].offset != b->hits[i].offset ||
		    a->hits[i].length != b->hits[i].length)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	struct outcome whole, split;
	struct made_image made;
	struct image *img;
	struct matcher *m;

	input_image(&r, &made);
	if (image_open_memory(made.data, made.len, &img, NULL) != OK ||
	    image_verify(img, NULL) != OK || matcher_new(img, &m, NULL) != OK)
		abort();
	size_t step = 1u + reader_u16le(&r) % 3000;
	uint8_t choice = reader_u8(&r);
	size_t repeats = choice < 240 ? 1 : choice - 239u;
	size_t rest = reader_left(&r), len = rest * repeats;
	uint8_t *text = malloc(len);
	for (size_t i = 0; i < len; i++)
		text[i] = r.data[r.pos + i % rest];
	scan(m, text, len, SIZE_MAX / 2, &whole);
	check(&whole, len);
	scan(m, text, len, step, &split);
	check(&split, len);
	compare(&whole, &split);
	free(text);
	matcher_free(m);
	image_close(img);
	free(made.data);
	return 0;
}
