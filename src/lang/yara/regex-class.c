/*
 * Escapes and classes of regular expressions: \x41 \d [^a-z\]]
 */
#include "lang/yara/regex-read.h"

bool regex_set_of(char letter, struct byteset *ret)
{
	struct byteset set = {0};

	switch (letter | 0x20) {
	case 'w':
		set = byteset_word();
		break;
	case 's':
		byteset_add_range(&set, '\t', '\r');
		byteset_add(&set, ' ');
		break;
	case 'd':
		byteset_add_range(&set, '0', '9');
		break;
	default:
		return false;
	}
	*ret = letter >= 'a' ? set : byteset_complement(&set);
	return true;
}

/* Characters that an escape makes literal, so that the backslash is no mistake. */
static bool is_special(char c)
{
	return c != '\0' && strchr("\\/^$.|()[]{}*+?-\"'", c) != NULL;
}

static void warn_of_unknown(struct regex_reader *r)
{
	const struct front_settings *settings = r->y->src->settings;
	struct span at = regex_span(r, r->at - 1, r->at + 1);

	if (settings != NULL && settings->strict_escape && !r->options.is_quiet)
		yara_warning(r->y, at, "without the backslash it means the same",
			     "unknown escape sequence \\%c", regex_peek(r));
}

static bool read_hex(struct regex_reader *r, size_t start, uint8_t *ret)
{
	r->at++;
	int high = hex_digit(regex_peek(r));
	int low = r->at + 1 < r->text.len ? hex_digit(r->text.data[r->at + 1]) : -1;

	if (high < 0 || low < 0)
		return regex_fail(r, start, "\\x takes two hex digits", "illegal escape sequence");
	r->at += 2;
	*ret = (uint8_t)(high * 16 + low);
	return true;
}

bool regex_escape(struct regex_reader *r, uint8_t *ret)
{
	static const char letters[] = "ntrfa", values[] = "\n\t\r\f\a";
	size_t start = r->at++;
	char c = regex_peek(r);
	const char *known = c != '\0' ? strchr(letters, c) : NULL;

	if (r->at == r->text.len)
		return regex_fail(r, start, NULL, "a '\\' with nothing behind it");
	if (c == 'x')
		return read_hex(r, start, ret);
	if (known == NULL && !is_special(c))
		warn_of_unknown(r);
	*ret = (uint8_t)(known != NULL ? values[known - letters] : c);
	r->at++;
	return true;
}

/* A byte of a class, which may be escaped. */
static bool read_member(struct regex_reader *r, uint8_t *ret)
{
	if (regex_peek(r) == '\\')
		return regex_escape(r, ret);
	*ret = (uint8_t)regex_peek(r);
	if (*ret >= 0x80)
		return regex_fail(r, r->at, "write it as \\xHH", "non-ascii character in a class");
	r->at++;
	return true;
}

/* How long what stands here is: \x41 \w a */
static size_t member_len(const struct regex_reader *r)
{
	bool is_escape = regex_peek(r) == '\\' && r->at + 1 < r->text.len;

	return !is_escape ? 1 : r->text.data[r->at + 1] == 'x' ? 4 : 2;
}

/* Whether "-" and an end follow the member here. "-" before the "]" is a member itself. */
static bool is_range(const struct regex_reader *r)
{
	size_t dash = r->at + member_len(r);

	return dash + 1 < r->text.len && r->text.data[dash] == '-' && r->text.data[dash + 1] != ']';
}

/* "a-z". \w is no set here but the letter. */
static bool read_range(struct regex_reader *r, struct byteset *set)
{
	size_t start = r->at;
	uint8_t first, last;

	if (!read_member(r, &first))
		return false;
	r->at++;
	if (!read_member(r, &last))
		return false;
	if (first > last)
		return regex_fail(r, start, "the smaller character comes first",
				  "bad character range");
	byteset_add_range(set, first, last);
	return true;
}

static bool read_members(struct regex_reader *r, struct byteset *set)
{
	struct byteset named;
	uint8_t c;

	if (is_range(r))
		return read_range(r, set);
	if (regex_peek(r) == '\\' && r->at + 1 < r->text.len &&
	    regex_set_of(r->text.data[r->at + 1], &named)) {
		byteset_add_all(set, &named);
		r->at += 2;
		return true;
	}
	if (!read_member(r, &c))
		return false;
	byteset_add(set, c);
	return true;
}

bool regex_class(struct regex_reader *r, struct byteset *ret)
{
	struct byteset set = {0};
	size_t start = r->at++;
	bool is_negated = regex_peek(r) == '^';

	if (is_negated)
		r->at++;
	/* a "]" that comes first does not end the class */
	if (regex_peek(r) == ']') {
		byteset_add(&set, ']');
		r->at++;
	}
	while (r->at < r->text.len && regex_peek(r) != ']') {
		if (!read_members(r, &set))
			return false;
	}
	if (r->at == r->text.len)
		return regex_fail(r, start, "a ']' that comes first belongs to the class",
				  "missing terminating ] for character class");
	r->at++;
	if (r->regex->nocase)
		set = byteset_without_case(&set);
	*ret = is_negated ? byteset_complement(&set) : set;
	return true;
}
