/*
 * gzip (RFC 1952): a header, a deflate stream and a trailer, any number of
 * times. What comes out is one object, as every unpacker has it: the streams
 * one behind the other.
 *
 *	 0  1f 8b     magic
 *	 2  08        method: deflate
 *	 3  flags     TEXT 1, HCRC 2, EXTRA 4, NAME 8, COMMENT 16; the rest are 0
 *	 4  mtime (4), extra flags (1), system (1)
 *	10  [EXTRA: length (2), bytes] [NAME, 0] [COMMENT, 0] [HCRC: CRC-16 of the header]
 *	    deflate stream (RFC 1951)
 *	    CRC-32 of the data (4), its length modulo 2^32 (4)
 *
 * Zeros behind the last member are padding (tapes). Anything else there is no
 * part of the object and handed out as a piece of its own.
 */
#include <zlib.h>

#include "codec/codec.h"
#include "format/format.h"

enum { HEADER_BYTES = 10, TRAILER_BYTES = 8, NAME_MAX_BYTES = 255 };
enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

/* Steps through the parts of a header, which have no bound in length. */
struct cursor {
	struct input *in;
	struct walk *w;
	uint64_t at; /* of block[0] */
	size_t pos, len, summed;
	uint32_t crc; /* of everything in front of block[summed] */
	uint8_t block[1024];
};

struct gzip {
	struct codec_sink out;
	struct input *in;
	struct walk *w;
	struct error damage; /* the first; what is behind it may still be read */
	uint32_t crc;	     /* of the current member, and the length of its data */
	uint64_t len;
	char name[NAME_MAX_BYTES]; /* of the current member */
	size_t name_len;
};

static bool is_header(const uint8_t *h)
{
	return h[0] == 0x1f && h[1] == 0x8b && h[2] == 8 && (h[3] & FLAGS_RESERVED) == 0;
}

static int probe(const struct probe *p)
{
	if (p->head_len < HEADER_BYTES || !is_header(p->head))
		return 0;
	/* without optional parts the stream follows at once: 3 is no type of a block */
	if (p->head[3] == 0 && p->head_len > HEADER_BYTES && (p->head[10] >> 1 & 3) == 3)
		return 0;
	return 90;
}

static void sum_header(struct cursor *c)
{
	c->crc = (uint32_t)crc32_z(c->crc, c->block + c->summed, c->pos - c->summed);
	c->summed = c->pos;
}

static enum status fill(struct cursor *c, struct error *e)
{
	sum_header(c);
	c->at += c->len;
	c->pos = c->len = c->summed = 0;
	enum status status = c->in->read(c->in, c->at, c->block, sizeof c->block, &c->len);
	if (status != OK)
		return error_at(e, status, c->at, "cannot read");
	if (c->len == 0)
		return error_at(e, E_TRUNCATED, c->at, "gzip header cut short");
	return c->w->tick(c->w, c->len);
}

static enum status next_byte(struct cursor *c, uint8_t *ret, struct error *e)
{
	enum status status = c->pos == c->len ? fill(c, e) : OK;

	if (status == OK)
		*ret = c->block[c->pos++];
	return status;
}

static enum status next_u16(struct cursor *c, uint16_t *ret, struct error *e)
{
	uint8_t b[2];
	enum status status = next_byte(c, &b[0], e);

	if (status == OK)
		status = next_byte(c, &b[1], e);
	if (status == OK)
		*ret = get_u16le(b);
	return status;
}

static enum status skip_extra(struct cursor *c, struct error *e)
{
	uint16_t len;
	uint8_t byte;
	enum status status = next_u16(c, &len, e);

	for (; status == OK && len > 0; len--)
		status = next_byte(c, &byte, e);
	return status;
}

/* A text up to its NUL; the first NAME_MAX_BYTES bytes are kept. */
static enum status take_text(struct cursor *c, char *to, size_t *ret_len, struct error *e)
{
	size_t len = 0;
	uint8_t byte;
	enum status status;

	while ((status = next_byte(c, &byte, e)) == OK && byte != 0) {
		if (len < NAME_MAX_BYTES)
			to[len++] = (char)byte;
	}
	if (status == OK)
		*ret_len = len;
	return status;
}

static enum status take_optional(struct gzip *g, struct cursor *c, unsigned flags)
{
	char comment[NAME_MAX_BYTES];
	size_t comment_len;
	enum status status = OK;

	if ((flags & FLAG_EXTRA) != 0)
		status = skip_extra(c, &g->damage);
	if (status == OK && (flags & FLAG_NAME) != 0)
		status = take_text(c, g->name, &g->name_len, &g->damage);
	if (status == OK && (flags & FLAG_COMMENT) != 0)
		status = take_text(c, comment, &comment_len, &g->damage);
	return status;
}

/* A wrong checksum of the header loses nothing: it is noted, no more. */
static enum status check_header(struct gzip *g, struct cursor *c)
{
	uint16_t stated;

	sum_header(c);
	uint16_t sum = (uint16_t)c->crc;
	enum status status = next_u16(c, &stated, &g->damage);
	if (status == OK && stated != sum)
		error_at(&g->damage, E_MALFORMED, c->at + c->pos - 2, "header checksum is wrong");
	return status;
}

/* The header at `at`; *ret_end is where its stream starts. */
static enum status parse_header(struct gzip *g, uint64_t at, uint64_t *ret_end)
{
	struct cursor c = {.in = g->in, .w = g->w, .at = at};
	uint8_t h[HEADER_BYTES];
	enum status status = OK;

	g->name_len = 0;
	for (size_t i = 0; status == OK && i < sizeof h; i++)
		status = next_byte(&c, &h[i], &g->damage);
	if (status == OK && !is_header(h))
		status = error_at(&g->damage, E_MALFORMED, at, "no gzip header");
	if (status == OK)
		status = take_optional(g, &c, h[3]);
	if (status == OK && (h[3] & FLAG_HCRC) != 0)
		status = check_header(g, &c);
	if (status == OK)
		*ret_end = c.at + c.pos;
	return status;
}

static enum status on_write(struct codec_sink *out, const void *data, size_t len)
{
	struct gzip *g = (struct gzip *)out;
	enum status status = g->w->tick(g->w, len);

	g->crc = (uint32_t)crc32_z(g->crc, data, len);
	g->len += len;
	return status == OK ? g->w->write(g->w, data, len) : status;
}

static enum status on_progress(struct codec_sink *out, size_t len)
{
	struct gzip *g = (struct gzip *)out;

	return g->w->tick(g->w, len);
}

/* A wrong checksum is noted, and the next member is still read. */
static enum status check_trailer(struct gzip *g, uint64_t at)
{
	uint8_t t[TRAILER_BYTES];
	enum status status = input_exact(g->in, at, t, sizeof t);

	if (status != OK)
		return error_at(&g->damage, status, at, "gzip trailer cut short");
	if (get_u32le(t) != g->crc)
		error_at(&g->damage, E_MALFORMED, at, "checksum of the data is wrong");
	else if (get_u32le(t + 4) != (uint32_t)g->len)
		error_at(&g->damage, E_MALFORMED, at + 4, "length of the data is wrong");
	return OK;
}

/* Whether another member starts at `at`; a failed read says no and is met again later. */
static bool has_member(struct input *in, uint64_t at)
{
	uint8_t h[HEADER_BYTES];

	return input_exact(in, at, h, sizeof h) == OK && is_header(h);
}

/* All members from the stream at `at` on; *ret_end is the end of the last one. */
static enum status unpack(struct gzip *g, uint64_t at, uint64_t *ret_end)
{
	for (;;) {
		uint64_t end;

		g->crc = 0;
		g->len = 0;
		enum status status = codec_deflate.decode(g->in, at, &g->out, &end, &g->damage);
		if (status == OK)
			status = check_trailer(g, end);
		if (status != OK)
			return status;
		end += TRAILER_BYTES;
		if (!has_member(g->in, end)) {
			*ret_end = end;
			return OK;
		}
		status = parse_header(g, end, &at);
		if (status != OK)
			return status;
	}
}

/*
 * Go over zeros. *ret_at is the size of the input when nothing else comes. Not
 * inlined: walks stand on the stack inside each other, and the block is done by then.
 */
__attribute__((noinline)) static enum status skip_padding(struct gzip *g, uint64_t at,
							  uint64_t *ret_at)
{
	uint8_t block[4096];
	size_t got, zeros;

	do {
		enum status status = g->in->read(g->in, at, block, sizeof block, &got);
		if (status != OK)
			return error_at(&g->damage, status, at, "cannot read");
		for (zeros = 0; zeros < got && block[zeros] == 0; zeros++)
			;
		at += zeros;
		status = g->w->tick(g->w, got);
		if (status != OK)
			return status;
	} while (got > 0 && zeros == got);
	*ret_at = at;
	return OK;
}

/* What is neither a member nor padding. */
static enum status hand_out_rest(struct gzip *g, uint64_t at)
{
	struct member m = {.name = STR("")};
	enum status status = skip_padding(g, at, &at);

	if (status != OK || at >= g->in->size)
		return status;
	m.declared = g->in->size - at;
	return g->w->slice(g->w, &m, at, m.declared);
}

/* The one object that all members make, named as the first says. */
static enum status hand_out(struct gzip *g)
{
	struct member m = {.declared = UINT64_MAX};
	uint64_t at = 0, end = 0;
	enum status status = parse_header(g, 0, &at);

	if (status != OK)
		return status;
	m.name = (struct str){g->name, g->name_len};
	status = g->w->begin(g->w, &m);
	if (status != OK)
		return status;
	status = unpack(g, at, &end);
	enum status go_on = g->w->end(g->w, g->damage.code != OK ? g->damage.code : status);
	if (go_on != OK || status != OK)
		return go_on != OK ? go_on : status;
	return hand_out_rest(g, end);
}

static enum status walk(struct input *in, struct walk *w, struct error *e)
{
	struct gzip g = {.out = {.write = on_write, .progress = on_progress}, .in = in, .w = w};
	enum status status = hand_out(&g);

	if (g.damage.code == OK)
		return status;
	error_at(e, g.damage.code, g.damage.at, "%s", g.damage.text);
	return status != OK ? status : g.damage.code;
}

const struct format format_gzip = {
	.name = "gzip",
	.mime = "application/gzip",
	.suffixes = "gz tgz",
	.type = TYPE_GZIP,
	.probe = probe,
	.walk = walk,
};
