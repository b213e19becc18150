/*
 * An image from outside: opening, verifying, describing and looking up must
 * survive any bytes, whether verified or not. Each input is tried as it is and
 * with size and digest put right, so that the checks behind those are reached.
 */
#include <stdlib.h>

#include "base/num.h"
#include "image/image.h"
#include "image/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(enum status status)
{
	if (status != OK && status != E_MALFORMED)
		abort();
}

static void look_up(const struct image *img, const uint8_t *data, size_t size)
{
	uint8_t value[DIGEST_MAX_BYTES] = {0};
	struct rule_ref ref;
	struct rule_info info;

	memcpy(value, data + size - min_size(size, sizeof value), min_size(size, sizeof value));
	for (unsigned i = 0; i < IMAGE_HASH_KINDS; i++) {
		enum hash_subject subject = i / DIGEST_COUNT;
		enum digest_kind digest = i % DIGEST_COUNT;
		uint64_t length = i == 0 ? get_u32le(value) : value[i];
		unsigned limit = 64;

		(void)image_digests_for(img, subject, length);
		struct hash_hits hits = image_find_hash(img, subject, digest, length, value);
		while (limit-- > 0 && hash_hits_next(&hits, &ref))
			expect(image_rule_info(img, ref, &info));
	}
	for (uint8_t kind = 0; kind <= IMAGE_HASH_KINDS + 1; kind++) {
		for (uint32_t index = 0; index < 40; index++) {
			ref.kind = kind;
			ref.index = index < 36 ? index : get_u32le(value + (index - 36));
			if (image_rule_info(img, ref, &info) == OK &&
			    (strlen(info.name) >= RULE_NAME_MAX || info.effect > EFFECT_NONE))
				abort();
		}
	}
}

static void tell_rule(const struct image *img, uint32_t rule)
{
	struct rule_extra extra = {.tag_count = 0};
	struct ir_meta meta;
	struct str text;
	bool is_private;

	expect(image_rule_extra(img, rule, &extra));
	for (uint32_t i = 0; i <= min_u64(extra.tag_count, 4); i++)
		expect(image_rule_tag(img, rule, i, &text));
	for (uint32_t i = 0; i <= min_u64(extra.meta_count, 4); i++)
		expect(image_rule_meta(img, rule, i, &meta));
	for (uint32_t i = 0; i <= min_u64(extra.pattern_count, 4); i++)
		expect(image_rule_pattern(img, rule, i, &text, &is_private));
}

static void describe(const struct image *img)
{
	struct ir_variable variable;
	struct image_source source;
	struct image_skip skip;
	struct image_count count;
	struct str text;

	for (uint32_t i = 0; i <= image_source_count(img); i++)
		expect(image_source_at(img, i, &source));
	for (uint32_t i = 0; i <= image_skip_count(img); i++)
		expect(image_skip_at(img, i, &skip));
	for (uint32_t i = 0; i <= image_count_count(img); i++)
		expect(image_count_at(img, i, &count));
	for (uint32_t i = 0; i < 64; i++)
		(void)image_text(img, i, &text);
	for (unsigned subject = 0; subject < SUBJECT_COUNT; subject++)
		(void)image_has_hashes(img, subject);
	for (unsigned module = 0; module < MODULE_COUNT; module++)
		(void)image_uses_module(img, module);
	for (uint32_t i = 0; i <= min_u64(image_rule_count(img), 8); i++)
		tell_rule(img, i);
	for (uint32_t i = 0; i <= min_u64(image_variable_count(img), 8); i++)
		expect(image_variable_at(img, i, &variable));
}

static void try_image(const uint8_t *data, size_t size)
{
	struct image *img;
	struct error e = {0};
	enum status status = image_open_memory(data, size, &img, &e);

	if (status == OK) {
		look_up(img, data, size);
		describe(img);
		status = image_verify(img, &e);
		image_close(img);
	}
	/* a failure explains itself and points into the input */
	if (status != OK && (e.code != status || e.text[0] == '\0' || e.at > size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy;

	if (size == 0 || posix_memalign(&copy, IMAGE_ALIGN, size) != 0)
		return 0;
	memcpy(copy, data, size);
	try_image(copy, size);
	if (size >= IMAGE_HEADER_BYTES) {
		uint8_t *at = copy;

		put_u64le(at + IMAGE_AT_SIZE, size);
		if (digest_once(DIGEST_SHA256, at + IMAGE_AT_SIZE, size - IMAGE_AT_SIZE,
				at + IMAGE_AT_DIGEST) == OK)
			try_image(at, size);
	}
	free(copy);
	return 0;
}
