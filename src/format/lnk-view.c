#include "format/lnk-view.h"

#include <stdio.h>

#include "base/text.h"

#define REPLACEMENT 0xfffdu

static enum status fail(struct lnk *lnk, enum status status, uint64_t at, const char *what)
{
	return error_at(lnk->e, status, min_u64(at, lnk->size), "%s", what);
}

enum status lnk_copy(struct lnk *lnk, uint64_t at, size_t len, const uint8_t **ret)
{
	struct str bytes;
	enum status status = window_copy(lnk->window, at, len, lnk->facts->arena, &bytes);

	if (status != OK)
		return fail(lnk, status, at, status == E_LIMIT ? "too many facts" : "cut short");
	*ret = (const uint8_t *)bytes.data;
	return OK;
}

enum status lnk_read(struct lnk *lnk, uint64_t at, size_t len, struct reader *ret)
{
	enum status status = window_read(lnk->window, at, len, ret);

	return status == OK ? OK : fail(lnk, status, at, "cut short");
}

enum status lnk_state_int(struct lnk *lnk, enum fact_id id, uint64_t value)
{
	enum status status = fact_set_int(lnk->facts, id, (int64_t)value);

	return status == OK ? OK : fail(lnk, status, 0, "too many facts");
}

/* Write a code point as UTF-8; only its length when `to` is NULL. */
static size_t put_point(char *to, uint32_t point)
{
	const size_t len = 1u + (point > 0x7f) + (point > 0x7ff) + (point > 0xffff);
	static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};

	if (to == NULL)
		return len;
	for (size_t i = len - 1; i > 0; i--) {
		to[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	to[0] = (char)(leads[len] | point);
	return len;
}

/* The code point at *pos, which is moved behind it. */
static uint32_t take_wide(struct lnk_text t, size_t *pos)
{
	uint32_t high = get_u16le(t.data + *pos);

	*pos += 2;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || t.len - *pos < 2)
		return REPLACEMENT;
	uint32_t low = get_u16le(t.data + *pos);
	if (low < 0xdc00 || low > 0xdfff)
		return REPLACEMENT;
	*pos += 2;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static uint32_t take_narrow(struct lnk_text t, size_t *pos)
{
	uint32_t point = REPLACEMENT;
	size_t len = utf8_next((struct str){(const char *)t.data + *pos, t.len - *pos}, &point);

	*pos += len != 0 ? len : 1;
	return len != 0 ? point : REPLACEMENT;
}

/* Write a text as UTF-8; only its length when `to` is NULL. */
static size_t put_text(char *to, struct lnk_text t)
{
	size_t len = 0, end = t.is_wide ? t.len & ~(size_t)1 : t.len;

	for (size_t pos = 0; pos < end;) {
		uint32_t point = t.is_wide ? take_wide(t, &pos) : take_narrow(t, &pos);

		len += put_point(to != NULL ? to + len : NULL, point);
	}
	return len;
}

enum status lnk_state_text(struct lnk *lnk, enum fact_id id, struct lnk_text text)
{
	size_t len = put_text(NULL, text);
	char *to = arena_bytes(lnk->facts->arena, len + 1);

	if (to == NULL)
		return fail(lnk, E_LIMIT, 0, "too many facts");
	put_text(to, text);
	to[len] = '\0';
	enum status status = fact_set_kept(lnk->facts, id, (struct str){to, len});
	return status == OK ? OK : fail(lnk, status, 0, "too many facts");
}

struct lnk_text lnk_until_nul(struct lnk_text text)
{
	const size_t width = text.is_wide ? 2 : 1;

	for (size_t i = 0; i + width <= text.len; i += width) {
		if (text.data[i] == 0 && text.data[i + width - 1] == 0) {
			text.len = i;
			break;
		}
	}
	return text;
}

enum status lnk_state_guid(struct lnk *lnk, enum fact_id id, const uint8_t *guid)
{
	char text[40], tail[13];

	hex_encode(guid + 10, 6, tail);
	snprintf(text, sizeof text, "%08x-%04x-%04x-%02x%02x-%s", get_u32le(guid),
		 get_u16le(guid + 4), get_u16le(guid + 6), guid[8], guid[9], tail);
	enum status status = fact_set_text(lnk->facts, id, str_of(text));
	return status == OK ? OK : fail(lnk, status, 0, "too many facts");
}
