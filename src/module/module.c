#include "module/module.h"

#include "base/num.h"

typedef struct value function_fn(struct module_call *call);

static function_fn *const functions[] = {
#define FUNCTION(id, group, name, arguments, result, doc) call_##id,
#include "ir/modules.def"
};

struct value module_call(enum function_id id, struct module_call *call)
{
	bool is_undefined = false;

	for (uint32_t i = 0; i < call->arg_count; i++) {
		if (call->args[i].kind == VALUE_UNKNOWN)
			return VALUE_OF_UNKNOWN;
		is_undefined |= call->args[i].kind == VALUE_UNDEFINED;
	}
	return is_undefined ? VALUE_OF_UNDEFINED : functions[id](call);
}
