/*
 * pe: YARA 4.5, "pe" module. Names are compared in any case of ASCII letters. A text that YARA
 * takes as one of C ends at its first NUL here too.
 */
#include "base/num.h"
#include "digest/digest.h"
#include "module/cache.h"
#include "module/pe-facts.h"

enum { MD5_BYTES = 16, IMPHASH_PIECE = 1024 };

struct hash_run {
	struct digester *digester;
	enum status status;
	size_t len;
	char text[IMPHASH_PIECE];
};

static void flush(struct hash_run *run)
{
	if (run->status == OK)
		run->status = digester_add(run->digester, run->text, run->len);
	run->len = 0;
}

static void add_lower(struct hash_run *run, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (run->len == sizeof run->text)
			flush(run);
		run->text[run->len++] = ascii_lower(text.data[i]);
	}
}

/* A library's name without what follows the last dot, where that tells a library. */
static struct str library_stem(struct str name)
{
	static const struct str suffixes[] = {{".ocx", 4}, {".sys", 4}, {".dll", 4}};
	size_t dot = name.len;

	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	if (dot == 0)
		return name;
	for (size_t i = 0; i < LEN(suffixes); i++) {
		/* it may go on behind that */
		if (text_eq_nocase(str_first(str_from(name, dot - 1), 4), suffixes[i]))
			return str_first(name, dot - 1);
	}
	return name;
}

/* "library.function,…" in lower case. */
static void add_imports(const struct fact_set *facts, struct hash_run *run)
{
	uint32_t libraries, first, functions, row;
	bool is_first = true;

	fact_rows(facts, GROUP_PE_IMPORT, 0, &row, &libraries);
	for (uint32_t i = 0; i < libraries; i++) {
		struct str library = library_stem(fact_text(facts, FACT_PE_IMPORT_LIBRARY, i));

		fact_rows(facts, GROUP_PE_IMPORT_FUNCTION, i, &first, &functions);
		for (uint32_t j = first; j < first + functions; j++) {
			if (!is_first)
				add_lower(run, STR(","));
			is_first = false;
			add_lower(run, library);
			add_lower(run, STR("."));
			add_lower(run, fact_text(facts, FACT_PE_IMPORT_NAME, j));
		}
	}
	flush(run);
}

static bool compute_imphash(const struct fact_set *facts, uint8_t *ret)
{
	struct hash_run run;

	run.len = 0;
	if (digester_new(&run.digester) != OK)
		return false;
	run.status = digester_begin(run.digester, 1u << DIGEST_MD5);
	if (run.status == OK)
		add_imports(facts, &run);
	if (run.status == OK)
		run.status = digester_end(run.digester, DIGEST_MD5, ret);
	digester_free(run.digester);
	return run.status == OK;
}

struct value call_pe_imphash(struct module_call *call)
{
	uint8_t digest[MD5_BYTES];
	char hex[2 * MD5_BYTES + 1];
	struct value answer;

	if (!pe_needs(call, PART_pe_imports, &answer))
		return answer;
	const uint8_t *known =
		module_cache_get(call->facts, FUNCTION_pe_imphash, (struct byte_range){0});
	if (known == NULL) {
		if (!compute_imphash(call->facts, digest))
			return VALUE_OF_UNKNOWN;
		uint8_t *kept = module_cache_put(call->facts, FUNCTION_pe_imphash,
						 (struct byte_range){0}, MD5_BYTES);
		if (kept != NULL)
			memcpy(kept, digest, MD5_BYTES);
		known = digest;
	}
	hex_encode(known, MD5_BYTES, hex);
	struct str text = arena_str(call->arena, str_of(hex));
	return text.data != NULL ? value_text(text) : VALUE_OF_UNKNOWN;
}

struct value call_pe_section_by_name(struct module_call *call)
{
	struct str name = str_until_nul(call->args[0].text);
	uint32_t first, count;
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	fact_rows(call->facts, GROUP_PE_SECTION, 0, &first, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (str_eq(str_until_nul(fact_text(call->facts, FACT_PE_SECTION_NAME, i)), name))
			return value_int(i);
	}
	return VALUE_OF_UNDEFINED;
}

struct value call_pe_section_by_offset(struct module_call *call)
{
	int64_t at = call->args[0].integer;
	uint32_t first, count;
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	fact_rows(call->facts, GROUP_PE_SECTION, 0, &first, &count);
	for (uint32_t i = 0; i < count; i++) {
		int64_t start = fact_number(call->facts, FACT_PE_SECTION_RAW_OFFSET, i);
		int64_t size = fact_number(call->facts, FACT_PE_SECTION_RAW_SIZE, i);

		if (at >= start && at < start + size)
			return value_int(i);
	}
	return VALUE_OF_UNDEFINED;
}

/* Whether a resource's language, masked, is the argument. One without counts as YARA's mark. */
static struct value has_language(struct module_call *call, uint64_t mask)
{
	uint64_t wanted = (uint64_t)call->args[0].integer;
	uint32_t first, count;
	struct value answer;

	if (!pe_needs(call, PART_pe_resources, &answer))
		return answer;
	fact_rows(call->facts, GROUP_PE_RESOURCE, 0, &first, &count);
	for (uint32_t i = 0; i < count; i++) {
		const struct fact *f = fact_get(call->facts, FACT_PE_RESOURCE_LANGUAGE, i);
		uint64_t language = f != NULL ? (uint64_t)f->integer : PE_UNDEFINED_LANGUAGE;

		if ((language & mask) == wanted)
			return value_int(1);
	}
	return value_int(0);
}

struct value call_pe_locale(struct module_call *call)
{
	return has_language(call, 0xffff);
}

struct value call_pe_language(struct module_call *call)
{
	return has_language(call, 0xff);
}

struct value call_pe_is_dll(struct module_call *call)
{
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	/* the flag itself */
	return value_int(fact_number(call->facts, FACT_PE_CHARACTERISTICS, 0) & PE_FLAG_DLL);
}

struct value call_pe_is_64bit(struct module_call *call)
{
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	return value_int(fact_number(call->facts, FACT_PE_MAGIC, 0) == PE_MAGIC_64);
}

struct value call_pe_is_32bit(struct module_call *call)
{
	struct value is_64 = call_pe_is_64bit(call);

	return is_64.kind == VALUE_INT ? value_int(!is_64.integer) : is_64;
}
