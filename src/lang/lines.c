#include "lang/lines.h"

#include <strings.h>

struct lines lines_of(struct str text)
{
	if (str_starts(text, STR("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (text.len == 0)
		text.data = NULL;
	return (struct lines){.rest = text};
}

static bool is_signature(struct str line)
{
	if (line.len == 0 || line.data[0] == '#')
		return false;
	/* nearly every line begins with a digit or letter: no need to trim it */
	return line.data[0] > ' ' || str_trim(line).len > 0;
}

bool lines_next(struct lines *l)
{
	struct str text;

	while (str_next_field(&l->rest, '\n', &text)) {
		l->line.number++;
		while (text.len > 0 && text.data[text.len - 1] == '\r')
			text.len--;
		if (!is_signature(text))
			continue;
		l->line.text = text;
		return true;
	}
	return false;
}

enum status fault_at(struct fault *f, struct str at, const char *message)
{
	if (f->message == NULL) {
		f->at = at;
		f->message = message;
	}
	return E_SYNTAX;
}

enum status fault_char(struct fault *f, struct str text, size_t at, const char *message)
{
	return fault_at(f, str_first(str_from(text, at), 1), message);
}

void fault_report(const struct fault *f, const struct line *line, struct str source,
		  struct report *report)
{
	size_t column = f->at.data ? (size_t)(f->at.data - line->text.data) : 0;
	struct diagnostic d = {
		.severity = SEVERITY_ERROR,
		.source = source,
		.line = line->number,
		.col = (uint32_t)column + 1,
		.width = f->at.len ? (uint32_t)f->at.len : 1,
		.text = line->text,
		.message = f->message,
		.hint = f->hint,
	};

	if (report != NULL && report->diagnostic != NULL)
		report->diagnostic(report, &d);
}

enum status source_begin(struct ruleset *rs, const struct source_text *src, const char *front,
			 uint32_t *ret_index)
{
	struct ir_source source = {
		.name = src->name,
		.front = str_of(front),
		.size = src->text.len,
	};
	enum status status =
		digest_once(DIGEST_SHA256, src->text.data, src->text.len, source.sha256);

	if (status != OK)
		return status;
	return ruleset_add_source(rs, &source, ret_index);
}

static struct str base_name(struct str name)
{
	for (size_t i = name.len; i > 0; i--) {
		if (name.data[i - 1] == '/')
			return str_from(name, i);
	}
	return name;
}

struct str source_suffix(struct str name)
{
	struct str base = base_name(name);

	for (size_t i = base.len; i > 0; i--) {
		if (base.data[i - 1] == '.')
			return str_from(base, i);
	}
	return (struct str){base.data, 0};
}

struct str source_stem(struct str name)
{
	struct str base = base_name(name);
	struct str suffix = source_suffix(name);

	/* a name that is nothing but ".suffix" is its own stem */
	if (suffix.len == 0 || suffix.len + 1 == base.len)
		return base;
	return str_first(base, base.len - suffix.len - 1);
}

bool suffix_is_among(struct str suffix, const char *suffixes)
{
	struct str rest = str_of(suffixes), word;

	if (suffix.len == 0)
		return false;
	while (str_next_field(&rest, ' ', &word)) {
		if (word.len == suffix.len && strncasecmp(word.data, suffix.data, word.len) == 0)
			return true;
	}
	return false;
}
