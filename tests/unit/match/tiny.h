/*
 * Patterns as short texts, for tests:
 *
 *	61 6? ?1 ??   bytes and nibbles         'abc'        the bytes of a text
 *	{2-5} {2-}    gaps                      *            {0-}
 *	(61|62 63)    alternatives              <0-3 61 62>  repetition, <1- 61>
 *	[61 62]       one of these bytes        [^61]        any but these
 *	!(61 62)      as long, but not that     ^ $          at the edges
 *	=(61) =!(61)  followed by, or not       ~(61) ~!(61) preceded by, or not
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "../image/made.h"
#include "base/input.h"
#include "match/search.h"

struct tiny {
	struct arena *a;
	const char *at;
};

static inline struct ir_node *tiny_sequence(struct tiny *t);

static inline void tiny_fail(const struct tiny *t)
{
	fprintf(stderr, "not a pattern: %s\n", t->at);
	abort();
}

static inline struct ir_node *tiny_byte(struct tiny *t)
{
	int high = t->at[0] == '?' ? 0 : hex_digit(t->at[0]);
	int low = t->at[1] == '?' ? 0 : hex_digit(t->at[1]);

	if (high < 0 || low < 0)
		tiny_fail(t);
	uint8_t value = (uint8_t)(high << 4 | low);
	uint8_t mask = (uint8_t)((t->at[0] == '?' ? 0 : 0xf0) | (t->at[1] == '?' ? 0 : 0x0f));
	t->at += 2;
	return ir_bytes(t->a, &value, &mask, 1);
}

static inline struct ir_node *tiny_text(struct tiny *t)
{
	const char *start = ++t->at;

	while (*t->at != '\'')
		t->at++;
	return ir_bytes(t->a, (const uint8_t *)start, NULL, (uint32_t)(t->at++ - start));
}

/* "2-5" or "2-" */
static inline void tiny_range(struct tiny *t, uint32_t *ret_min, uint32_t *ret_max)
{
	char *end;

	*ret_min = (uint32_t)strtoul(t->at, &end, 10);
	t->at = end + 1;
	*ret_max = hex_digit(*t->at) < 0 ? IR_UNBOUNDED : (uint32_t)strtoul(t->at, &end, 10);
	if (*ret_max != IR_UNBOUNDED)
		t->at = end;
}

static inline struct ir_node *tiny_gap(struct tiny *t)
{
	uint32_t min, max;

	t->at++;
	tiny_range(t, &min, &max);
	t->at++;
	return ir_gap(t->a, min, max);
}

static inline struct ir_node *tiny_repeat(struct tiny *t)
{
	uint32_t min, max;

	t->at++;
	tiny_range(t, &min, &max);
	struct ir_node *child = tiny_sequence(t);
	t->at++;
	return ir_repeat(t->a, child, min, max, true);
}

static inline struct ir_node *tiny_class(struct tiny *t)
{
	bool negate = t->at[1] == '^';
	uint8_t set[32] = {0};

	for (t->at += 1 + negate; *t->at != ']'; t->at++) {
		if (*t->at == ' ')
			continue;
		unsigned c = (unsigned)(hex_digit(t->at[0]) << 4 | hex_digit(t->at[1]));
		set[c / 8] |= (uint8_t)(1u << c % 8);
		t->at++;
	}
	t->at++;
	for (size_t i = 0; negate && i < sizeof set; i++)
		set[i] = (uint8_t)~set[i];
	return ir_class(t->a, set);
}

static inline struct ir_node *tiny_group(struct tiny *t)
{
	struct ir_node *children[16];
	uint32_t count = 0;

	do {
		t->at++;
		children[count++] = tiny_sequence(t);
	} while (*t->at == '|');
	t->at++;
	return count == 1 ? children[0] : ir_alt(t->a, children, count);
}

static inline struct ir_node *tiny_look(struct tiny *t)
{
	bool behind = t->at[0] == '~', negate = t->at[1] == '!';

	t->at += 1 + negate;
	return ir_look(t->a, tiny_group(t), behind, negate);
}

static inline struct ir_node *tiny_not(struct tiny *t)
{
	uint32_t min, max;

	t->at++;
	struct ir_node *child = tiny_group(t);
	ir_width(child, &min, &max);
	return ir_not(t->a, child, min);
}

static inline struct ir_node *tiny_item(struct tiny *t)
{
	switch (*t->at) {
	case '*':
		t->at++;
		return ir_gap(t->a, 0, IR_UNBOUNDED);
	case '{':
		return tiny_gap(t);
	case '<':
		return tiny_repeat(t);
	case '[':
		return tiny_class(t);
	case '(':
		return tiny_group(t);
	case '!':
		return tiny_not(t);
	case '=':
	case '~':
		return tiny_look(t);
	case '^':
	case '$':
		return ir_edge(t->a, *t->at++ == '$');
	case '\'':
		return tiny_text(t);
	default:
		return tiny_byte(t);
	}
}

static inline struct ir_node *tiny_sequence(struct tiny *t)
{
	struct ir_node *items[64];
	uint32_t count = 0;

	for (;;) {
		while (*t->at == ' ')
			t->at++;
		if (*t->at == '\0' || strchr(")|>", *t->at) != NULL)
			return ir_concat(t->a, items, count);
		items[count++] = tiny_item(t);
	}
}

static inline struct ir_pattern *tiny_pattern(struct arena *a, const char *text)
{
	struct tiny t = {a, text};
	struct ir_pattern *p = arena_new_object(a, struct ir_pattern);

	p->body = tiny_sequence(&t);
	if (p->body == NULL || *t.at != '\0')
		tiny_fail(&t);
	return p;
}

/** A rule over up to 8 patterns. */
static inline void tiny_rule(struct ruleset *rs, const char *name, struct ir_pattern **patterns,
			     uint32_t count, struct ir_expr *condition)
{
	struct ir_pattern **copy = arena_new_array(rs->arena, struct ir_pattern *, count + 1);
	struct ir_rule rule = {.name = str_of(name), .line = 1, .patterns = copy,
			       .pattern_count = count, .condition = condition};

	for (uint32_t i = 0; i < count; i++)
		copy[i] = patterns[i];
	if (ruleset_add_rule(rs, &rule) != OK)
		abort();
}

struct tiny_image {
	struct made_image made;
	struct image *img;
};

/** The image of `rs`, which is freed. */
static inline void tiny_open(struct ruleset *rs, struct tiny_image *ret)
{
	struct error e = {0};

	if (made_build(rs, &ret->made, &e) != OK ||
	    image_open_memory(ret->made.data, ret->made.len, &ret->img, &e) != OK) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
}

static inline void tiny_close(struct tiny_image *image)
{
	image_close(image->img);
	free(image->made.data);
}

/** Feed a whole text in windows of `fresh` new bytes. */
static inline enum status tiny_feed(struct search *s, const uint8_t *text, size_t len, size_t fresh)
{
	enum status status = OK;
	uint64_t end = 0;

	do {
		struct match_window w = {.fresh = end, .start = end - min_u64(end, MATCH_OVERLAP)};

		end = min_u64(end + fresh, len);
		w.data = text + w.start;
		w.len = (size_t)(end - w.start);
		w.last = end == len;
		status = search_window(s, &w);
	} while (status == OK && end < len);
	return status;
}
