#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

void buf_init(struct buf *b, size_t ceiling)
{
	*b = (struct buf){.ceiling = ceiling};
}

void buf_done(struct buf *b)
{
	free(b->data);
	*b = (struct buf){.ceiling = b->ceiling};
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->bad = false;
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
	if (b->bad || n > b->ceiling - b->len) {
		b->bad = true;
		return NULL;
	}
	size_t need = b->len + n;
	if (need <= b->cap && b->data != NULL)
		return b->data + b->len;
	size_t cap = b->cap > b->ceiling / 2 ? b->ceiling : b->cap * 2;
	if (cap < need)
		cap = need;
	if (cap < 64)
		cap = 64;
	uint8_t *data = realloc(b->data, cap);
	if (data == NULL) {
		b->bad = true;
		return NULL;
	}
	b->data = data;
	b->cap = cap;
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	uint8_t *to = buf_reserve(b, n);

	if (to == NULL || n == 0)
		return;
	memcpy(to, bytes, n);
	b->len += n;
}

void buf_add_zeros(struct buf *b, size_t n)
{
	uint8_t *to = buf_reserve(b, n);

	if (to == NULL || n == 0)
		return;
	memset(to, 0, n);
	b->len += n;
}

void buf_add_str(struct buf *b, struct str s)
{
	buf_add(b, s.data, s.len);
}

void buf_add_u8(struct buf *b, uint8_t v)
{
	buf_add(b, &v, 1);
}

void buf_add_u16le(struct buf *b, uint16_t v)
{
	uint8_t bytes[2];

	put_u16le(bytes, v);
	buf_add(b, bytes, sizeof bytes);
}

void buf_add_u32le(struct buf *b, uint32_t v)
{
	uint8_t bytes[4];

	put_u32le(bytes, v);
	buf_add(b, bytes, sizeof bytes);
}

void buf_add_u64le(struct buf *b, uint64_t v)
{
	uint8_t bytes[8];

	put_u64le(bytes, v);
	buf_add(b, bytes, sizeof bytes);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	/* vsnprintf writes a NUL behind the text: reserve it, do not count it */
	uint8_t *to = len < 0 ? NULL : buf_reserve(b, (size_t)len + 1);
	if (to == NULL) {
		b->bad = true;
		return;
	}
	va_start(args, fmt);
	vsnprintf((char *)to, (size_t)len + 1, fmt, args);
	va_end(args);
	b->len += (size_t)len;
}
