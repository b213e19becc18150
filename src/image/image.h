/*
 * The image: all rules in one file that is mapped and used as it is.
 *
 *	header | section table | section | section | ...
 *
 * Opening checks the header and the section table and touches nothing else;
 * an offset inside a section is checked where it is followed, so a damaged
 * image gives an error or a wrong answer, never a crash. image_verify() reads
 * all of it. Layout: image/layout.h and docs/formats/image.md.
 */
#pragma once

#include "base/error.h"
#include "ir/rule.h"

struct image;

/**
 * Map `fd` (borrowed, a regular file) read-only and shared. E_MALFORMED or
 * E_UNSUPPORTED (another version) with the offset. Close with image_close().
 */
MUST_CHECK enum status image_open_fd(int fd, struct image **ret, struct error *e);

/** The same over bytes in memory, which are borrowed and must be 64-byte aligned. */
MUST_CHECK enum status image_open_memory(const void *data, size_t len, struct image **ret,
					 struct error *e);
void image_close(struct image *img);

/** SHA-256 of everything behind the digest in the header, as the header states it. */
const uint8_t *image_digest(const struct image *img);

/** Bytes of the mapping. */
uint64_t image_size(const struct image *img);

/** Read all of it: digest, every offset, every table's order. */
MUST_CHECK enum status image_verify(const struct image *img, struct error *e);

/** Borrow a section: its bytes, checked to lie inside and to be aligned; count 0 when absent. */
const void *image_section(const struct image *img, uint32_t tag, size_t element_size,
			  uint64_t *ret_count);

/** The text that image_writer_text() put at `offset`, borrowed; false when there is none there. */
bool image_text(const struct image *img, uint32_t offset, struct str *ret);

/* Where a rule stands in the image: digest rules and rules with conditions are numbered apart. */
struct rule_ref {
	uint8_t kind; /* 0: a rule with a condition; else 1 + subject * DIGEST_COUNT + digest */
	uint32_t index;
};

enum { RULE_NAME_MAX = 512 };

struct rule_info {
	char name[RULE_NAME_MAX]; /* NUL-terminated */
	enum rule_effect effect;
	uint32_t source, line;
	struct str source_name;   /* borrowed from the image */
};

/** All that is shown of a rule. E_MALFORMED when the reference or the image is wrong. */
MUST_CHECK enum status image_rule_info(const struct image *img, struct rule_ref ref,
				       struct rule_info *ret);

/**
 * Bits (1 << enum digest_kind) of the digests that some rule about `subject`
 * needs for `size` bytes: because of that size, or because of any size.
 */
unsigned image_digests_for(const struct image *img, enum hash_subject subject, uint64_t size);

/* Iterates over the digest rules that hold for one value; see image_find_hash(). */
struct hash_hits {
	const struct image *img;
	uint8_t kind;
	uint64_t next[2], end[2]; /* rules of this size, rules of any size */
	uint8_t value[DIGEST_MAX_BYTES];
};

/** Start looking for rules about `subject` with this digest and size. */
struct hash_hits image_find_hash(const struct image *img, enum hash_subject subject,
				 enum digest_kind digest, uint64_t size, const uint8_t *value);
bool hash_hits_next(struct hash_hits *hits, struct rule_ref *ret);

/** Whether there is any digest rule about `subject`. */
bool image_has_hashes(const struct image *img, enum hash_subject subject);

/* What `candor db info` tells, in order of the sources. Texts are borrowed from the image. */
struct image_source {
	struct str name, front;
	uint8_t sha256[32];
	uint64_t size;
	uint32_t accepted, malformed, skipped, ignored;
};
struct image_skip {
	struct str source, kind, reason, example;
	uint32_t source_index, first_line, count;
};
struct image_count { /* rules in the image by source and kind: "sha256", "pattern" … */
	struct str source, kind;
	uint32_t source_index, count;
};

uint32_t image_source_count(const struct image *img);
MUST_CHECK enum status image_source_at(const struct image *img, uint32_t i,
				       struct image_source *ret);
uint32_t image_skip_count(const struct image *img);
MUST_CHECK enum status image_skip_at(const struct image *img, uint32_t i, struct image_skip *ret);
uint32_t image_count_count(const struct image *img);
MUST_CHECK enum status image_count_at(const struct image *img, uint32_t i,
				      struct image_count *ret);

/* Beyond struct rule_info, of rules with a condition (YARA's and ClamAV's logical ones). */
struct rule_extra {
	struct str space; /* namespace */
	bool is_private, is_global;
	uint32_t tag_count, meta_count, pattern_count;
};

/** Texts are borrowed from the image. E_MALFORMED when the image is damaged. */
MUST_CHECK enum status image_rule_extra(const struct image *img, uint32_t rule,
					struct rule_extra *ret);
MUST_CHECK enum status image_rule_tag(const struct image *img, uint32_t rule, uint32_t i,
				      struct str *ret);
MUST_CHECK enum status image_rule_meta(const struct image *img, uint32_t rule, uint32_t i,
				       struct ir_meta *ret);
MUST_CHECK enum status image_rule_pattern(const struct image *img, uint32_t rule, uint32_t i,
					  struct str *ret_name, bool *ret_is_private);
/** Whether it is written in hex. */
bool image_pattern_is_hex(const struct image *img, uint32_t rule, uint32_t i);

/** Rules with a condition. */
uint32_t image_rule_count(const struct image *img);

/** The external variables that rules of the image use, with their own values. */
uint32_t image_variable_count(const struct image *img);
MUST_CHECK enum status image_variable_at(const struct image *img, uint32_t i,
					 struct ir_variable *ret);

/** Whether any rule asks for something of this module. */
bool image_uses_module(const struct image *img, enum module_id module);
