/*
 * Checking a YARA rule and turning it into one of the rule set, in one walk:
 * each expression becomes a struct operand, which is its static type and the
 * tree that computes it.
 */
#pragma once

#include "lang/yara/messages.h"
#include "lang/yara/symbols.h"

enum operand_type {
	OPERAND_BAD, /* something in it was reported: nothing more is said about it */
	OPERAND_BOOL,
	OPERAND_INT,
	OPERAND_FLOAT,
	OPERAND_TEXT,
	OPERAND_REGEX,
	OPERAND_STRUCT,	  /* group, prefix, row */
	OPERAND_ARRAY,	  /* group, row: of what is around it */
	OPERAND_DICT,	  /* the same */
	OPERAND_FUNCTION, /* index, row */
};

struct operand {
	enum operand_type type;
	struct ir_expr *tree;
	bool is_constant; /* of an INT: its value is known; of a TEXT: it is a literal */
	int64_t integer;
	enum fact_group group;
	struct str prefix;   /* of a structure inside a row: "linker_version" */
	struct ir_expr *row; /* NULL: of the only row */
	uint32_t index;
};

/* A variable of a loop around. */
struct loop_variable {
	struct str name;
	struct operand value;
};

enum { LOOPS_MAX = 4, LOOP_VARIABLES_MAX = 2 };

/* What is known of a string of the rule. */
struct string_use {
	const struct ast_string *string;
	bool is_used;
	bool is_placed; /* it is said where, or that it may be anywhere */
	bool is_fixed; /* so far only used as "at offset" */
	int64_t offset;
};

/* What stands behind "of", resolved. */
struct set {
	bool is_bad;
	bool is_rules;
	uint32_t *items, count;
};

/* Of strings it is the same set in its rule only. */
struct known_set {
	const struct ast_rule *rule;
	struct set set;
};

struct check {
	struct ruleset *rs;
	struct yara *y;
	struct symbols symbols;
	uint32_t source, space;
	uint32_t imports;   /* bit for each enum module_id */
	struct map strings; /* names to numbers; those before first_string are of earlier rules */
	uint32_t first_string, next_string;
	struct map sets; /* how they are written to indices into known_sets */
	struct { VEC(struct known_set); } known_sets;
	uint64_t set_members, set_work; /* of all sets so far */
	/* the rule at hand */
	struct ast_rule *rule;
	struct string_use *uses;
	uint32_t use_count;
	struct loop_variable variables[LOOPS_MAX * LOOP_VARIABLES_MAX];
	uint32_t variable_count, loop_count;
	bool in_for_of; /* "$" is the string that a loop is at */
	bool is_full;	/* no memory: compilation ends */
};

/* check-tree.c: trees; a NULL sets is_full. */
struct ir_expr *check_tree(struct check *c, struct ir_expr *made);
struct ir_expr *check_op1(struct check *c, enum ir_op op, struct ir_expr *a);
struct ir_expr *check_op2(struct check *c, enum ir_op op, struct ir_expr *a, struct ir_expr *b);
struct operand operand_bad(void);
struct operand operand_of(enum operand_type type, struct ir_expr *tree);
struct operand operand_int(struct check *c, int64_t value);
const char *operand_type_name(enum operand_type type);

/* check-expr.c: expressions */
struct operand check_expr(struct check *c, const struct ast_expr *expr);
/** An expression in a place that asks for yes or no; NULL when something was reported. */
struct ir_expr *check_condition(struct check *c, const struct ast_expr *expr);
/** An expression that has to be an integer; `what` is for the message: "an offset". */
struct operand check_integer(struct check *c, const struct ast_expr *expr, const char *what);

/* yara.c: patterns; NULL when something was reported */
const struct ir_pattern *check_regex(struct check *c, const struct ast_regex *regex);
struct ir_pattern *check_pattern(struct check *c, const struct ast_string *string);

/* check-name.c: identifiers, members, elements, calls */
struct operand check_name(struct check *c, const struct ast_expr *expr);
struct operand check_member(struct check *c, const struct ast_expr *expr);
struct operand check_index(struct check *c, const struct ast_expr *expr);
struct operand check_call(struct check *c, const struct ast_expr *expr);
/** The element of an array or dictionary in a row. */
struct operand check_element(struct check *c, enum fact_group group, struct ir_expr *row);

/* check-operator.c: unary and binary operators */
struct operand check_operator(struct check *c, const struct ast_expr *expr);

/* check-string.c: $a #a @a !a */
struct operand check_string(struct check *c, const struct ast_expr *expr);
/** Enter the strings of the rule at hand; false when out of memory. */
bool check_strings_begin(struct check *c);
/** Say what is not used, and make the patterns. */
void check_strings_end(struct check *c, struct ir_pattern ***ret, uint32_t *ret_count);

/* check-modifier.c: whether a string can have its modifiers; false: something was reported */
bool check_modifiers(struct check *c, const struct ast_string *string);

/* check-slow.c: warn of a string that is slow to search for */
void check_slow(struct check *c, const struct ast_string *string, const struct ir_pattern *p);

/* check-place.c: "at" and "in" behind something */
struct range_trees {
	struct ir_expr *args[2];
	uint32_t count; /* 0: anywhere or something was reported */
	bool is_bad;
	bool is_constant; /* of "at": the offset is known */
	int64_t offset;
};
struct range_trees check_place(struct check *c, const struct ast_place *place);

/* check-advice.c: what is hardly meant, for those who ask for advice */
/** Of a range that a loop goes over. */
void check_rounds(struct check *c, const struct ast_iterator *it, const struct range_trees *range);
/** Strings of the rule at hand that are the same. */
void check_duplicates(struct check *c);
/** Private rules of the source that no rule of the namespace asks so far. */
void check_unasked(struct check *c);

/* check-quantifier.c: "of" and "for" */
struct operand check_of(struct check *c, const struct ast_expr *expr);
struct operand check_for(struct check *c, const struct ast_expr *expr);
struct quantifier {
	bool is_bad, is_all;
	bool is_constant;
	int64_t value;
	struct ir_expr *tree; /* UNDEFINED for all, else an integer */
};
struct quantifier check_quantifier(struct check *c, const struct ast_quantifier *q);

/* check-set.c: what stands in "(…)" behind "of" */
struct set check_set(struct check *c, const struct ast_set *set);
/** An operator over a set, which it shares with others; NULL sets is_full. */
struct ir_expr *check_over_set(struct check *c, enum ir_op op, const struct set *set);

/* check-rule.c */
/** Check a rule and add it. Fails only when nothing more can be added. */
MUST_CHECK enum status check_rule(struct check *c, struct ast_rule *rule);
void check_import(struct check *c, const struct ast_item *item);
/** Entries of the rule set's map of names: RULE_MALFORMED or an index. */
enum { RULE_MALFORMED = 0xffffffff };
uint32_t *check_known(struct check *c, char kind, struct str name);
bool check_remember(struct check *c, char kind, struct str name, uint32_t value);
