/*
 * Layout of an image file, format version 5. All numbers are little-endian,
 * all positions count from the start of the file or of a section, so the file
 * works wherever it is mapped. docs/formats/image.md explains the choices.
 *
 *	+--------+---------------+---------+---------+---------+- - - -
 *	| header | section table | pad | section | pad | section | pad
 *	+--------+---------------+---------+---------+---------+- - - -
 *	0        64              each section starts at the next multiple of 64;
 *	                         pads are zero; the file ends with the last section
 *
 * Header, 64 bytes
 *	 0   8  magic: 89 'C' 'A' 'N' 'D' 'O' 'R' 0A
 *	 8   4  format version
 *	12   4  zero
 *	16  32  SHA-256 of all bytes from 48 to the end of the file
 *	48   8  bytes of the file
 *	56   4  rows of the section table
 *	60   4  zero
 *
 * Row of the section table, 24 bytes, tags strictly rising
 *	 0   4  tag: four characters, the first in the lowest byte
 *	 4   4  bytes of an element, not 0
 *	 8   8  offset in the file
 *	16   8  elements
 *
 * The same rules give the same bytes: every list has a fixed order, nothing
 * holds a time, a path above the source's own name, or left-over memory.
 */
#pragma once

#include <stdint.h>

#include "ir/rule.h"

#define IMAGE_MAGIC "\x89" "CANDOR\n"

enum {
	IMAGE_VERSION = 5,
	IMAGE_ALIGN = 64,
	IMAGE_SECTIONS_MAX = 256,

	IMAGE_HEADER_BYTES = 64,
	IMAGE_AT_VERSION = 8,
	IMAGE_AT_DIGEST = 16,
	IMAGE_AT_SIZE = 48, /* the digest covers the file from here */
	IMAGE_AT_SECTIONS = 56,

	IMAGE_ROW_BYTES = 24,
	IMAGE_ROW_ELEMENT = 4,
	IMAGE_ROW_OFFSET = 8,
	IMAGE_ROW_COUNT = 16,
};

#define IMAGE_TAG(a, b, c, d) \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/*
 * TEXT: texts that other sections point to by their offset in it. Each is
 * a 4-byte length and as many bytes; the first (at 0) is empty. Element: 1.
 */
#define IMAGE_TAG_TEXT IMAGE_TAG('T', 'E', 'X', 'T')

/*
 * NAME, NBLK: names of all rules, unique, in byte-wise order, numbered from 0
 * ("name id"). Blocks of IMAGE_NAMES_IN_BLOCK, the last may be shorter:
 *
 *	length (LEB128), bytes                          first name of a block
 *	shared (1 byte), length (LEB128), bytes         each other: the first
 *	                          `shared` bytes of the name before it, then these
 *
 * NAME holds the blocks one after the other (element: 1), NBLK the offset of
 * each block in NAME (element: 4), NCNT the number of names (one element: 4).
 */
#define IMAGE_TAG_NAMES IMAGE_TAG('N', 'A', 'M', 'E')
#define IMAGE_TAG_NAME_BLOCKS IMAGE_TAG('N', 'B', 'L', 'K')
#define IMAGE_TAG_NAME_COUNT IMAGE_TAG('N', 'C', 'N', 'T')

enum { IMAGE_NAMES_IN_BLOCK = 16, IMAGE_NAME_MAX = 511 };

/*
 * H<k>xx: digest rules, for each kind k = '1' + subject * DIGEST_COUNT + digest,
 * as parallel arrays. Entries with a size come first, in order of (size,
 * digest), then those for any size in order of digest; equal ones stay in the
 * order in which the sources had them. The index of an entry is the rule's
 * number. Sections of a kind without rules are absent.
 *
 *	SZ  sizes, strictly rising; element: 4, or 8 when one needs it
 *	ST  for each of these sizes the index of its first entry, rising
 *	    strictly from 0, and at the end the number of entries with a size
 *	    (element: 4); SZ and ST are absent when no entry has a size
 *	DG  digests (element: bytes of the digest)
 *	NM  name ids (element: 4)
 *	LN  lines in the source (element: 4)
 *	OR  indices into ORIG (element: 1, 2 or 4, the least that holds all of ORIG)
 */
#define IMAGE_TAG_HASH(kind, c, d) IMAGE_TAG('H', '0' + (kind), c, d)
#define IMAGE_TAG_HASH_SIZES(kind) IMAGE_TAG_HASH(kind, 'S', 'Z')
#define IMAGE_TAG_HASH_STARTS(kind) IMAGE_TAG_HASH(kind, 'S', 'T')
#define IMAGE_TAG_HASH_DIGESTS(kind) IMAGE_TAG_HASH(kind, 'D', 'G')
#define IMAGE_TAG_HASH_NAMES(kind) IMAGE_TAG_HASH(kind, 'N', 'M')
#define IMAGE_TAG_HASH_LINES(kind) IMAGE_TAG_HASH(kind, 'L', 'N')
#define IMAGE_TAG_HASH_ORIGINS(kind) IMAGE_TAG_HASH(kind, 'O', 'R')

/* Kinds of digest rules are numbered from 1, as in struct rule_ref. */
enum { IMAGE_HASH_KINDS = SUBJECT_COUNT * DIGEST_COUNT };

static inline uint8_t image_hash_kind(enum hash_subject subject, enum digest_kind digest)
{
	return (uint8_t)(1 + (unsigned)subject * DIGEST_COUNT + (unsigned)digest);
}

/* ORIG: source and effect of digest rules, each pair once, in rising order. Element:
 *	 0   4  index into SRCS
 *	 4   4  enum rule_effect
 */
#define IMAGE_TAG_ORIGINS IMAGE_TAG('O', 'R', 'I', 'G')
enum { IMAGE_ORIGIN_BYTES = 8 };

/* SRCS: the sources, in the order in which they were compiled. Element:
 *	 0   4  name, in TEXT
 *	 4   4  language, in TEXT
 *	 8   8  bytes
 *	16  32  SHA-256
 *	48   4  rules accepted
 *	52   4  malformed
 *	56   4  skipped
 *	60   4  ignored
 */
#define IMAGE_TAG_SOURCES IMAGE_TAG('S', 'R', 'C', 'S')
enum { IMAGE_SOURCE_BYTES = 64 };

/* SKIP: what was understood but not taken, in order of the sources. Element:
 *	 0   4  index into SRCS
 *	 4   4  kind, in TEXT
 *	 8   4  reason, in TEXT
 *	12   4  name of the first, in TEXT
 *	16   4  line of the first
 *	20   4  how many
 */
#define IMAGE_TAG_SKIPS IMAGE_TAG('S', 'K', 'I', 'P')
enum { IMAGE_SKIP_BYTES = 24 };

/* CNTS: rules in the image by source and kind, in order of the sources. Element:
 *	 0   4  index into SRCS
 *	 4   4  kind, in TEXT
 *	 8   4  how many
 */
#define IMAGE_TAG_COUNTS IMAGE_TAG('C', 'N', 'T', 'S')
enum { IMAGE_COUNT_BYTES = 12 };

/*
 * RULE: rules with a condition, written by the planner (image/plan.h). An
 * element may be longer than this head, which all readers share:
 *	 0   4  name id
 *	 4   4  index into SRCS
 *	 8   4  line
 *	12   1  enum rule_effect
 *	13   1  enum view
 *	14   2  flags, RULE_ below
 */
#define IMAGE_TAG_RULES IMAGE_TAG('R', 'U', 'L', 'E')

struct image_rule_head {
	uint32_t name_id, source, line;
	uint8_t effect, view;
	uint16_t flags;
};
enum { RULE_GLOBAL = 1, RULE_PERL = 2 /* has Perl expressions */ };
_Static_assert(sizeof(struct image_rule_head) == 16, "drawn above");

/* What is told of rules with a condition and never matched: image/code.h says whose they are. */

/* SPCE: names of namespaces, in TEXT. Element: 4. */
#define IMAGE_TAG_SPACES IMAGE_TAG('S', 'P', 'C', 'E')
/* TAGS: tags of rules, in TEXT; those of a rule stand together. Element: 4. */
#define IMAGE_TAG_TAGS IMAGE_TAG('T', 'A', 'G', 'S')
/* PNAM: for each pattern its name, in TEXT. Element: 4. */
#define IMAGE_TAG_PATTERN_NAMES IMAGE_TAG('P', 'N', 'A', 'M')
/* META: what rules say of themselves; that of a rule stands together. */
#define IMAGE_TAG_METAS IMAGE_TAG('M', 'E', 'T', 'A')
/* VARS: external variables that rules use, in order of their first use. */
#define IMAGE_TAG_VARIABLES IMAGE_TAG('V', 'A', 'R', 'S')
/* MODS: one element of 4 bytes: bit for each enum module_id that a rule asks for something. */
#define IMAGE_TAG_MODULES IMAGE_TAG('M', 'O', 'D', 'S')

/* Element of META and VARS. */
struct image_named {
	uint32_t name;  /* in TEXT */
	uint32_t type;  /* of struct ir_meta or struct ir_variable */
	uint64_t value; /* a number, the bits of a float, or a text in TEXT */
};
_Static_assert(sizeof(struct image_named) == 16, "no padding");
