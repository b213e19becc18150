/*
 * One signature of ClamAV while its line is read.
 *
 * A line ends in one of four ways: accepted, malformed (E_SYNTAX with a fault
 * that points into the line), skipped (understood, but not supported:
 * E_UNSUPPORTED with a reason) or ignored. A malformed line is reported as
 * such even when something in it is not supported.
 */
#pragma once

#include "lang/lines.h"

/* The functionality level that is claimed: that of ClamAV 1.4. */
enum { CLAMAV_LEVEL = 216 };

enum { CLAMAV_FIELDS_MAX = 6 };

struct signature;

/* A kind of file. */
struct loader {
	const char *suffix;
	const char *form; /* shown as the hint of a malformed line */
	/** Read one signature, whose fields are split. NULL: this kind is counted as skipped. */
	enum status (*read)(struct signature *s);
	char separator;   /* '\0': the file holds no lines of signatures and counts as one */
	uint8_t name_field, min_fields, max_fields;
	bool has_tail;    /* the last field holds all that is left, separators too */
	enum rule_effect effect;
};

struct signature {
	const struct loader *loader;
	struct ruleset *rs;
	uint32_t source;
	struct line line;
	struct str fields[CLAMAV_FIELDS_MAX];
	unsigned field_count;
	struct str name; /* as it is reported; empty until it is known */
	enum rule_effect effect;
	struct fault fault;
	char skip[96];   /* why it cannot be taken; empty while it can */
};

/** A field, or an empty one at the end of the line when there are fewer. */
struct str signature_field(const struct signature *s, unsigned index);

/** Note why the signature cannot be taken, unless a reason is known already. */
void signature_skip(struct signature *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/**
 * Read the levels [min[:max]] from field `first` on. E_UNSUPPORTED when they
 * leave ours out: such a line may be written in a way that is not known here.
 */
MUST_CHECK enum status signature_levels(struct signature *s, unsigned first);

/** E_UNSUPPORTED when our level is not within min..max. */
MUST_CHECK enum status signature_check_levels(struct signature *s, uint64_t min, uint64_t max);

/** Add to the rule set, or E_UNSUPPORTED when marked as skipped. */
MUST_CHECK enum status signature_add_hash(struct signature *s, struct ir_hash *hash);
MUST_CHECK enum status signature_add_rule(struct signature *s, struct ir_rule *rule);

/* The readers, one for each family of files. */
enum status hash_read(struct signature *s);
enum status section_hash_read(struct signature *s);
enum status ndb_read(struct signature *s);
enum status ldb_read(struct signature *s);
enum status ignore_read(struct signature *s);
