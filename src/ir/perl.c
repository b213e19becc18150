#include "ir/perl.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/buf.h"
#include "base/num.h"

/* Deepest nesting of brackets: PCRE2 compiles by recursion. */
enum { PERL_NESTING_MAX = 100 };

static const struct {
	uint32_t flag, option;
	char letter;
} perl_flags[] = {
	{PERL_EVERY, 0, 'g'},
	{PERL_ROLLING, 0, 'r'},
	{PERL_ENCOMPASS, 0, 'e'},
	{PERL_NOCASE, PCRE2_CASELESS, 'i'},
	{PERL_DOT_ALL, PCRE2_DOTALL, 's'},
	{PERL_MULTILINE, PCRE2_MULTILINE, 'm'},
	{PERL_EXTENDED, PCRE2_EXTENDED, 'x'},
	{PERL_ANCHORED, PCRE2_ANCHORED, 'A'},
	{PERL_DOLLAR_END, PCRE2_DOLLAR_ENDONLY, 'E'},
	{PERL_UNGREEDY, PCRE2_UNGREEDY, 'U'},
};

uint32_t perl_flag(char letter)
{
	for (size_t i = 0; i < LEN(perl_flags); i++) {
		if (perl_flags[i].letter == letter)
			return perl_flags[i].flag;
	}
	return 0;
}

void perl_print_flags(struct buf *to, uint32_t flags)
{
	for (size_t i = 0; i < LEN(perl_flags); i++) {
		if ((flags & perl_flags[i].flag) != 0)
			buf_add_u8(to, (uint8_t)perl_flags[i].letter);
	}
}

enum status perl_compile(struct str source, uint32_t flags, struct pcre2_real_code_8 **ret,
			 size_t *ret_at, char message[128])
{
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_AUTO_CALLOUT;
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	int code = 0;

	if (context == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < LEN(perl_flags); i++)
		options |= (flags & perl_flags[i].flag) != 0 ? perl_flags[i].option : 0;
	pcre2_set_max_pattern_length(context, PERL_SOURCE_MAX);
	pcre2_set_parens_nest_limit(context, PERL_NESTING_MAX);
	*ret = pcre2_compile((PCRE2_SPTR)source.data, source.len, options, &code, ret_at, context);
	/* callouts make the code longer; the steps of one without them are still limited */
	if (*ret == NULL && code == PCRE2_ERROR_PATTERN_TOO_LARGE)
		*ret = pcre2_compile((PCRE2_SPTR)source.data, source.len,
				     options & ~PCRE2_AUTO_CALLOUT, &code, ret_at, context);
	pcre2_compile_context_free(context);
	if (*ret != NULL)
		return OK;
	if (code == PCRE2_ERROR_HEAP_FAILED)
		return E_NOMEM;
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)message, 128) < 0)
		message[0] = '\0';
	return E_SYNTAX;
}

void perl_free(struct pcre2_real_code_8 *code)
{
	pcre2_code_free(code);
}
