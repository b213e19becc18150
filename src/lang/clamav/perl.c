/*
 * Perl expressions. docs/formats/clamav.md, "Perl expressions".
 *
 *	[offset:]trigger/regex/[flags]
 *
 * The regular expression ends at the last slash without a backslash before it.
 */
#include "lang/clamav/perl.h"

#include "base/arena.h"
#include "ir/perl.h"
#include "lang/clamav/logic.h"
#include "lang/clamav/offset.h"

/* The pieces of the text. */
struct pieces {
	struct str offset, trigger, source, flags;
};

static enum status cut(struct signature *s, struct str text, struct pieces *ret)
{
	size_t open = str_find(text, '/');
	size_t close = open;

	for (size_t i = open + 1; i < text.len; i++) {
		if (text.data[i] == '/' && text.data[i - 1] != '\\')
			close = i;
	}
	if (close == open)
		return fault_char(&s->fault, text, open, "this expression has no closing /");
	struct str head = str_first(text, open);
	size_t colon = str_find(head, ':');
	ret->offset = colon < open ? str_first(head, colon) : STR("*");
	ret->trigger = colon < open ? str_from(head, colon + 1) : head;
	ret->source = str_first(str_from(text, open + 1), close - open - 1);
	ret->flags = str_from(text, close + 1);
	if (ret->source.len == 0)
		return fault_char(&s->fault, text, close, "this expression is empty");
	return OK;
}

static enum status read_flags(struct signature *s, struct str text, uint32_t *ret)
{
	for (size_t i = 0; i < text.len; i++) {
		uint32_t flag = perl_flag(text.data[i]);

		if (flag == 0) {
			s->fault.hint = "flags: g r e i s m x A E U";
			return fault_char(&s->fault, text, i, "this is no flag of an expression");
		}
		*ret |= flag;
	}
	return OK;
}

static enum status read_trigger(struct signature *s, struct str text, uint32_t index,
				const struct ir_expr **ret)
{
	struct ir_expr *trigger = NULL;
	struct logic logic;
	enum status status = logic_read(s->rs->arena, text, &s->fault, &logic);

	if (status == OK && logic.ids > index)
		return fault_at(&s->fault, text,
				"a trigger names only sub-signatures before its own");
	if (status == OK)
		status = logic_condition(s->rs->arena, &logic, &trigger);
	*ret = trigger;
	if (status != E_UNSUPPORTED)
		return status;
	signature_skip(s, "expressions that are larger than any real one");
	return OK;
}

/* Compile it as it will be, to tell now what is wrong with it. */
static enum status check(struct signature *s, struct str source, uint32_t flags)
{
	struct pcre2_real_code_8 *code = NULL;
	char message[128];
	size_t at = 0;

	if (source.len > PERL_SOURCE_MAX)
		return fault_at(&s->fault, source, "an expression has at most 65535 bytes");
	enum status status = perl_compile(source, flags, &code, &at, message);
	perl_free(code);
	if (status != E_SYNTAX)
		return status;
	struct str kept = arena_str(s->rs->arena, str_of(message));
	if (kept.data == NULL)
		return E_LIMIT;
	return fault_char(&s->fault, source, at < source.len ? at : source.len, kept.data);
}

enum status perl_read(struct signature *s, struct str text, uint32_t index,
		      const struct target *target, struct ir_pattern *pattern)
{
	struct pieces pieces;
	uint32_t flags = 0;
	enum status status = cut(s, text, &pieces);

	if (status == OK)
		status = offset_read(s, pieces.offset, target, &pattern->place);
	if (status == OK)
		status = read_trigger(s, pieces.trigger, index, &pattern->perl.trigger);
	if (status == OK)
		status = read_flags(s, pieces.flags, &flags);
	if (status == OK)
		status = check(s, pieces.source, flags);
	if (status != OK)
		return status;
	pattern->rule = MATCH_RISING_START;
	pattern->perl.flags = flags;
	pattern->perl.source = arena_str(s->rs->arena, pieces.source);
	return pattern->perl.source.data != NULL ? OK : E_LIMIT;
}
