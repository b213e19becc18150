/*
 * Messages about places in a YARA source.
 */
#include <stdio.h>

#include "lang/yara/check.h"

enum { MESSAGE_MAX = 400 };

/* The index of the line that byte `at` stands in. */
static uint32_t line_at(const struct ast_file *file, uint32_t at)
{
	uint32_t low = 0, high = file->line_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (file->lines[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint32_t check_line(const struct check *c, struct span span)
{
	const struct ast_file *file = &c->ast->files.items[span.file];

	return file->line_count == 0 ? 1 : line_at(file, span.start) + 1;
}

static void say(struct check *c, enum severity severity, struct span span, const char *hint,
		const char *message)
{
	const struct ast_file *file = &c->ast->files.items[span.file];
	uint32_t line = check_line(c, span);
	uint32_t start = file->line_count == 0 ? 0 : file->lines[line - 1];
	struct str text = str_from(file->text, start);

	text = str_first(text, str_find(text, '\n'));
	if (text.len > 0 && text.data[text.len - 1] == '\r')
		text.len--;
	uint32_t col = span.start - start, end = span.end - start;
	if (end > text.len)
		end = (uint32_t)text.len;
	struct diagnostic d = {
		.severity = severity,
		.source = file->name,
		.line = line,
		.col = col + 1,
		.width = end > col ? end - col : 1,
		.text = text,
		.message = message,
		.hint = hint,
	};
	c->report->diagnostic(c->report, &d);
}

void check_error(struct check *c, struct span span, const char *hint, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	c->is_bad = true;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	say(c, SEVERITY_ERROR, span, hint, message);
}

void check_warning(struct check *c, struct span span, const char *hint, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	if (c->settings != NULL && c->settings->no_warnings)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	say(c, SEVERITY_WARNING, span, hint, message);
}

const char *check_did_you_mean(struct check *c, struct str like)
{
	if (like.len == 0)
		return NULL;
	return arena_format(c->ast->arena, "did you mean %.*s?", STR_ARG(like)).data;
}
