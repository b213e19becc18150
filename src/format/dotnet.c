/*
 * .NET: ECMA-335, partition II.
 */
#include "format/parts.h"

enum status facts_dotnet(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not an assembly");
}

enum status facts_dotnet_classes(struct input *in, struct fact_set *set, struct error *e)
{
	(void)in;
	(void)set;
	return error_at(e, E_UNSUPPORTED, 0, "not an assembly");
}
