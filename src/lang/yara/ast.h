/*
 * The syntax tree of a YARA source: what the parser makes, the printer writes
 * back, and the checker turns into rules. It says what is written, not what it
 * means: names are not resolved, types not known.
 *
 * Everything lives in one arena; texts are borrowed from the source or live in
 * the arena. Lists are linked in the order of the source.
 */
#pragma once

#include "base/str.h"
#include "ir/rule.h"

/* Where something stands in its source, in bytes. */
struct span {
	uint32_t file;       /* index into ast.files: includes are files of their own */
	uint32_t start, end; /* [start, end) */
};

/* A comment, and whether it stands behind code on its line. */
struct ast_comment {
	struct span span;
	bool is_trailing;
	struct ast_comment *next;
};

enum ast_meta_kind { AST_META_TEXT, AST_META_INT, AST_META_BOOL };

struct ast_meta {
	struct span span, name_span;
	struct str name;
	enum ast_meta_kind kind;
	struct str text;     /* escapes resolved; of an integer: as it is written, without sign */
	int64_t integer;     /* with its sign; 0 or 1 of a bool */
	struct ast_meta *next;
};

enum ast_modifier_kind {
	AST_ASCII,
	AST_WIDE,
	AST_NOCASE,
	AST_FULLWORD,
	AST_PRIVATE,
	AST_XOR,        /* low .. high */
	AST_BASE64,     /* alphabet, empty: the usual one */
	AST_BASE64WIDE, /* the same */
};

struct ast_modifier {
	enum ast_modifier_kind kind;
	struct span span;
	bool has_value;      /* xor(…), base64("…") */
	int64_t low, high;
	struct str alphabet; /* escapes resolved */
	struct ast_modifier *next;
};

/* A regular expression as it is written between the slashes. */
struct ast_regex {
	struct span span;
	struct str source; /* "\/" already "/" */
	bool nocase, dotall;
};

enum ast_string_kind { AST_STRING_TEXT, AST_STRING_REGEX, AST_STRING_HEX };

struct ast_string {
	struct span span, name_span;
	struct str name; /* with its "$"; "$" alone: anonymous */
	enum ast_string_kind kind;
	struct span value_span;
	struct str text; /* AST_STRING_TEXT: escapes resolved; AST_STRING_HEX: inside the braces */
	struct ast_regex regex;
	struct ast_modifier *modifiers;
	struct ast_string *next;
};

enum ast_expr_kind {
	AST_BOOL,        /* integer */
	AST_INT,         /* integer; `text` as it is written: 0x10, 4KB, 0o17 */
	AST_FLOAT,       /* real; `text` as it is written */
	AST_TEXT,        /* text, escapes resolved */
	AST_REGEX,       /* regex: only as an argument or on the right of "matches" */
	AST_FILESIZE,
	AST_ENTRYPOINT,
	AST_READ,        /* uint16be(args): read.flags (READ_ of ir/rule.h) */
	AST_STRING,      /* $a, or $ alone: name; with `place` */
	AST_COUNT,       /* #a; with place AST_AT_NONE or AST_IN */
	AST_OFFSET,      /* @a, @a[args] */
	AST_LENGTH,      /* !a, !a[args] */
	AST_NAME,        /* identifier: name */
	AST_MEMBER,      /* args . name */
	AST_INDEX,       /* args [ second ] */
	AST_CALL,        /* args ( the ones behind it ) */
	AST_GROUP,       /* ( args ): parentheses are kept for printing */
	AST_UNARY,       /* op: OP_NEG OP_BIT_NOT OP_NOT OP_DEFINED */
	AST_BINARY,      /* op: AND OR, EQ .. IEQUALS, REGEX (matches), ADD .. SHR; see below */
	AST_OF,          /* quantifier of set, with `place` */
	AST_FOR_OF,      /* for quantifier of set : ( args ) */
	AST_FOR_IN,      /* for quantifier variables in iterator : ( args ) */
};

enum ast_place_kind { AST_AT_NONE, AST_AT, AST_IN };

/* "at low", "in (low..high)". */
struct ast_place {
	enum ast_place_kind kind;
	struct ast_expr *low, *high;
};

enum ast_quantifier_kind {
	AST_ALL,
	AST_ANY,
	AST_NONE,
	AST_AT_LEAST, /* expr */
	AST_PERCENT,  /* expr % */
};

struct ast_quantifier {
	enum ast_quantifier_kind kind;
	struct span span;
	struct ast_expr *expr;
};

/* An element of "(…)" behind "of"; "them" is a set with is_them. */
struct ast_set_item {
	struct span span;
	struct str name; /* "$a", "$b*", "$*", "$"; or a rule: "name", "name*" */
	bool is_wildcard; /* `name` is without the "*" then */
	bool is_rule;
	struct ast_set_item *next;
};

struct ast_set {
	struct span span;
	bool is_them;
	struct ast_set_item *items;
};

enum ast_iterator_kind {
	AST_RANGE,   /* (low..high) */
	AST_LIST,    /* (first, …): args */
	AST_OVER,    /* an array or dictionary: low */
};

struct ast_name {
	struct span span;
	struct str name;
	struct ast_name *next;
};

struct ast_iterator {
	enum ast_iterator_kind kind;
	struct span span;
	struct ast_expr *low, *high;
	struct ast_expr *items; /* AST_LIST, by `next` */
};

/* The operator in front of an operand. */
struct link {
	enum ir_op op;
	struct span span;
};

struct ast_expr {
	enum ast_expr_kind kind;
	struct span span;
	enum ir_op op;
	struct span op_span;
	struct link link; /* of an operand of AST_BINARY that is not the first */
	struct str name, text;
	int64_t integer;
	double real;
	struct ast_regex regex;
	unsigned read_flags;
	struct ast_expr *args; /* operands in order, by `next` */
	struct ast_place place;
	struct ast_quantifier quantifier;
	struct ast_set set;
	struct ast_name *variables;
	struct ast_iterator iterator;
	uint32_t depth; /* of what is below; the parser bounds it by AST_DEPTH_MAX */
	struct ast_expr *next;
};

/*
 * Deeper trees are refused with a message. A chain of operators that bind alike
 * (a and b and c …, a + b - c …) is one AST_BINARY with any number of args,
 * each with its link, to be taken from left to right; `op` is that of the first.
 */
enum { AST_DEPTH_MAX = 100 };

struct ast_rule {
	struct span span, name_span;
	struct span meta_span, strings_span, condition_span; /* the words before their colons */
	struct str name;
	bool is_private, is_global;
	struct ast_name *tags;
	struct ast_meta *metas;
	struct ast_string *strings;
	struct ast_expr *condition; /* NULL: it could not be read; the rule is malformed */
	bool is_malformed;          /* something in it was reported */
};

enum ast_item_kind { AST_RULE, AST_IMPORT, AST_INCLUDE };

struct ast_item {
	enum ast_item_kind kind;
	struct span span, text_span;
	struct str text;           /* of an import or include */
	uint32_t file;             /* AST_INCLUDE: the file's index, or UINT32_MAX: not taken */
	struct ast_rule *rule;
	struct ast_item *next;
};

struct ast_file {
	struct str name; /* as it is shown */
	struct str text;
	uint32_t depth;  /* of includes */
	uint32_t parent; /* the file that includes it */
	uint32_t *lines; /* offset of the start of each line */
	uint32_t line_count;
	struct ast_comment *comments; /* in order */
};

/* What a source and all that it includes says, in order; an include stands before its items. */
struct ast {
	struct arena *arena;
	struct { VEC(struct ast_file); } files; /* the first is the source itself */
	struct ast_item *items;
};
