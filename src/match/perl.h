/*
 * Perl expressions: patterns that PCRE2 searches for, when all else of an object is known and
 * their triggers hold.
 *
 * PCRE2 needs the object in one piece, so it is read into memory, up to PERL_BYTES_MAX. What
 * PCRE2 may take is limited thrice: steps from one start, depth and heap by its own limits,
 * and all steps together by the account of work. Where a limit is met the pattern is not
 * known, nor is a larger object's.
 */
#pragma once

#include "match/condition.h"

/* Largest object that is searched, as ClamAV's PCREMaxFileSize. */
enum { PERL_BYTES_MAX = 100 << 20 };

struct perl_search {
	const struct match_tables *t;
	struct pcre2_real_code_8 **codes; /* by row of PERL; compiled when first needed */
	struct pcre2_real_match_data_8 *data;
	struct pcre2_real_match_context_8 *context;
	uint8_t *bytes; /* the object, when `is_read` and it could be */
	bool is_read;
	uint64_t *work;	  /* during a match */
	uint64_t last_at; /* where PCRE2 was last seen in it */
};

/** Tables are borrowed. Release with perl_done(), also after a failure. */
MUST_CHECK enum status perl_init(struct perl_search *p, const struct match_tables *t);
void perl_done(struct perl_search *p);

/** Begin an object. */
void perl_begin(struct perl_search *p);

/** Until perl_find(), what matches of the Perl expressions of a rule is not known. */
void perl_expect(struct condition *c, const struct image_rule *rule);

/** Search for the Perl expressions of rule number `rule` whose triggers hold. */
void perl_find(struct perl_search *p, struct condition *c, uint32_t rule);
