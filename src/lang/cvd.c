/*
 * ClamAV's containers: .cvd, .cld and .cud.
 *
 *	  0  ClamAV-VDB:time:version:signatures:level:MD5:signature:builder:time in seconds
 *	     padded with blanks
 *	512  tar, or tar in gzip; the MD5 is of all from here on
 *
 * One member, *.info, repeats the header and has size and SHA-256 of each other
 * one. The RSA signatures are not checked.
 */
#include <stdio.h>
#include <zlib.h>

#include "codec/codec.h"
#include "lang/clamav/signature.h"
#include "lang/container.h"
#include "lang/lines.h"

enum { HEADER = 512, BLOCK = 512, FIELDS = 9, MEMBERS_MAX = 1024 };
enum { NAME_BYTES = 100, SIZE_AT = 124, SIZE_BYTES = 12, TYPE_AT = 156 };
enum { FIELD_VERSION = 2, FIELD_COUNT = 3, FIELD_LEVEL = 4, FIELD_MD5 = 5, FIELD_SECONDS = 8 };
enum { GZIP_HEADER = 10, GZIP_TRAILER = 8 };
enum { FLAG_HCRC = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xe0 };

struct cvd {
	struct str fields[FIELDS];
	struct contents *to;
	struct error *e;
};

/* ------------------------------------------------------------------- header */

static enum status split_header(struct str line, uint64_t at, struct str *fields, struct error *e)
{
	struct str rest = str_trim(line);
	unsigned count = 0;

	while (count < FIELDS && str_next_field(&rest, ':', &fields[count]))
		count++;
	if (count == 0 || !str_eq(fields[0], STR("ClamAV-VDB")))
		return error_at(e, E_MALFORMED, at, "there is no header ClamAV-VDB");
	if (count < FIELDS || rest.data != NULL)
		return error_at(e, E_MALFORMED, at, "the header has not %d fields", FIELDS);
	static const uint8_t numbers[] = {FIELD_VERSION, FIELD_COUNT, FIELD_LEVEL, FIELD_SECONDS};
	for (size_t i = 0; i < LEN(numbers); i++) {
		struct str field = fields[numbers[i]];
		uint64_t value;

		if (!str_u64(field, &value))
			return error_at(e, E_MALFORMED, at + (uint64_t)(field.data - line.data),
					"a number is expected in the header");
	}
	return OK;
}

/* A .cld is packed on the user's machine and has none; a .cud may have none. */
static enum status check_md5(struct cvd *c, struct str name, struct str bytes)
{
	struct str suffix = source_suffix(name);
	struct str field = c->fields[FIELD_MD5];
	uint64_t at = (uint64_t)(field.data - bytes.data);
	uint8_t stated[16], found[16];
	struct str body = str_from(bytes, HEADER);

	if (str_ends_nocase(suffix, STR("cld")))
		return OK;
	if (!hex_decode(field, stated, sizeof stated)) {
		if (str_ends_nocase(suffix, STR("cud")))
			return OK;
		return error_at(c->e, E_MALFORMED, at, "the header holds no MD5");
	}
	enum status status = digest_once(DIGEST_MD5, body.data, body.len, found);
	if (status != OK)
		return status;
	if (memcmp(stated, found, sizeof found) != 0)
		return error_at(c->e, E_MALFORMED, at, "the MD5 in the header is of other data");
	return OK;
}

/* --------------------------------------------------------------------- gzip */

struct unpacking {
	struct codec_sink out;
	struct buf *to;
	uint32_t crc;
};

static enum status on_write(struct codec_sink *out, const void *data, size_t len)
{
	struct unpacking *u = (struct unpacking *)out;

	if (len > u->to->ceiling - u->to->len)
		return E_LIMIT;
	u->crc = (uint32_t)crc32_z(u->crc, data, len);
	buf_add(u->to, data, len);
	return u->to->bad ? E_NOMEM : OK;
}

static enum status on_progress(struct codec_sink *out, size_t len)
{
	(void)out;
	(void)len;
	return OK;
}

static void skip_text(struct reader *r)
{
	while (!r->bad && reader_u8(r) != 0)
		;
}

static bool skip_gzip_header(struct reader *r)
{
	const uint8_t *h = reader_take(r, GZIP_HEADER);

	if (h == NULL || h[0] != 0x1f || h[1] != 0x8b || h[2] != 8 || (h[3] & FLAGS_RESERVED) != 0)
		return false;
	if ((h[3] & FLAG_EXTRA) != 0)
		reader_skip(r, reader_u16le(r));
	if ((h[3] & FLAG_NAME) != 0)
		skip_text(r);
	if ((h[3] & FLAG_COMMENT) != 0)
		skip_text(r);
	if ((h[3] & FLAG_HCRC) != 0)
		reader_skip(r, 2);
	return !r->bad;
}

static enum status unpack(struct cvd *c, struct str bytes)
{
	struct unpacking u = {{on_write, on_progress}, .to = &c->to->unpacked};
	struct reader r = reader_of(bytes.data, bytes.len);
	struct memory_input in;
	uint64_t end = 0;

	reader_skip(&r, HEADER);
	if (!skip_gzip_header(&r))
		return error_at(c->e, E_MALFORMED, HEADER, "the header of gzip is damaged");
	memory_input_init(&in, bytes.data, bytes.len);
	enum status status = codec_deflate.decode(&in.in, r.pos, &u.out, &end, c->e);
	if (status == E_LIMIT)
		return error_at(c->e, E_LIMIT, HEADER, "it unpacks to more than %zu bytes",
				u.to->ceiling);
	if (status != OK)
		return status;
	reader_seek(&r, end);
	uint32_t crc = reader_u32le(&r);
	uint32_t len = reader_u32le(&r);
	if (r.bad)
		return error_at(c->e, E_TRUNCATED, end, "the trailer of gzip is cut short");
	if (crc != u.crc || len != (uint32_t)u.to->len)
		return error_at(c->e, E_MALFORMED, end, "the checksum of gzip is wrong");
	if (reader_left(&r) > 0)
		return error_at(c->e, E_MALFORMED, r.pos, "something follows the gzip stream");
	return OK;
}

/* ---------------------------------------------------------------------- tar */

/* The licence, from which nothing is taken, and the list of the others. */
static bool is_note(struct str name)
{
	return str_eq(name, STR("COPYING")) || str_ends_nocase(name, STR(".info"));
}

/* Octal digits, blanks before and blanks or a NUL behind. */
static bool octal(const char *digits, size_t len, uint64_t *ret)
{
	uint64_t value = 0;
	size_t i = 0;

	while (i < len && digits[i] == ' ')
		i++;
	size_t first = i;
	for (; i < len && digits[i] >= '0' && digits[i] <= '7'; i++)
		value = value << 3 | (uint64_t)(digits[i] - '0');
	*ret = value;
	return i > first && (i == len || digits[i] == '\0' || digits[i] == ' ');
}

static struct member *find(struct contents *c, struct str name)
{
	for (size_t i = 0; i < c->members.len; i++) {
		if (str_eq(c->members.items[i].name, name))
			return &c->members.items[i];
	}
	return NULL;
}

static enum status read_member(struct cvd *c, struct reader *r, const char *h, uint64_t at)
{
	struct member m = {.name = str_first((struct str){h, NAME_BYTES}, strnlen(h, NAME_BYTES))};
	uint64_t size;

	if (!member_name_is_safe(m.name))
		return error_at(c->e, E_MALFORMED, at, "in the tar: not the name of a source");
	if (h[TYPE_AT] != '0' && h[TYPE_AT] != '\0')
		return error_at(c->e, E_MALFORMED, at + TYPE_AT, "in the tar: not a plain file");
	if (!octal(h + SIZE_AT, SIZE_BYTES, &size))
		return error_at(c->e, E_MALFORMED, at + SIZE_AT, "in the tar: not a size");
	if (size > reader_left(r))
		return error_at(c->e, E_TRUNCATED, at, "in the tar: %.40s is cut short", h);
	if (find(c->to, m.name) != NULL)
		return error_at(c->e, E_MALFORMED, at, "in the tar: %.40s is there twice", h);
	if (c->to->members.len == MEMBERS_MAX)
		return error_at(c->e, E_LIMIT, at, "in the tar: above %d members", MEMBERS_MAX);
	m.at = r->pos;
	m.is_note = is_note(m.name);
	m.text = (struct str){(const char *)reader_take(r, (size_t)size), (size_t)size};
	size_t padding = (BLOCK - (size_t)size % BLOCK) % BLOCK;
	reader_skip(r, padding < reader_left(r) ? padding : reader_left(r));
	return vec_push(&c->to->members, &m) ? OK : E_NOMEM;
}

static enum status read_tar(struct cvd *c, struct str tar)
{
	struct reader r = reader_of(tar.data, tar.len);
	enum status status = OK;

	while (status == OK && reader_left(&r) > 0) {
		uint64_t at = r.pos;
		const char *h = (const char *)reader_take(&r, BLOCK);

		if (h == NULL)
			return error_at(c->e, E_TRUNCATED, at, "in the tar: it is cut short");
		if (h[0] == '\0')
			break;
		status = read_member(c, &r, h, at);
	}
	return status;
}

/* -------------------------------------------------------------------- .info */

static enum status find_info(struct cvd *c, struct member *ret)
{
	size_t count = 0;

	for (size_t i = 0; i < c->to->members.len; i++) {
		struct member *m = &c->to->members.items[i];

		if (!str_ends_nocase(m->name, STR(".info")))
			continue;
		*ret = *m;
		count++;
	}
	if (count != 1)
		return error_at(c->e, E_MALFORMED, 0, "in the tar: %zu .info files, not one",
				count);
	return OK;
}

static enum status compare_headers(struct cvd *c, struct str line, uint64_t at)
{
	static const uint8_t same[] = {FIELD_VERSION, FIELD_COUNT, FIELD_LEVEL, FIELD_SECONDS};
	struct str fields[FIELDS];
	enum status status = split_header(line, at, fields, c->e);

	for (size_t i = 0; status == OK && i < LEN(same); i++) {
		if (!str_eq(fields[same[i]], c->fields[same[i]]))
			status =
				error_at(c->e, E_MALFORMED, at,
					 "in the tar: .info and the header have different numbers");
	}
	return status;
}

/* name:size:SHA-256; `checked` has a mark for each member. */
static enum status check_member(struct cvd *c, struct str line, uint64_t at, bool *checked)
{
	struct str rest = line, name = {0}, size = {0};
	uint8_t stated[32], found[32];
	uint64_t bytes;

	if (!str_next_field(&rest, ':', &name) || !str_next_field(&rest, ':', &size) ||
	    !str_u64(size, &bytes) || !hex_decode(rest, stated, sizeof stated))
		return error_at(c->e, E_MALFORMED, at, "in the tar: .info: not name:size:SHA-256");
	const struct member *m = find(c->to, name);
	if (m == NULL)
		return error_at(c->e, E_MALFORMED, at, "in the tar: %.*s of .info is missing",
				name.len < 40 ? (int)name.len : 40, name.data);
	if (m->text.len != bytes)
		return error_at(c->e, E_MALFORMED, m->at, "in the tar: %.*s has not its size",
				STR_ARG(str_first(name, 40)));
	enum status status = digest_once(DIGEST_SHA256, m->text.data, m->text.len, found);
	if (status == OK && memcmp(stated, found, sizeof found) != 0)
		return error_at(c->e, E_MALFORMED, m->at, "in the tar: %.*s has not its SHA-256",
				STR_ARG(str_first(name, 40)));
	checked[m - c->to->members.items] = true;
	return status;
}

/* Notes need not be listed. */
static enum status check_all_listed(struct cvd *c, const bool *checked)
{
	for (size_t i = 0; i < c->to->members.len; i++) {
		const struct member *m = &c->to->members.items[i];

		if (!checked[i] && !m->is_note)
			return error_at(c->e, E_MALFORMED, m->at,
					"in the tar: %.*s is not in .info",
					STR_ARG(str_first(m->name, 40)));
	}
	return OK;
}

static enum status check_info(struct cvd *c)
{
	bool checked[MEMBERS_MAX] = {0};
	struct member info = {0};
	enum status status = find_info(c, &info);

	if (status != OK)
		return status;
	struct lines lines = lines_of(info.text);
	for (bool is_first = true; status == OK && lines_next(&lines); is_first = false) {
		struct str line = lines.line.text;
		uint64_t at = info.at + (uint64_t)(line.data - info.text.data);

		if (str_starts(line, STR("DSIG:")))
			break;
		status = is_first ? compare_headers(c, line, at)
				  : check_member(c, line, at, checked);
	}
	if (status == OK && lines.line.number == 0)
		return error_at(c->e, E_MALFORMED, info.at, "in the tar: .info is empty");
	return status == OK ? check_all_listed(c, checked) : status;
}

static enum status open_cvd(struct str name, struct str bytes, struct contents *ret,
			    struct error *e)
{
	struct cvd c = {.to = ret, .e = e};

	if (bytes.len < HEADER)
		return error_at(e, E_TRUNCATED, bytes.len, "the header is cut short");
	enum status status = split_header(str_first(bytes, HEADER), 0, c.fields, e);
	if (status == OK)
		status = check_md5(&c, name, bytes);
	if (status != OK)
		return status;
	struct str tar = str_from(bytes, HEADER);
	if (str_starts(tar, STR("\x1f\x8b"))) {
		status = unpack(&c, bytes);
		tar = buf_str(&ret->unpacked);
	}
	if (status == OK)
		status = read_tar(&c, tar);
	if (status == OK)
		status = check_info(&c);
	if (status != OK)
		return status;
	uint64_t level = 0;
	ret->is_newer = str_u64(c.fields[FIELD_LEVEL], &level) && level > CLAMAV_LEVEL;
	(void)snprintf(ret->about, sizeof ret->about, "cvd version %.*s, signature not checked",
		       STR_ARG(str_first(c.fields[FIELD_VERSION], 20)));
	return OK;
}

const struct container container_cvd = {
	.name = "cvd",
	.suffixes = "cvd cld cud",
	.open = open_cvd,
};
