/*
 * Compiling a source in a test and telling in text what came of it: one line
 * for each rule, digest, diagnostic, skip and ignored rule.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "lang/front.h"

struct told {
	struct report report;
	struct buf text;
	struct ruleset *rs;
};

static inline void tell_diagnostic(struct report *report, const struct diagnostic *d)
{
	struct told *told = (struct told *)report;

	buf_addf(&told->text, "%u:%u+%u %s", d->line, d->col, d->width, d->message);
	if (d->hint != NULL)
		buf_addf(&told->text, " (%s)", d->hint);
	buf_addf(&told->text, "\n");
}

static inline void told_init(struct told *told)
{
	*told = (struct told){.report = {tell_diagnostic}};
	buf_init(&told->text, 1 << 20);
	if (ruleset_new(64 << 20, &told->rs) != OK)
		abort();
}

static inline void told_done(struct told *told)
{
	buf_done(&told->text);
	ruleset_free(told->rs);
}

static inline void tell_hash(struct buf *to, const struct ir_hash *hash)
{
	static const char *const effects[] = {"detect", "suspect", "trust", "none"};
	char hex[2 * DIGEST_MAX_BYTES + 1];
	const struct digest_info *info = digest_info((enum digest_kind)hash->digest);

	hex_encode(hash->value, info->bytes, hex);
	buf_addf(to, "%s%s %s ", hash->subject == SUBJECT_SECTION ? "section " : "", info->name,
		 hex);
	if (hash->size == IR_ANY_SIZE)
		buf_addf(to, "*");
	else
		buf_addf(to, "%llu", (unsigned long long)hash->size);
	buf_addf(to, " %s ", effects[hash->effect]);
	text_escape(to, hash->name);
	buf_addf(to, "\n");
}

/* What is in the rule set, behind the diagnostics; NUL-terminated. */
static inline const char *told_text(struct told *told)
{
	const struct ruleset *rs = told->rs;
	struct buf *to = &told->text;

	for (size_t i = 0; i < rs->hashes.len; i++)
		tell_hash(to, &rs->hashes.items[i]);
	for (size_t i = 0; i < rs->rules.len; i++) {
		ir_print_rule(to, &rs->rules.items[i]);
		buf_addf(to, "\n");
	}
	for (size_t i = 0; i < rs->skips.len; i++) {
		const struct ir_skip *s = &rs->skips.items[i];

		buf_addf(to, "skip %.*s at %u x%u ", STR_ARG(s->kind), s->first_line, s->count);
		text_escape(to, s->example);
		buf_addf(to, ": %.*s\n", STR_ARG(s->reason));
	}
	for (size_t i = 0; i < rs->sources.len; i++) {
		if (rs->sources.items[i].ignored > 0)
			buf_addf(to, "ignored %u\n", rs->sources.items[i].ignored);
	}
	buf_add_u8(to, 0);
	return (const char *)to->data;
}

/* Compile one text; stops the program when no front end takes it. */
static inline void told_compile(struct told *told, const char *name, struct str text)
{
	struct source_text src = {str_of(name), text};
	const struct front *front = front_for(&src);

	if (front == NULL || front->compile(&src, told->rs, &told->report) != OK) {
		fprintf(stderr, "%s: not compiled\n", name);
		abort();
	}
}
