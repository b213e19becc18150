/*
 * Making compressed test data.
 */
#pragma once

#include <stdlib.h>
#include <zlib.h>

#include "base/buf.h"

/* Append `data` as a raw deflate stream. */
static inline void pack_deflate(struct buf *to, const void *data, size_t len)
{
	z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)len};

	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size_t most = deflateBound(&z, len);
	z.next_out = buf_reserve(to, most);
	z.avail_out = (uInt)most;
	if (z.next_out == NULL || deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	to->len += most - z.avail_out;
	deflateEnd(&z);
}

/* Append `data` as a member of a gzip file; `name` may be "". */
static inline void pack_gzip(struct buf *to, const char *name, const void *data, size_t len)
{
	static const uint8_t plain[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
	size_t start = to->len;

	buf_add(to, plain, sizeof plain);
	if (name[0] != '\0') {
		to->data[start + 3] = 8;
		buf_add(to, name, strlen(name) + 1);
	}
	pack_deflate(to, data, len);
	buf_add_u32le(to, (uint32_t)crc32_z(0, data, len));
	buf_add_u32le(to, (uint32_t)len);
}
