#include "lang/yara/messages.h"

#include <stdio.h>

#include "base/num.h"

enum { MESSAGE_MAX = 400, NAME_CONSIDERED_MAX = 48, SUGGESTED_MAX = 200 };

void yara_position(const struct ast_file *file, uint32_t at, uint32_t *ret_line, uint32_t *ret_col)
{
	uint32_t low = 0, high = file->line_count;

	/* the last line that starts at `at` or before it */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (file->lines[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	*ret_line = low + 1;
	*ret_col = at - file->lines[low] + 1;
}

static struct str line_text(const struct ast_file *file, uint32_t line)
{
	/* a search for its end would make many errors in one long line quadratic */
	size_t start = file->lines[line - 1];
	size_t end = line < file->line_count ? file->lines[line] - 1 : file->text.len;
	struct str text = str_first(str_from(file->text, start), end - start);

	while (text.len > 0 && text.data[text.len - 1] == '\r')
		text.len--;
	return text;
}

static void tell(struct yara *y, enum severity severity, struct span at, const char *hint,
		 const char *message)
{
	const struct ast_file *file = &y->ast->files.items[at.file];
	struct diagnostic d = {
		.severity = severity,
		.source = file->name,
		.message = message,
		.hint = hint,
	};

	if (y->report == NULL || y->report->diagnostic == NULL)
		return;
	yara_position(file, at.start, &d.line, &d.col);
	d.text = line_text(file, d.line);
	d.width = at.end > at.start ? at.end - at.start : 1;
	/* what goes on behind the line is not underlined; its end may be CR and LF */
	d.col = min_u32(d.col, (uint32_t)d.text.len + 1);
	uint32_t room = (uint32_t)d.text.len + 1 - d.col;
	d.width = min_u32(d.width, room > 0 ? room : 1);
	y->report->diagnostic(y->report, &d);
}

void yara_error(struct yara *y, struct span at, const char *hint, const char *fmt, ...)
{
	char text[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	y->errors++;
	if (y->rule != NULL)
		y->rule->is_malformed = true;
	tell(y, SEVERITY_ERROR, at, hint, text);
}

void yara_warning(struct yara *y, struct span at, const char *hint, const char *fmt, ...)
{
	char text[MESSAGE_MAX];
	va_list ap;

	if (y->src->settings != NULL && y->src->settings->no_warnings)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	y->warnings++;
	tell(y, SEVERITY_WARNING, at, hint, text);
}

struct suggestion suggest(const struct yara *y, struct str wrong)
{
	/* nobody reads that many, and a rule can have thousands of candidates for each */
	if (y->errors >= SUGGESTED_MAX)
		return (struct suggestion){.wrong = wrong};
	/* a third of the letters may be wrong, at least one */
	return (struct suggestion){
		.wrong = wrong,
		.distance = (unsigned)min_size(wrong.len / 3, NAME_CONSIDERED_MAX) + 2,
	};
}

/* Letters to insert, delete or replace (Levenshtein), or `limit` when it is that many. */
static unsigned distance(struct str a, struct str b, unsigned limit)
{
	unsigned row[NAME_CONSIDERED_MAX + 1];

	for (unsigned i = 0; i <= b.len; i++)
		row[i] = i;
	for (size_t i = 0; i < a.len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (size_t k = 0; k < b.len; k++) {
			unsigned cost = diagonal + (a.data[i] != b.data[k]);

			diagonal = row[k + 1];
			cost = min_u32(cost, diagonal + 1);
			row[k + 1] = min_u32(cost, row[k] + 1);
		}
	}
	return min_u32(row[b.len], limit);
}

void suggest_candidate(struct suggestion *s, struct str candidate)
{
	if (s->distance == 0 || s->wrong.len > NAME_CONSIDERED_MAX ||
	    candidate.len > NAME_CONSIDERED_MAX)
		return;
	unsigned d = distance(s->wrong, candidate, s->distance);

	if (d < s->distance) {
		s->distance = d;
		s->best = candidate;
	}
}

const char *suggest_hint(struct arena *a, const struct suggestion *s)
{
	if (s->best.len == 0)
		return NULL;
	return arena_format(a, "did you mean %.*s?", STR_ARG(s->best)).data;
}
