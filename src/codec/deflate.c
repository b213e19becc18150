/*
 * Raw deflate streams (RFC 1951), as in gzip, zip, PDF and many more; the
 * framing is the format's business. zlib, because it gives back everything
 * that it decoded in front of damage, which faster libraries do not.
 */
#include <stdlib.h>
#include <zlib.h>

#include "codec/codec.h"

enum { CHUNK = 64 * 1024 };

/* On the heap: containers are scanned inside containers, and the stack is small. */
struct state {
	z_stream z;
	uint64_t at; /* offset in the input of the next chunk */
	uint8_t from[CHUNK], to[CHUNK];
};

static enum status refill(struct state *s, struct input *in, struct codec_sink *out,
			  struct error *e)
{
	size_t got;
	enum status status = in->read(in, s->at, s->from, CHUNK, &got);

	if (status != OK)
		return error_at(e, status, s->at, "cannot read");
	if (got == 0)
		return error_at(e, E_TRUNCATED, s->at, "deflate stream cut short");
	s->z.next_in = s->from;
	s->z.avail_in = (uInt)got;
	s->at += got;
	return out->progress(out, got);
}

static enum status drain(struct state *s, struct codec_sink *out)
{
	size_t len = CHUNK - s->z.avail_out;

	s->z.next_out = s->to;
	s->z.avail_out = CHUNK;
	return len > 0 ? out->write(out, s->to, len) : OK;
}

static enum status run(struct state *s, struct input *in, struct codec_sink *out, struct error *e)
{
	for (;;) {
		/* a full output buffer may leave decoded bytes inside zlib: input can wait */
		enum status status = s->z.avail_in == 0 ? refill(s, in, out, e) : OK;
		if (status != OK)
			return status;
		int result;
		do {
			result = inflate(&s->z, Z_NO_FLUSH);
			bool is_full = s->z.avail_out == 0;

			status = drain(s, out);
			if (status != OK)
				return status;
			if (!is_full)
				break;
		} while (result == Z_OK);
		if (result == Z_STREAM_END)
			return OK;
		if (result == Z_MEM_ERROR)
			return error_at(e, E_NOMEM, s->at - s->z.avail_in, "out of memory");
		if (result != Z_OK && result != Z_BUF_ERROR)
			return error_at(e, E_MALFORMED, s->at - s->z.avail_in, "deflate: %s",
					s->z.msg ? s->z.msg : "damaged stream");
	}
}

static enum status decode(struct input *in, uint64_t at, struct codec_sink *out, uint64_t *ret_end,
			  struct error *e)
{
	struct state *s = malloc(sizeof *s);

	if (s == NULL)
		return error_at(e, E_NOMEM, at, "out of memory");
	s->z = (z_stream){.next_out = s->to, .avail_out = CHUNK};
	s->at = at;
	if (inflateInit2(&s->z, -MAX_WBITS) != Z_OK) {
		free(s);
		return error_at(e, E_NOMEM, at, "out of memory");
	}
	enum status status = run(s, in, out, e);
	if (status == OK)
		*ret_end = s->at - s->z.avail_in;
	inflateEnd(&s->z);
	free(s);
	return status;
}

const struct codec codec_deflate = {
	.name = "deflate",
	.decode = decode,
};
