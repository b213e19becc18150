#include "cli/yara-print.h"

#include <inttypes.h>
#include <string.h>

/* All that is printed of one file. */
enum { SHEET_CEILING = 1 << 30, HEX_SHOWN = 64 };

void yara_sheet_init(struct yara_sheet *s, const struct yara_request *request, const char *path)
{
	*s = (struct yara_sheet){.request = request, .path = path};
	buf_init(&s->log, SHEET_CEILING);
	buf_init(&s->text, SHEET_CEILING);
	buf_init(&s->tags, SHEET_CEILING);
	buf_init(&s->metas, SHEET_CEILING);
	buf_init(&s->strings, SHEET_CEILING);
	buf_init(&s->head, SHEET_CEILING);
	buf_init(&s->warnings, SHEET_CEILING);
}

void yara_sheet_done(struct yara_sheet *s)
{
	buf_done(&s->log);
	buf_done(&s->text);
	buf_done(&s->tags);
	buf_done(&s->metas);
	buf_done(&s->strings);
	buf_done(&s->head);
	buf_done(&s->warnings);
	vec_done(&s->rules);
}

/* The bytes of a text string or a regular expression. */
static void put_text(struct buf *to, struct str bytes, uint8_t key)
{
	for (size_t i = 0; i < bytes.len; i++) {
		uint8_t c = (uint8_t)bytes.data[i] ^ key;

		if (c >= 32 && c <= 126)
			buf_add_u8(to, c);
		else
			buf_addf(to, "\\x%02X", c);
	}
}

static void put_hex(struct buf *to, struct str bytes)
{
	for (size_t i = 0; i < bytes.len && i < HEX_SHOWN; i++)
		buf_addf(to, "%s%02X", i == 0 ? "" : " ", (uint8_t)bytes.data[i]);
	if (bytes.len > HEX_SHOWN)
		buf_add_str(to, STR(" ..."));
}

/* The text of a meta as it would stand in C. */
static void put_escaped(struct buf *to, struct str text)
{
	static const char letters[] = "abtnvfr"; /* 7 to 13 */

	text = str_first(text, str_find(text, '\0'));
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.data[i];

		if (c == '"' || c == '\'' || c == '\\')
			buf_addf(to, "\\%c", c);
		else if (c >= 32 && c < 127)
			buf_add_u8(to, c);
		else if (c >= 7 && c <= 13)
			buf_addf(to, "\\%c", letters[c - 7]);
		else
			buf_addf(to, "\\%03o", c);
	}
}

static void put_meta(struct yara_sheet *s, const struct detail *d)
{
	struct buf *to = &s->metas;

	if (to->len > 0)
		buf_add_u8(to, ',');
	buf_add_str(to, d->name);
	switch (d->kind) {
	case DETAIL_META_INT:
		buf_addf(to, " =%" PRId64, d->number);
		break;
	case DETAIL_META_BOOL:
		buf_addf(to, "=%s", d->number != 0 ? "true" : "false");
		break;
	default:
		buf_add_str(to, STR("=\""));
		put_escaped(to, d->text);
		buf_add_u8(to, '"');
		break;
	}
}

static void put_tag(struct yara_sheet *s, struct str tag)
{
	if (s->has_tag)
		buf_add_u8(&s->tags, ',');
	s->has_tag = true;
	buf_add_str(&s->tags, tag);
	/* names that were asked for decide alone */
	for (size_t i = 0; s->request->identifiers.len == 0 && i < s->request->tags.len; i++)
		s->rule.is_shown |= str_eq(tag, str_of(s->request->tags.items[i]));
}

static void put_match(struct yara_sheet *s, const struct detail *d)
{
	const struct yara_request *r = s->request;
	struct buf *to = &s->strings;

	buf_addf(to, "0x%" PRIx64 ":", d->offset);
	if (r->show_length)
		buf_addf(to, "%zu:", d->text.len);
	buf_add_str(to, d->name);
	if (r->show_key) {
		buf_addf(to, ":xor(0x%02x,", (unsigned)d->number & 0xff);
		put_text(to, d->text, (uint8_t)d->number);
		buf_add_u8(to, ')');
	}
	if (r->show_strings) {
		buf_add_str(to, STR(": "));
		if (d->is_hex)
			put_hex(to, d->text);
		else
			put_text(to, d->text, 0);
	}
	buf_add_u8(to, '\n');
}

/* The rule at hand is complete. */
static void end_rule(struct yara_sheet *s)
{
	const struct yara_request *r = s->request;
	struct buf *to = &s->text;

	if (!s->has_rule)
		return;
	s->has_rule = false;
	s->rule.start = to->len;
	if (s->rule.is_shown && !r->count) {
		buf_add_str(to, buf_str(&s->head));
		if (r->show_tags)
			buf_addf(to, "[%.*s] ", STR_ARG(buf_str(&s->tags)));
		if (r->show_meta)
			buf_addf(to, "[%.*s] ", STR_ARG(buf_str(&s->metas)));
		buf_addf(to, "%s\n", s->path);
		buf_add_str(to, buf_str(&s->strings));
	}
	s->rule.end = to->len;
	if (s->head.bad || s->tags.bad || s->metas.bad || s->strings.bad || to->bad ||
	    !vec_push(&s->rules, &s->rule))
		s->is_incomplete = true;
}

static bool is_named(const struct yara_names *names, struct str name)
{
	for (size_t i = 0; i < names->len; i++) {
		if (str_eq(name, str_of(names->items[i])))
			return true;
	}
	return false;
}

static void begin_rule(struct yara_sheet *s, const struct detail *d)
{
	const struct yara_request *r = s->request;

	end_rule(s);
	buf_clear(&s->head);
	buf_clear(&s->tags);
	buf_clear(&s->metas);
	buf_clear(&s->strings);
	s->has_tag = false;
	if (d->state == DETAIL_UNDECIDED) {
		buf_addf(&s->warnings, "warning: rule \"%.*s\" was not decided for %s\n",
			 STR_ARG(d->name), s->path);
		return;
	}
	s->has_rule = true;
	s->rule = (struct yara_rule){.holds = d->state == DETAIL_HOLDS};
	/* with tags asked for, one of them has to come first */
	s->rule.is_shown = r->tags.len == 0;
	if (r->identifiers.len > 0)
		s->rule.is_shown = is_named(&r->identifiers, d->name);
	if (r->show_space)
		buf_addf(&s->head, "%.*s:", STR_ARG(d->text));
	buf_addf(&s->head, "%.*s ", STR_ARG(d->name));
}

void yara_sheet_add(struct yara_sheet *s, const struct detail *d)
{
	switch (d->kind) {
	case DETAIL_RULE:
		begin_rule(s, d);
		break;
	case DETAIL_TAG:
		put_tag(s, d->name);
		break;
	case DETAIL_META_TEXT:
	case DETAIL_META_INT:
	case DETAIL_META_BOOL:
		put_meta(s, d);
		break;
	case DETAIL_MATCH:
		put_match(s, d);
		break;
	case DETAIL_OVERRUN:
		if (!s->request->no_warnings)
			buf_addf(&s->warnings,
				 "warning: rule \"%.*s\": too many matches for %.*s, results for "
				 "this rule may be incorrect\n",
				 STR_ARG(str_first(buf_str(&s->head), s->head.len - 1)),
				 STR_ARG(d->name));
		break;
	case DETAIL_LOG:
	case DETAIL_MODULE:
		buf_addf(&s->log, "%.*s\n", STR_ARG(d->text));
		break;
	case DETAIL_REASON:
	case DETAIL_COUNT:
		break;
	}
}

uint64_t yara_sheet_print(struct yara_sheet *s, uint64_t *total, struct buf *to)
{
	const struct yara_request *r = s->request;
	uint64_t count = 0;

	end_rule(s);
	buf_add_str(to, buf_str(&s->log));
	for (size_t i = 0; i < s->rules.len; i++) {
		const struct yara_rule *rule = &s->rules.items[i];

		if (rule->holds != r->negate)
			buf_add(to, s->text.data + rule->start, rule->end - rule->start);
		count += rule->holds;
		*total += rule->holds;
		if (r->rules_max > 0 && *total >= r->rules_max)
			break;
	}
	return count;
}
