/*
 * Reading a YARA source and keeping what is reported about it, one line each:
 *
 *	error 1:20+3: unterminated string (a text ends with " …)
 */
#pragma once

#include "base/buf.h"
#include "lang/yara/parser.h"

struct parsed {
	struct report report;
	struct buf messages;
	struct ast ast;
	struct yara y;
	struct source_text src;
};

static inline void parsed_note(struct report *report, const struct diagnostic *d)
{
	struct parsed *p = (struct parsed *)report;

	buf_addf(&p->messages, "%s %u:%u+%u: %s",
		 d->severity == SEVERITY_ERROR ? "error" : "warning", d->line, d->col, d->width,
		 d->message);
	if (d->hint != NULL)
		buf_addf(&p->messages, " (%s)", d->hint);
	buf_add_u8(&p->messages, '\n');
}

/* Free with parsed_done(). */
static inline void parsed_init(struct parsed *p, struct str text,
			       const struct front_settings *settings)
{
	*p = (struct parsed){.report = {parsed_note},
			     .src = {.name = STR("a.yar"), .text = text, .settings = settings}};
	buf_init(&p->messages, 1 << 20);
	p->y = (struct yara){.arena = arena_new(256 << 20),
			     .src = &p->src,
			     .report = &p->report,
			     .ast = &p->ast};
	assert_non_null(p->y.arena);
	assert_int_equal(yara_parse(&p->y), OK);
}

static inline void parsed_done(struct parsed *p)
{
	vec_done(&p->ast.files);
	buf_done(&p->messages);
	arena_free(p->y.arena);
}

static inline void assert_text(const char *name, const struct buf *got, const char *want)
{
	if (got->bad || !str_eq(buf_str(got), str_of(want)))
		fail_msg("%s:\n  got  %.*s\n  want %s", name, STR_ARG(buf_str(got)), want);
}
