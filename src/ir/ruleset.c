#include "ir/rule.h"

#include <stdlib.h>

/* Values in the map of ignored names. */
enum {
	IGNORE_NAME = 1, /* every rule of this name */
	IGNORE_LINE = 2, /* the lines whose MD5 is in the map as "name:md5" */
};

enum status ruleset_new(size_t ceiling, struct ruleset **ret)
{
	struct ruleset *rs = calloc(1, sizeof *rs);

	if (rs == NULL)
		return E_NOMEM;
	rs->arena = arena_new(ceiling);
	if (rs->arena == NULL) {
		free(rs);
		return E_NOMEM;
	}
	map_init(&rs->ignored);
	map_init(&rs->names);
	if (!vec_push(&rs->spaces, &STR(""))) {
		ruleset_free(rs);
		return E_NOMEM;
	}
	*ret = rs;
	return OK;
}

void ruleset_free(struct ruleset *rs)
{
	if (rs == NULL)
		return;
	vec_done(&rs->sources);
	vec_done(&rs->rules);
	vec_done(&rs->hashes);
	vec_done(&rs->skips);
	vec_done(&rs->variables);
	vec_done(&rs->spaces);
	map_done(&rs->ignored);
	map_done(&rs->names);
	arena_free(rs->arena);
	free(rs);
}

enum status ruleset_add_source(struct ruleset *rs, const struct ir_source *source,
			       uint32_t *ret_index)
{
	struct ir_source copy = *source;

	copy.name = arena_str(rs->arena, source->name);
	copy.front = arena_str(rs->arena, source->front);
	if (copy.name.data == NULL || copy.front.data == NULL)
		return E_LIMIT;
	if (rs->sources.len >= UINT32_MAX || !vec_push(&rs->sources, &copy))
		return E_NOMEM;
	*ret_index = (uint32_t)rs->sources.len - 1;
	return OK;
}

enum status ruleset_space(struct ruleset *rs, struct str name, uint32_t *ret_index)
{
	if (name.len == 0) {
		*ret_index = 0;
		return OK;
	}
	/* the key is the name with a letter in front; the letter is no part of what is kept */
	struct str key = arena_format(rs->arena, "s%.*s", STR_ARG(name));
	if (key.data == NULL)
		return E_LIMIT;
	const uint32_t *known = map_get(&rs->names, key);
	if (known != NULL) {
		*ret_index = *known;
		return OK;
	}
	struct str copy = str_from(key, 1);
	uint32_t index = (uint32_t)rs->spaces.len;
	if (rs->spaces.len >= UINT32_MAX || !map_put(&rs->names, key, index) ||
	    !vec_push(&rs->spaces, &copy))
		return E_NOMEM;
	*ret_index = index;
	return OK;
}

bool ruleset_find_variable(const struct ruleset *rs, struct str name, uint32_t *ret_index)
{
	for (size_t i = 0; i < rs->variables.len; i++) {
		if (str_eq(rs->variables.items[i].name, name)) {
			*ret_index = (uint32_t)i;
			return true;
		}
	}
	return false;
}

enum status ruleset_add_variable(struct ruleset *rs, const struct ir_variable *variable)
{
	struct ir_variable copy = *variable;
	uint32_t known;

	if (ruleset_find_variable(rs, variable->name, &known))
		return E_MALFORMED;
	copy.name = arena_str(rs->arena, variable->name);
	if (copy.type == VARIABLE_TEXT)
		copy.text = arena_str(rs->arena, variable->text);
	if (copy.name.data == NULL || (copy.type == VARIABLE_TEXT && copy.text.data == NULL))
		return E_LIMIT;
	return vec_push(&rs->variables, &copy) ? OK : E_NOMEM;
}

enum status ruleset_add_rule(struct ruleset *rs, const struct ir_rule *rule)
{
	struct ir_rule copy = *rule;

	if (rule->source >= rs->sources.len || rule->space >= rs->spaces.len ||
	    ir_check(rule, NULL) != OK)
		return E_INTERNAL;
	copy.name = arena_str(rs->arena, rule->name);
	if (copy.name.data == NULL)
		return E_LIMIT;
	if (rs->rules.len >= UINT32_MAX || !vec_push(&rs->rules, &copy))
		return E_NOMEM;
	rs->sources.items[rule->source].accepted++;
	return OK;
}

enum status ruleset_add_hash(struct ruleset *rs, const struct ir_hash *hash)
{
	struct ir_hash copy = *hash;

	if (hash->source >= rs->sources.len || hash->digest >= DIGEST_COUNT ||
	    hash->subject >= SUBJECT_COUNT)
		return E_INTERNAL;
	copy.name = arena_str(rs->arena, hash->name);
	if (copy.name.data == NULL)
		return E_LIMIT;
	if (rs->hashes.len >= UINT32_MAX || !vec_push(&rs->hashes, &copy))
		return E_NOMEM;
	rs->sources.items[hash->source].accepted++;
	return OK;
}

/* The skips of one source stand together at the end while it is read; reasons are few. */
static struct ir_skip *find_skip(struct ruleset *rs, uint32_t source, struct str kind,
				 struct str reason)
{
	for (size_t i = rs->skips.len; i > 0; i--) {
		struct ir_skip *skip = &rs->skips.items[i - 1];

		if (skip->source != source)
			return NULL;
		if (str_eq(skip->reason, reason) && str_eq(skip->kind, kind))
			return skip;
	}
	return NULL;
}

enum status ruleset_skip(struct ruleset *rs, uint32_t source, uint32_t line, struct str kind,
			 struct str reason, struct str name)
{
	if (source >= rs->sources.len)
		return E_INTERNAL;
	struct ir_skip *known = find_skip(rs, source, kind, reason);
	if (known != NULL) {
		known->count++;
		rs->sources.items[source].skipped++;
		return OK;
	}
	struct ir_skip skip = {
		.source = source,
		.kind = arena_str(rs->arena, kind),
		.reason = arena_str(rs->arena, reason),
		.example = arena_str(rs->arena, name),
		.first_line = line,
		.count = 1,
	};
	if (skip.kind.data == NULL || skip.reason.data == NULL || skip.example.data == NULL)
		return E_LIMIT;
	if (!vec_push(&rs->skips, &skip))
		return E_NOMEM;
	rs->sources.items[source].skipped++;
	return OK;
}

static enum status add_ignored(struct ruleset *rs, struct str key, uint32_t flag)
{
	uint32_t *known = map_get(&rs->ignored, key);

	if (known != NULL) {
		*known |= flag;
		return OK;
	}
	struct str copy = arena_str(rs->arena, key);
	if (copy.data == NULL)
		return E_LIMIT;
	return map_put(&rs->ignored, copy, flag) ? OK : E_NOMEM;
}

enum status ruleset_ignore(struct ruleset *rs, struct str name, struct str md5)
{
	if (md5.len == 0)
		return add_ignored(rs, name, IGNORE_NAME);
	struct str both = arena_format(rs->arena, "%.*s:%.*s", STR_ARG(name), STR_ARG(md5));
	if (both.data == NULL)
		return E_LIMIT;
	/* digests are compared in lower case */
	for (size_t i = name.len; i < both.len; i++) {
		char *c = (char *)both.data + i;

		if (*c >= 'A' && *c <= 'F')
			*c = (char)(*c - 'A' + 'a');
	}
	enum status status = add_ignored(rs, both, IGNORE_NAME);
	return status == OK ? add_ignored(rs, name, IGNORE_LINE) : status;
}

bool ruleset_is_ignored(const struct ruleset *rs, struct str name, struct str line)
{
	const uint32_t *flags = map_get(&rs->ignored, name);
	uint8_t md5[DIGEST_MAX_BYTES];
	char key[1024];

	if (flags == NULL)
		return false;
	if ((*flags & IGNORE_NAME) != 0)
		return true;
	if (name.len > sizeof key - 34 || digest_once(DIGEST_MD5, line.data, line.len, md5) != OK)
		return false;
	memcpy(key, name.data, name.len);
	key[name.len] = ':';
	hex_encode(md5, 16, key + name.len + 1);
	return map_get(&rs->ignored, (struct str){key, name.len + 33}) != NULL;
}
