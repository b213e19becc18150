/*
 * ClamAV's signature files. docs/formats/clamav.md tells what is read of them.
 * The family of a file is its suffix; a row of the table below is one suffix.
 */
#include <strings.h>

#include "lang/clamav/signature.h"

#define HASH_FORM "digest:size:name[:min level[:max level]]"
#define SECTION_FORM "size:digest:name[:min level[:max level]]"
#define BODY_FORM "name:target:offset:pattern[:min level[:max level]]"
#define LOGICAL_FORM "name;target description block;expression;sub-signatures"
#define IGNORE_FORM "name[:md5 of the line]"

/* clang-format off */
static const struct loader loaders[] = {
	/* suffix, form, reader, separator, fields: name, least, most; tail, effect */
	{"hdb", HASH_FORM, hash_read, ':', 2, 3, 5, false, EFFECT_DETECT},
	{"hsb", HASH_FORM, hash_read, ':', 2, 3, 5, false, EFFECT_DETECT},
	{"hdu", HASH_FORM, hash_read, ':', 2, 3, 5, false, EFFECT_SUSPECT},
	{"hsu", HASH_FORM, hash_read, ':', 2, 3, 5, false, EFFECT_SUSPECT},
	{"fp",  HASH_FORM, hash_read, ':', 2, 3, 5, false, EFFECT_TRUST},
	{"sfp", HASH_FORM, hash_read, ':', 2, 3, 5, false, EFFECT_TRUST},
	{"mdb", SECTION_FORM, section_hash_read, ':', 2, 3, 5, false, EFFECT_DETECT},
	{"msb", SECTION_FORM, section_hash_read, ':', 2, 3, 5, false, EFFECT_DETECT},
	{"mdu", SECTION_FORM, section_hash_read, ':', 2, 3, 5, false, EFFECT_SUSPECT},
	{"msu", SECTION_FORM, section_hash_read, ':', 2, 3, 5, false, EFFECT_SUSPECT},
	{"ndb", BODY_FORM, ndb_read, ':', 0, 4, 6, false, EFFECT_DETECT},
	{"ndu", BODY_FORM, ndb_read, ':', 0, 4, 6, false, EFFECT_SUSPECT},
	{"ldb", LOGICAL_FORM, ldb_read, ';', 0, 4, 4, true, EFFECT_DETECT},
	{"ldu", LOGICAL_FORM, ldb_read, ';', 0, 4, 4, true, EFFECT_SUSPECT},
	{"ign",  IGNORE_FORM, ignore_read, ':', 0, 1, 3, false, EFFECT_NONE},
	{"ign2", IGNORE_FORM, ignore_read, ':', 0, 1, 3, false, EFFECT_NONE},
	/* counted line by line as skipped */
	{"imp", .separator = ':', .name_field = 2},
	{"sdb", .separator = ':'}, {"db", .separator = '='}, {"cdb", .separator = ':'},
	{"zmd", .separator = ':'}, {"rmd", .separator = ':'},
	{"crb", .separator = ';'}, {"ftm", .separator = ':', .name_field = 3},
	{"idb", .separator = ':'}, {"pwdb", .separator = ';'}, {"cfg", .separator = ':'},
	{"pdb", .separator = ':'}, {"gdb", .separator = ':'}, {"wdb", .separator = ':'},
	/* counted as one */
	{"cbc"}, {"cat"}, {"ioc"}, {"info"},
};
/* clang-format on */

static const struct loader *find_loader(struct str name)
{
	struct str suffix = source_suffix(name);

	for (size_t i = 0; i < LEN(loaders); i++) {
		if (strlen(loaders[i].suffix) == suffix.len &&
		    strncasecmp(loaders[i].suffix, suffix.data, suffix.len) == 0)
			return &loaders[i];
	}
	return NULL;
}

/* Cut the line into fields, as many as the kind of file allows and one more. */
static unsigned split(struct signature *s, unsigned most)
{
	const struct loader *l = s->loader;
	struct str rest = s->line.text;
	unsigned count = 0;

	while (count < most && !(l->has_tail && count + 1 == most) &&
	       str_next_field(&rest, l->separator, &s->fields[count]))
		count++;
	if (l->has_tail && rest.data != NULL && count + 1 == most)
		s->fields[count++] = rest;
	s->field_count = count;
	return rest.data != NULL && !l->has_tail ? most + 1 : count;
}

static enum status check_fields(struct signature *s)
{
	const struct loader *l = s->loader;
	unsigned count = split(s, l->max_fields);

	if (count < l->min_fields || count > l->max_fields)
		s->fault.hint = l->form;
	if (count > l->max_fields) {
		struct str last = s->fields[l->max_fields - 1];
		size_t from = (size_t)(last.data - s->line.text.data) + last.len;

		return fault_at(&s->fault, str_from(s->line.text, from),
				"there are more fields than this kind of file has");
	}
	if (count < l->min_fields)
		return fault_at(&s->fault, str_from(s->line.text, s->line.text.len),
				"the line ends before all fields are there");
	return OK;
}

static bool has_prefix(struct str name, const char *prefix)
{
	return str_starts(name, str_of(prefix));
}

/* What stands behind " (Clam" is a note of the publisher. */
static struct str without_note(struct str name)
{
	size_t blank = str_find(name, ' ');

	if (blank == name.len || name.data == NULL)
		return name;
	const char *note = memmem(name.data, name.len, " (Clam", 6);
	return note ? str_first(name, (size_t)(note - name.data)) : name;
}

static enum status take_name(struct signature *s)
{
	struct str field = signature_field(s, s->loader->name_field);
	struct str name = without_note(field);

	if (name.len == 0)
		return fault_at(&s->fault, field, "the name is missing");
	if (memchr(name.data, '\0', name.len) != NULL)
		return fault_char(&s->fault, name, str_find(name, '\0'),
				  "a name holds no NUL byte");
	s->name = name;
	s->effect = s->loader->effect;
	if (s->effect == EFFECT_DETECT &&
	    (has_prefix(name, "PUA.") || has_prefix(name, "Heuristics.") ||
	     has_prefix(name, "BC.Heuristics.")))
		s->effect = EFFECT_SUSPECT;
	if (has_prefix(name, "Weak."))
		signature_skip(s, "weak indicators (Weak.), which never alert");
	return OK;
}

/* Ignore lists name a signature without a last part in braces, "x" for "x.{y}". */
static bool is_ignored(const struct signature *s)
{
	struct str name = s->name;
	const char *brace;

	if (s->rs->ignored.count == 0)
		return false;
	if (name.data[name.len - 1] == '}') {
		brace = memmem(name.data, name.len, ".{", 2);
		if (brace != NULL && brace > name.data)
			name.len = (size_t)(brace - name.data);
	}
	return ruleset_is_ignored(s->rs, name, s->line.text);
}

static enum status read_line(struct signature *s)
{
	enum status status = check_fields(s);

	if (status != OK || s->loader->read == ignore_read)
		return status == OK ? ignore_read(s) : status;
	status = take_name(s);
	if (status != OK)
		return status;
	if (is_ignored(s)) {
		s->rs->sources.items[s->source].ignored++;
		return OK;
	}
	return s->loader->read(s);
}

static enum status count_skip(struct signature *s)
{
	return ruleset_skip(s->rs, s->source, s->line.number, str_of(s->loader->suffix),
			    str_of(s->skip), s->name);
}

/* Files of a kind that is not read: each line, or the file, is one skip. */
static enum status skip_line(struct signature *s)
{
	if (s->loader->separator != '\0') {
		split(s, CLAMAV_FIELDS_MAX);
		s->name = str_first(signature_field(s, s->loader->name_field), 255);
	}
	signature_skip(s, "%s files are not read by this version", s->loader->suffix);
	return count_skip(s);
}

static enum status settle(struct signature *s, enum status status, struct str source,
			  struct report *report)
{
	if (status == E_UNSUPPORTED)
		return count_skip(s);
	if (status != E_SYNTAX)
		return status;
	fault_report(&s->fault, &s->line, source, report);
	s->rs->sources.items[s->source].malformed++;
	return OK;
}

static enum status compile(const struct source_text *src, struct ruleset *rs,
			   struct report *report)
{
	const struct loader *loader = find_loader(src->name);
	struct lines lines = lines_of(src->text);
	uint32_t source = 0;

	if (loader == NULL)
		return E_UNSUPPORTED;
	enum status status = source_begin(rs, src, "clamav", &source);
	if (status == OK && loader->read == NULL && loader->separator == '\0') {
		struct signature s = {.loader = loader, .rs = rs, .source = source};

		return skip_line(&s);
	}
	while (status == OK && lines_next(&lines)) {
		struct signature s;

		/* cheaper than clearing all of it for each of millions of lines */
		s.loader = loader;
		s.rs = rs;
		s.source = source;
		s.line = lines.line;
		s.field_count = 0;
		s.name = (struct str){0};
		s.fault = (struct fault){0};
		s.skip[0] = '\0';
		if (loader->read == NULL)
			status = skip_line(&s);
		else
			status = settle(&s, read_line(&s), src->name, report);
	}
	return status;
}

/* The kinds of file look too much alike: only the suffix tells them apart. */
static int probe(const struct source_text *src)
{
	(void)src;
	return 0;
}

static int rank(struct str name)
{
	const struct loader *loader = find_loader(name);

	return loader && loader->read == ignore_read ? 0 : 100;
}

const struct front front_clamav = {
	.name = "clamav",
	.suffixes = "hdb hsb hdu hsu fp sfp mdb msb mdu msu ndb ndu ldb ldu ign ign2 "
		    "sdb db imp cdb zmd rmd crb ftm idb pwdb cfg pdb gdb wdb "
		    "cbc cat ioc info",
	.probe = probe,
	.compile = compile,
	.rank = rank,
};
