#include "cli/diagnostics.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "os/term.h"

/* A line is shown for at most so many bytes before and after the start of what is marked. */
enum { BYTES_BEFORE = 40, BYTES_AFTER = 100 };

#define BOLD "\x1b[1m"
#define RED "\x1b[1;31m"
#define YELLOW "\x1b[1;33m"
#define PLAIN "\x1b[0m"

static void put_coloured(struct buf *to, const char *colour, const char *text)
{
	buf_addf(to, "%s%s%s", colour, text, colour[0] != '\0' ? PLAIN : "");
}

/* [from, from + len) of s, whatever of it there is. */
static struct str part(struct str s, size_t from, size_t len)
{
	return str_first(str_from(s, from), len);
}

/* The line around the place, and carets below it. */
static void put_line(struct buf *to, const struct diagnostic *d, bool has_colour)
{
	size_t at = d->col > 0 ? d->col - 1 : 0;
	if (at > d->text.len)
		at = d->text.len;
	size_t start = at > BYTES_BEFORE ? at - BYTES_BEFORE : 0;
	size_t width = d->width < BYTES_AFTER ? d->width : BYTES_AFTER;

	/* not in the middle of a character */
	while (start > 0 && start < at && ((uint8_t)d->text.data[start] & 0xc0) == 0x80)
		start++;
	buf_addf(to, "  %s", start > 0 ? "…" : "");
	size_t begin = to->len;
	text_escape(to, part(d->text, start, at - start));
	size_t before = term_width(str_from(buf_str(to), begin));
	begin = to->len;
	text_escape(to, part(d->text, at, width));
	size_t marked = term_width(str_from(buf_str(to), begin));
	text_escape(to, part(d->text, at + width, BYTES_AFTER - width));
	if (at + BYTES_AFTER < d->text.len)
		buf_addf(to, "…");
	buf_addf(to, "\n  %*s%s^", (int)(before + (start > 0)), "", has_colour ? RED : "");
	for (size_t i = 1; i < marked; i++)
		buf_add_u8(to, '~');
	buf_addf(to, "%s\n", has_colour ? PLAIN : "");
}

void diagnostic_print(struct buf *to, const struct diagnostic *d, bool has_colour)
{
	bool is_error = d->severity == SEVERITY_ERROR;

	buf_addf(to, "%s", has_colour ? BOLD : "");
	text_escape(to, d->source);
	if (d->line > 0)
		buf_addf(to, ":%u:%u", d->line, d->col);
	buf_addf(to, ":%s ", has_colour ? PLAIN : "");
	put_coloured(to, !has_colour ? "" : is_error ? RED : YELLOW,
		     is_error ? "error" : "warning");
	buf_addf(to, ": ");
	text_escape(to, str_of(d->message));
	buf_addf(to, "\n");
	if (d->text.len > 0)
		put_line(to, d, has_colour);
	if (d->hint != NULL) {
		buf_addf(to, "  hint: ");
		text_escape(to, str_of(d->hint));
		buf_addf(to, "\n");
	}
}

static void tell_left_out(struct diagnostics *d)
{
	if (d->left_out > 0)
		fprintf(stderr, "  … and %llu more messages about this source\n",
			(unsigned long long)d->left_out);
	d->shown = d->left_out = 0;
}

static void show(struct report *report, const struct diagnostic *diagnostic)
{
	struct diagnostics *d = (struct diagnostics *)report;
	struct buf text;

	d->errors += diagnostic->severity == SEVERITY_ERROR;
	if (d->source == NULL || !str_eq(str_of(d->source), diagnostic->source)) {
		tell_left_out(d);
		free(d->source);
		d->source = strndup(diagnostic->source.data ? diagnostic->source.data : "",
				    diagnostic->source.len);
	}
	if (d->shown >= DIAGNOSTICS_OF_SOURCE && !d->shows_all) {
		d->left_out++;
		return;
	}
	d->shown++;
	buf_init(&text, 1u << 20);
	diagnostic_print(&text, diagnostic, d->has_colour);
	fwrite(text.data, 1, text.len, stderr);
	buf_done(&text);
}

void diagnostics_init(struct diagnostics *d)
{
	*d = (struct diagnostics){
		.report = {.diagnostic = show},
		.has_colour = term_has_colour(2),
	};
}

void diagnostics_done(struct diagnostics *d)
{
	tell_left_out(d);
	free(d->source);
	d->source = NULL;
}

enum status complain_of(const char *name, enum status status, const struct error *e)
{
	struct buf line;

	buf_init(&line, 64 * 1024);
	buf_addf(&line, "candor: ");
	if (name != NULL) {
		text_escape(&line, str_of(name));
		buf_addf(&line, ": ");
	}
	text_escape(&line, str_of(e->code != OK ? e->text : status_name(status)));
	buf_addf(&line, "\n");
	fwrite(line.data, 1, line.len, stderr);
	buf_done(&line);
	return status;
}
