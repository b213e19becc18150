#include "cell/wire-parts.h"

#include <string.h>

void wire_begin(struct buf *to, enum message type, size_t count)
{
	buf_clear(to);
	buf_add_u8(to, WIRE_VERSION);
	buf_add_u8(to, (uint8_t)type);
	buf_add_u16le(to, (uint16_t)count);
}

void wire_put_texts(struct buf *to, const struct str *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add_u16le(to, (uint16_t)texts[i].len);
	for (size_t i = 0; i < count; i++)
		buf_add_str(to, texts[i]);
}

struct reader wire_open(struct str message, enum message type, uint32_t most, uint32_t *ret_count)
{
	struct reader r = reader_of(message.data, message.len);

	if (reader_u8(&r) != WIRE_VERSION || reader_u8(&r) != type)
		r.bad = true;
	*ret_count = reader_u16le(&r);
	if (*ret_count == 0 || *ret_count > most)
		r.bad = true;
	return r;
}

enum status wire_close(const struct reader *r)
{
	return r->bad || r->pos != r->len ? E_MALFORMED : OK;
}

uint8_t wire_below(struct reader *r, unsigned end)
{
	uint8_t v = reader_u8(r);

	if (v >= end)
		r->bad = true;
	return r->bad ? 0 : v;
}

bool wire_bool(struct reader *r)
{
	return wire_below(r, 2) == 1;
}

struct str wire_text(struct reader *r, size_t len)
{
	const uint8_t *p = reader_take(r, len);

	if (p == NULL || memchr(p, 0, len) != NULL) {
		r->bad = true;
		return STR("");
	}
	return (struct str){(const char *)p, len};
}

void wire_chars(struct reader *r, size_t len, char *to, size_t room)
{
	if (len >= room)
		r->bad = true;
	struct str text = wire_text(r, r->bad ? 0 : len);

	memcpy(to, text.data, text.len);
	to[text.len] = '\0';
}

struct str wire_bytes(struct reader *r, size_t len)
{
	const uint8_t *p = reader_take(r, len);

	return p != NULL ? (struct str){(const char *)p, len} : STR("");
}
