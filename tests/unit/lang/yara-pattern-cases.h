/*
 * Cases of strings: how one is written in a rule, and the tree that it becomes
 * or the message that it is refused with.
 */
#pragma once

#include "lang/yara/patterns.h"
#include "yara-parse.h"

struct pattern_case {
	const char *name;
	const char *string; /* behind "$a = " */
	/* the tree, behind "longest " and "ordered " where these are the rule; else messages */
	const char *want;
};

static inline void check_pattern_case(const struct pattern_case *c,
				      const struct front_settings *settings)
{
	struct buf text, got;
	struct parsed p;

	buf_init(&text, 1 << 20);
	buf_init(&got, 1 << 20);
	buf_addf(&text, "rule a { strings: $a = %s condition: $a }", c->string);
	parsed_init(&p, buf_str(&text), settings);
	const struct ast_string *s = p.ast.items->rule->strings;
	struct ir_pattern *pattern = p.y.errors == 0 ? yara_pattern(&p.y, p.y.arena, s) : NULL;
	assert_int_equal(p.y.status, OK);
	assert_int_equal(pattern == NULL, p.y.errors > 0);
	buf_add_str(&got, buf_str(&p.messages));
	if (pattern != NULL && length_is_long(pattern->length))
		buf_add_str(&got, STR("longest "));
	if (pattern != NULL && length_is_ordered(pattern->length))
		buf_add_str(&got, STR("ordered "));
	if (pattern != NULL && pattern->has_xor)
		buf_addf(&got, "xor %u-%u ", pattern->xor_first, pattern->xor_last);
	if (pattern != NULL)
		ir_print_node(&got, pattern->body);
	assert_text(c->name, &got, c->want);
	parsed_done(&p);
	buf_done(&got);
	buf_done(&text);
}
