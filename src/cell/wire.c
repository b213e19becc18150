/*
 * Encoding and decoding of messages; the tables are in cell/wire.h. Decoding
 * is pure: what comes out is inside the ranges of its types, or nothing does.
 */
#include "cell/wire.h"

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
#define LIMIT(field, name, unit, preset, least, most, doc) buf_add_u64le(to, m->limits.field);
#include "scan/limits.def"
#undef LIMIT
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
#define LIMIT(field, name, unit, preset, least, most, doc)                                       \
	m.limits.field = get_limit(&r, least, most);
#include "scan/limits.def"
#undef LIMIT
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_scan(struct buf *to, const struct wire_scan *m)
{
	wire_begin(to, MSG_WORKER_SCAN, m->count);
	for (uint32_t i = 0; i < m->count; i++) {
		buf_add_u32le(to, m->objects[i].id);
		buf_add_u64le(to, m->objects[i].size);
	}
}

enum status wire_get_scan(struct str message, struct wire_scan *ret)
{
	struct wire_scan m;
	struct reader r = wire_open(message, MSG_WORKER_SCAN, WIRE_SCAN_MAX, &m.count);

	for (uint32_t i = 0; !r.bad && i < m.count; i++) {
		m.objects[i].id = reader_u32le(&r);
		m.objects[i].size = reader_u64le(&r);
	}
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_ready(struct buf *to, const struct confinement *m)
{
	wire_begin(to, MSG_BROKER_READY, LAYER_COUNT);
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		struct str detail = str_of(m->layers[i].detail);

		buf_add_u8(to, (uint8_t)m->layers[i].state);
		buf_add_u8(to, (uint8_t)detail.len);
		buf_add_str(to, detail);
	}
}

enum status wire_get_ready(struct str message, struct confinement *ret)
{
	struct confinement m;
	uint32_t count;
	struct reader r = wire_open(message, MSG_BROKER_READY, LAYER_COUNT, &count);

	if (count != LAYER_COUNT)
		return E_MALFORMED;
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		m.layers[i].state = wire_below(&r, LAYER_FULL + 1);
		wire_chars(&r, reader_u8(&r), m.layers[i].detail, sizeof m.layers[i].detail);
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
