/*
 * What conditions ask of the object: facts, functions of modules, bytes, variables.
 */
#include "match/evaluate.h"

#include <string.h>

#include "base/input.h"
#include "base/num.h"

static struct value of_fact(const struct fact *f)
{
	if (f == NULL)
		return VALUE_OF_UNDEFINED;
	switch (f->kind) {
	case FACT_INT:
		return value_int(f->integer);
	case FACT_FLOAT:
		return value_float(f->real);
	case FACT_TEXT:
		return value_text(f->text);
	case FACT_UNDEFINED:
		break;
	}
	return VALUE_OF_UNDEFINED;
}

/* Whether the facts of a part are known. */
static bool need(struct condition *c, enum fact_part part)
{
	return c->object->facts == NULL || part == PART_COUNT ||
	       fact_need(c->object->facts, part) == OK;
}

struct value condition_fact(struct condition *c, struct cursor *node)
{
	struct value missing;
	int64_t row = 0;

	if (node->value >= FACT_COUNT)
		return VALUE_OF_UNKNOWN;
	enum fact_id id = (enum fact_id)node->value;
	if (!need(c, fact_info(id)->part))
		return VALUE_OF_UNKNOWN;
	if (node->next < node->end && !condition_number(c, node, &row, &missing))
		return missing;
	return row < 0 ? VALUE_OF_UNDEFINED : of_fact(fact_get(c->object->facts, id, row));
}

/* The row around, for a group inside a LIST or DICT; 0 is that of a module. */
static bool row_around(struct condition *c, struct cursor *node, enum fact_group group,
		       int64_t *ret, struct value *ret_missing)
{
	enum fact_group parent = group_info(group)->parent;

	*ret = 0;
	if (parent == GROUP_NONE || group_info(parent)->kind == GROUP_ONE)
		return true;
	return condition_number(c, node, ret, ret_missing);
}

bool condition_rows(struct condition *c, struct cursor *node, enum fact_group group,
		    uint32_t *ret_first, uint32_t *ret_count, struct value *ret_missing)
{
	int64_t around;

	if (!need(c, group_part(group))) {
		*ret_missing = VALUE_OF_UNKNOWN;
		return false;
	}
	if (!row_around(c, node, group, &around, ret_missing))
		return false;
	fact_rows(c->object->facts, group, (uint64_t)around, ret_first, ret_count);
	return true;
}

struct value condition_row(struct condition *c, struct cursor *node)
{
	enum fact_group group = (enum fact_group)node->value;
	struct value missing, v;
	uint32_t first, count, found;
	int64_t around;

	if (node->value >= GROUP_COUNT || !need(c, group_part(group)))
		return VALUE_OF_UNKNOWN;
	if (!row_around(c, node, group, &around, &missing))
		return missing;
	fact_rows(c->object->facts, group, (uint64_t)around, &first, &count);
	if (node->op == OP_ROWS)
		return value_int(count);
	v = condition_operand(c, node);
	if (v.kind == VALUE_UNKNOWN || c->object->facts == NULL)
		return v.kind == VALUE_UNKNOWN ? v : VALUE_OF_UNDEFINED;
	if (node->op == OP_ROW_KEY)
		return v.kind == VALUE_TEXT && fact_find(c->object->facts, group,
							 (uint64_t)around, v.text, &found)
			       ? value_int(found)
			       : VALUE_OF_UNDEFINED;
	return v.kind == VALUE_INT && v.integer >= 0 && v.integer < count
		       ? value_int(first + v.integer)
		       : VALUE_OF_UNDEFINED;
}

static struct value of_variable(const struct ir_variable *variable)
{
	switch (variable->type) {
	case VARIABLE_INT:
	case VARIABLE_BOOL:
		return value_int(variable->integer);
	case VARIABLE_FLOAT:
		return value_float(variable->real);
	case VARIABLE_TEXT:
		return value_text(variable->text);
	}
	return VALUE_OF_UNKNOWN;
}

struct value condition_variable(struct condition *c, uint64_t index)
{
	struct match_environment *env = c->object->env;
	struct ir_variable variable;
	struct value v;

	if (index > UINT32_MAX || image_variable_at(c->img, (uint32_t)index, &variable) != OK)
		return VALUE_OF_UNKNOWN;
	if (env != NULL && env->variable != NULL && env->variable(env, variable.name, &v))
		return v;
	return of_variable(&variable);
}

/* Whether a value can stand for a parameter of this type. */
static bool fits_parameter(char type, enum value_kind kind)
{
	if (kind == VALUE_UNDEFINED || kind == VALUE_UNKNOWN)
		return true;
	switch (type) {
	case 'f':
		return kind == VALUE_FLOAT;
	case 's':
		return kind == VALUE_TEXT;
	case 'r':
		return kind == VALUE_REGEX;
	default: /* 'i', 'b' */
		return kind == VALUE_INT;
	}
}

/* A damaged image can call a function with anything. */
static bool fits_function(enum function_id id, const struct module_call *call)
{
	const struct function_info *info = function_info(id);
	uint32_t rows = group_info(info->group)->kind == GROUP_ONE ? 0 : 1;

	if (call->arg_count != rows + strlen(info->arguments))
		return false;
	for (uint32_t i = 0; i < call->arg_count; i++) {
		char type = i < rows ? 'i' : info->arguments[i - rows];

		if (!fits_parameter(type, call->args[i].kind))
			return false;
	}
	return true;
}

/* Costs of a call, and how many arguments a function has at most, the row among them. */
enum { CALL_COST = 32, ARGUMENTS_MAX = 16 };

struct value condition_call(struct condition *c, struct cursor *node)
{
	struct value args[ARGUMENTS_MAX];
	struct module_call call = {
		.host = &c->host,
		.facts = c->object->facts,
		.input = c->object->input,
		.arena = c->texts,
		.args = args,
	};

	if (node->value >= FUNCTION_COUNT || call.facts == NULL || call.input == NULL ||
	    !condition_charge(c, CALL_COST))
		return VALUE_OF_UNKNOWN;
	while (node->next < node->end) {
		if (call.arg_count == ARGUMENTS_MAX)
			return VALUE_OF_UNKNOWN;
		args[call.arg_count++] = condition_operand(c, node);
	}
	if (!fits_function((enum function_id)node->value, &call))
		return VALUE_OF_UNKNOWN;
	return module_call((enum function_id)node->value, &call);
}

static int64_t assemble(const uint8_t *p, uint32_t width, uint64_t flags)
{
	uint64_t v = 0;
	unsigned spare = 64 - 8 * width;

	for (uint32_t i = 0; i < width; i++)
		v = v << 8 | p[(flags & READ_BIG_ENDIAN) != 0 ? i : width - 1 - i];
	if ((flags & READ_SIGNED) != 0)
		return (int64_t)(v << spare) >> spare;
	return (int64_t)v;
}

/* Whether [at, at + width) could be read. */
static bool read_near(struct condition *c, uint64_t at, uint32_t width, uint8_t *to)
{
	struct condition_block *b = &c->block;
	struct input *in = c->object->input;

	if (at < b->at || at - b->at + width > b->len) {
		b->at = at - at % sizeof b->bytes;
		b->len = 0;
		if (in->read(in, b->at, b->bytes, sizeof b->bytes, &b->len) != OK)
			b->len = 0;
	}
	/* across two blocks, or in memory of which the beginning of the block is not there */
	if (at - b->at + width > b->len)
		return input_exact(in, at, to, width) == OK;
	memcpy(to, b->bytes + (at - b->at), width);
	return true;
}

/* A number in the object; undefined when it is not all inside. */
struct value condition_bytes(struct condition *c, struct cursor *node)
{
	uint32_t width = (node->value & READ_BITS_8) != 0    ? 1
			 : (node->value & READ_BITS_16) != 0 ? 2
							     : 4;
	struct value missing;
	uint8_t bytes[4];
	int64_t at;

	if (!condition_number(c, node, &at, &missing))
		return missing;
	if (at < 0 || !range_fits((uint64_t)at, width, c->object->size))
		return VALUE_OF_UNDEFINED;
	if (c->object->input == NULL || !condition_charge(c, 64))
		return VALUE_OF_UNKNOWN;
	if (!read_near(c, (uint64_t)at, width, bytes))
		return VALUE_OF_UNDEFINED;
	return value_int(assemble(bytes, width, node->value));
}

