#include "api/result.h"

#include <stdlib.h>

_Static_assert((int)CANDOR_CLEAN == (int)VERDICT_CLEAN, "verdicts");
_Static_assert((int)CANDOR_DETECTED == (int)VERDICT_DETECTED, "verdicts");
_Static_assert((int)CANDOR_SUSPICIOUS == (int)VERDICT_SUSPICIOUS, "verdicts");
_Static_assert((int)CANDOR_NOT_SCANNED == (int)VERDICT_NOT_SCANNED, "verdicts");

void result_stop(struct candor_result *r, uint64_t size)
{
	r->outcome = outcome_not_scanned(REASON_STOPPED, size);
	for (size_t i = 0; i < r->findings.len; i++) {
		if (r->findings.items[i].f.effect == EFFECT_DETECT)
			r->outcome.verdict = VERDICT_DETECTED;
		else if (r->outcome.verdict != VERDICT_DETECTED)
			r->outcome.verdict = VERDICT_SUSPICIOUS;
	}
}

void candor_result_free(struct candor_result *r)
{
	if (r == NULL)
		return;
	vec_done(&r->findings);
	free(r);
}

enum candor_verdict candor_result_verdict(const struct candor_result *r)
{
	return (enum candor_verdict)r->outcome.verdict;
}

const char *candor_result_reason(const struct candor_result *r)
{
	return r->outcome.missed != 0 ? reason_name(r->outcome.reason) : NULL;
}

const char *candor_result_reason_text(const struct candor_result *r)
{
	return r->outcome.missed != 0 ? reason_text(r->outcome.reason) : NULL;
}

const char *candor_result_type(const struct candor_result *r)
{
	return type_info(r->outcome.type)->name;
}

uint64_t candor_result_bytes(const struct candor_result *r)
{
	return r->outcome.bytes;
}

size_t candor_result_finding_count(const struct candor_result *r)
{
	return r->findings.len;
}

const struct candor_finding *candor_result_finding(const struct candor_result *r, size_t i)
{
	return i < r->findings.len ? &r->findings.items[i] : NULL;
}

const char *candor_finding_rule(const struct candor_finding *f)
{
	return f->f.rule;
}

const char *candor_finding_source(const struct candor_finding *f)
{
	return f->f.source;
}

unsigned candor_finding_line(const struct candor_finding *f)
{
	return f->f.line;
}

bool candor_finding_is_suspicion(const struct candor_finding *f)
{
	return f->f.effect == EFFECT_SUSPECT;
}

const char *candor_finding_path(const struct candor_finding *f)
{
	return f->f.path;
}

const char *candor_finding_type(const struct candor_finding *f)
{
	return type_info(f->f.type)->name;
}

bool candor_finding_match(const struct candor_finding *f, uint64_t *ret_offset,
			  uint64_t *ret_length)
{
	if (!f->f.has_match)
		return false;
	*ret_offset = f->f.offset;
	*ret_length = f->f.length;
	return true;
}
