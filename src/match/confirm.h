/*
 * Confirming a part: does it match at this start, and where can it end?
 *
 * The answer is the set of all end positions, computed node by node: each
 * node turns the set of positions before it into the set behind it. There is
 * no backtracking, so the work is at most the nodes (times their counts)
 * times the bytes of the part, on any input, and it is accounted.
 */
#pragma once

#include "match/ends.h"
#include "match/found.h"
#include "match/match.h"
#include "match/tables.h"

struct confirm;

/** Room to work in. Free with confirm_free(). Tables and the account of work are borrowed. */
MUST_CHECK enum status confirm_new(const struct match_tables *t, uint64_t *work,
				   struct confirm **ret);
void confirm_free(struct confirm *c);

/** Where the object, or the region of a process that comes next, begins. */
void confirm_begin(struct confirm *c, uint64_t first);

/**
 * Ends of `part` started at byte `at` (at most window->len) of the window,
 * every byte xored with `key`; NULL when it does not match, or *work is used
 * up and 0. Borrowed until the next call.
 */
const struct ends *confirm_part(struct confirm *c, const struct image_part *part,
				const struct match_window *window, size_t at, uint8_t key);

/**
 * The one of `ends`, which confirm_part() has just answered for `part`, that comes first when
 * alternatives are tried in order and repetitions take `more` or less. When that is much work,
 * the last or the first.
 */
uint32_t prefer_end(struct confirm *c, const struct image_part *part, const struct ends *ends,
		    bool more);

/**
 * Whether the tree whose first node is `code` matches anywhere in a text. A match is found
 * when it takes at most IMAGE_PART_MAX / 2 bytes. UNKNOWN: the work is used up.
 */
enum known confirm_text(struct confirm *c, uint32_t code, struct str text);
