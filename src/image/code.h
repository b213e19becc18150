/*
 * Layout of what the planner writes and the matcher runs: rules with
 * conditions, their patterns, and the tables that find them. Element sizes
 * and fields are those of the structs below, little-endian, without padding;
 * docs/formats/image-patterns.md describes the same.
 *
 *	RULE ──► PATN ──► PART ──► CODE ──► BYTE       what matches
 *	  │        ▲        ▲
 *	  ▼        │        └── GENT ◄── GIDX, GBIT    what makes one look
 *	COND ──► SETS
 *
 * All references are indices into another section. Nothing guarantees that
 * they lie inside: whoever follows one checks it.
 */
#pragma once

#include "image/layout.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "images are read as they are mapped");

/*
 * Longest part of a pattern: a text of YARA of 8 KiB in every coding fits. A part that
 * would be longer because of a repetition ends after IMAGE_REPEAT_MAX, which is more than
 * the 4096 bytes of YARA. IMAGE_LOOK_MAX is what look-arounds see beside a part.
 */
enum { IMAGE_PART_MAX = 65536, IMAGE_REPEAT_MAX = 8192, IMAGE_LOOK_MAX = 32 };
/* A gap that can be longer is no part of a part; patterns are cut there. */
enum { IMAGE_GAP_MAX = 1024 };
#define IMAGE_GAP_UNBOUNDED UINT64_MAX

/* RULE: in the order of the rule set; a rule refers to rules before it only. */
struct image_rule {
	struct image_rule_head head;
	uint32_t types;         /* bit for each enum object_type; 0: all */
	uint32_t condition;     /* first node, in COND */
	uint32_t pattern_first; /* in PATN */
	uint32_t pattern_count;
	uint32_t space;         /* namespace, in SPCE */
	uint32_t tag_first, tag_count;
	uint32_t meta_first, meta_count;
};

/* PATN: the patterns of a rule stand together, in its order. */
#define IMAGE_TAG_PATTERNS IMAGE_TAG('P', 'A', 'T', 'N')
enum {
	PATTERN_COUNTED = 1,  /* all matches are needed, not only whether there is one */
	PATTERN_XOR = 2,
	PATTERN_LONGEST = 4,  /* else the shortest match at each start; see is_ordered */
	PATTERN_RISING = 8,   /* MATCH_RISING_START */
	PATTERN_PRIVATE = 16, /* counted, not shown */
	PATTERN_BORDER = 32,  /* of one part: no letter or digit beside a match */
	PATTERN_HEX = 64,     /* written in hex, and shown so */
	PATTERN_BORDER_WIDE = 128,
};
struct image_pattern {
	int64_t delta;       /* struct ir_place */
	uint64_t range;
	uint32_t section;
	uint32_t rule;
	uint32_t part_first; /* in PART, the chain from left to right */
	uint32_t types;      /* of the rule */
	uint16_t part_count;
	uint8_t view;        /* of the rule */
	uint8_t base;        /* enum place_base */
	uint8_t flags;
	uint8_t xor_first, xor_last;
	uint8_t is_ordered;  /* alternatives count as written, before more or less is preferred */
};

/* PART: a piece of a pattern that is searched for and confirmed at once. */
#define IMAGE_TAG_PARTS IMAGE_TAG('P', 'A', 'R', 'T')
enum {
	PART_HAS_KEY = 1,    /* key_at and key_value give the xor key */
	PART_EVERYWHERE = 2, /* it is in EVRY */
};
struct image_part {
	uint64_t gap_min, gap_max; /* bytes between the part before and this one */
	uint32_t pattern;
	uint32_t code;             /* first node, in CODE */
	uint32_t code_count;
	uint32_t min, max;         /* width; max is at most IMAGE_PART_MAX */
	uint32_t anchor;           /* distance of the farthest gram from the part's start */
	uint32_t key_at;           /* distance of a byte that is one value under a key of 0 */
	uint8_t key_value;
	uint8_t flags;
	uint16_t reserved;
};

/*
 * PERL: Perl expressions, in order of their patterns. Such a pattern has no parts: its
 * part_count is 0 and its part_first is the row here.
 */
#define IMAGE_TAG_PERLS IMAGE_TAG('P', 'E', 'R', 'L')
struct image_perl {
	uint32_t pattern; /* in PATN */
	uint32_t flags;   /* PERL_... of ir/perl.h */
	uint32_t text, len; /* in BYTE */
	uint32_t trigger; /* first node, in COND behind the condition of the rule */
	uint32_t reserved;
};

/*
 * CODE: pattern trees in pre-order. A node is followed by its children, each
 * with all below it.
 *
 *	kind        a                     b           children
 *	BYTES       values, in BYTE       count
 *	            (then as many masks unless CODE_EXACT)
 *	CLASS       set of 32 bytes, in BYTE
 *	GAP         least                 most
 *	CONCAT                                        any number
 *	ALT                                           any number
 *	REPEAT      least                 most        1
 *	NOT         width                             1
 *	LOOK        width of the child                1
 *	EDGE
 */
#define IMAGE_TAG_CODE IMAGE_TAG('C', 'O', 'D', 'E')
#define IMAGE_TAG_BYTES IMAGE_TAG('B', 'Y', 'T', 'E')
enum {
	CODE_EXACT = 1,  /* BYTES: every mask is 0xff */
	CODE_BEHIND = 2, /* LOOK */
	CODE_NEGATE = 4, /* LOOK */
	CODE_AT_END = 8, /* EDGE */
};
/* Deepest nesting of CODE and COND: that of the trees and a level for what is joined. */
enum { IMAGE_DEPTH_MAX = 2 * IR_DEPTH_MAX };
struct image_node {
	uint8_t kind; /* enum node_kind */
	uint8_t flags;
	uint16_t reserved;
	uint32_t skip; /* nodes from this to the next that is not below it */
	uint32_t a, b;
};

/*
 * COND: conditions in pre-order, operands behind their operator. `value` is
 *	INT BOOL              the number         FLOAT   its bits
 *	TEXT                  bytes in BYTE: offset, and length << 32
 *	MATCHED .. LENGTH     pattern, in PATN, or IR_CURRENT_PATTERN
 *	SUM .. DISTINCT_IN    patterns in SETS: first, and count << 32
 *	FOR_SET               the same
 *	RULE                  rule, in RULE, before the one whose condition it is
 *	RULES                 rules in SETS: first, and count << 32
 *	VARIABLE              variable, in VARS
 *	REGEX PATTERN         first node, in CODE
 *	STEP                  operator, ADD .. SHR but BIT_NOT
 *	LOOP_VALUE, loops     slot; FOR_ROWS: and group << 32
 *	else                  node.index of the tree
 */
#define IMAGE_TAG_CONDITIONS IMAGE_TAG('C', 'O', 'N', 'D')
#define IMAGE_TAG_SETS IMAGE_TAG('S', 'E', 'T', 'S')
struct image_condition {
	uint8_t op; /* enum ir_op */
	uint8_t reserved[3];
	uint32_t skip;
	uint64_t value;
};

/*
 * GRAM: one row for grams of 4, 2 and 1 bytes each. A gram is a little-endian
 * number; image_gram_hash() scatters it, and the highest bits of that number it
 *   - a bit of the row's bitmap in GBIT: 0 says that no part wants the gram,
 *   - a bucket: entries bucket[i] .. bucket[i + 1] of the row in GENT, the
 *     row's buckets being 1 + (1 << bucket_bits) numbers in GIDX.
 * Entries of a bucket are in order of gram, part and anchor.
 */
#define IMAGE_TAG_GRAMS IMAGE_TAG('G', 'R', 'A', 'M')
#define IMAGE_TAG_GRAM_BITS IMAGE_TAG('G', 'B', 'I', 'T')
#define IMAGE_TAG_GRAM_BUCKETS IMAGE_TAG('G', 'I', 'D', 'X')
#define IMAGE_TAG_GRAM_ENTRIES IMAGE_TAG('G', 'E', 'N', 'T')
enum { IMAGE_GRAM_ROWS = 3 };
struct image_grams {
	uint32_t width;        /* bytes of a gram: 4, 2, 1 in this order */
	uint32_t bitmap_bits;  /* log2 of the bitmap's bits, 6 .. 26 */
	uint32_t bucket_bits;  /* log2 of the buckets, at most bitmap_bits */
	uint32_t bitmap_first; /* in GBIT, whose elements are 64 bits */
	uint32_t bucket_first; /* in GIDX */
	uint32_t entry_first;  /* in GENT */
	uint32_t entry_count;
	uint32_t reserved;
};
struct image_gram {
	uint32_t gram;
	uint32_t part;   /* in PART */
	uint32_t anchor; /* distance of the gram from the part's start */
};

static inline uint32_t image_gram_hash(uint32_t gram)
{
	return gram * UINT32_C(0x9e3779b1);
}

/* EVRY: parts without a gram, which can start at every position, in rising order. Element: 4. */
#define IMAGE_TAG_EVERYWHERE IMAGE_TAG('E', 'V', 'R', 'Y')
/* PLCE: patterns whose first part is compared only at its place. Element: 4. */
#define IMAGE_TAG_PLACED IMAGE_TAG('P', 'L', 'C', 'E')
/* ALWS: rules that can hold although no pattern matched, in rising order. Element: 4. */
#define IMAGE_TAG_ALWAYS IMAGE_TAG('A', 'L', 'W', 'S')
/* GLOB: rules that a whole namespace depends on, in rising order. Element: 4. */
#define IMAGE_TAG_GLOBALS IMAGE_TAG('G', 'L', 'O', 'B')
/* WANT: for each enum view, bit for each enum object_type that some rule applies to. Element: 4. */
#define IMAGE_TAG_WANTS IMAGE_TAG('W', 'A', 'N', 'T')

_Static_assert(sizeof(struct image_rule) == 52, "no padding");
_Static_assert(sizeof(struct image_pattern) == 40, "no padding");
_Static_assert(sizeof(struct image_perl) == 24, "no padding");
_Static_assert(sizeof(struct image_part) == 48, "no padding");
_Static_assert(sizeof(struct image_node) == 16, "no padding");
_Static_assert(sizeof(struct image_condition) == 16, "no padding");
_Static_assert(sizeof(struct image_grams) == 32, "no padding");
_Static_assert(sizeof(struct image_gram) == 12, "no padding");
