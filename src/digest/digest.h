/*
 * Cryptographic digests, several at once over one pass of the bytes.
 * OpenSSL computes them; this is the table and the bookkeeping.
 */
#pragma once

#include "base/error.h"

enum digest_kind {
#define DIGEST(id, name, bytes) DIGEST_##id,
#include "digest/digests.def"
#undef DIGEST
	DIGEST_COUNT
};

struct digest_info {
	const char *name;
	size_t bytes;
};

/** Name and length of a digest. */
const struct digest_info *digest_info(enum digest_kind kind);

struct digester;

/** Fetches the algorithms, so that nothing is opened later. Free with digester_free(). */
MUST_CHECK enum status digester_new(struct digester **ret);
void digester_free(struct digester *d);

/** Begin anew for the kinds in `wanted`, a bit for each enum digest_kind. */
MUST_CHECK enum status digester_begin(struct digester *d, unsigned wanted);
MUST_CHECK enum status digester_add(struct digester *d, const void *data, size_t len);

/** The digest of all that was added; `kind` must be wanted. Writes digest_info(kind)->bytes. */
MUST_CHECK enum status digester_end(struct digester *d, enum digest_kind kind, uint8_t *ret);

/** One digest of bytes in memory. */
MUST_CHECK enum status digest_once(enum digest_kind kind, const void *data, size_t len,
				   uint8_t *ret);
