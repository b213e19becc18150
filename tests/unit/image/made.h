/*
 * Small rule sets and images in memory, for the tests of image/.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "image/build.h"
#include "image/image.h"

struct made_image {
	struct build_sink sink;
	uint8_t *data; /* 64-byte aligned, free() it */
	size_t len;
	struct build_result result;
};

static inline enum status made_write(struct build_sink *sink, const void *data, size_t len)
{
	struct made_image *m = (struct made_image *)sink;
	void *bigger;

	if (posix_memalign(&bigger, 64, m->len + len + 1) != 0)
		return E_NOMEM;
	if (m->len > 0)
		memcpy(bigger, m->data, m->len);
	if (len > 0)
		memcpy((uint8_t *)bigger + m->len, data, len);
	free(m->data);
	m->data = bigger;
	m->len += len;
	return OK;
}

/** Build an image of `rs`, which is freed. */
static inline enum status made_build(struct ruleset *rs, struct made_image *ret, struct error *e)
{
	*ret = (struct made_image){.sink = {.write = made_write}};
	enum status status = image_build(rs, &ret->sink, &ret->result, e);
	ruleset_free(rs);
	return status;
}

/* A digest rule as the tests write it: the value is `fill` in every byte, `last` in the last. */
struct made_hash {
	enum hash_subject subject;
	enum digest_kind digest;
	uint64_t size;
	uint8_t fill, last;
	const char *name;
	uint32_t source, line;
	enum rule_effect effect;
};

static inline void made_value(enum digest_kind digest, uint8_t fill, uint8_t last,
			      uint8_t to[DIGEST_MAX_BYTES])
{
	memset(to, 0, DIGEST_MAX_BYTES);
	memset(to, fill, digest_info(digest)->bytes);
	to[digest_info(digest)->bytes - 1] = last;
}

static inline enum status made_add(struct ruleset *rs, const struct made_hash *h)
{
	struct ir_hash hash = {
		.size = h->size,
		.name = str_of(h->name),
		.source = h->source,
		.line = h->line,
		.subject = (uint8_t)h->subject,
		.digest = (uint8_t)h->digest,
		.effect = (uint8_t)h->effect,
	};

	made_value(h->digest, h->fill, h->last, hash.value);
	return ruleset_add_hash(rs, &hash);
}

/** A rule set with `sources` sources named "source-<n>". */
static inline struct ruleset *made_rules(uint32_t sources)
{
	struct ruleset *rs;

	if (ruleset_new(1u << 30, &rs) != OK)
		abort();
	for (uint32_t i = 0; i < sources; i++) {
		char name[32];
		uint32_t index;

		snprintf(name, sizeof name, "source-%u", i);
		struct ir_source source = {.name = str_of(name), .front = STR("list"), .size = i};
		memset(source.sha256, (int)i, sizeof source.sha256);
		if (ruleset_add_source(rs, &source, &index) != OK)
			abort();
	}
	return rs;
}
