/*
 * What the fuzz targets for rule text promise: each diagnostic points into its
 * line, each signature line ends in exactly one way, and what was accepted
 * can be printed.
 */
#pragma once

#include <stdlib.h>

#include "base/buf.h"
#include "lang/lines.h"

struct fuzz_report {
	struct report report;
	struct str text;
	unsigned diagnostics;
};

static inline void promise(bool kept)
{
	if (!kept)
		abort();
}

static inline void check_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct fuzz_report *r = (struct fuzz_report *)report;
	const char *end = r->text.data + r->text.len;

	r->diagnostics++;
	promise(d->line >= 1 && d->line <= r->text.len + 1);
	promise(d->text.data >= r->text.data && d->text.data + d->text.len <= end);
	promise(memchr(d->text.data, '\n', d->text.len) == NULL);
	promise(d->col >= 1 && d->col <= d->text.len + 1 && d->width >= 1);
	promise(d->width == 1 || d->col - 1 + d->width <= d->text.len);
	promise(d->message != NULL && d->message[0] != '\0');
}

static inline void print_rules(const struct ruleset *rs)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < rs->rules.len; i++) {
		promise(ir_check(&rs->rules.items[i], NULL) == OK);
		ir_print_rule(&b, &rs->rules.items[i]);
		buf_clear(&b);
	}
	buf_done(&b);
}

/* `by_line` is false for kinds of which the whole file counts as one. */
static inline void fuzz_source(const char *name, struct str text, bool by_line)
{
	struct source_text src = {str_of(name), text};
	struct fuzz_report report = {.report = {check_diagnostic}, .text = text};
	const struct front *front = front_for(&src);
	struct lines lines = lines_of(text);
	struct ruleset *rs;
	uint32_t expected = by_line ? 0 : 1;

	promise(front != NULL);
	if (ruleset_new(16 << 20, &rs) != OK)
		return;
	enum status status = front->compile(&src, rs, &report.report);
	promise(status == OK || status == E_LIMIT || status == E_NOMEM);
	while (by_line && lines_next(&lines))
		expected++;
	if (status == OK) {
		const struct ir_source *s = &rs->sources.items[0];

		promise(s->accepted + s->malformed + s->skipped + s->ignored == expected);
		promise(s->malformed == report.diagnostics);
	}
	print_rules(rs);
	ruleset_free(rs);
}
