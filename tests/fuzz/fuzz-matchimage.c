/*
 * Hostile images: the matcher runs whatever an image says over a fixed text.
 * It may find nonsense or nothing; it must not crash, read beside the image or
 * the text, or go on for ever. An input that is no image gives rules, as
 * for fuzz-match, and then places of their image that are overwritten: two
 * bytes for the place, one for the value.
 */
#include "match-input.h"

#include "base/input.h"
#include "image/layout.h"
#include "match/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void feed(struct matcher *m, const uint8_t *text, size_t len)
{
	uint64_t end = 0;

	do {
		struct match_window w = {.fresh = end, .start = end - min_u64(end, MATCH_OVERLAP)};

		end = min_u64(end + 5000, len);
		w.len = (size_t)(end - w.start);
		w.data = text + w.start;
		w.last = end == len;
		enum status status = matcher_feed(m, &w);
		if (status != OK && status != E_LIMIT)
			abort();
	} while (end < len);
}

static void run(const struct image *img)
{
	enum { TEXT = 10000 };
	static const char words[] = "MZ aaaaaaabbbbabab abcabc\0\0\0\0\0\0\xff\xff\x90\x90 text ";
	struct memory_input input;
	struct match_object object = {.size = TEXT, .parent = TYPE_COUNT, .input = &input.in};
	const struct match_hit *hits;
	struct matcher *m;
	size_t count;

	if (matcher_new(img, &m, NULL) != OK)
		return;
	uint8_t *text = malloc(TEXT);
	for (size_t i = 0; i < TEXT; i++)
		text[i] = (uint8_t)words[i % sizeof words];
	memory_input_init(&input, text, TEXT);
	(void)matcher_wants(m, object.type, VIEW_RAW);
	if (matcher_begin(m, &object) != OK)
		abort();
	feed(m, text, TEXT);
	enum status status = matcher_end(m, &hits, &count);
	if (status != OK && status != E_LIMIT)
		abort();
	free(text);
	matcher_free(m);
}

static void overwrite(struct reader *r, struct made_image *made)
{
	size_t first = IMAGE_HEADER_BYTES;

	while (reader_left(r) >= 3) {
		size_t at = (size_t)reader_u16le(r) * (made->len - first) >> 16;

		made->data[first + at] = reader_u8(r);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	struct made_image made = {.len = size};
	struct image *img;

	if (size >= IMAGE_HEADER_BYTES && memcmp(data, IMAGE_MAGIC, 8) == 0) {
		void *copy;

		if (posix_memalign(&copy, IMAGE_ALIGN, size) != 0)
			return 0;
		made.data = copy;
		memcpy(made.data, data, size);
		put_u64le(made.data + IMAGE_AT_SIZE, size);
	} else {
		input_image(&r, &made);
		overwrite(&r, &made);
	}
	if (image_open_memory(made.data, made.len, &img, NULL) == OK) {
		run(img);
		image_close(img);
	}
	free(made.data);
	return 0;
}
