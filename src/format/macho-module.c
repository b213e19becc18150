/*
 * Mach-O as the module "macho" of YARA gives it: Apple's <mach-o/loader.h> and
 * <mach-o/fat.h>, 32 and 64 bits, both byte orders.
 *
 *	one:   header 28 or 32 | load commands: type 4, size 4, ... | ...
 *	fat:   magic 4, count 4 | architectures 20 or 32 each | ... Mach-O files ...
 *
 *	                 32 bits  64 bits
 *	LC_SEGMENT          56       72   followed by its sections
 *	section             68       80
 *
 * Fields of a file are in its own byte order, those of a fat one are big-endian.
 */
#include "format/parts.h"
#include "format/window.h"

#define MAGIC_32 0xfeedfaceu
#define SWAPPED_32 0xcefaedfeu
#define MAGIC_64 0xfeedfacfu
#define SWAPPED_64 0xcffaedfeu
#define FAT_MAGIC 0xcafebabeu
#define FAT_SWAPPED 0xbebafecau
#define FAT_MAGIC_64 0xcafebabfu
#define FAT_SWAPPED_64 0xbfbafecau

#define LC_SEGMENT 0x1u
#define LC_UNIXTHREAD 0x5u
#define LC_SEGMENT_64 0x19u
#define LC_MAIN 0x80000028u

enum { HEADER_32 = 28, HEADER_64 = 32, COMMAND = 8, NAME = 16, THREAD_HEADER = 16, MAIN = 24 };
/* Commands looked at in one object, in all its files. */
enum { COMMANDS_MAX = 1 << 22 };

/*
 * The columns of file[] stand in the order of those of the module itself: a
 * fact of a file is the one of the module plus this.
 */
enum { SHIFT = FACT_MACHO_FILE_MAGIC - FACT_MACHO_MAGIC };
_Static_assert((int)FACT_MACHO_FILE_SECTION_RESERVED3 - (int)FACT_MACHO_SECTION_RESERVED3 == SHIFT,
	       "columns of file[] in another order");
_Static_assert((int)FACT_MACHO_FILE_STACK_SIZE - (int)FACT_MACHO_STACK_SIZE == SHIFT,
	       "columns of file[] in another order");

struct macho {
	struct window *window;
	struct fact_set *facts;
	struct error *e;
	uint64_t size;
	uint32_t commands_left;
};

/* One Mach-O file, which may be part of a fat one. */
struct image {
	struct macho *macho;
	uint64_t start, size; /* in the object */
	unsigned shift;	      /* SHIFT inside a fat file */
	enum fact_group segment_group, section_group;
	bool is_32, is_big;
	uint32_t cputype, command_count;
	uint32_t first_segment;	 /* its row */
	uint32_t segments, rows; /* counted, and those that have rows */
};

struct command {
	uint32_t type, size;
	uint64_t at; /* in the image */
};

static enum status fail(struct macho *m, enum status status, uint64_t at, const char *what)
{
	return error_at(m->e, status, min_u64(at, m->size), "%s", what);
}

static enum status set_int(struct image *im, enum fact_id id, uint64_t value)
{
	enum status status =
		fact_set_int(im->macho->facts, (enum fact_id)(id + im->shift), (int64_t)value);

	return status == OK ? OK : fail(im->macho, status, im->start, "too many facts");
}

/* A text of up to 16 bytes. */
static enum status set_name(struct image *im, enum fact_id id, struct reader *r)
{
	const uint8_t *bytes = reader_take(r, NAME);
	struct str name = {(const char *)bytes, bytes != NULL ? NAME : 0};
	enum status status = fact_set_text(im->macho->facts, (enum fact_id)(id + im->shift),
					   str_until_nul(name));

	return status == OK ? OK : fail(im->macho, status, im->start, "too many facts");
}

static enum status add_row(struct image *im, enum fact_group group)
{
	enum status status = fact_row(im->macho->facts, group);

	return status == OK ? OK : fail(im->macho, status, im->start, "too many facts");
}

static enum status read_at(struct image *im, uint64_t at, size_t len, struct reader *ret)
{
	enum status status = window_read(im->macho->window, im->start + at, len, ret);

	return status == OK ? OK : fail(im->macho, status, im->start + at, "cut short");
}

static uint32_t take_32(const struct image *im, struct reader *r)
{
	return im->is_big ? reader_u32be(r) : reader_u32le(r);
}

static uint64_t take_64(const struct image *im, struct reader *r)
{
	return im->is_big ? reader_u64be(r) : reader_u64le(r);
}

/* A field that is as wide as addresses are. */
static uint64_t take_wide(const struct image *im, struct reader *r, bool is_64)
{
	return is_64 ? take_64(im, r) : take_32(im, r);
}

/* State fields of 32 bits that follow each other and have columns that do. */
static enum status state_fields(struct image *im, struct reader *r, enum fact_id first,
				enum fact_id last)
{
	enum status status = OK;

	for (unsigned id = first; status == OK && id <= last; id++)
		status = set_int(im, (enum fact_id)id, take_32(im, r));
	return status;
}

/* The same of as many fields that are as wide as addresses. */
static enum status state_wide(struct image *im, struct reader *r, bool is_64, enum fact_id first,
			      enum fact_id last)
{
	enum status status = OK;

	for (unsigned id = first; status == OK && id <= last; id++)
		status = set_int(im, (enum fact_id)id, take_wide(im, r, is_64));
	return status;
}

static bool is_swapped(uint32_t magic)
{
	return magic == SWAPPED_32 || magic == SWAPPED_64 || magic == FAT_SWAPPED ||
	       magic == FAT_SWAPPED_64;
}

/* The magic number itself is stated as it stands in the file. */
static enum status state_header(struct image *im)
{
	struct reader r;
	enum status status = read_at(im, 0, HEADER_64, &r);

	if (status != OK)
		return status;
	im->is_32 = r.data[0] == 0xce || r.data[3] == 0xce;
	uint32_t magic = reader_u32le(&r);
	im->is_big = is_swapped(magic);
	struct reader peek = r;
	im->cputype = take_32(im, &peek);
	reader_skip(&peek, 8);
	im->command_count = take_32(im, &peek);
	status = set_int(im, FACT_MACHO_MAGIC, magic);
	if (status == OK)
		status = state_fields(im, &r, FACT_MACHO_CPUTYPE,
				      im->is_32 ? FACT_MACHO_FLAGS : FACT_MACHO_RESERVED);
	return status;
}

static enum status state_section(struct image *im, struct reader *r, bool is_64)
{
	enum status status = add_row(im, im->section_group);

	if (status == OK)
		status = set_name(im, FACT_MACHO_SECTION_SECTNAME, r);
	if (status == OK)
		status = set_name(im, FACT_MACHO_SECTION_SEGNAME, r);
	if (status == OK)
		status = state_wide(im, r, is_64, FACT_MACHO_SECTION_ADDR, FACT_MACHO_SECTION_SIZE);
	if (status == OK)
		status = state_fields(im, r, FACT_MACHO_SECTION_OFFSET,
				      is_64 ? FACT_MACHO_SECTION_RESERVED3
					    : FACT_MACHO_SECTION_RESERVED2);
	return status;
}

/* As many of the sections announced as the command has room for. */
static enum status state_sections(struct image *im, const struct command *c, uint32_t count,
				  bool is_64)
{
	const uint64_t width = is_64 ? 80 : 68, head = is_64 ? 72 : 56;
	enum status status = OK;

	for (uint64_t i = 0; status == OK && i < count && head + (i + 1) * width <= c->size; i++) {
		struct reader r;

		status = read_at(im, c->at + head + i * width, (size_t)width, &r);
		if (status == OK)
			status = state_section(im, &r, is_64);
	}
	return status;
}

/* Rows of segments that were counted and could not be read, when another one follows. */
static enum status add_segment_row(struct image *im)
{
	enum status status = OK;

	while (status == OK && im->rows < im->segments) {
		status = add_row(im, im->segment_group);
		im->rows++;
	}
	return status;
}

static enum status state_segment(struct image *im, const struct command *c, bool is_64)
{
	struct reader r;
	const size_t len = is_64 ? 72 : 56;

	im->segments++;
	if (im->size - c->at < len)
		return OK;
	enum status status = add_segment_row(im);
	if (status == OK)
		status = read_at(im, c->at, len, &r);
	if (status != OK)
		return status;
	reader_skip(&r, COMMAND);
	status = set_name(im, FACT_MACHO_SEGMENT_SEGNAME, &r);
	if (status == OK)
		status = state_wide(im, &r, is_64, FACT_MACHO_SEGMENT_VMADDR,
				    FACT_MACHO_SEGMENT_FSIZE);
	struct reader peek = r;
	reader_skip(&peek, 8);
	uint32_t sections = take_32(im, &peek);
	if (status == OK)
		status = state_fields(im, &r, FACT_MACHO_SEGMENT_MAXPROT, FACT_MACHO_SEGMENT_FLAGS);
	return status == OK ? state_sections(im, c, sections, is_64) : status;
}

static uint64_t segment_value(const struct image *im, enum fact_id id, uint32_t row)
{
	const struct fact *f = fact_get(im->macho->facts, (enum fact_id)(id + im->shift), row);

	return f != NULL ? (uint64_t)f->integer : 0;
}

/* Translate an address with the segments, which must have been stated. */
static enum status state_entry(struct image *im, uint64_t address)
{
	for (uint32_t i = im->first_segment; i < im->first_segment + im->rows; i++) {
		uint64_t start = segment_value(im, FACT_MACHO_SEGMENT_VMADDR, i);
		uint64_t end = start + segment_value(im, FACT_MACHO_SEGMENT_VMSIZE, i);

		if (address >= start && address < end)
			return set_int(im, FACT_MACHO_ENTRY_POINT,
				       segment_value(im, FACT_MACHO_SEGMENT_FILEOFF, i) +
					       (address - start));
	}
	return OK;
}

/* Where the program counter stands in the registers of a thread. */
static const struct registers {
	uint32_t cputype;
	uint16_t bytes, counter;
	bool is_64;
} registers[] = {
	{6, 72, 68, false},	     {7, 64, 40, false},	  {12, 68, 60, false},
	{13, 136, 124, false},	     {14, 76, 4, false},	  {18, 160, 0, false},
	{0x1000007, 168, 128, true}, {0x100000c, 272, 256, true}, {0x1000012, 304, 0, true},
};

/* YARA reads the size of this command as a little-endian number, whatever the file is. */
static enum status state_thread(struct image *im, const struct command *c)
{
	const struct registers *regs = registers, *end = registers + LEN(registers);
	uint64_t room = im->size - c->at;
	struct reader r;

	if (room < THREAD_HEADER)
		return OK;
	enum status status = read_at(im, c->at, THREAD_HEADER, &r);
	if (status != OK)
		return status;
	room = min_u64(room, get_u32le(r.data + 4));
	while (regs < end && regs->cputype != im->cputype)
		regs++;
	if (regs == end || room < (uint64_t)THREAD_HEADER + regs->bytes)
		return OK;
	status = read_at(im, c->at + THREAD_HEADER + regs->counter, regs->is_64 ? 8 : 4, &r);
	return status == OK ? state_entry(im, take_wide(im, &r, regs->is_64)) : status;
}

static enum status state_main(struct image *im, const struct command *c)
{
	struct reader r;

	if (im->size - c->at < MAIN)
		return OK;
	enum status status = read_at(im, c->at, MAIN, &r);
	if (status != OK)
		return status;
	reader_skip(&r, COMMAND);
	status = set_int(im, FACT_MACHO_ENTRY_POINT, take_64(im, &r));
	return status == OK ? set_int(im, FACT_MACHO_STACK_SIZE, take_64(im, &r)) : status;
}

static enum status state_command(struct image *im, const struct command *c, bool segments)
{
	if (segments && (c->type == LC_SEGMENT || c->type == LC_SEGMENT_64))
		return state_segment(im, c, c->type == LC_SEGMENT_64);
	if (!segments && c->type == LC_UNIXTHREAD)
		return state_thread(im, c);
	if (!segments && c->type == LC_MAIN)
		return state_main(im, c);
	return OK;
}

/* The commands, up to the first one that does not fit: segments, or those that need them. */
static enum status walk_commands(struct image *im, bool segments)
{
	struct command c = {.at = im->is_32 ? HEADER_32 : HEADER_64};
	enum status status = OK;

	for (uint32_t i = 0; status == OK && i < im->command_count; i++) {
		struct reader r;

		if (im->size - c.at < COMMAND)
			break;
		if (im->macho->commands_left == 0)
			return fail(im->macho, E_LIMIT, im->start + c.at, "too many commands");
		im->macho->commands_left--;
		status = read_at(im, c.at, COMMAND, &r);
		if (status != OK)
			return status;
		c.type = take_32(im, &r);
		c.size = take_32(im, &r);
		if (c.size < COMMAND || c.size > im->size - c.at)
			break;
		status = state_command(im, &c, segments);
		c.at += c.size;
	}
	return status;
}

static enum status state_image(struct image *im)
{
	struct fact_set *set = im->macho->facts;

	if (im->size < HEADER_64)
		return OK;
	im->first_segment = set->groups[im->segment_group].len;
	enum status status = state_header(im);
	if (status == OK)
		status = walk_commands(im, true);
	if (status == OK)
		status = set_int(im, FACT_MACHO_SEGMENT_COUNT, im->segments);
	return status == OK ? walk_commands(im, false) : status;
}

static enum status state_whole(struct macho *m)
{
	struct image im = {
		.macho = m,
		.size = m->size,
		.segment_group = GROUP_MACHO_SEGMENT,
		.section_group = GROUP_MACHO_SECTION,
	};

	return state_image(&im);
}

struct arch {
	uint32_t cputype, cpusubtype, align;
	uint64_t offset, size;
};

static void take_arch(struct reader *r, bool is_32, struct arch *ret)
{
	ret->cputype = reader_u32be(r);
	ret->cpusubtype = reader_u32be(r);
	ret->offset = is_32 ? reader_u32be(r) : reader_u64be(r);
	ret->size = is_32 ? reader_u32be(r) : reader_u64be(r);
	ret->align = reader_u32be(r);
}

static enum status state_arch(struct macho *m, const struct arch *arch)
{
	const struct {
		enum fact_id id;
		uint64_t value;
	} values[] = {
		{FACT_MACHO_FAT_ARCH_CPUTYPE, arch->cputype},
		{FACT_MACHO_FAT_ARCH_CPUSUBTYPE, arch->cpusubtype},
		{FACT_MACHO_FAT_ARCH_OFFSET, arch->offset},
		{FACT_MACHO_FAT_ARCH_SIZE, arch->size},
		{FACT_MACHO_FAT_ARCH_ALIGN, arch->align},
	};
	enum status status = fact_row(m->facts, GROUP_MACHO_FAT_ARCH);

	for (size_t i = 0; status == OK && i < LEN(values); i++)
		status = fact_set_int(m->facts, values[i].id, (int64_t)values[i].value);
	return status == OK ? OK : fail(m, status, 0, "too many facts");
}

/* The file of architecture `index`. Those before it that are not there have rows, too. */
static enum status state_file(struct macho *m, const struct arch *arch, uint32_t index)
{
	struct image im = {
		.macho = m,
		.start = arch->offset,
		.size = arch->size,
		.shift = SHIFT,
		.segment_group = GROUP_MACHO_FILE_SEGMENT,
		.section_group = GROUP_MACHO_FILE_SECTION,
	};

	if (!range_fits(arch->offset, arch->size, m->size))
		return OK;
	while (m->facts->groups[GROUP_MACHO_FILE].len <= index) {
		enum status status = add_row(&im, GROUP_MACHO_FILE);

		if (status != OK)
			return status;
	}
	return state_image(&im);
}

static enum status state_fat(struct macho *m)
{
	struct reader r;
	enum status status = window_read(m->window, 0, 8, &r);

	if (status != OK)
		return fail(m, status, 0, "header cut short");
	bool is_32 = r.data[3] == 0xbe;
	const size_t width = is_32 ? 20 : 32;
	uint32_t magic = reader_u32be(&r), count = reader_u32be(&r);
	status = fact_set_int(m->facts, FACT_MACHO_FAT_MAGIC, magic);
	if (status == OK)
		status = fact_set_int(m->facts, FACT_MACHO_NFAT_ARCH, count);
	if (status != OK)
		return fail(m, status, 0, "too many facts");
	if (!range_fits(8, (uint64_t)count * width, m->size))
		return fail(m, E_TRUNCATED, 8, "architectures cut short");
	for (uint32_t i = 0; status == OK && i < count; i++) {
		struct arch arch;

		status = window_read(m->window, 8 + (uint64_t)i * width, width, &r);
		if (status != OK)
			return fail(m, status, 8, "architectures cut short");
		take_arch(&r, is_32, &arch);
		status = state_arch(m, &arch);
		if (status == OK)
			status = state_file(m, &arch, i);
	}
	return status;
}

enum status facts_macho(struct input *in, struct fact_set *set, struct error *e)
{
	struct macho m = {.facts = set, .e = e, .size = in->size, .commands_left = COMMANDS_MAX};
	struct reader r;

	m.window = window_new(set->arena, in);
	if (m.window == NULL)
		return fail(&m, E_LIMIT, 0, "too many facts");
	enum status status = window_read(m.window, 0, 4, &r);
	if (status != OK)
		return fail(&m, status == E_TRUNCATED ? E_UNSUPPORTED : status, 0,
			    "no Mach-O file");
	switch (reader_u32le(&r)) {
	case MAGIC_32:
	case SWAPPED_32:
	case MAGIC_64:
	case SWAPPED_64:
		return state_whole(&m);
	case FAT_MAGIC:
	case FAT_SWAPPED:
	case FAT_MAGIC_64:
	case FAT_SWAPPED_64:
		return state_fat(&m);
	default:
		return fail(&m, E_UNSUPPORTED, 0, "no Mach-O file");
	}
}
