#include "base/error.h"

#include <stdio.h>
#include <string.h>

enum { SUBJECT_LEAST = 40 }; /* bytes that a subject gets however long the reason is */

static enum status describe(struct error *e, enum status code, const char *fmt, va_list args)
{
	if (e == NULL || e->code != OK)
		return code;
	vsnprintf(e->text, sizeof e->text, fmt, args);
	e->code = code;
	return code;
}

enum status error_at(struct error *e, enum status code, uint64_t at, const char *fmt, ...)
{
	bool first = e != NULL && e->code == OK;
	va_list args;

	va_start(args, fmt);
	describe(e, code, fmt, args);
	va_end(args);
	if (first)
		e->at = at;
	return code;
}

enum status error_text(struct error *e, enum status code, uint32_t line, uint32_t col,
		       const char *fmt, ...)
{
	bool first = e != NULL && e->code == OK;
	va_list args;

	va_start(args, fmt);
	describe(e, code, fmt, args);
	va_end(args);
	if (first) {
		e->line = line;
		e->col = col;
	}
	return code;
}

enum status error_about(struct error *e, enum status code, const char *subject)
{
	static const char cut[] = "…", between[] = ": ";

	if (e == NULL)
		return code;
	struct error reason = *e;
	if (reason.code == OK)
		(void)error_at(&reason, code, 0, "%s", status_name(code));
	size_t taken = strlen(reason.text) + sizeof between, len = strlen(subject);
	size_t room = sizeof e->text - taken;
	if (taken + SUBJECT_LEAST > sizeof e->text)
		room = SUBJECT_LEAST;
	bool is_cut = len > room;
	if (is_cut)
		subject += len - (room - (sizeof cut - 1));
	/* not in the middle of a character */
	while (is_cut && ((uint8_t)*subject & 0xc0) == 0x80)
		subject++;
	e->code = OK;
	(void)error_at(e, reason.code, reason.at, "%s%s%s%s", is_cut ? cut : "", subject, between,
		       reason.text);
	return code;
}

const char *status_name(enum status code)
{
	static const char *const names[] = {
		[OK] = "ok",
		[E_TRUNCATED] = "truncated",
		[E_MALFORMED] = "malformed",
		[E_UNSUPPORTED] = "unsupported",
		[E_ENCRYPTED] = "encrypted",
		[E_LIMIT] = "limit",
		[E_SYNTAX] = "syntax",
		[E_NOMEM] = "out of memory",
		[E_IO] = "i/o error",
		[E_DENIED] = "denied",
		[E_INTERNAL] = "internal error",
	};

	if ((unsigned)code >= LEN(names))
		return "unknown";
	return names[code];
}
