#include "api/options.h"

#include <stdlib.h>
#include <string.h>

#include "api/failure.h"
#include "base/num.h"
#include "scan/subject.h"

#define RULES_IN_MEMORY "rules.yar"
#define SPACE_PRESET "default"

enum { VARIABLE_NAME_MAX = 128 };

const char *candor_version(void)
{
	return CANDOR_VERSION;
}

struct candor_options *candor_options_new(void)
{
	struct candor_options *o = calloc(1, sizeof *o);

	if (o != NULL) {
		scan_limits_preset(&o->limits);
		o->match_bytes = DETAIL_DATA_PRESET;
	}
	return o;
}

static void added_rules_done(struct added_rules *r)
{
	free(r->name);
	free(r->space);
	free(r->text);
}

static void variable_done(struct ir_variable *v)
{
	free((char *)v->name.data);
	if (v->type == VARIABLE_TEXT)
		free((char *)v->text.data);
}

void candor_options_free(struct candor_options *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->databases.len; i++)
		free(o->databases.items[i]);
	for (size_t i = 0; i < o->rules.len; i++)
		added_rules_done(&o->rules.items[i]);
	for (size_t i = 0; i < o->variables.len; i++)
		variable_done(&o->variables.items[i]);
	vec_done(&o->databases);
	vec_done(&o->rules);
	vec_done(&o->variables);
	free(o->worker);
	free(o);
}

enum candor_status candor_options_add_database(struct candor_options *o, const char *name,
					       struct candor_error *e)
{
	char *copy = strdup(name);

	if (copy == NULL || !vec_push(&o->databases, &copy)) {
		free(copy);
		return failure_no_memory(e);
	}
	return CANDOR_OK;
}

/* ------------------------------------------------------------------ rules */

/* `text`: NULL, or memory that is taken, also on failure. */
static enum candor_status add_rules(struct candor_options *o, const char *name, const char *space,
				    char *text, size_t len, struct candor_error *e)
{
	struct added_rules r = {
		.name = strdup(name),
		.space = strdup(space != NULL ? space : SPACE_PRESET),
		.text = text,
		.len = len,
	};

	if (r.name == NULL || r.space == NULL || !vec_push(&o->rules, &r)) {
		added_rules_done(&r);
		return failure_no_memory(e);
	}
	return CANDOR_OK;
}

enum candor_status candor_options_add_rules(struct candor_options *o, const void *text,
					    size_t length, const char *name, const char *space,
					    struct candor_error *e)
{
	char *copy = malloc(length + 1);

	if (copy == NULL)
		return failure_no_memory(e);
	if (length > 0)
		memcpy(copy, text, length);
	return add_rules(o, name != NULL ? name : RULES_IN_MEMORY, space, copy, length, e);
}

enum candor_status candor_options_add_rules_file(struct candor_options *o, const char *path,
						 const char *space, struct candor_error *e)
{
	return add_rules(o, path, space, NULL, 0, e);
}

void candor_options_set_includes(struct candor_options *o, enum candor_includes includes)
{
	o->includes = includes;
}

/* -------------------------------------------------------------- variables */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_identifier(struct str name)
{
	if (name.len == 0 || name.len > VARIABLE_NAME_MAX || !is_letter(name.data[0]))
		return false;
	for (size_t i = 1; i < name.len; i++) {
		if (!is_letter(name.data[i]) && !(name.data[i] >= '0' && name.data[i] <= '9'))
			return false;
	}
	return true;
}

static const struct ir_variable *find(const struct candor_options *o, struct str name)
{
	for (size_t i = 0; i < o->variables.len; i++) {
		if (str_eq(o->variables.items[i].name, name))
			return &o->variables.items[i];
	}
	return NULL;
}

/* `v` lacks its name, and owns its text, also on failure. */
static enum candor_status define(struct candor_options *o, const char *name, struct ir_variable v,
				 struct candor_error *e)
{
	const char *wrong = NULL;

	if (!is_identifier(str_of(name)))
		wrong = "not a name of a variable";
	else if (find(o, str_of(name)) != NULL)
		wrong = "the variable is defined already";
	else if (v.type != VARIABLE_TEXT && subject_has(str_of(name)))
		wrong = "the variable is a string of each file";
	if (wrong == NULL) {
		v.name = (struct str){strdup(name), strlen(name)};
		if (v.name.data != NULL && vec_push(&o->variables, &v))
			return CANDOR_OK;
	}
	variable_done(&v);
	return wrong != NULL ? failure(e, CANDOR_USAGE, wrong) : failure_no_memory(e);
}

enum candor_status candor_options_define_int(struct candor_options *o, const char *name,
					     int64_t value, struct candor_error *e)
{
	const struct ir_variable v = {.type = VARIABLE_INT, .integer = value};

	return define(o, name, v, e);
}

enum candor_status candor_options_define_float(struct candor_options *o, const char *name,
					       double value, struct candor_error *e)
{
	const struct ir_variable v = {.type = VARIABLE_FLOAT, .real = value};

	return define(o, name, v, e);
}

enum candor_status candor_options_define_bool(struct candor_options *o, const char *name,
					      bool value, struct candor_error *e)
{
	const struct ir_variable v = {.type = VARIABLE_BOOL, .integer = value};

	return define(o, name, v, e);
}

enum candor_status candor_options_define_string(struct candor_options *o, const char *name,
						const char *value, struct candor_error *e)
{
	const struct ir_variable v = {
		.type = VARIABLE_TEXT,
		.text = {strdup(value), strlen(value)},
	};

	return v.text.data != NULL ? define(o, name, v, e) : failure_no_memory(e);
}

struct ir_variable *options_variables(const struct candor_options *o, size_t *ret_count)
{
	const struct front_settings *objects = sources_object_variables()->front;
	struct ir_variable *all = calloc(objects->variable_count + o->variables.len, sizeof *all);
	size_t count = 0;

	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < objects->variable_count; i++) {
		if (find(o, objects->variables[i].name) == NULL)
			all[count++] = objects->variables[i];
	}
	for (size_t i = 0; i < o->variables.len; i++)
		all[count++] = o->variables.items[i];
	*ret_count = count;
	return all;
}

/* --------------------------------------------------------------- settings */

enum candor_status candor_options_set_limit(struct candor_options *o, const char *name,
					    const char *value, struct candor_error *e)
{
	struct error reason = {0};

	if (scan_limits_set(&o->limits, str_of(name), str_of(value), &reason) == OK)
		return CANDOR_OK;
	return failure_from(e, &reason);
}

void candor_options_set_all_matches(struct candor_options *o, bool all_matches)
{
	o->all_matches = all_matches;
}

void candor_options_set_keep_going(struct candor_options *o, bool keep_going)
{
	o->keep_going = keep_going;
}

void candor_options_set_members(struct candor_options *o, bool members)
{
	o->alone = !members;
}

enum candor_status candor_options_set_worker(struct candor_options *o, const char *path,
					     struct candor_error *e)
{
	char *copy = strdup(path);

	if (copy == NULL)
		return failure_no_memory(e);
	free(o->worker);
	o->worker = copy;
	return CANDOR_OK;
}

void candor_options_set_context(struct candor_options *o, void *context)
{
	o->context = context;
}

void candor_options_on_message(struct candor_options *o, candor_message_fn *fn)
{
	o->message = fn;
}

void candor_options_on_rule(struct candor_options *o, candor_rule_fn *fn, unsigned wishes)
{
	o->rule = fn;
	o->rule_wishes = wishes;
}

void candor_options_set_match_bytes(struct candor_options *o, size_t bytes)
{
	o->match_bytes = (uint32_t)min_size(bytes, DETAIL_TEXT_MAX);
}

void candor_options_on_log(struct candor_options *o, candor_log_fn *fn)
{
	o->log = fn;
}

struct scan_wishes options_wishes(const struct candor_options *o)
{
	struct scan_wishes w = {.data_max = o->match_bytes};
	unsigned rule = o->rule != NULL ? o->rule_wishes : 0;

	w.wishes |= o->rule != NULL ? WISH_RULES | WISH_TAGS | WISH_METAS : 0u;
	w.wishes |= (rule & CANDOR_RULE_MATCHES) != 0 ? WISH_MATCHES : 0u;
	w.wishes |= (rule & CANDOR_RULE_NEGATED) != 0 ? WISH_NEGATED : 0u;
	w.wishes |= (rule & CANDOR_RULE_FAST) != 0 ? WISH_FIRST_ONLY : 0u;
	w.wishes |= o->log != NULL ? WISH_LOG : 0u;
	w.wishes |= o->alone ? WISH_ALONE : 0u;
	return w;
}
