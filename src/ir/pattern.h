/*
 * Patterns: what to look for in the bytes of a view.
 *
 * Hex strings of ClamAV and YARA, text strings and YARA's regular expressions
 * are all one thing, a regular expression over bytes, written as a tree of
 * these nodes. A literal is its simplest case. Case folding, wide strings and
 * word borders are not attributes of the search but are spelled out in the
 * tree: a letter without case is a masked byte (value & 0xdf), a wide string
 * has its zero bytes, a border is a NODE_LOOK. Only Perl expressions of
 * ClamAV stay opaque (struct ir_pattern.perl).
 */
#pragma once

#include "base/str.h"

enum { IR_UNBOUNDED = UINT32_MAX };

enum node_kind {
	NODE_BYTES,  /* a run of (value, mask) pairs: byte & mask == value */
	NODE_CLASS,  /* one byte out of a set of 256 */
	NODE_GAP,    /* min..max bytes of any value */
	NODE_CONCAT, /* the children, one after the other; none: the empty string */
	NODE_ALT,    /* one of the children */
	NODE_REPEAT, /* the child, min..max times */
	NODE_NOT,    /* `width` bytes that the child (always `width` long) does not match */
	NODE_LOOK,   /* nothing, where the child (of fixed length) matches ahead or behind */
	NODE_EDGE,   /* nothing, at the start or the end of the data */
};

struct ir_node {
	enum node_kind kind;
	union {
		struct {
			const uint8_t *value, *mask; /* value has no bit outside its mask */
			uint32_t len;
		} bytes;
		struct {
			uint8_t set[32]; /* bit b % 8 of set[b / 8] */
		} cls;
		struct {
			uint32_t min, max; /* max may be IR_UNBOUNDED */
			bool greedy;       /* NODE_REPEAT only: prefers more */
		} range;
		struct {
			bool behind, negate;
		} look;
		struct {
			bool at_end;
		} edge;
		uint32_t width; /* NODE_NOT */
	};
	struct ir_node *const *children;
	uint32_t count;
};

/* Where a match may start. */
enum place_base {
	PLACE_ANYWHERE,
	PLACE_START,        /* delta from the first byte */
	PLACE_END,          /* delta (negative) from the end */
	PLACE_ENTRY,        /* delta from FACT_EXE_ENTRY */
	PLACE_SECTION,      /* delta from the start of section `section` */
	PLACE_IN_SECTION,   /* inside section `section` */
	PLACE_LAST_SECTION, /* delta from the start of the last section */
	PLACE_VERSION_INFO, /* at the start of a string of the version information */
	PLACE_MACRO,        /* only through a macro of group `section` (ClamAV) */
};

struct ir_place {
	enum place_base base;
	uint32_t section;
	int64_t delta;
	uint64_t range; /* starts from the place to `range` bytes behind it are fine */
};

/* Which of the possible matches count. */
enum match_rule {
	MATCH_EVERY_START,  /* one for each start offset (YARA) */
	MATCH_RISING_START, /* starts strictly rising in the order found (ClamAV) */
};

/* Which of the matches at one start. */
enum match_length {
	LENGTH_SHORTEST,
	LENGTH_LONGEST,
	/* the first when alternatives are tried as written, and repetitions and gaps ... */
	LENGTH_FIRST_LESS, /* ... take less first */
	LENGTH_FIRST_MORE, /* ... take more first */
};

static inline enum match_length match_length_of(bool is_long, bool is_ordered)
{
	return (enum match_length)((is_ordered ? LENGTH_FIRST_LESS : LENGTH_SHORTEST) + is_long);
}

static inline bool length_is_ordered(enum match_length length)
{
	return length >= LENGTH_FIRST_LESS;
}

/** Of what can be longer or shorter, which is preferred. */
static inline bool length_is_long(enum match_length length)
{
	return length == LENGTH_LONGEST || length == LENGTH_FIRST_MORE;
}

/* What may not stand beside a match: a letter or digit, or a wide one. */
enum match_border {
	BORDER_NONE,
	BORDER_PLAIN,
	BORDER_WIDE,
};

struct ir_pattern {
	struct str name; /* "$a", or "" */
	const struct ir_node *body; /* NULL for a Perl expression */
	struct {
		struct str source;
		uint32_t flags; /* PERL_..., of ir/perl.h */
		const struct ir_expr *trigger; /* searched only when true */
	} perl;
	struct ir_place place;
	bool has_xor; /* every byte xored with one key of xor_first..xor_last */
	uint8_t xor_first, xor_last;
	bool is_private; /* counted, not shown */
	bool is_hex;     /* written in hex: its matches are shown so */
	enum match_rule rule;
	enum match_length length;
	/* looked at when the length is chosen: a look-around could choose another one */
	enum match_border border;
};
