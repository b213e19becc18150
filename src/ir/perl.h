/*
 * Perl expressions of ClamAV, which PCRE2 runs: their flags and how they are compiled.
 *
 * Never with PCRE2's just-in-time compiler: a process that scans has no memory that can be
 * both written and executed.
 */
#pragma once

#include "base/error.h"
#include "base/str.h"

enum {
	PERL_NOCASE = 1,      /* i */
	PERL_DOT_ALL = 2,     /* s: a dot stands for a line feed, too */
	PERL_MULTILINE = 4,   /* m */
	PERL_EXTENDED = 8,    /* x */
	PERL_ANCHORED = 16,   /* A */
	PERL_DOLLAR_END = 32, /* E: a dollar stands for the very end */
	PERL_UNGREEDY = 64,   /* U */
	PERL_EVERY = 128,     /* g: all matches count, not only the first */
	PERL_ROLLING = 256,   /* r: the search only begins at the offset */
	PERL_ENCOMPASS = 512, /* e: the match lies in the range of the offset */
	PERL_FLAGS_END = 1024,
};

/* Longest text of an expression. */
enum { PERL_SOURCE_MAX = 65535 };

struct buf;
struct pcre2_real_code_8;

/** The flag that a letter stands for, or 0. */
uint32_t perl_flag(char letter);

/** The letters of flags. */
void perl_print_flags(struct buf *to, uint32_t flags);

/**
 * Compile an expression. Free with perl_free(). E_SYNTAX for a wrong one: *ret_at is the
 * byte where it is wrong and `message` says what is. Steps of the match call back (see
 * pcre2_set_callout()), unless the expression is too large for that.
 */
MUST_CHECK enum status perl_compile(struct str source, uint32_t flags,
				    struct pcre2_real_code_8 **ret, size_t *ret_at,
				    char message[128]);
void perl_free(struct pcre2_real_code_8 *code);
