/*
 * Details: everything that is known of the rules that hold for an object, as
 * a stream of small records. Only for those who wish it (struct scan_wishes).
 *
 * A record is about the last DETAIL_RULE before it, but DETAIL_LOG, which
 * stands for itself. What each kind uses:
 *
 *	kind        name         text       number                offset, length
 *	RULE        of the rule  namespace  line of its source    -
 *	TAG         the tag      -          -                     -
 *	META_TEXT   its key      the value  -                     -
 *	META_INT    its key      -          the value             -
 *	META_BOOL   its key      -          0 or 1                -
 *	MATCH       "$a"         the bytes  key of its xor        of the match
 *	OVERRUN     "$a"         -          -                     -
 *	LOG         -            the line   -                     -
 *	MODULE      of a module  the facts  -                     -
 *	REASON      -            a part     -                     -
 *
 * A REASON is a part of the text that says why the rule before it holds or not; it goes on
 * in the next one.
 *
 * A RULE has its source as well, and the path of the member that it is about.
 */
#pragma once

#include "base/buf.h"
#include "scan/verdict.h"

enum detail_kind {
	DETAIL_RULE,
	DETAIL_TAG,
	DETAIL_META_TEXT,
	DETAIL_META_INT,
	DETAIL_META_BOOL,
	DETAIL_MATCH,
	DETAIL_OVERRUN, /* the string matched more often than is counted */
	DETAIL_LOG,
	DETAIL_MODULE,
	DETAIL_REASON,
	DETAIL_COUNT
};

/* Of a DETAIL_RULE. */
enum detail_state {
	DETAIL_HOLDS,
	DETAIL_HOLDS_NOT,
	DETAIL_UNDECIDED,
	DETAIL_STATE_COUNT
};

enum {
	DETAIL_TEXT_MAX = 8192, /* bytes of each text; what is longer is cut */
	DETAIL_DATA_PRESET = 512,
};

struct detail {
	enum detail_kind kind;
	enum detail_state state; /* of a RULE */
	bool is_hex;             /* a MATCH of a hex string */
	uint32_t image;          /* of a RULE, as in struct finding */
	int64_t number;
	uint64_t offset, length;
	struct str name, text;         /* any bytes; borrowed */
	struct str source, path;       /* of a RULE */
};

/* What is told beside findings; bits. */
enum scan_wish {
	WISH_RULES = 1 << 0,      /* a RULE for each that holds */
	WISH_NEGATED = 1 << 1,    /* and for each that does not */
	WISH_TAGS = 1 << 2,
	WISH_METAS = 1 << 3,
	WISH_MATCHES = 1 << 4,
	WISH_LOG = 1 << 5,        /* what rules write with console.log() */
	WISH_MODULES = 1 << 6,    /* the facts of each module that rules ask */
	WISH_FIRST_ONLY = 1 << 7, /* patterns that are only asked whether they match: no more */
	WISH_ALONE = 1 << 8,      /* the object itself, not what is in it; also an empty one */
	WISH_UNDECIDED = 1 << 9,  /* a RULE for each without an answer, private ones as well */
	WISH_ALL = (1 << 10) - 1,
};

struct scan_wishes {
	unsigned wishes;   /* enum scan_wish */
	uint32_t data_max; /* bytes told of each match, at most DETAIL_TEXT_MAX */
	char explain[128]; /* the name of rules that are told of with the reason; "": none */
};

/* Where details go. */
struct detail_sink {
	void (*detail)(struct detail_sink *sink, const struct detail *d);
};
