/*
 * Logical signatures. docs/formats/clamav.md, "Logical signatures".
 *
 *	name;target description block;expression;sub-signature 0{;sub-signature i}
 *
 * A sub-signature is one of, told apart in this order:
 *
 *	${min-max}group$                    a macro
 *	[offset:]trigger/regex/[flags]      a Perl expression; may hold ';' and ':'
 *	id(offset#options#comparisons)      a byte comparison
 *	fuzzy_img#hash                      a perceptual hash of an image
 *	[offset:]pattern[::modifiers]       a pattern
 *
 * Perl expressions and patterns are served. A signature with one of the others is skipped.
 */
#include "lang/clamav/hexpattern.h"
#include "lang/clamav/logic.h"
#include "lang/clamav/offset.h"
#include "lang/clamav/perl.h"
#include "lang/clamav/tdb.h"

struct subsignatures {
	struct str items[LOGIC_IDS_MAX];
	uint32_t count;
};

/* Cut at each ';' that is not between slashes; a slash behind a backslash is text. */
static enum status split(struct signature *s, struct str text, struct subsignatures *ret)
{
	bool in_regex = false;
	size_t start = 0;

	for (size_t i = 0; i <= text.len; i++) {
		bool at_end = i == text.len;

		if (!at_end && text.data[i] == '/' && (i == 0 || text.data[i - 1] != '\\'))
			in_regex = !in_regex;
		if (!at_end && (text.data[i] != ';' || in_regex))
			continue;
		if (ret->count == LOGIC_IDS_MAX)
			return fault_at(&s->fault, str_from(text, start),
					"a signature has at most 64 sub-signatures");
		ret->items[ret->count++] = str_first(str_from(text, start), i - start);
		start = i + 1;
	}
	return OK;
}

static bool starts_with_number(struct str text, char then)
{
	size_t i = 0;

	while (i < text.len && text.data[i] >= '0' && text.data[i] <= '9')
		i++;
	return i > 0 && i < text.len && text.data[i] == then;
}

/* Why a sub-signature is not served, or NULL for a pattern or a Perl expression. */
static const char *unsupported(struct str text)
{
	if (str_starts(text, STR("${")))
		return "macros";
	if (str_find(text, '/') < text.len)
		return NULL;
	if (starts_with_number(text, '(') && str_find(text, '#') < text.len)
		return "byte comparisons";
	if (str_starts(text, STR("fuzzy_img#")))
		return "perceptual hashes of images (fuzzy_img)";
	return NULL;
}

static enum status read_modifiers(struct signature *s, struct str text, unsigned *ret)
{
	static const struct {
		char letter;
		unsigned bit;
	} letters[] = {
		{'i', HEX_NOCASE},
		{'w', HEX_WIDE},
		{'a', HEX_ASCII},
		{'f', HEX_FULLWORD},
	};
	unsigned bits = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned found = 0;

		for (size_t k = 0; k < LEN(letters); k++)
			found |= letters[k].letter == text.data[i] ? letters[k].bit : 0;
		if (found == 0)
			return fault_char(&s->fault, text, i, "a modifier is i, w, a or f");
		bits |= found;
	}
	*ret = bits;
	return OK;
}

static enum status read_pattern(struct signature *s, struct str text, const struct target *target,
				struct ir_pattern *pattern)
{
	struct str offset = STR("*"), hex = text, modifiers = {text.data, 0};
	size_t colon = str_find(text, ':');
	bool is_behind_hex = colon + 1 < text.len && text.data[colon + 1] == ':';
	unsigned bits = 0;
	enum status status = OK;

	if (colon < text.len && !is_behind_hex) {
		offset = str_first(text, colon);
		hex = str_from(text, colon + 1);
	}
	colon = str_find(hex, ':');
	if (colon < hex.len) {
		modifiers = str_from(hex, colon + 1);
		if (!str_starts(modifiers, STR(":")))
			return fault_char(&s->fault, hex, colon, "modifiers stand behind ::");
		modifiers = str_from(modifiers, 1);
		hex = str_first(hex, colon);
	}
	pattern->rule = MATCH_RISING_START;
	status = offset_read(s, offset, target, &pattern->place);
	if (status == OK)
		status = read_modifiers(s, modifiers, &bits);
	if (status == OK)
		status = hexpattern_read(s->rs->arena, hex, bits, &s->fault, &pattern->body);
	return status;
}

static enum status read_subsignature(struct signature *s, struct str text, uint32_t index,
				     const struct target *target, struct ir_pattern *pattern)
{
	const char *reason = unsupported(text);

	if (text.len == 0)
		return fault_at(&s->fault, text, "this sub-signature is empty");
	if (reason != NULL) {
		signature_skip(s, "%s", reason);
		return OK;
	}
	return str_find(text, '/') < text.len ? perl_read(s, text, index, target, pattern)
					      : read_pattern(s, text, target, pattern);
}

static enum status read_patterns(struct signature *s, const struct subsignatures *subs,
				 const struct target *target, struct ir_pattern ***ret)
{
	struct ir_pattern *patterns = arena_new_array(s->rs->arena, struct ir_pattern, subs->count);
	struct ir_pattern **list = arena_new_array(s->rs->arena, struct ir_pattern *, subs->count);
	enum status status = patterns && list ? OK : E_LIMIT;

	for (uint32_t i = 0; status == OK && i < subs->count; i++) {
		list[i] = &patterns[i];
		status = read_subsignature(s, subs->items[i], i, target, list[i]);
	}
	if (status == OK)
		*ret = list;
	return status;
}

static enum status check_count(struct signature *s, const struct logic *logic,
			       const struct subsignatures *subs)
{
	if (logic->ids > subs->count)
		return fault_at(&s->fault, s->fields[2],
				"the expression names a sub-signature that is not there");
	if (logic->ids < subs->count)
		return fault_at(&s->fault, subs->items[logic->ids],
				"the expression names neither this sub-signature nor a later one");
	return OK;
}

static enum status make_condition(struct signature *s, struct tdb *tdb, const struct logic *logic,
				  const struct ir_expr **ret)
{
	struct ir_expr *all[TDB_CONDITIONS_MAX + 1];
	uint32_t count = tdb->count;
	enum status status = logic_condition(s->rs->arena, logic, &all[count]);

	if (status == E_UNSUPPORTED)
		signature_skip(s, "expressions that are larger than any real one");
	if (status != OK)
		return status;
	for (uint32_t i = 0; i < count; i++)
		all[i] = tdb->conditions[i];
	*ret = count ? ir_op(s->rs->arena, OP_AND, all, count + 1) : all[0];
	return *ret ? OK : E_LIMIT;
}

enum status ldb_read(struct signature *s)
{
	struct tdb tdb = {0};
	struct logic logic = {0};
	struct subsignatures subs = {.count = 0};
	struct ir_pattern **patterns = NULL;
	struct ir_rule rule = {0};
	enum status status = tdb_read(s, s->fields[1], &tdb);

	if (status == OK)
		status = logic_read(s->rs->arena, s->fields[2], &s->fault, &logic);
	if (status == E_UNSUPPORTED)
		signature_skip(s, "expressions that are larger than any real one");
	if (status == OK)
		status = split(s, s->fields[3], &subs);
	if (status == OK)
		status = check_count(s, &logic, &subs);
	if (status == OK)
		status = read_patterns(s, &subs, &tdb.target, &patterns);
	if (status == OK && s->skip[0] != '\0')
		return E_UNSUPPORTED;
	if (status == OK)
		status = make_condition(s, &tdb, &logic, &rule.condition);
	if (status != OK)
		return status;
	rule.view = tdb.target.view;
	rule.types = tdb.target.types;
	rule.patterns = patterns;
	rule.pattern_count = subs.count;
	return signature_add_rule(s, &rule);
}
