/*
 * An image made of rule texts, in this process.
 */
#pragma once

#include <stdlib.h>

#include "base/buf.h"
#include "image/build.h"
#include "image/image.h"
#include "lang/front.h"

struct compiled {
	struct build_sink sink;
	struct buf bytes;
	void *aligned; /* as an image must be */
	struct image *img;
};

static inline enum status compile_write(struct build_sink *sink, const void *data, size_t len)
{
	struct compiled *c = (struct compiled *)sink;

	buf_add(&c->bytes, data, len);
	return c->bytes.bad ? E_NOMEM : OK;
}

static inline void compile_refuse(struct report *r, const struct diagnostic *d)
{
	(void)r;
	fprintf(stderr, "%.*s:%u: %s\n", STR_ARG(d->source), d->line, d->message);
	abort();
}

/* Any failure ends the program: the texts are part of it. */
static inline void compile_rules(struct compiled *c, const struct source_text *sources,
				 size_t count)
{
	struct report report = {.diagnostic = compile_refuse};
	struct build_result result;
	struct ruleset *rs;

	*c = (struct compiled){.sink.write = compile_write};
	buf_init(&c->bytes, 64 << 20);
	if (ruleset_new(64 << 20, &rs) != OK)
		abort();
	for (size_t i = 0; i < count; i++) {
		const struct front *front = front_for(&sources[i]);

		if (front == NULL || front->compile(&sources[i], rs, &report) != OK)
			abort();
	}
	if (image_build(rs, &c->sink, &result, NULL) != OK)
		abort();
	ruleset_free(rs);
	c->aligned = aligned_alloc(64, (c->bytes.len + 63) / 64 * 64);
	if (c->aligned == NULL)
		abort();
	memcpy(c->aligned, c->bytes.data, c->bytes.len);
	if (image_open_memory(c->aligned, c->bytes.len, &c->img, NULL) != OK)
		abort();
}

static inline void compiled_done(struct compiled *c)
{
	image_close(c->img);
	free(c->aligned);
	buf_done(&c->bytes);
}
