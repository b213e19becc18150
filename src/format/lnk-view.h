/*
 * What the readers of shortcuts share: [MS-SHLLINK], "Shell Link (.LNK)
 * Binary File Format".
 */
#pragma once

#include "format/window.h"
#include "ir/object.h"

enum { LNK_GUID_BYTES = 16 };

struct lnk {
	struct window *window;
	struct fact_set *facts; /* borrowed */
	struct error *e;
	uint64_t size; /* of the file */
	uint64_t at;   /* where the next structure starts */
	uint32_t flags;
};

/* Bytes of a text: of a code page, or UTF-16LE. */
struct lnk_text {
	const uint8_t *data;
	size_t len;
	bool is_wide;
};

/** A copy in the arena of [at, at + len). E_TRUNCATED when it is not all in the file. */
MUST_CHECK enum status lnk_copy(struct lnk *lnk, uint64_t at, size_t len, const uint8_t **ret);

/** A reader over up to WINDOW_BYTES at a place; E_TRUNCATED when they are not all there. */
MUST_CHECK enum status lnk_read(struct lnk *lnk, uint64_t at, size_t len, struct reader *ret);

MUST_CHECK enum status lnk_state_int(struct lnk *lnk, enum fact_id id, uint64_t value);

/** State a whole text. Bytes that are no UTF-8 and halves of pairs become U+FFFD. */
MUST_CHECK enum status lnk_state_text(struct lnk *lnk, enum fact_id id, struct lnk_text text);

/** The text up to its first NUL. */
struct lnk_text lnk_until_nul(struct lnk_text text);

/** State a GUID in its usual form, in lower case and without braces. */
MUST_CHECK enum status lnk_state_guid(struct lnk *lnk, enum fact_id id, const uint8_t *guid);

/** Read the LinkTargetIDList at lnk->at, which is moved behind it (section 2.2). */
MUST_CHECK enum status lnk_items(struct lnk *lnk);
