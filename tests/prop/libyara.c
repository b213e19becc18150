#include "libyara.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yara.h>

void oracle_begin(void)
{
	/* it takes 10 MB for each rule, which need not go back to the system in between */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	if (yr_initialize() != ERROR_SUCCESS)
		abort();
}

void oracle_end(void)
{
	yr_finalize();
}

static void on_message(int level, const char *file, int line, const YR_RULE *rule,
		       const char *message, void *data)
{
	struct oracle *o = data;

	(void)file;
	(void)line;
	(void)rule;
	if (level == YARA_ERROR_LEVEL_ERROR && o->error[0] == '\0')
		snprintf(o->error, sizeof o->error, "%s", message);
}

/* Matches of 4.2 stand at any address. */
__attribute__((no_sanitize("alignment"))) static void
note_string(YR_SCAN_CONTEXT *context, YR_STRING *string, struct oracle *to)
{
	struct oracle_string *s = &to->strings[to->count];
	YR_MATCH *match;

	if (to->count == ORACLE_STRINGS)
		return;
	snprintf(s->name, sizeof s->name, "%s", string->identifier);
	s->count = 0;
	s->is_private = (string->flags & STRING_FLAGS_PRIVATE) != 0;
	yr_string_matches_foreach(context, string, match)
	{
		if (s->count == ORACLE_SPANS)
			break;
		s->start[s->count] = (uint64_t)(match->base + match->offset);
		s->length[s->count++] = (uint64_t)match->match_length;
	}
	to->count++;
}

static int on_rule(YR_SCAN_CONTEXT *context, int message, void *message_data, void *user_data)
{
	struct oracle *o = user_data;
	YR_RULE *rule = message_data;
	YR_STRING *string;

	if (message != CALLBACK_MSG_RULE_MATCHING && message != CALLBACK_MSG_RULE_NOT_MATCHING)
		return CALLBACK_CONTINUE;
	o->matches = message == CALLBACK_MSG_RULE_MATCHING;
	yr_rule_strings_foreach(rule, string)
	{
		/* parts of a chain behind its first one are strings of their own */
		if (string->chained_to == NULL)
			note_string(context, string, o);
	}
	return CALLBACK_CONTINUE;
}

void oracle_ask(const char *rule, const uint8_t *data, size_t len, struct oracle *ret)
{
	YR_COMPILER *compiler;
	YR_RULES *rules;

	ret->error[0] = '\0';
	ret->matches = ret->has_failed = false;
	ret->count = 0;
	if (yr_compiler_create(&compiler) != ERROR_SUCCESS)
		abort();
	yr_compiler_set_callback(compiler, on_message, ret);
	if (yr_compiler_add_string(compiler, rule, NULL) == 0) {
		if (yr_compiler_get_rules(compiler, &rules) != ERROR_SUCCESS)
			abort();
		int code = yr_rules_scan_mem(rules, data, len, 0, on_rule, ret, 0);
		ret->has_failed = code != ERROR_SUCCESS;
		yr_rules_destroy(rules);
	} else if (ret->error[0] == '\0') {
		/* it gave up without a reason */
		ret->has_failed = true;
		snprintf(ret->error, sizeof ret->error, "no reason");
	}
	yr_compiler_destroy(compiler);
}
