/*
 * What callbacks of the library were handed, written down as text, and what is
 * the same in all tests of it.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <candor/candor.h>

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static const char *worker;

struct record {
	char text[16384];
	size_t len;
	unsigned rules, messages; /* calls */
	unsigned stop_at;	  /* the rule that is the last one, from 1; 0: none */
};

__attribute__((format(printf, 2, 3))) static inline void note(struct record *r, const char *format,
							      ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(r->text + r->len, sizeof r->text - r->len, format, args);
	va_end(args);
	if (n > 0)
		r->len += (size_t)n;
	if (r->len >= sizeof r->text)
		r->len = sizeof r->text - 1;
}

/* "error a.yar:1:2+3: text (hint) |line|" */
static inline void note_message(void *context, const struct candor_message *m)
{
	struct record *r = context;

	r->messages++;
	note(r, "%s %s:%u:%u+%u: %s", m->severity == CANDOR_ERROR ? "error" : "warning", m->source,
	     m->line, m->column, m->width, m->text);
	if (m->hint != NULL)
		note(r, " (%s)", m->hint);
	note(r, " |%s|\n", m->source_line);
}

static inline void note_meta(struct record *r, const struct candor_meta *m)
{
	if (m->type == CANDOR_META_STRING) {
		assert_int_equal(m->text[m->length], 0);
		note(r, " %s=\"%.*s\"", m->key, (int)m->length, m->text);
	} else {
		note(r, " %s=%s%" PRId64, m->key, m->type == CANDOR_META_BOOL ? "bool " : "",
		     m->integer);
	}
}

/* "$a@offset+length^key:bytes", of which a hex string has its digits */
static inline void note_match(struct record *r, const struct candor_match *m)
{
	note(r, " %s@%" PRIu64 "+%" PRIu64, m->string, m->offset, m->length);
	if (m->xor_key != 0)
		note(r, "^%02x", m->xor_key);
	note(r, ":");
	for (size_t i = 0; i < m->data_length; i++)
		note(r, m->is_hex ? "%02x" : "%c", m->data[i]);
}

/* "+space:name/path #tag key=value $a@…", after '-' when it does not match, '?' undecided */
static inline bool note_rule(void *context, const struct candor_rule *rule)
{
	struct record *r = context;
	static const char signs[] = "+-?";

	r->rules++;
	note(r, "%c%s:%s%s", signs[rule->state], rule->space, rule->name, rule->path);
	for (size_t i = 0; i < rule->tag_count; i++)
		note(r, " #%s", candor_rule_tag(rule, i));
	for (size_t i = 0; i < rule->meta_count; i++)
		note_meta(r, candor_rule_meta(rule, i));
	for (size_t i = 0; i < rule->match_count && r->len + 1 < sizeof r->text; i++)
		note_match(r, candor_rule_match(rule, i));
	assert_null(candor_rule_tag(rule, rule->tag_count));
	assert_null(candor_rule_meta(rule, rule->meta_count));
	assert_null(candor_rule_match(rule, rule->match_count));
	note(r, "%s\n", rule->has_more_matches ? " and more" : "");
	return r->stop_at == 0 || r->rules < r->stop_at;
}

static inline void note_line(void *context, const char *line, size_t length)
{
	assert_int_equal(line[length], 0);
	note(context, "log %.*s\n", (int)length, line);
}

/* Options that write down all there is. */
static inline struct candor_options *recording(struct record *r, unsigned wishes)
{
	struct candor_options *o = candor_options_new();

	assert_non_null(o);
	assert_int_equal(candor_options_set_worker(o, worker, NULL), CANDOR_OK);
	candor_options_set_context(o, r);
	candor_options_on_message(o, note_message);
	candor_options_on_rule(o, note_rule, wishes);
	candor_options_on_log(o, note_line);
	candor_options_set_members(o, false);
	return o;
}

static inline void add(struct candor_options *o, const char *rules)
{
	assert_int_equal(candor_options_add_rules(o, rules, strlen(rules), NULL, NULL, NULL),
			 CANDOR_OK);
}

/* Frees the options. */
static inline struct candor_engine *open_engine(struct candor_options *o)
{
	struct candor_engine *engine = NULL;
	struct candor_error e = {0};

	if (candor_engine_open(o, &engine, &e) != CANDOR_OK)
		fail_msg("cannot open: %s", e.text);
	candor_options_free(o);
	return engine;
}

static inline void expect_text(const char *name, struct record *r, const char *want)
{
	if (strcmp(r->text, want) != 0)
		fail_msg("%s: got\n%s\nwant\n%s", name, r->text, want);
	*r = (struct record){0};
}
