/*
 * Random rules of YARA, as texts, and random bytes in which they match often.
 */
#pragma once

#include "base/buf.h"
#include "random.h"

enum { MADE_STRINGS = 4, MADE_DATA = 400 };

struct made_rule {
	struct random random;
	struct buf text; /* the rule, NUL-terminated */
	uint32_t count;  /* strings: $s0, $s1 ... */
	bool is_fixed[MADE_STRINGS]; /* all matches at a start are of one length */
	bool is_regex[MADE_STRINGS];
	uint8_t data[MADE_DATA];
	size_t len;

	/* while it is made */
	char plain[MADE_STRINGS][16]; /* of text strings, else empty */
	unsigned depth, loops;
	const char *head; /* that an expression begins with */
	bool is_lazy, is_far, has_choice;
};

/** The rule and the data of a seed. Release with buf_done(&text). */
void made_rule(struct made_rule *r, uint64_t seed);

/* The two halves of it: rules-string.c, rules-condition.c. */
void made_string(struct made_rule *r, uint32_t index);
void made_regex(struct made_rule *r);
void made_condition(struct made_rule *r);

static inline uint32_t below(struct made_rule *r, uint32_t n)
{
	return random_below(&r->random, n);
}

static inline bool chance(struct made_rule *r, uint32_t of)
{
	return random_chance(&r->random, of);
}

static inline void put(struct made_rule *r, const char *text)
{
	buf_add(&r->text, text, strlen(text));
}

/** One of several texts. */
#define PICK(r, ...) \
	put(r, ((const char *const[]){__VA_ARGS__})[below( \
			r, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))])
