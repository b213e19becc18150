/*
 * Small rule sets and images in memory, for the tests of image/.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "image/build.h"
#include "image/image.h"
#include "image/layout.h"

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

/**
 * Add a rule with two patterns that makes the planner write all it can: bytes
 * with masks, a class, gaps short and long, alternatives, a repetition, a
 * place, a set and a condition that can hold without a match.
 */
static inline enum status made_add_rule(struct ruleset *rs, const char *name)
{
	static const uint8_t value[] = "CANDOR!!", mask[] = {0xff, 0xdf, 0xff, 0xff, 0xff,
							     0xff, 0xff, 0xff};
	static const uint8_t set[32] = {[4] = 0x81};
	static const uint32_t both[] = {0, 1};
	struct arena *a = rs->arena;
	struct ir_node *ways[] = {ir_bytes(a, value, mask, 2), ir_bytes(a, value + 4, NULL, 3)};
	struct ir_node *items[] = {
		ir_bytes(a, value, NULL, 8), ir_gap(a, 1, 9),      ir_class(a, set),
		ir_alt(a, ways, 2),          ir_gap(a, 0, 5000),
		ir_repeat(a, ir_bytes(a, value, mask, 6), 2, 3, true),
	};
	struct ir_pattern patterns[] = {
		{.name = STR("$a"), .body = ir_concat(a, items, LEN(items))},
		{.name = STR("$b"),
		 .body = ir_bytes(a, value, mask, 2),
		 .place = {.base = PLACE_START, .delta = 4},
		 .is_private = true},
	};
	struct ir_pattern **list = arena_new_array(a, struct ir_pattern *, LEN(patterns));
	struct ir_expr *few[] = {ir_over_set(a, OP_DISTINCT, both, 2), ir_int(a, 1)};
	struct ir_expr *small[] = {ir_op(a, OP_SIZE, NULL, 0), ir_int(a, 3)};
	struct ir_expr *either[] = {
		ir_op(a, OP_GE, few, 2),
		ir_indexed(a, OP_MATCHED, 1),
		ir_op(a, OP_EQ, small, 2),
	};
	static const struct str tags[] = {STR("one"), STR("two")};
	static const struct ir_meta metas[] = {
		{.key = STR("author"), .kind = META_TEXT, .text = STR("somebody")},
		{.key = STR("level"), .kind = META_INT, .integer = -3},
	};
	struct ir_rule rule = {
		.name = str_of(name),
		.line = 9,
		.tags = tags,
		.tag_count = LEN(tags),
		.meta = metas,
		.meta_count = LEN(metas),
		.pattern_count = LEN(patterns),
		.patterns = list,
		.condition = ir_op(a, OP_OR, either, LEN(either)),
	};

	for (size_t i = 0; i < LEN(patterns); i++) {
		list[i] = arena_new_object(a, struct ir_pattern);
		*list[i] = patterns[i];
	}
	return ruleset_add_rule(rs, &rule);
}

/** Offset of a section; the image must have it. */
static inline size_t made_section(const struct made_image *m, uint32_t tag)
{
	for (uint32_t i = 0; i < get_u32le(m->data + IMAGE_AT_SECTIONS); i++) {
		const uint8_t *row = m->data + IMAGE_HEADER_BYTES + i * IMAGE_ROW_BYTES;

		if (get_u32le(row) == tag)
			return (size_t)get_u64le(row + IMAGE_ROW_OFFSET);
	}
	fprintf(stderr, "no section %.4s\n", (const char *)&tag);
	abort();
}

/** Whether the image opens and verifies with one byte changed, the digest put right or not. */
static inline bool made_opens(const struct made_image *m, size_t at, uint8_t flip, bool fix_digest,
			      struct error *e)
{
	uint8_t *digest = m->data + IMAGE_AT_DIGEST, kept[32];
	struct image *img;

	m->data[at] ^= flip;
	memcpy(kept, digest, sizeof kept);
	if (fix_digest && digest_once(DIGEST_SHA256, m->data + IMAGE_AT_SIZE,
				      m->len - IMAGE_AT_SIZE, digest) != OK)
		abort();
	bool is_good = image_open_memory(m->data, m->len, &img, e) == OK;
	if (is_good) {
		is_good = image_verify(img, e) == OK;
		image_close(img);
	}
	memcpy(digest, kept, sizeof kept);
	m->data[at] ^= flip;
	return is_good;
}
