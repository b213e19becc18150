#include "api/failure.h"

#include <stdio.h>

enum candor_status failure(struct candor_error *e, enum candor_status status, const char *text)
{
	if (e != NULL) {
		e->status = status;
		snprintf(e->text, sizeof e->text, "%s", text);
	}
	return status;
}

enum candor_status failure_from(struct candor_error *e, const struct error *from)
{
	switch (from->code) {
	case E_NOMEM:
		return failure(e, CANDOR_NO_MEMORY, from->text);
	case E_IO:
	case E_DENIED:
		return failure(e, CANDOR_IO, from->text);
	case E_SYNTAX:
		return failure(e, CANDOR_USAGE, from->text);
	case E_MALFORMED:
	case E_TRUNCATED:
	case E_UNSUPPORTED:
	case E_ENCRYPTED:
	case E_LIMIT:
		return failure(e, CANDOR_DATABASE, from->text);
	case OK:
	case E_INTERNAL:
		break;
	}
	return failure(e, CANDOR_INTERNAL, from->text);
}

enum candor_status failure_no_memory(struct candor_error *e)
{
	return failure(e, CANDOR_NO_MEMORY, "out of memory");
}
