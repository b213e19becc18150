#include "base/error.h"

#include <stdio.h>

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
