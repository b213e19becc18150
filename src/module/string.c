/*
 * string: YARA 4.5, "string" module. Numbers are read as strtoll() of C does
 * in the locale "C", and a text that is more than a number is none.
 */
#include "base/num.h"
#include "module/module.h"

enum { BASE_FROM_TEXT = 0, BASE_MIN = 2, BASE_MAX = 36 };

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : BASE_MAX;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* "0x" counts only in front of a digit; alone it is a 0 and the rest. */
static bool has_hex_prefix(struct str s)
{
	return s.len > 2 && s.data[0] == '0' && (s.data[1] | 0x20) == 'x' &&
	       digit_of(s.data[2]) < 16;
}

static struct value number_of(struct str s, unsigned base)
{
	uint64_t number = 0, limit = INT64_MAX;
	bool is_negative = false;

	s = str_until_nul(s);
	while (s.len > 0 && is_blank(s.data[0]))
		s = str_from(s, 1);
	if (s.len > 0 && (s.data[0] == '-' || s.data[0] == '+')) {
		is_negative = s.data[0] == '-';
		s = str_from(s, 1);
	}
	if (has_hex_prefix(s) && (base == BASE_FROM_TEXT || base == 16)) {
		base = 16;
		s = str_from(s, 2);
	}
	if (base == BASE_FROM_TEXT)
		base = s.len > 0 && s.data[0] == '0' ? 8 : 10;
	if (s.len == 0)
		return VALUE_OF_UNDEFINED;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned)digit_of(s.data[i]);

		if (digit >= base || __builtin_mul_overflow(number, base, &number) ||
		    !add_u64(number, digit, &number))
			return VALUE_OF_UNDEFINED;
	}
	if (number > limit + is_negative)
		return VALUE_OF_UNDEFINED;
	/* through unsigned numbers, which wrap */
	return value_int((int64_t)(is_negative ? 0 - number : number));
}

struct value call_string_to_int(struct module_call *call)
{
	return number_of(call->args[0].text, BASE_FROM_TEXT);
}

struct value call_string_to_int_base(struct module_call *call)
{
	int64_t base = call->args[1].integer;

	if (base != BASE_FROM_TEXT && (base < BASE_MIN || base > BASE_MAX))
		return VALUE_OF_UNDEFINED;
	return number_of(call->args[0].text, (unsigned)base);
}

struct value call_string_length(struct module_call *call)
{
	return value_int((int64_t)call->args[0].text.len);
}
