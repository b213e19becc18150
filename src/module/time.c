/*
 * time: YARA 4.5, "time" module.
 */
#include <time.h>

#include "module/module.h"

struct value call_time_now(struct module_call *call)
{
	(void)call;
	return value_int((int64_t)time(NULL));
}
