/*
 * Encoding and decoding of messages; the tables are in cell/wire.h. Decoding
 * is pure: what comes out is inside the ranges of its types, or nothing does.
 */
#include "cell/wire.h"

#include <string.h>

#include "cell/wire-parts.h"

bool wire_type(struct str message, enum message *ret)
{
	struct reader r = reader_of(message.data, message.len);
	unsigned version = reader_u8(&r);
	unsigned type = reader_u8(&r);

	if (r.bad || version != WIRE_VERSION || type == 0 || type >= MSG_END)
		return false;
	*ret = (enum message)type;
	return true;
}

void wire_put_setup(struct buf *to, const struct wire_setup *m)
{
	wire_begin(to, MSG_WORKER_SETUP, 1);
	buf_add_u32le(to, m->images);
	buf_add_u8(to, m->all_matches);
	buf_add_u8(to, m->started_by_root);
	for (size_t i = 0; i < NAMESPACE_COUNT; i++)
		buf_add_u64le(to, m->outside.id[i]);
	buf_add_u32le(to, m->wishes.wishes);
	buf_add_u32le(to, m->wishes.data_max);
	buf_add_u64le(to, m->modules);
#define LIMIT(field, name, unit, preset, least, most, doc) buf_add_u64le(to, m->limits.field);
#include "scan/limits.def"
#undef LIMIT
	buf_add_u8(to, (uint8_t)strlen(m->wishes.explain));
	buf_add_str(to, str_of(m->wishes.explain));
}

static uint64_t get_limit(struct reader *r, uint64_t least, uint64_t most)
{
	uint64_t v = reader_u64le(r);

	if (v < least || v > most)
		r->bad = true;
	return v;
}

enum status wire_get_setup(struct str message, struct wire_setup *ret)
{
	struct wire_setup m = {0};
	uint32_t count;
	struct reader r = wire_open(message, MSG_WORKER_SETUP, 1, &count);

	m.images = reader_u32le(&r);
	if (m.images > WIRE_IMAGES_MAX)
		r.bad = true;
	m.all_matches = wire_bool(&r);
	m.started_by_root = wire_bool(&r);
	for (size_t i = 0; i < NAMESPACE_COUNT; i++)
		m.outside.id[i] = reader_u64le(&r);
	m.wishes.wishes = reader_u32le(&r);
	m.wishes.data_max = reader_u32le(&r);
	m.modules = reader_u64le(&r);
	if ((m.wishes.wishes & ~(unsigned)WISH_ALL) != 0 || m.wishes.data_max > DETAIL_TEXT_MAX ||
	    m.modules >> MODULE_COUNT != 0)
		r.bad = true;
#define LIMIT(field, name, unit, preset, least, most, doc)                                         \
	m.limits.field = get_limit(&r, least, most);
#include "scan/limits.def"
#undef LIMIT
	wire_chars(&r, reader_u8(&r), m.wishes.explain, sizeof m.wishes.explain);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_scan(struct buf *to, const struct wire_scan *m)
{
	wire_begin(to, MSG_WORKER_SCAN, m->count);
	for (uint32_t i = 0; i < m->count; i++) {
		const struct str texts[] = {
			str_first(m->objects[i].path, WIRE_PATH_MAX),
			str_first(m->objects[i].owner, WIRE_OWNER_MAX),
		};

		buf_add_u32le(to, m->objects[i].id);
		buf_add_u64le(to, m->objects[i].size);
		buf_add_u32le(to, m->objects[i].regions);
		wire_put_texts(to, texts, LEN(texts));
	}
}

enum status wire_get_scan(struct str message, struct wire_scan *ret)
{
	struct wire_scan m;
	struct reader r = wire_open(message, MSG_WORKER_SCAN, WIRE_SCAN_MAX, &m.count);

	for (uint32_t i = 0; !r.bad && i < m.count; i++) {
		m.objects[i].id = reader_u32le(&r);
		m.objects[i].size = reader_u64le(&r);
		m.objects[i].regions = reader_u32le(&r);
		uint16_t path = reader_u16le(&r), owner = reader_u16le(&r);

		if (path > WIRE_PATH_MAX || owner > WIRE_OWNER_MAX ||
		    (m.objects[i].regions > 0 && m.count > 1))
			r.bad = true;
		m.objects[i].path = wire_text(&r, path);
		m.objects[i].owner = wire_text(&r, owner);
	}
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_ready(struct buf *to, const struct wire_ready *m)
{
	const struct confinement *c = &m->confinement;

	wire_begin(to, MSG_BROKER_READY, LAYER_COUNT);
	buf_add_u8(to, m->needs_subject);
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		struct str detail = str_of(c->layers[i].detail);

		buf_add_u8(to, (uint8_t)c->layers[i].state);
		buf_add_u8(to, (uint8_t)detail.len);
		buf_add_str(to, detail);
	}
}

enum status wire_get_ready(struct str message, struct wire_ready *ret)
{
	struct wire_ready m = {0};
	struct confinement *c = &m.confinement;
	uint32_t count;
	struct reader r = wire_open(message, MSG_BROKER_READY, LAYER_COUNT, &count);

	if (count != LAYER_COUNT)
		return E_MALFORMED;
	m.needs_subject = wire_bool(&r);
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		c->layers[i].state = wire_below(&r, LAYER_FULL + 1);
		wire_chars(&r, reader_u8(&r), c->layers[i].detail, sizeof c->layers[i].detail);
	}
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_failed(struct buf *to, enum message type, const struct wire_failed *m)
{
	struct str text = str_of(m->error.text);

	wire_begin(to, type, 1);
	buf_add_u32le(to, m->error.code);
	buf_add_u32le(to, m->image);
	buf_add_u16le(to, (uint16_t)text.len);
	buf_add_str(to, text);
}

enum status wire_get_failed(struct str message, struct wire_failed *ret)
{
	struct wire_failed m = {0};
	enum message type;
	uint32_t count;

	if (!wire_type(message, &type) || (type != MSG_BROKER_FAILED && type != MSG_PARENT_FAILED))
		return E_MALFORMED;
	struct reader r = wire_open(message, type, 1, &count);
	uint32_t code = reader_u32le(&r);

	if (code == OK || code > E_INTERNAL)
		return E_MALFORMED;
	m.error.code = code;
	m.image = reader_u32le(&r);
	wire_chars(&r, reader_u16le(&r), m.error.text, sizeof m.error.text);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}
