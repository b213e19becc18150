#include "format/parts.h"

enum status facts_pe_signatures(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}
