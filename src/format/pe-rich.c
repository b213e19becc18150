/*
 * PE: the record that Microsoft's linker leaves between the DOS program and the
 * header, of the tools whose work it linked.
 *
 *	'DanS' ^ key (4), key (4), key (4), key (4)
 *	    for each tool: its build (2) and number (2), uses (4), all ^ key
 *	'Rich' (4), key (4)
 */
#include "format/parts.h"
#include "format/pe.h"

enum { DOS_BYTES = 64, HEAD_BYTES = 16, ENTRY_BYTES = 8 };
enum { RICH = 0x68636952, DANS = 0x536e6144 };

/*
 * The last word at or before `from` that is `want` when combined with `key`,
 * looked for in steps of a word, behind the DOS header. 0: none.
 */
static uint64_t find_back(struct pe *pe, uint64_t from, uint32_t want, uint32_t key)
{
	uint64_t left = from < DOS_BYTES ? 0 : (from - DOS_BYTES) / 4 + 1;
	struct reader r;

	while (left > 0) {
		size_t words = (size_t)min_u64(left, WINDOW_BYTES / 4);
		uint64_t start = from + 4 - words * 4;

		if (!pe_table(pe, start, words * 4, &r))
			return 0;
		for (size_t i = words; i > 0; i--) {
			if ((get_u32le(r.data + (i - 1) * 4) ^ key) == want)
				return start + (i - 1) * 4;
		}
		from -= words * 4;
		left -= words;
	}
	return 0;
}

/* State a record of `len` bytes at `at`. */
static void state_record(struct pe *pe, uint64_t at, size_t len, uint32_t key)
{
	struct str raw;

	if (!pe_bytes(pe, at, len, &raw))
		return;
	uint8_t *clear = arena_bytes(pe->set->arena, len);
	uint8_t *versions = arena_bytes(pe->set->arena, len);
	if (clear == NULL || versions == NULL) {
		pe->status = E_LIMIT;
		return;
	}
	size_t versions_len = 0;
	for (size_t i = 0; i + 4 <= len; i += 4) {
		put_u32le(clear + i, get_u32le((const uint8_t *)raw.data + i) ^ key);
		/* whole entries */
		if (i < HEAD_BYTES || i % ENTRY_BYTES != 0 || i + ENTRY_BYTES > len)
			continue;
		memcpy(versions + versions_len, clear + i, 4);
		versions_len += 4;
	}
	pe_state(pe, FACT_PE_RICH_OFFSET, (int64_t)at);
	pe_state(pe, FACT_PE_RICH_LENGTH, (int64_t)len);
	pe_state(pe, FACT_PE_RICH_KEY, key);
	pe_state_text(pe, FACT_PE_RICH_RAW, raw);
	pe_state_text(pe, FACT_PE_RICH_CLEAR, (struct str){(const char *)clear, len});
	if (len >= HEAD_BYTES)
		pe_state_text(pe, FACT_PE_RICH_VERSIONS,
			      (struct str){(const char *)versions, versions_len});
}

enum status facts_pe_rich(struct input *in, struct fact_set *set, struct error *e)
{
	struct pe pe;
	struct reader r;
	enum status status = pe_open(&pe, in, set, e);

	if (status != OK)
		return status;
	uint64_t end = pe.header_at < 4 ? 0 : find_back(&pe, pe.header_at - 4, RICH, 0);
	if (end == 0 || !pe_table(&pe, end + 4, 4, &r))
		return pe_close(&pe);
	uint32_t key = get_u32le(r.data);
	uint64_t start = key == 0 ? 0 : find_back(&pe, end - 4, DANS, key);
	if (start != 0)
		state_record(&pe, start, (size_t)(end - start), key);
	return pe_close(&pe);
}
