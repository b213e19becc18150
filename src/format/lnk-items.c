/*
 * The items that name the target of a shortcut, from the desktop down.
 * [MS-SHLLINK] tells where each item starts and ends; what is inside is told by
 * "Windows Shell Item format specification" of the libfwsi project.
 *
 *	LinkTargetIDList   size 2 | items | 0 0
 *	item               size 2, itself included | class 1 | data
 *
 *	class        data, from the class on
 *	00           10: path; 22: path in UTF-16 when byte 10 is 0
 *	1e 1f        2: GUID
 *	20 to 2f     odd: 1: name of 20 bytes; even: 2: GUID
 *	30 to 3f     12: name, in UTF-16 with bit 2 of the class
 *	40 to 4f     3: path
 *
 * Bit 7 of a class does not count in the last three. A size that says more
 * than is there is taken for what is there.
 */
#include "format/lnk-view.h"

enum { VOLUME = 0x20, FILE_ENTRY = 0x30, NETWORK = 0x40, KIND = 0x70 };
enum { VOLUME_HAS_NAME = 1, FILE_IS_WIDE = 4 };
enum { CONTROL_PANEL_FILE = 0, ROOT_FOLDER = 0x1f, ROOT_FOLDER_TOO = 0x1e };
enum { CONTROL_PANEL = 0x71, CONTROL_PANEL_TOO = 0x70 };

/* From the class on; not empty. */
struct item {
	const uint8_t *data;
	size_t len;
};

static uint8_t type_of(uint8_t class)
{
	const uint8_t kind = class & KIND;

	if (kind == VOLUME || kind == FILE_ENTRY || kind == NETWORK)
		return kind;
	if (class == ROOT_FOLDER_TOO)
		return ROOT_FOLDER;
	return class == CONTROL_PANEL_TOO ? CONTROL_PANEL : class;
}

/* State the text in [at, end), or up to its NUL. */
static enum status state_text(struct lnk *lnk, enum fact_id id, const struct item *item, size_t at,
			      size_t end, bool is_wide)
{
	if (at > end || end > item->len)
		return OK;
	struct lnk_text text = {item->data + at, end - at, is_wide};
	return lnk_state_text(lnk, id, lnk_until_nul(text));
}

static enum status state_guid(struct lnk *lnk, enum fact_id id, const struct item *item)
{
	if (!range_fits(2, LNK_GUID_BYTES, item->len))
		return OK;
	return lnk_state_guid(lnk, id, item->data + 2);
}

static enum status state_path(struct lnk *lnk, const struct item *item)
{
	if (item->len <= 10)
		return OK;
	const bool is_wide = item->data[10] == 0;
	return state_text(lnk, FACT_LNK_ITEM_CPL_FILE_PATH, item, is_wide ? 22 : 10, item->len,
			  is_wide);
}

/* What the class of the item says of its data. */
static enum status state_inside(struct lnk *lnk, const struct item *item)
{
	const uint8_t class = item->data[0];

	switch (type_of(class)) {
	case CONTROL_PANEL_FILE:
		return state_path(lnk, item);
	case ROOT_FOLDER:
		return state_guid(lnk, FACT_LNK_ITEM_ROOT_FOLDER_ID, item);
	case VOLUME:
		if ((class & VOLUME_HAS_NAME) != 0)
			return state_text(lnk, FACT_LNK_ITEM_VOLUME_NAME, item, 1, 21, false);
		return state_guid(lnk, FACT_LNK_ITEM_VOLUME_ID, item);
	case FILE_ENTRY:
		return state_text(lnk, FACT_LNK_ITEM_FILE_ENTRY_NAME, item, 12, item->len,
				  (class & FILE_IS_WIDE) != 0);
	case NETWORK:
		return state_text(lnk, FACT_LNK_ITEM_NETWORK_LOCATION, item, 3, item->len, false);
	default:
		return OK;
	}
}

static enum status state_item(struct lnk *lnk, const struct item *item)
{
	struct str data = {(const char *)item->data + 1, item->len - 1};
	enum status status = fact_row(lnk->facts, GROUP_LNK_ITEM);

	if (status == OK)
		status = fact_set_text(lnk->facts, FACT_LNK_ITEM_DATA, data);
	if (status != OK)
		return error_at(lnk->e, status, 0, "too many facts");
	status = lnk_state_int(lnk, FACT_LNK_ITEM_ITEM_TYPE, type_of(item->data[0]));
	return status == OK ? state_inside(lnk, item) : status;
}

enum status lnk_items(struct lnk *lnk)
{
	struct reader r;
	const uint8_t *bytes;
	enum status status = lnk_read(lnk, lnk->at, 2, &r);

	if (status != OK)
		return status;
	size_t len = (size_t)min_u64(reader_u16le(&r), lnk->size - lnk->at - 2);
	status = lnk_copy(lnk, lnk->at + 2, len, &bytes);
	if (status != OK)
		return status;
	lnk->at += 2 + len;
	r = reader_of(bytes, len);
	while (status == OK && reader_left(&r) >= 2) {
		const size_t size = reader_u16le(&r);

		if (size == 0)
			break;
		struct item item = {.len = min_size(size < 2 ? 0 : size - 2, reader_left(&r))};
		item.data = reader_take(&r, item.len);
		/* without a class it is none */
		if (item.len > 0)
			status = state_item(lnk, &item);
	}
	return status;
}
