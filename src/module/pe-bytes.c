/*
 * pe: functions over the bytes of the file and of the linker's record. YARA 4.5, "pe" module.
 */
#include "base/num.h"
#include "module/bytes.h"
#include "module/pe-facts.h"

enum { LFANEW_AT = 0x3c, CHECKSUM_AT = 24 + 64, SECTIONS_MAX = 96 };
enum { RAW_GRAIN = 512, PAGE = 4096 };
enum { RICH_HEAD = 16, RICH_ENTRY = 8 };

struct sum {
	uint64_t value, at, skip_at; /* the checksum itself counts as 0 */
};

static void add_words(void *context, const uint8_t *data, size_t len)
{
	struct sum *sum = context;

	/* pieces are of whole words, but for the last one */
	for (size_t i = 0; i < len; i += 4) {
		size_t left = min_size(len - i, 4);
		uint64_t word = 0;

		for (size_t j = 0; j < left; j++)
			word |= (uint64_t)data[i + j] << (8 * j);
		if (sum->at + i == sum->skip_at)
			continue;
		sum->value += word;
		sum->value = (sum->value & UINT32_MAX) + (sum->value >> 32);
	}
	sum->at += len;
}

struct value call_pe_checksum(struct module_call *call)
{
	struct sum sum = {0};
	uint8_t lfanew[4];
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	if (input_exact(call->input, LFANEW_AT, lfanew, sizeof lfanew) != OK)
		return VALUE_OF_UNKNOWN;
	sum.skip_at = (uint64_t)get_u32le(lfanew) + CHECKSUM_AT;
	enum value_kind reached =
		byte_each(call, (struct byte_range){0, call->input->size}, add_words, &sum);
	if (reached != VALUE_INT)
		return (struct value){.kind = reached};
	uint64_t value = (sum.value & 0xffff) + (sum.value >> 16);
	value += value >> 16;
	return value_int((int64_t)((value & 0xffff) + call->input->size));
}

/* Uses of the tools that fit; a NULL fits all. */
static struct value count_rich(struct module_call *call, const struct value *tool,
			       const struct value *version)
{
	const struct fact *clear;
	struct value answer;
	int64_t uses = 0;

	if (!pe_needs(call, PART_pe_rich, &answer))
		return answer;
	clear = fact_get(call->facts, FACT_PE_RICH_CLEAR, 0);
	if (clear == NULL || clear->text.len < RICH_HEAD)
		return VALUE_OF_UNDEFINED;
	struct reader r = reader_of(clear->text.data, clear->text.len);
	reader_skip(&r, RICH_HEAD);
	while (reader_left(&r) >= RICH_ENTRY) {
		uint16_t its_version = reader_u16le(&r), its_tool = reader_u16le(&r);
		uint32_t its_uses = reader_u32le(&r);

		if ((tool == NULL || tool->integer == its_tool) &&
		    (version == NULL || version->integer == its_version))
			uses += its_uses;
	}
	return value_int(uses);
}

struct value call_pe_rich_version(struct module_call *call)
{
	return count_rich(call, NULL, &call->args[0]);
}

struct value call_pe_rich_version_tool(struct module_call *call)
{
	return count_rich(call, &call->args[1], &call->args[0]);
}

struct value call_pe_rich_tool(struct module_call *call)
{
	return count_rich(call, &call->args[0], NULL);
}

struct value call_pe_rich_tool_version(struct module_call *call)
{
	return count_rich(call, &call->args[0], &call->args[1]);
}

/* A section as it lies in the file. */
struct extent {
	uint32_t rva, raw_at, raw_size, virtual_size;
};

static struct extent section_extent(const struct fact_set *facts, uint32_t row)
{
	return (struct extent){
		(uint32_t)fact_number(facts, FACT_PE_SECTION_ADDRESS, row),
		(uint32_t)fact_number(facts, FACT_PE_SECTION_RAW_OFFSET, row),
		(uint32_t)fact_number(facts, FACT_PE_SECTION_RAW_SIZE, row),
		(uint32_t)fact_number(facts, FACT_PE_SECTION_VIRTUAL_SIZE, row),
	};
}

/* Where a section starts, as the loader rounds it. */
static uint32_t round_start(const struct fact_set *facts, uint32_t raw_at)
{
	int64_t align = fact_number(facts, FACT_PE_FILE_ALIGNMENT, 0);
	uint32_t grain = (uint32_t)min_u64((uint64_t)align, RAW_GRAIN);
	uint32_t at = grain == 0 ? raw_at : raw_at - raw_at % grain;
	bool is_paged = fact_number(facts, FACT_PE_SECTION_ALIGNMENT, 0) >= PAGE;

	return is_paged ? at & ~(uint32_t)(RAW_GRAIN - 1) : at;
}

/* The same as pe_offset() of format/pe.h, from facts. */
struct value call_pe_rva_to_offset(struct module_call *call)
{
	uint64_t rva = (uint64_t)call->args[0].integer;
	struct extent found = {0};
	uint32_t lowest = UINT32_MAX, first, count;
	struct value answer;

	if (!pe_needs(call, PART_pe, &answer))
		return answer;
	fact_rows(call->facts, GROUP_PE_SECTION, 0, &first, &count);
	int64_t announced = fact_number(call->facts, FACT_PE_SECTION_COUNT, 0);
	if (count < min_u64((uint64_t)announced, SECTIONS_MAX))
		return VALUE_OF_UNDEFINED;
	for (uint32_t i = 0; i < count; i++) {
		struct extent s = section_extent(call->facts, i);

		lowest = min_u32(lowest, s.rva);
		if (rva < s.rva || s.rva < found.rva ||
		    rva - s.rva >= max_u64(s.virtual_size, s.raw_size))
			continue;
		found = s;
		found.raw_at = round_start(call->facts, s.raw_at);
	}
	if (rva < lowest)
		found = (struct extent){.raw_size = (uint32_t)call->input->size};
	if (rva - found.rva >= found.raw_size)
		return VALUE_OF_UNDEFINED;
	uint64_t offset = found.raw_at + (rva - found.rva);
	return offset < call->input->size ? value_int((int64_t)offset) : VALUE_OF_UNDEFINED;
}
