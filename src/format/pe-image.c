#include "format/parts.h"

enum status facts_pe(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_rich(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_imports(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_delayed_imports(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_exports(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_resources(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_versions(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}

enum status facts_pe_debug(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not yet read");
}
