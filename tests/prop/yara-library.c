#include "yara-library.h"

#include <yara.h>

void library_begin(void)
{
	if (yr_initialize() != ERROR_SUCCESS)
		abort();
}

void library_end(void)
{
	yr_finalize();
}

static void on_message(int level, const char *file, int line, const YR_RULE *rule,
		       const char *message, void *user)
{
	(void)file;
	(void)rule;
	if (level == YARA_ERROR_LEVEL_ERROR)
		snprintf(user, MESSAGE_MAX, "line %d: %s", line, message);
}

struct YR_RULES *library_compile(struct buf *source, char said[MESSAGE_MAX])
{
	YR_COMPILER *compiler;
	YR_RULES *rules = NULL;

	if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
		abort();
	yr_compiler_set_callback(compiler, on_message, said);
	buf_add_u8(source, 0);
	source->len--;
	if (yr_compiler_add_string(compiler, (const char *)source->data, NULL) == 0 &&
	    yr_compiler_get_rules(compiler, &rules) != ERROR_SUCCESS)
		abort();
	yr_compiler_destroy(compiler);
	return rules;
}

void library_free(struct YR_RULES *rules)
{
	yr_rules_destroy(rules);
}

void outcome_keep(struct outcome *o, size_t rule, size_t string, struct span span)
{
	if (rule >= YARA_RULES_MAX || string >= YARA_STRINGS_MAX)
		abort();
	size_t at = o->strings[rule][string].count;
	if (at == MATCHES_MAX)
		o->has_given_up = true;
	else
		o->strings[rule][string].spans[o->strings[rule][string].count++] = span;
}

static int on_yara_match(YR_SCAN_CONTEXT *context, int message, void *data, void *user)
{
	struct outcome *o = user;
	YR_RULE *rule = data;
	YR_STRING *string;
	YR_MATCH *match;
	size_t index, i = 0;

	if (message != CALLBACK_MSG_RULE_MATCHING && message != CALLBACK_MSG_RULE_NOT_MATCHING)
		return CALLBACK_CONTINUE;
	index = (size_t)(rule->identifier[1] - '0');
	o->holds[index] = message == CALLBACK_MSG_RULE_MATCHING;
	yr_rule_strings_foreach(rule, string)
	{
		yr_string_matches_foreach(context, string, match)
		{
			struct span span = {(uint64_t)match->offset, (uint64_t)match->match_length};

			outcome_keep(o, index, i, span);
		}
		i++;
	}
	return CALLBACK_CONTINUE;
}

void library_scan(struct YR_RULES *rules, const uint8_t *data, size_t len, struct outcome *ret)
{
	memset(ret, 0, sizeof *ret);
	if (yr_rules_scan_mem(rules, data, len, 0, on_yara_match, ret, 0) != ERROR_SUCCESS)
		ret->has_given_up = true;
}
