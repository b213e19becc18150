/*
 * Mach-O: Apple's <mach-o/loader.h> and <mach-o/fat.h>.
 *
 * This file identifies Mach-O files, states what all executables have in common
 * and hands out the files of a fat one. What the headers say is read by
 * macho-module.c, for rules of YARA.
 */
#include "format/format.h"
#include "format/parts.h"

enum { MAGIC_BYTES = 4, FAT_HEADER = 8 };
/* Java has the magic number of fat files, and a version of 45 or more behind it. */
enum { ARCHITECTURES_MAX = 40 };
/* Types of sections that have no bytes in the file. */
enum { SECTION_TYPE = 0xff, ZEROFILL = 1, GB_ZEROFILL = 12, THREAD_LOCAL_ZEROFILL = 18 };

#define FAT_MAGIC 0xcafebabeu
#define FAT_MAGIC_64 0xcafebabfu

static bool is_thin(const uint8_t *magic)
{
	static const uint8_t magics[][MAGIC_BYTES] = {
		{0xfe, 0xed, 0xfa, 0xce},
		{0xce, 0xfa, 0xed, 0xfe},
		{0xfe, 0xed, 0xfa, 0xcf},
		{0xcf, 0xfa, 0xed, 0xfe},
	};

	for (size_t i = 0; i < LEN(magics); i++) {
		if (memcmp(magic, magics[i], MAGIC_BYTES) == 0)
			return true;
	}
	return false;
}

static bool is_fat(const uint8_t *header)
{
	const uint32_t magic = get_u32be(header), count = get_u32be(header + MAGIC_BYTES);

	return (magic == FAT_MAGIC || magic == FAT_MAGIC_64) && count > 0 &&
	       count <= ARCHITECTURES_MAX;
}

static int probe(const struct probe *p)
{
	if (p->head_len < FAT_HEADER)
		return 0;
	if (is_thin(p->head))
		return 95;
	return is_fat(p->head) ? 90 : 0;
}

static enum status state_section(struct fact_set *to, const struct fact_set *from, uint32_t row)
{
	const int64_t type = fact_number(from, FACT_MACHO_SECTION_FLAGS, row) & SECTION_TYPE;
	const bool is_empty =
		type == ZEROFILL || type == GB_ZEROFILL || type == THREAD_LOCAL_ZEROFILL;
	const int64_t size = is_empty ? 0 : fact_number(from, FACT_MACHO_SECTION_SIZE, row);
	enum status status = fact_row(to, GROUP_EXE_SECTION);

	if (status == OK)
		status = fact_set_int(to, FACT_EXE_SECTION_OFFSET,
				      fact_number(from, FACT_MACHO_SECTION_OFFSET, row));
	return status == OK ? fact_set_int(to, FACT_EXE_SECTION_SIZE, size) : status;
}

/* The files of a fat one have sections and entry points of their own. */
static enum status facts(struct input *in, struct fact_set *set, struct error *e)
{
	struct fact_set found;

	fact_set_init(&found, set->arena, NULL);
	enum status damage = facts_macho(in, &found, e), status = OK;
	const struct fact *entry = fact_get(&found, FACT_MACHO_ENTRY_POINT, 0);
	for (uint32_t i = 0; status == OK && i < found.groups[GROUP_MACHO_SECTION].len; i++)
		status = state_section(set, &found, i);
	if (status == OK && entry != NULL && (uint64_t)entry->integer < in->size)
		status = fact_set_int(set, FACT_EXE_ENTRY, entry->integer);
	if (status != OK)
		return error_at(e, status, 0, "too many facts");
	return damage;
}

/* An architecture: CPU type 4, subtype 4, offset, size, alignment 4; 4 more when fields are wide.
 */
static enum status hand_out(struct input *in, struct walk *w, bool is_wide, uint32_t index,
			    struct error *e)
{
	uint8_t row[32];
	const size_t width = is_wide ? 32 : 20;
	enum status status = input_exact(in, FAT_HEADER + (uint64_t)index * width, row, width);

	if (status != OK)
		return error_at(e, status, min_u64(FAT_HEADER, in->size), "cut short");
	const uint64_t at = is_wide ? get_u64be(row + 8) : get_u32be(row + 8);
	const uint64_t len = is_wide ? get_u64be(row + 16) : get_u32be(row + 12);
	const struct member m = {.name = {"", 0}, .declared = len};

	if (!range_fits(at, len, in->size))
		return error_at(e, E_TRUNCATED, min_u64(at, in->size), "file cut short");
	/* one that holds the list itself would hold itself */
	if (at < FAT_HEADER)
		return error_at(e, E_MALFORMED, at, "file in front of its list");
	return w->slice(w, &m, at, len);
}

static enum status walk(struct input *in, struct walk *w, struct error *e)
{
	uint8_t header[FAT_HEADER];
	enum status status = input_exact(in, 0, header, sizeof header), first = OK;

	if (status != OK)
		return error_at(e, status, 0, "cut short");
	if (!is_fat(header))
		return OK;
	for (uint32_t i = 0; i < get_u32be(header + MAGIC_BYTES); i++) {
		status = hand_out(in, w, get_u32be(header) == FAT_MAGIC_64, i, e);
		if (status == E_LIMIT || status == E_IO)
			return status;
		first = first != OK ? first : status;
	}
	return first;
}

const struct format format_macho = {
	.name = "macho",
	.mime = "application/x-mach-binary",
	.suffixes = "dylib bundle macho",
	.type = TYPE_MACHO,
	.probe = probe,
	.facts = facts,
	.walk = walk,
};
