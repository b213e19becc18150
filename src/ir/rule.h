/*
 * Rules and rule sets: the one description of a rule that the rest of the
 * program knows. Front ends (lang/) fill a rule set, the image is made of it.
 *
 * Two shapes of a rule:
 * - struct ir_rule: patterns and a condition. Expresses everything.
 * - struct ir_hash: "the bytes have this digest (and this size)". Public sets
 *   hold millions of them, so they are stored without a tree.
 */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "digest/digest.h"
#include "ir/object.h"
#include "ir/pattern.h"

enum ir_op {
#define OP(id, name, arity, doc) OP_##id,
#include "ir/ops.def"
#undef OP
	OPS_TOTAL /* OP_COUNT is an operator */
};

/* In place of a pattern's index: the one that the FOR_SET around is at. */
#define IR_CURRENT_PATTERN UINT32_MAX
/* Loop variables of a condition. */
enum { IR_SLOTS_MAX = 16 };

/* Flags of OP_READ in node.index. */
enum { READ_BITS_8 = 1, READ_BITS_16 = 2, READ_BITS_32 = 4, READ_SIGNED = 8, READ_BIG_ENDIAN = 16 };

struct ir_expr {
	enum ir_op op;
	union {
		int64_t integer;
		double real;
		struct str text;
		uint32_t index;
		const struct ir_pattern *pattern;
		struct {
			const uint32_t *items;
			uint32_t count;
		} set;
		struct {
			uint32_t slot;
			uint32_t group; /* FOR_ROWS: enum fact_group */
		} loop;
	};
	struct ir_expr *const *args;
	uint32_t arg_count;
};

/* What it means that a rule holds. */
enum rule_effect {
	EFFECT_DETECT,  /* the object is malicious */
	EFFECT_SUSPECT, /* potentially unwanted or heuristic */
	EFFECT_TRUST,   /* the object and all in it are known good */
	EFFECT_NONE,    /* only for use by other rules */
};

struct ir_meta {
	struct str key;
	enum { META_TEXT, META_INT, META_BOOL } kind;
	struct str text;
	int64_t integer;
};

struct ir_rule {
	struct str name;
	uint32_t source;  /* index into ruleset.sources */
	uint32_t line;    /* from 1 */
	uint32_t space;   /* index into ruleset.spaces: YARA's namespaces */
	enum rule_effect effect;
	bool is_global;   /* YARA: no rule of the namespace holds unless this one does */
	enum view view;
	uint32_t types;   /* bit for each enum object_type that it applies to; 0: all */
	struct ir_pattern *const *patterns;
	uint32_t pattern_count;
	const struct ir_expr *condition;
	const struct str *tags;
	uint32_t tag_count;
	const struct ir_meta *meta;
	uint32_t meta_count;
};

/* Which bytes a digest is taken of. */
enum hash_subject {
	SUBJECT_OBJECT,  /* the whole object */
	SUBJECT_SECTION, /* the raw bytes of one section of an executable */
	SUBJECT_COUNT
};

enum { DIGEST_MAX_BYTES = 32 };
#define IR_ANY_SIZE UINT64_MAX

struct ir_hash {
	uint64_t size; /* bytes hashed, or IR_ANY_SIZE */
	struct str name;
	uint32_t source, line;
	uint8_t subject; /* enum hash_subject */
	uint8_t digest;  /* enum digest_kind */
	uint8_t effect;  /* enum rule_effect */
	uint8_t value[DIGEST_MAX_BYTES];
};

/* A file that rules came from. */
struct ir_source {
	struct str name;  /* as the user named it, without the folders above */
	struct str front; /* language: "clamav", "list" */
	uint8_t sha256[32];
	uint64_t size;
	uint32_t accepted, malformed, skipped, ignored; /* rules */
};

/* An external variable of YARA, with the value that it has unless a scan says another. */
struct ir_variable {
	struct str name;
	enum { VARIABLE_INT, VARIABLE_FLOAT, VARIABLE_BOOL, VARIABLE_TEXT } type;
	union {
		int64_t integer; /* also 0 or 1 of a VARIABLE_BOOL */
		double real;
		struct str text;
	};
};

/* Rules that were understood but not taken, counted by reason. */
struct ir_skip {
	uint32_t source;
	struct str kind;   /* "ndb", "ldb" … */
	struct str reason; /* "offsets relative to the entry point" */
	struct str example; /* name of the first one */
	uint32_t first_line;
	uint32_t count;
};

struct ruleset {
	struct arena *arena; /* owns all names, trees and texts below */
	struct { VEC(struct ir_source); } sources;
	struct { VEC(struct ir_rule); } rules;
	struct { VEC(struct ir_hash); } hashes;
	struct { VEC(struct ir_skip); } skips;
	struct { VEC(struct ir_variable); } variables;
	struct { VEC(struct str); } spaces; /* names of namespaces; the first is "" */
	struct map ignored; /* names to leave out; see ruleset_ignore() */
	struct map names;   /* what front ends look up by name; keys live in the arena */
};

/** An empty rule set whose arena holds at most `ceiling` bytes. Free with ruleset_free(). */
MUST_CHECK enum status ruleset_new(size_t ceiling, struct ruleset **ret);
void ruleset_free(struct ruleset *rs);

/** Begin a source; *ret_index names it in the rules that follow. Texts are copied. */
MUST_CHECK enum status ruleset_add_source(struct ruleset *rs, const struct ir_source *source,
					  uint32_t *ret_index);

/**
 * Add a rule and count it as accepted. The name is copied; trees, patterns and
 * tables must come from rs->arena. E_INTERNAL when ir_check() refuses the rule.
 */
MUST_CHECK enum status ruleset_add_rule(struct ruleset *rs, const struct ir_rule *rule);

/** Add a digest rule and count it as accepted. The name is copied. */
MUST_CHECK enum status ruleset_add_hash(struct ruleset *rs, const struct ir_hash *hash);

/** Count a rule of `source` that is not taken. Texts are copied when first seen. */
MUST_CHECK enum status ruleset_skip(struct ruleset *rs, uint32_t source, uint32_t line,
				    struct str kind, struct str reason, struct str name);

/** The index of a namespace, made when it is new. The name is copied. */
MUST_CHECK enum status ruleset_space(struct ruleset *rs, struct str name, uint32_t *ret_index);

/** Define an external variable; texts are copied. E_MALFORMED when there is one of that name. */
MUST_CHECK enum status ruleset_add_variable(struct ruleset *rs, const struct ir_variable *variable);

/** The index of a variable; false when there is none of that name. */
bool ruleset_find_variable(const struct ruleset *rs, struct str name, uint32_t *ret_index);

/** Rules named `name` shall be left out, or only the line with that MD5 when `md5` is not empty. */
MUST_CHECK enum status ruleset_ignore(struct ruleset *rs, struct str name, struct str md5);

/** Whether a rule with this name and this whole line is to be left out. */
bool ruleset_is_ignored(const struct ruleset *rs, struct str name, struct str line);

/* Building trees. All return NULL when the arena is full. */

struct ir_node *ir_bytes(struct arena *a, const uint8_t *value, const uint8_t *mask, uint32_t len);
struct ir_node *ir_class(struct arena *a, const uint8_t set[32]);
struct ir_node *ir_gap(struct arena *a, uint32_t min, uint32_t max);
struct ir_node *ir_concat(struct arena *a, struct ir_node *const *children, uint32_t count);
struct ir_node *ir_alt(struct arena *a, struct ir_node *const *children, uint32_t count);
struct ir_node *ir_repeat(struct arena *a, struct ir_node *child, uint32_t min, uint32_t max,
			  bool greedy);
struct ir_node *ir_not(struct arena *a, struct ir_node *child, uint32_t width);
struct ir_node *ir_look(struct arena *a, struct ir_node *child, bool behind, bool negate);
struct ir_node *ir_edge(struct arena *a, bool at_end);

struct ir_expr *ir_op(struct arena *a, enum ir_op op, struct ir_expr *const *args, uint32_t count);
struct ir_expr *ir_int(struct arena *a, int64_t value);
struct ir_expr *ir_bool(struct arena *a, bool value);
struct ir_expr *ir_float(struct arena *a, double value);
/** The text is copied. */
struct ir_expr *ir_text(struct arena *a, struct str text);
struct ir_expr *ir_indexed(struct arena *a, enum ir_op op, uint32_t index);
/** OP_FACT, OP_ROW, OP_CALL …: an operator with node.index and operands. */
struct ir_expr *ir_indexed_op(struct arena *a, enum ir_op op, uint32_t index,
			      struct ir_expr *const *args, uint32_t count);
struct ir_expr *ir_over_set(struct arena *a, enum ir_op op, const uint32_t *items, uint32_t count);

/** Shortest and longest match of a tree in bytes; *ret_max may be IR_UNBOUNDED. */
void ir_width(const struct ir_node *node, uint32_t *ret_min, uint32_t *ret_max);

/** Whether all matches of a tree are of one length. */
static inline bool ir_has_fixed_width(const struct ir_node *node)
{
	uint32_t min, max;

	ir_width(node, &min, &max);
	return min == max;
}

/**
 * Check what the image relies on: arities, indices into the rule's patterns,
 * ranges min <= max, nesting of at most IR_DEPTH_MAX, non-empty classes, look-arounds and
 * negations of fixed length.
 */
MUST_CHECK enum status ir_check(const struct ir_rule *rule, struct error *e);
enum { IR_DEPTH_MAX = 128 };

struct buf;
/** Print a pattern tree, condition or rule as an s-expression, for tests and tools. */
void ir_print_node(struct buf *to, const struct ir_node *node);
void ir_print_expr(struct buf *to, const struct ir_expr *expr);
void ir_print_rule(struct buf *to, const struct ir_rule *rule);
