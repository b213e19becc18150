/*
 * Plain lists of digests, one a line. docs/formats/list.md.
 *
 *	digest                     lines may hold nothing else,
 *	digest name                or a name behind blanks, a comma or a semicolon
 *	digest  file               sha256sum, sha1sum, md5sum
 *	digest *file
 *	\digest  file              "\n" and "\\" in the name stand for newline and backslash
 *	SHA256 (file) = digest     BSD, sha256sum --tag; also with the backslash in front
 *
 * The kind of a digest is told by its length.
 */
#include <strings.h>

#include "lang/lines.h"

static const char skip_kind[] = "list";

struct entry {
	struct str tag;    /* "SHA256", or empty */
	struct str digest; /* hex digits */
	struct str name;   /* or empty */
	bool is_escaped;
};

struct reader_of_list {
	struct ruleset *rs;
	uint32_t source;
	struct str stem;   /* of the source's name */
	struct fault fault;
	struct line line;
};

/* Digests of nothing at all are in many lists by accident and would match every empty file. */
static const char *const empty_digests[DIGEST_COUNT] = {
	[DIGEST_MD5] = "d41d8cd98f00b204e9800998ecf8427e",
	[DIGEST_SHA1] = "da39a3ee5e6b4b0d3255bfef95601890afd80709",
	[DIGEST_SHA256] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
};

static const struct {
	const char *name;
	enum digest_kind kind;
} tags[] = {
	{"MD5", DIGEST_MD5},       {"SHA1", DIGEST_SHA1},     {"SHA-1", DIGEST_SHA1},
	{"SHA256", DIGEST_SHA256}, {"SHA-256", DIGEST_SHA256}, {"SHA2-256", DIGEST_SHA256},
};

/* Lengths in hex digits of digests that are known but not served: SHA-224, SHA-384, SHA-512. */
static bool is_other_length(size_t digits)
{
	return digits == 56 || digits == 96 || digits == 128;
}

static bool find_kind(size_t digits, enum digest_kind *ret)
{
	for (unsigned k = 0; k < DIGEST_COUNT; k++) {
		if (digits == 2 * digest_info((enum digest_kind)k)->bytes) {
			*ret = (enum digest_kind)k;
			return true;
		}
	}
	return false;
}

static size_t count_digits(struct str text)
{
	size_t n = 0;

	while (n < text.len && hex_digit(text.data[n]) >= 0)
		n++;
	return n;
}

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == ',' || c == ';';
}

/* "TAG (file) = digest"; false when the line is of another form. */
static bool cut_tagged(struct str text, struct entry *e)
{
	size_t open = str_find(text, '(');
	struct str tag = str_trim(str_first(text, open));
	struct str rest = str_from(text, open + 1);
	size_t close = rest.len;

	if (open == text.len || tag.len == 0 || count_digits(tag) >= 32)
		return false;
	/* the name may hold brackets: the last ")" with "=" behind counts */
	while (close > 0 && rest.data[close - 1] != ')')
		close--;
	if (close == 0)
		return false;
	struct str behind = str_trim(str_from(rest, close));
	if (!str_starts(behind, STR("=")))
		return false;
	e->tag = tag;
	e->name = str_first(rest, close - 1);
	e->digest = str_trim(str_from(behind, 1));
	return true;
}

/* "digest name" */
static void cut_plain(struct str text, struct entry *e)
{
	size_t digits = 0;

	while (digits < text.len && !is_separator(text.data[digits]))
		digits++;
	e->digest = str_first(text, digits);
	struct str name = str_from(text, digits);
	bool is_binary = str_starts(name, STR(" *"));
	while (name.len > 0 && is_separator(name.data[0]))
		name = str_from(name, 1);
	e->name = is_binary ? str_from(name, 1) : str_trim(name);
}

static struct entry cut(struct str line)
{
	struct entry e = {0};
	struct str text = str_trim(line);

	e.is_escaped = str_starts(text, STR("\\"));
	if (e.is_escaped)
		text = str_from(text, 1);
	if (!cut_tagged(text, &e))
		cut_plain(text, &e);
	return e;
}

static bool find_tag(struct str name, enum digest_kind *ret)
{
	for (size_t i = 0; i < LEN(tags); i++) {
		struct str known = str_of(tags[i].name);

		if (known.len == name.len && strncasecmp(known.data, name.data, name.len) == 0) {
			*ret = tags[i].kind;
			return true;
		}
	}
	return false;
}

static enum status check_digest(struct fault *fault, const struct entry *e, enum digest_kind *ret)
{
	size_t digits = count_digits(e->digest);

	if (digits < e->digest.len)
		return fault_char(fault, e->digest, digits,
				  "expected a digest: 32, 40 or 64 hex digits");
	if (is_other_length(digits))
		return E_UNSUPPORTED;
	if (!find_kind(digits, ret)) {
		fault->hint = "MD5 has 32, SHA-1 40 and SHA-256 64 hex digits";
		return fault_at(fault, e->digest, "no digest has this many hex digits");
	}
	return OK;
}

static enum status check_tag(struct fault *fault, const struct entry *e, enum digest_kind *ret)
{
	enum digest_kind by_tag, by_length;

	if (e->tag.len > 0 && !find_tag(e->tag, &by_tag))
		return E_UNSUPPORTED;
	enum status status = check_digest(fault, e, &by_length);
	if (status != OK)
		return status;
	if (e->tag.len > 0 && by_tag != by_length)
		return fault_at(fault, e->digest,
				"the digest is of another kind than its tag says");
	*ret = by_length;
	return OK;
}

/* Undo what sha256sum does to names with newlines and backslashes. */
static struct str unescape(struct arena *a, struct str name)
{
	char *to = arena_bytes(a, name.len + 1);
	size_t len = 0;

	if (to == NULL)
		return (struct str){0};
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (c == '\\' && i + 1 < name.len) {
			char next = name.data[++i];

			c = next == 'n' ? '\n' : next == 'r' ? '\r' : next;
		}
		to[len++] = c;
	}
	return (struct str){to, len};
}

static enum status choose_name(struct reader_of_list *r, const struct entry *e, struct str *ret)
{
	struct str name = e->name;

	if (name.len == 0)
		name = arena_format(r->rs->arena, "List.%.*s", STR_ARG(r->stem));
	else if (memchr(name.data, '\0', name.len) != NULL)
		return fault_char(&r->fault, name, str_find(name, '\0'),
				  "a name holds no NUL byte");
	else if (e->is_escaped)
		name = unescape(r->rs->arena, name);
	if (name.data == NULL)
		return E_LIMIT;
	*ret = name;
	return OK;
}

static enum status skip(struct reader_of_list *r, const char *reason, struct str name)
{
	return ruleset_skip(r->rs, r->source, r->line.number, str_of(skip_kind), str_of(reason),
			    name);
}

static enum status add(struct reader_of_list *r, const struct entry *e, enum digest_kind kind)
{
	struct ir_hash hash = {
		.size = IR_ANY_SIZE,
		.source = r->source,
		.line = r->line.number,
		.subject = SUBJECT_OBJECT,
		.digest = (uint8_t)kind,
		.effect = EFFECT_DETECT,
	};
	struct str empty = str_of(empty_digests[kind]);
	enum status status = choose_name(r, e, &hash.name);

	if (status != OK)
		return status;
	if (strncasecmp(empty.data, e->digest.data, empty.len) == 0)
		return skip(r, "the digest of an empty file", hash.name);
	if (ruleset_is_ignored(r->rs, hash.name, r->line.text)) {
		r->rs->sources.items[r->source].ignored++;
		return OK;
	}
	if (!hex_decode(e->digest, hash.value, digest_info(kind)->bytes))
		return E_INTERNAL;
	return ruleset_add_hash(r->rs, &hash);
}

static enum status read_line(struct reader_of_list *r, struct str source, struct report *report)
{
	struct entry e = cut(r->line.text);
	enum digest_kind kind;
	enum status status = check_tag(&r->fault, &e, &kind);

	if (status == OK)
		status = add(r, &e, kind);
	if (status == E_UNSUPPORTED)
		return skip(r, "digests other than MD5, SHA-1 and SHA-256", e.name);
	if (status != E_SYNTAX)
		return status;
	fault_report(&r->fault, &r->line, source, report);
	r->rs->sources.items[r->source].malformed++;
	return OK;
}

static enum status compile(const struct source_text *src, struct ruleset *rs,
			   struct report *report)
{
	struct reader_of_list r = {.rs = rs, .stem = source_stem(src->name)};
	struct lines lines = lines_of(src->text);
	enum status status = source_begin(rs, src, "list", &r.source);

	while (status == OK && lines_next(&lines)) {
		r.line = lines.line;
		r.fault = (struct fault){0};
		status = read_line(&r, src->name, report);
	}
	return status;
}

/* A file whose first line that says anything is a digest is a list. */
static int probe(const struct source_text *src)
{
	struct lines lines = lines_of(src->text);
	struct fault fault = {0};
	enum digest_kind kind;

	if (!lines_next(&lines))
		return 0;
	struct entry e = cut(lines.line.text);
	enum status status = check_tag(&fault, &e, &kind);
	return status == OK || (status == E_UNSUPPORTED && is_other_length(e.digest.len)) ? 90 : 0;
}

const struct front front_list = {
	.name = "list",
	.suffixes = "sha256 sha1 md5 hashes",
	.probe = probe,
	.compile = compile,
};
