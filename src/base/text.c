#include "base/text.h"

size_t utf8_next(struct str s, uint32_t *ret_point)
{
	const uint8_t *p = (const uint8_t *)s.data;
	uint32_t point, least;
	size_t len;

	if (s.len == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_point = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] < 0xe0) {
		len = 2;
		point = p[0] & 0x1f;
		least = 0x80;
	} else if (p[0] >= 0xe0 && p[0] < 0xf0) {
		len = 3;
		point = p[0] & 0x0f;
		least = 0x800;
	} else if (p[0] >= 0xf0 && p[0] < 0xf5) {
		len = 4;
		point = p[0] & 0x07;
		least = 0x10000;
	} else {
		return 0;
	}
	if (len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (p[i] & 0x3f);
	}
	if (point < least || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	*ret_point = point;
	return len;
}

bool utf8_valid(struct str s)
{
	uint32_t point;

	while (s.len > 0) {
		size_t len = utf8_next(s, &point);

		if (len == 0)
			return false;
		s = str_from(s, len);
	}
	return true;
}

/* Characters that would move the cursor, reorder the line or not be seen. */
static bool is_deceptive(uint32_t point)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00, 0x1f},       /* C0 controls */
		{0x7f, 0x9f},       /* DEL, C1 controls */
		{0xad, 0xad},       /* soft hyphen */
		{0x61c, 0x61c},     /* Arabic letter mark */
		{0x180e, 0x180e},   /* Mongolian vowel separator */
		{0x200b, 0x200f},   /* zero width, direction marks */
		{0x2028, 0x202e},   /* separators, embeddings, overrides */
		{0x2060, 0x206f},   /* invisible operators, isolates */
		{0xfeff, 0xfeff},   /* byte order mark */
		{0xfff9, 0xfffb},   /* interlinear annotation */
		{0xe0000, 0xe007f}, /* tags */
	};

	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
		if (point >= ranges[i].first && point <= ranges[i].last)
			return true;
	}
	return false;
}

static void escape_point(struct buf *to, uint32_t point)
{
	switch (point) {
	case '\n':
		buf_add_str(to, STR("\\n"));
		break;
	case '\r':
		buf_add_str(to, STR("\\r"));
		break;
	case '\t':
		buf_add_str(to, STR("\\t"));
		break;
	default:
		buf_addf(to, point < 0x80 ? "\\x%02x" : "\\u{%x}", (unsigned)point);
	}
}

void text_escape(struct buf *to, struct str s)
{
	uint32_t point;

	while (s.len > 0) {
		size_t len = utf8_next(s, &point);

		if (len == 0) {
			buf_addf(to, "\\x%02x", (unsigned)(uint8_t)s.data[0]);
			len = 1;
		} else if (point == '\\') {
			buf_add_str(to, STR("\\\\"));
		} else if (is_deceptive(point)) {
			escape_point(to, point);
		} else {
			buf_add(to, s.data, len);
		}
		s = str_from(s, len);
	}
}

void text_json(struct buf *to, struct str s)
{
	uint32_t point;

	buf_add_u8(to, '"');
	while (s.len > 0) {
		size_t len = utf8_next(s, &point);

		if (len == 0) {
			buf_add_str(to, STR("\\ufffd"));
			len = 1;
		} else if (point == '"' || point == '\\') {
			buf_addf(to, "\\%c", (int)point);
		} else if (point < 0x10000 && is_deceptive(point)) {
			buf_addf(to, "\\u%04x", (unsigned)point);
		} else {
			buf_add(to, s.data, len);
		}
		s = str_from(s, len);
	}
	buf_add_u8(to, '"');
}

void text_base64(struct buf *to, struct str s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	while (s.len > 0) {
		uint8_t in[3] = {0};
		char out[4];
		size_t n = s.len < sizeof in ? s.len : sizeof in;

		memcpy(in, s.data, n);
		out[0] = digits[in[0] >> 2];
		out[1] = digits[(in[0] & 3) << 4 | in[1] >> 4];
		out[2] = n > 1 ? digits[(in[1] & 15) << 2 | in[2] >> 6] : '=';
		out[3] = n > 2 ? digits[in[2] & 63] : '=';
		buf_add(to, out, sizeof out);
		s = str_from(s, n);
	}
}
