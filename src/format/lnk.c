#include "format/parts.h"

enum status facts_lnk(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in, (void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not read yet");
}
