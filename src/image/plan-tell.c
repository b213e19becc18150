#include "image/plan-tell.h"

struct texts {
	VEC(uint32_t);
};

struct told {
	struct image_writer *w;
	struct texts spaces, tags, names;
	struct { VEC(struct image_named); } metas;
	struct { VEC(struct image_named); } variables;
};

static enum status add_text(struct told *t, struct texts *to, struct str text)
{
	uint32_t at;
	enum status status = image_writer_text(t->w, text, &at);

	if (status != OK)
		return status;
	return vec_push(to, &at) ? OK : E_NOMEM;
}

static enum status add_meta(struct told *t, const struct ir_meta *meta)
{
	struct image_named row = {.type = (uint32_t)meta->kind, .value = (uint64_t)meta->integer};
	uint32_t text = 0;
	enum status status = image_writer_text(t->w, meta->key, &row.name);

	if (status == OK && meta->kind == META_TEXT) {
		status = image_writer_text(t->w, meta->text, &text);
		row.value = text;
	}
	if (status != OK)
		return status;
	return vec_push(&t->metas, &row) ? OK : E_NOMEM;
}

static enum status add_variable(struct told *t, const struct ir_variable *variable)
{
	struct image_named row = {.type = (uint32_t)variable->type};
	uint32_t text = 0;
	enum status status = image_writer_text(t->w, variable->name, &row.name);

	if (status == OK && variable->type == VARIABLE_TEXT) {
		status = image_writer_text(t->w, variable->text, &text);
		row.value = text;
	} else if (variable->type == VARIABLE_FLOAT) {
		memcpy(&row.value, &variable->real, sizeof row.value);
	} else {
		row.value = (uint64_t)variable->integer;
	}
	if (status != OK)
		return status;
	return vec_push(&t->variables, &row) ? OK : E_NOMEM;
}

static enum status add_rule(struct told *t, const struct ir_rule *rule, struct image_rule *row)
{
	enum status status = OK;

	if (t->tags.len > UINT32_MAX - rule->tag_count ||
	    t->metas.len > UINT32_MAX - rule->meta_count)
		return E_LIMIT;
	row->tag_first = (uint32_t)t->tags.len;
	row->tag_count = rule->tag_count;
	row->meta_first = (uint32_t)t->metas.len;
	row->meta_count = rule->meta_count;
	for (uint32_t i = 0; status == OK && i < rule->tag_count; i++)
		status = add_text(t, &t->tags, rule->tags[i]);
	for (uint32_t i = 0; status == OK && i < rule->meta_count; i++)
		status = add_meta(t, &rule->meta[i]);
	for (uint32_t i = 0; status == OK && i < rule->pattern_count; i++)
		status = add_text(t, &t->names, rule->patterns[i]->name);
	return status;
}

static enum status add_all(struct told *t, struct plan *p)
{
	const struct ruleset *rs = p->rules_of;
	enum status status = OK;

	for (size_t i = 0; status == OK && i < rs->spaces.len && p->rules.len > 0; i++)
		status = add_text(t, &t->spaces, rs->spaces.items[i]);
	for (size_t i = 0; status == OK && i < p->rules.len; i++)
		status = add_rule(t, &rs->rules.items[i], &p->rules.items[i]);
	for (size_t i = 0; status == OK && i < p->variables.len; i++)
		status = add_variable(t, &rs->variables.items[p->variables.items[i]]);
	return status;
}

#define ADD(t, tag, list) \
	image_writer_add((t)->w, (tag), sizeof *(list).items, (list).items, (list).len)

static enum status write_lists(struct told *t)
{
	enum status status = ADD(t, IMAGE_TAG_SPACES, t->spaces);

	if (status == OK)
		status = ADD(t, IMAGE_TAG_TAGS, t->tags);
	if (status == OK)
		status = ADD(t, IMAGE_TAG_PATTERN_NAMES, t->names);
	if (status == OK)
		status = ADD(t, IMAGE_TAG_METAS, t->metas);
	if (status == OK)
		status = ADD(t, IMAGE_TAG_VARIABLES, t->variables);
	return status;
}

enum status tell_write(struct plan *p, struct image_writer *w)
{
	struct told t = {.w = w};
	enum status status = add_all(&t, p);

	if (status == OK)
		status = write_lists(&t);
	vec_done(&t.spaces);
	vec_done(&t.tags);
	vec_done(&t.names);
	vec_done(&t.metas);
	vec_done(&t.variables);
	return status;
}
