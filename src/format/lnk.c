/*
 * Shortcuts of Windows as the module "lnk" of YARA-X gives them: [MS-SHLLINK].
 *
 *	header 76 | LinkTargetIDList | LinkInfo | up to 5 texts | blocks | overlay
 *
 *	LinkInfo   size 4, header size 4, flags 4, offsets of the volume 4, the path 4,
 *	           the link in the network 4, the end of the path 4; with a header of 36 bytes
 *	           or more also of both paths in UTF-16
 *	VolumeID   size 4, type of drive 4, serial number 4, offset of the label 4; that of
 *	           a label in UTF-16 follows when it is 20
 *	text       characters 2 | characters of 1 or 2 bytes
 *	block      size 4, itself included | signature 4 | data; a size below 4 ends them
 *
 * All numbers are little-endian. Flags of the header tell which of the parts
 * are there. The first part that is cut short ends it all.
 */
#include "format/lnk-view.h"
#include "format/parts.h"

enum { HEADER_BYTES = 76, INFO_BYTES = 28, WIDE_INFO_BYTES = 36, VOLUME_BYTES = 16 };
enum { HAS_ITEMS = 1, HAS_INFO = 2, IS_WIDE = 0x80 };
enum { INFO_HAS_VOLUME = 1, INFO_HAS_NETWORK = 2, LABEL_IS_WIDE = 20 };
/* Windows takes no more characters of the texts that are paths, whatever their size says. */
enum { PATH_CHARACTERS = 260 };
/* Bytes of a text without a size that are looked at: more than a path can have. */
enum { TEXT_BYTES_MAX = 1 << 16 };
/* Blocks that are looked at. Eleven are specified, each once. */
enum { BLOCKS_MAX = 4096 };
enum { TRACKER_BYTES = 88, MACHINE_BYTES = 16 };

#define TRACKER_SIGNATURE 0xa0000003u
/* Seconds from 1601 to 1970. */
#define EPOCH 11644473600u

static const uint8_t start[20] = {0x4c, 0, 0,	 0, 1, 0x14, 2, 0, 0, 0,
				  0,	0, 0xc0, 0, 0, 0,    0, 0, 0, 0x46};

/* Undefined before 1970. */
static enum status state_time(struct lnk *lnk, enum fact_id id, struct reader *r)
{
	uint64_t seconds = reader_u64le(r) / 10000000;

	return seconds >= EPOCH ? lnk_state_int(lnk, id, seconds - EPOCH) : OK;
}

/* Values of enumerations have 31 bits. */
static enum status state_choice(struct lnk *lnk, enum fact_id id, uint32_t value)
{
	return value <= INT32_MAX ? lnk_state_int(lnk, id, value) : OK;
}

static enum status state_header(struct lnk *lnk)
{
	struct reader r;
	enum status status = window_read(lnk->window, 0, HEADER_BYTES, &r);

	if (status != OK && status != E_TRUNCATED)
		return error_at(lnk->e, status, 0, "cannot read");
	bool is_lnk = status == OK && memcmp(r.data, start, sizeof start) == 0;
	status = lnk_state_int(lnk, FACT_LNK_IS_LNK, is_lnk);
	if (status != OK || !is_lnk)
		return status != OK ? status : error_at(lnk->e, E_UNSUPPORTED, 0, "no shortcut");
	reader_skip(&r, sizeof start);
	lnk->flags = reader_u32le(&r);
	lnk->at = HEADER_BYTES;
	status = lnk_state_int(lnk, FACT_LNK_FILE_ATTRIBUTES, reader_u32le(&r));
	if (status == OK)
		status = state_time(lnk, FACT_LNK_CREATION_TIME, &r);
	if (status == OK)
		status = state_time(lnk, FACT_LNK_ACCESS_TIME, &r);
	if (status == OK)
		status = state_time(lnk, FACT_LNK_WRITE_TIME, &r);
	if (status == OK)
		status = lnk_state_int(lnk, FACT_LNK_FILE_SIZE, reader_u32le(&r));
	if (status == OK)
		status = lnk_state_int(lnk, FACT_LNK_ICON_INDEX, reader_u32le(&r));
	return status == OK ? state_choice(lnk, FACT_LNK_SHOW_COMMAND, reader_u32le(&r)) : status;
}

/* A part of the file. */
struct span {
	uint64_t at, size;
};

/* State the text that starts at `offset` and ends before its NUL or with the part. */
static enum status state_inner(struct lnk *lnk, enum fact_id id, struct span in, uint32_t offset,
			       bool is_wide)
{
	struct lnk_text text = {.is_wide = is_wide};

	if (offset > in.size)
		return OK;
	text.len = (size_t)min_u64(in.size - offset, TEXT_BYTES_MAX);
	enum status status = lnk_copy(lnk, in.at + offset, text.len, &text.data);
	return status == OK ? lnk_state_text(lnk, id, lnk_until_nul(text)) : status;
}

/* `rest` reaches from the volume to the end of the LinkInfo. One that is cut short is no failure.
 */
static enum status state_volume(struct lnk *lnk, struct span rest)
{
	struct span volume = {.at = rest.at};
	struct reader r;

	if (rest.size < VOLUME_BYTES)
		return OK;
	enum status status = lnk_read(lnk, rest.at, VOLUME_BYTES, &r);
	if (status != OK)
		return status;
	volume.size = reader_u32le(&r);
	uint32_t drive = reader_u32le(&r), serial = reader_u32le(&r), label = reader_u32le(&r);
	status = state_choice(lnk, FACT_LNK_DRIVE_TYPE, drive);
	if (status == OK)
		status = lnk_state_int(lnk, FACT_LNK_DRIVE_SERIAL_NUMBER, serial);
	if (status != OK || volume.size > rest.size)
		return status;
	if (label != LABEL_IS_WIDE)
		return state_inner(lnk, FACT_LNK_VOLUME_LABEL, rest, label, false);
	if (rest.size < VOLUME_BYTES + 4)
		return OK;
	status = lnk_read(lnk, rest.at + VOLUME_BYTES, 4, &r);
	if (status != OK)
		return status;
	return state_inner(lnk, FACT_LNK_VOLUME_LABEL, volume, reader_u32le(&r), true);
}

/* One of the paths, in UTF-16 when that has an offset. */
static enum status state_path(struct lnk *lnk, enum fact_id id, struct span info, uint32_t narrow,
			      uint32_t wide)
{
	return state_inner(lnk, id, info, wide != 0 ? wide : narrow, wide != 0);
}

static enum status state_info(struct lnk *lnk)
{
	struct span info = {.at = lnk->at};
	uint32_t wide_path = 0, wide_suffix = 0;
	struct reader r;
	enum status status = lnk_read(lnk, lnk->at, INFO_BYTES, &r);

	if (status != OK)
		return status;
	info.size = reader_u32le(&r);
	uint32_t header = reader_u32le(&r), flags = reader_u32le(&r), volume = reader_u32le(&r);
	uint32_t path = reader_u32le(&r);
	reader_skip(&r, 4);
	uint32_t suffix = reader_u32le(&r);
	if (header >= WIDE_INFO_BYTES) {
		status = lnk_read(lnk, lnk->at + INFO_BYTES, 8, &r);
		if (status != OK)
			return status;
		wide_path = reader_u32le(&r);
		wide_suffix = reader_u32le(&r);
	}
	if (!range_fits(info.at, info.size, lnk->size))
		return error_at(lnk->e, E_TRUNCATED, info.at, "LinkInfo cut short");
	lnk->at += info.size;
	if ((flags & INFO_HAS_VOLUME) != 0 && volume <= info.size)
		status = state_volume(lnk, (struct span){info.at + volume, info.size - volume});
	if (status == OK && (flags & INFO_HAS_VOLUME) != 0)
		status = state_path(lnk, FACT_LNK_LOCAL_BASE_PATH, info, path, wide_path);
	if (status == OK && (flags & INFO_HAS_NETWORK) != 0)
		status = state_path(lnk, FACT_LNK_COMMON_PATH_SUFFIX, info, suffix, wide_suffix);
	return status;
}

/* A text with a size; in UTF-16 it ends before its NUL. */
static enum status state_sized(struct lnk *lnk, enum fact_id id, uint16_t most)
{
	struct lnk_text text = {.is_wide = (lnk->flags & IS_WIDE) != 0};
	struct reader r;
	enum status status = lnk_read(lnk, lnk->at, 2, &r);

	if (status != OK)
		return status;
	text.len = (size_t)min_u32(reader_u16le(&r), most) * (text.is_wide ? 2 : 1);
	status = lnk_copy(lnk, lnk->at + 2, text.len, &text.data);
	if (status != OK)
		return status;
	lnk->at += 2 + text.len;
	return lnk_state_text(lnk, id, text.is_wide ? lnk_until_nul(text) : text);
}

static enum status state_texts(struct lnk *lnk)
{
	static const struct {
		uint32_t flag;
		enum fact_id id;
		uint16_t most;
	} texts[] = {
		{0x04, FACT_LNK_NAME, PATH_CHARACTERS},
		{0x08, FACT_LNK_RELATIVE_PATH, PATH_CHARACTERS},
		{0x10, FACT_LNK_WORKING_DIR, PATH_CHARACTERS},
		{0x20, FACT_LNK_CMD_LINE_ARGS, UINT16_MAX},
		{0x40, FACT_LNK_ICON_LOCATION, PATH_CHARACTERS},
	};
	enum status status = OK;

	for (size_t i = 0; status == OK && i < LEN(texts); i++) {
		if ((lnk->flags & texts[i].flag) != 0)
			status = state_sized(lnk, texts[i].id, texts[i].most);
	}
	return status;
}

static enum status state_tracker(struct lnk *lnk, uint64_t at)
{
	static const enum fact_id ids[] = {
		FACT_LNK_TRACKER_DATA_DROID_VOLUME_ID,
		FACT_LNK_TRACKER_DATA_DROID_FILE_ID,
		FACT_LNK_TRACKER_DATA_DROID_BIRTH_VOLUME_ID,
		FACT_LNK_TRACKER_DATA_DROID_BIRTH_FILE_ID,
	};
	struct reader r;
	enum status status = lnk_read(lnk, at, TRACKER_BYTES, &r);

	if (status != OK)
		return status;
	reader_skip(&r, 4); /* its length, once more */
	status = lnk_state_int(lnk, FACT_LNK_TRACKER_DATA_VERSION, reader_u32le(&r));
	struct lnk_text machine = {reader_take(&r, MACHINE_BYTES), MACHINE_BYTES, false};
	if (status == OK)
		status = lnk_state_text(lnk, FACT_LNK_TRACKER_DATA_MACHINE_ID,
					lnk_until_nul(machine));
	for (size_t i = 0; status == OK && i < LEN(ids); i++)
		status = lnk_state_guid(lnk, ids[i], reader_take(&r, LNK_GUID_BYTES));
	return status;
}

/* Go behind the blocks; of several with tracker data *ret_tracker is the last one, or 0. */
static enum status skip_blocks(struct lnk *lnk, uint64_t *ret_tracker)
{
	for (unsigned i = 0; i < BLOCKS_MAX; i++) {
		struct reader r;
		enum status status = lnk_read(lnk, lnk->at, 4, &r);

		if (status != OK)
			return status;
		uint32_t size = reader_u32le(&r);
		if (size < 4) {
			lnk->at += 4;
			return OK;
		}
		if (!range_fits(lnk->at, size, lnk->size))
			return error_at(lnk->e, E_TRUNCATED, lnk->at, "block cut short");
		if (size >= 8 + TRACKER_BYTES) {
			status = lnk_read(lnk, lnk->at + 4, 4, &r);
			if (status != OK)
				return status;
			if (reader_u32le(&r) == TRACKER_SIGNATURE)
				*ret_tracker = lnk->at + 8;
		}
		lnk->at += size;
	}
	return error_at(lnk->e, E_MALFORMED, lnk->at, "too many blocks");
}

/* Without the block that ends them nothing is known of an overlay. */
static enum status state_blocks(struct lnk *lnk)
{
	uint64_t tracker = 0;
	enum status first = skip_blocks(lnk, &tracker), status = OK;

	if (tracker != 0)
		status = state_tracker(lnk, tracker);
	if (first == OK && status == OK)
		status = lnk_state_int(lnk, FACT_LNK_OVERLAY_SIZE, lnk->size - lnk->at);
	if (first == OK && status == OK && lnk->at < lnk->size)
		status = lnk_state_int(lnk, FACT_LNK_OVERLAY_OFFSET, lnk->at);
	return status != OK ? status : first;
}

enum status facts_lnk(struct input *in, struct fact_set *set, struct error *e)
{
	struct lnk lnk = {.facts = set, .e = e, .size = in->size};

	lnk.window = window_new(set->arena, in);
	if (lnk.window == NULL)
		return error_at(e, E_LIMIT, 0, "too many facts");
	enum status status = state_header(&lnk);
	if (status == OK && (lnk.flags & HAS_ITEMS) != 0)
		status = lnk_items(&lnk);
	if (status == OK && (lnk.flags & HAS_INFO) != 0)
		status = state_info(&lnk);
	if (status == OK)
		status = state_texts(&lnk);
	return status == OK ? state_blocks(&lnk) : status;
}
