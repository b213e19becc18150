#include "format/parts.h"
#include "format/pe.h"

enum status facts_pe_versions(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	return pe_close(&pe);
}
