#include "scan/verdict.h"

static const struct {
	const char *name, *text;
} reasons[] = {
#define REASON(id, name, text) {name, text},
#include "scan/reasons.def"
#undef REASON
};

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {
		[VERDICT_CLEAN] = "clean",
		[VERDICT_DETECTED] = "detected",
		[VERDICT_SUSPICIOUS] = "suspicious",
		[VERDICT_NOT_SCANNED] = "not-scanned",
	};

	return (unsigned)v < LEN(names) ? names[v] : "unknown";
}

const char *reason_name(enum reason r)
{
	return (unsigned)r < LEN(reasons) ? reasons[r].name : "unknown";
}

const char *reason_text(enum reason r)
{
	return (unsigned)r < LEN(reasons) ? reasons[r].text : "unknown";
}

bool reason_named(struct str name, enum reason *ret)
{
	for (size_t i = 0; i < LEN(reasons); i++) {
		if (str_eq(name, str_of(reasons[i].name))) {
			*ret = (enum reason)i;
			return true;
		}
	}
	return false;
}

enum reason reason_of_status(enum status s)
{
	switch (s) {
	case E_TRUNCATED:
	case E_MALFORMED:
	case E_SYNTAX:
		return REASON_DAMAGED;
	case E_UNSUPPORTED:
		return REASON_UNSUPPORTED;
	case E_ENCRYPTED:
		return REASON_ENCRYPTED;
	case E_LIMIT:
		return REASON_LIMIT;
	case E_NOMEM:
		return REASON_MEMORY;
	case E_IO:
	case E_DENIED:
		return REASON_UNREADABLE;
	case OK:
	case E_INTERNAL:
		break;
	}
	return REASON_INTERNAL;
}

void outcome_miss(struct outcome *o, enum reason reason, uint64_t at, uint32_t depth)
{
	if (o->missed == 0) {
		o->reason = reason;
		o->reason_at = at;
		o->reason_depth = depth;
	}
	o->missed |= 1u << reason;
	if (o->verdict == VERDICT_CLEAN)
		o->verdict = VERDICT_NOT_SCANNED;
}

struct outcome outcome_not_scanned(enum reason reason, uint64_t size)
{
	struct outcome o = {.type = TYPE_DATA, .size = size};

	outcome_miss(&o, reason, 0, 0);
	return o;
}
