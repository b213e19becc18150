/*
 * pe: functions that search what is imported and exported. YARA 4.5, "pe" module.
 */
#include "module/pe-facts.h"

enum { IMPORT_STANDARD = 1, IMPORT_DELAYED = 2 };

/* One of the two kinds of imports. */
struct imports {
	enum fact_part part;
	enum fact_group libraries, functions;
	enum fact_id library, name, ordinal, rva;
};

static const struct imports standard = {
	PART_pe_imports,	GROUP_PE_IMPORT,     GROUP_PE_IMPORT_FUNCTION,
	FACT_PE_IMPORT_LIBRARY, FACT_PE_IMPORT_NAME, FACT_PE_IMPORT_ORDINAL,
	FACT_PE_IMPORT_RVA,
};

static const struct imports delayed = {
	PART_pe_delayed_imports, GROUP_PE_DELAYED,     GROUP_PE_DELAYED_FUNCTION,
	FACT_PE_DELAYED_LIBRARY, FACT_PE_DELAYED_NAME, FACT_PE_DELAYED_ORDINAL,
	FACT_PE_DELAYED_RVA,
};

enum search_by { BY_NAME, BY_ORDINAL, BY_LIBRARY, BY_MATCH };

/* What is looked for: a library and a function, as arguments say. */
struct search {
	enum search_by by;
	const struct value *library, *function; /* the latter not BY_LIBRARY */
};

/* 1 or 0, or -1: unknown. */
static int matches(struct module_call *call, struct value regex, struct str text)
{
	struct value v = call->host->matches(call->host, regex, str_until_nul(text));

	return v.kind == VALUE_UNKNOWN ? -1 : v.kind == VALUE_INT && v.integer != 0;
}

static int fits_library(struct module_call *call, const struct imports *kind,
			const struct search *s, uint32_t row)
{
	struct str name = fact_text(call->facts, kind->library, row);

	if (s->by == BY_MATCH)
		return matches(call, *s->library, name);
	return text_eq_nocase(name, str_until_nul(s->library->text));
}

static int fits_function(struct module_call *call, const struct imports *kind,
			 const struct search *s, uint32_t row)
{
	const struct fact *name = fact_get(call->facts, kind->name, row);
	const struct fact *ordinal = fact_get(call->facts, kind->ordinal, row);

	switch (s->by) {
	case BY_LIBRARY:
		return 1;
	case BY_ORDINAL:
		return ordinal != NULL && ordinal->integer == s->function->integer;
	case BY_MATCH:
		return name != NULL ? matches(call, *s->function, name->text) : 0;
	default:
		return name != NULL && text_eq_nocase(name->text, str_until_nul(s->function->text));
	}
}

/*
 * How many functions of one kind fit, and the row of the first one. False: *ret
 * is what the function returns.
 */
static bool count_imports(struct module_call *call, const struct imports *kind,
			  const struct search *s, int64_t *count, uint32_t *ret_row,
			  struct value *ret)
{
	uint32_t libraries, first, functions, none;

	if (!pe_needs(call, kind->part, ret))
		return false;
	fact_rows(call->facts, kind->libraries, 0, &none, &libraries);
	*ret = VALUE_OF_UNKNOWN;
	for (uint32_t i = 0; i < libraries; i++) {
		int fits = fits_library(call, kind, s, i);

		if (fits < 0)
			return false;
		fact_rows(call->facts, kind->functions, i, &first, &functions);
		for (uint32_t row = first; fits > 0 && row < first + functions; row++) {
			int is_one = fits_function(call, kind, s, row);

			if (is_one < 0)
				return false;
			if (is_one > 0 && (*count)++ == 0)
				*ret_row = row;
		}
	}
	return true;
}

/* Those of the kinds in `flags`. */
static struct value imports(struct module_call *call, int64_t flags, const struct search *s)
{
	static const struct {
		int64_t flag;
		const struct imports *kind;
	} kinds[] = {{IMPORT_STANDARD, &standard}, {IMPORT_DELAYED, &delayed}};
	int64_t count = 0;
	uint32_t row;
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	for (size_t i = 0; i < LEN(kinds); i++) {
		if ((flags & kinds[i].flag) != 0 &&
		    !count_imports(call, kinds[i].kind, s, &count, &row, &answer))
			return answer;
	}
	/* whether there is one, or how many there are */
	return value_int(s->by == BY_NAME || s->by == BY_ORDINAL ? count != 0 : count);
}

static struct value imports_standard(struct module_call *call, enum search_by by)
{
	return imports(call, IMPORT_STANDARD, &(struct search){by, &call->args[0], &call->args[1]});
}

static struct value imports_of_kind(struct module_call *call, enum search_by by)
{
	return imports(call, call->args[0].integer,
		       &(struct search){by, &call->args[1], &call->args[2]});
}

struct value call_pe_imports_name(struct module_call *call)
{
	return imports_standard(call, BY_NAME);
}

struct value call_pe_imports_ordinal(struct module_call *call)
{
	return imports_standard(call, BY_ORDINAL);
}

struct value call_pe_imports_library(struct module_call *call)
{
	return imports_standard(call, BY_LIBRARY);
}

struct value call_pe_imports_match(struct module_call *call)
{
	return imports_standard(call, BY_MATCH);
}

struct value call_pe_imports_kind_name(struct module_call *call)
{
	return imports_of_kind(call, BY_NAME);
}

struct value call_pe_imports_kind_ordinal(struct module_call *call)
{
	return imports_of_kind(call, BY_ORDINAL);
}

struct value call_pe_imports_kind_library(struct module_call *call)
{
	return imports_of_kind(call, BY_LIBRARY);
}

struct value call_pe_imports_kind_match(struct module_call *call)
{
	return imports_of_kind(call, BY_MATCH);
}

/* Where the address of the first function that fits is put. */
static struct value import_rva(struct module_call *call, const struct imports *kind,
			       enum search_by by)
{
	struct search s = {by, &call->args[0], &call->args[1]};
	int64_t count = 0;
	uint32_t row = 0;
	struct value answer;

	if (!count_imports(call, kind, &s, &count, &row, &answer))
		return answer;
	const struct fact *rva = count > 0 ? fact_get(call->facts, kind->rva, row) : NULL;
	return rva != NULL ? value_int(rva->integer) : VALUE_OF_UNDEFINED;
}

struct value call_pe_import_rva_name(struct module_call *call)
{
	return import_rva(call, &standard, BY_NAME);
}

struct value call_pe_import_rva_ordinal(struct module_call *call)
{
	return import_rva(call, &standard, BY_ORDINAL);
}

struct value call_pe_delayed_rva_name(struct module_call *call)
{
	return import_rva(call, &delayed, BY_NAME);
}

struct value call_pe_delayed_rva_ordinal(struct module_call *call)
{
	return import_rva(call, &delayed, BY_ORDINAL);
}

static int is_export(struct module_call *call, enum search_by by, uint32_t row)
{
	const struct fact *name = fact_get(call->facts, FACT_PE_EXPORT_NAME, row);
	struct value wanted = call->args[0];

	if (by == BY_ORDINAL)
		return fact_number(call->facts, FACT_PE_EXPORT_ORDINAL, row) == wanted.integer;
	if (name == NULL)
		return 0;
	return by == BY_MATCH ? matches(call, wanted, name->text)
			      : text_eq_nocase(name->text, wanted.text);
}

/* The row of the first function that fits, or `missing` where there is none. */
static struct value find_export(struct module_call *call, enum search_by by, struct value missing)
{
	uint32_t first, count;
	struct value answer;

	if (!pe_needs(call, PART_pe_exports, &answer))
		return answer;
	fact_rows(call->facts, GROUP_PE_EXPORT, 0, &first, &count);
	/* numbers that do not start at 1 are found up to the count only */
	if (by == BY_ORDINAL && (call->args[0].integer == 0 || call->args[0].integer > count))
		return missing;
	for (uint32_t i = 0; i < count; i++) {
		int fits = is_export(call, by, i);

		if (fits < 0)
			return VALUE_OF_UNKNOWN;
		if (fits > 0)
			return value_int(i);
	}
	return missing;
}

static struct value exports(struct module_call *call, enum search_by by)
{
	struct value row = find_export(call, by, value_int(-1));

	return row.kind == VALUE_INT ? value_int(row.integer >= 0) : row;
}

struct value call_pe_exports_name(struct module_call *call)
{
	return exports(call, BY_NAME);
}

struct value call_pe_exports_match(struct module_call *call)
{
	return exports(call, BY_MATCH);
}

struct value call_pe_exports_ordinal(struct module_call *call)
{
	return exports(call, BY_ORDINAL);
}

struct value call_pe_exports_index_name(struct module_call *call)
{
	return find_export(call, BY_NAME, VALUE_OF_UNDEFINED);
}

struct value call_pe_exports_index_ordinal(struct module_call *call)
{
	return find_export(call, BY_ORDINAL, VALUE_OF_UNDEFINED);
}

struct value call_pe_exports_index_match(struct module_call *call)
{
	return find_export(call, BY_MATCH, VALUE_OF_UNDEFINED);
}
