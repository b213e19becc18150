/*
 * Encoding and decoding of messages; the tables are in cell/wire.h. Decoding
 * is pure: what comes out is inside the ranges of its types, or nothing does.
 */
#include "cell/wire.h"

#include <string.h>

#include "base/reader.h"

static void begin(struct buf *to, enum message type, size_t count)
{
	buf_clear(to);
	buf_add_u8(to, WIRE_VERSION);
	buf_add_u8(to, (uint8_t)type);
	buf_add_u16le(to, (uint16_t)count);
}

/* A reader behind the head of a message of this type with `least` to `most` things in it. */
static struct reader open_message(struct str message, enum message type, uint32_t most,
				  uint32_t *ret_count)
{
	struct reader r = reader_of(message.data, message.len);

	if (reader_u8(&r) != WIRE_VERSION || reader_u8(&r) != type)
		r.bad = true;
	*ret_count = reader_u16le(&r);
	if (*ret_count == 0 || *ret_count > most)
		r.bad = true;
	return r;
}

static enum status close_message(const struct reader *r)
{
	return r->bad || r->pos != r->len ? E_MALFORMED : OK;
}

/* A number below `end`. */
static uint8_t get_below(struct reader *r, unsigned end)
{
	uint8_t v = reader_u8(r);

	if (v >= end)
		r->bad = true;
	return r->bad ? 0 : v;
}

static bool get_bool(struct reader *r)
{
	return get_below(r, 2) == 1;
}

/* `len` bytes without a NUL. */
static struct str get_text(struct reader *r, size_t len)
{
	const uint8_t *p = reader_take(r, len);

	if (p == NULL || memchr(p, 0, len) != NULL) {
		r->bad = true;
		return STR("");
	}
	return (struct str){(const char *)p, len};
}

/* `len` bytes without a NUL into an array of `room` bytes, and a NUL. */
static void get_chars(struct reader *r, size_t len, char *to, size_t room)
{
	if (len >= room)
		r->bad = true;
	struct str text = get_text(r, r->bad ? 0 : len);

	memcpy(to, text.data, text.len);
	to[text.len] = '\0';
}

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
	begin(to, MSG_WORKER_SETUP, 1);
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
	struct reader r = open_message(message, MSG_WORKER_SETUP, 1, &count);

	m.images = reader_u32le(&r);
	if (m.images > WIRE_IMAGES_MAX)
		r.bad = true;
	m.all_matches = get_bool(&r);
	m.started_by_root = get_bool(&r);
	for (size_t i = 0; i < NAMESPACE_COUNT; i++)
		m.outside.id[i] = reader_u64le(&r);
#define LIMIT(field, name, unit, preset, least, most, doc)                                       \
	m.limits.field = get_limit(&r, least, most);
#include "scan/limits.def"
#undef LIMIT
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_scan(struct buf *to, const struct wire_scan *m)
{
	begin(to, MSG_WORKER_SCAN, m->count);
	for (uint32_t i = 0; i < m->count; i++) {
		buf_add_u32le(to, m->objects[i].id);
		buf_add_u64le(to, m->objects[i].size);
	}
}

enum status wire_get_scan(struct str message, struct wire_scan *ret)
{
	struct wire_scan m;
	struct reader r = open_message(message, MSG_WORKER_SCAN, WIRE_SCAN_MAX, &m.count);

	for (uint32_t i = 0; !r.bad && i < m.count; i++) {
		m.objects[i].id = reader_u32le(&r);
		m.objects[i].size = reader_u64le(&r);
	}
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_ready(struct buf *to, const struct confinement *m)
{
	begin(to, MSG_BROKER_READY, LAYER_COUNT);
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
	struct reader r = open_message(message, MSG_BROKER_READY, LAYER_COUNT, &count);

	if (count != LAYER_COUNT)
		return E_MALFORMED;
	for (size_t i = 0; i < LAYER_COUNT; i++) {
		m.layers[i].state = get_below(&r, LAYER_FULL + 1);
		get_chars(&r, reader_u8(&r), m.layers[i].detail, sizeof m.layers[i].detail);
	}
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_failed(struct buf *to, enum message type, const struct wire_failed *m)
{
	struct str text = str_of(m->error.text);

	begin(to, type, 1);
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
	struct reader r = open_message(message, type, 1, &count);
	uint32_t code = reader_u32le(&r);

	if (code == OK || code > E_INTERNAL)
		return E_MALFORMED;
	m.error.code = code;
	m.image = reader_u32le(&r);
	get_chars(&r, reader_u16le(&r), m.error.text, sizeof m.error.text);
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_finding(struct buf *to, const struct wire_finding *m)
{
	const struct finding *f = &m->finding;
	struct str rule = str_of(f->rule), source = str_of(f->source), path = str_of(f->path);

	begin(to, MSG_BROKER_FINDING, 1);
	buf_add_u32le(to, m->id);
	buf_add_u32le(to, f->image);
	buf_add_u32le(to, f->ref.index);
	buf_add_u8(to, f->ref.kind);
	buf_add_u8(to, (uint8_t)f->effect);
	buf_add_u8(to, (uint8_t)f->type);
	buf_add_u8(to, (uint8_t)f->view);
	buf_add_u32le(to, f->line);
	buf_add_u32le(to, f->depth);
	buf_add_u8(to, f->has_match);
	buf_add_u64le(to, f->offset);
	buf_add_u64le(to, f->length);
	buf_add_u16le(to, (uint16_t)rule.len);
	buf_add_u16le(to, (uint16_t)source.len);
	buf_add_u16le(to, (uint16_t)path.len);
	buf_add_str(to, rule);
	buf_add_str(to, source);
	buf_add_str(to, path);
}

static void get_evidence(struct reader *r, struct finding *ret)
{
	enum { KINDS = 1 + SUBJECT_COUNT * DIGEST_COUNT };

	ret->image = reader_u32le(r);
	ret->ref.index = reader_u32le(r);
	ret->ref.kind = get_below(r, KINDS);
	ret->effect = get_below(r, EFFECT_SUSPECT + 1);
	ret->type = get_below(r, TYPE_COUNT);
	ret->view = get_below(r, VIEW_COUNT);
	ret->line = reader_u32le(r);
	ret->depth = reader_u32le(r);
	ret->has_match = get_bool(r);
	ret->offset = reader_u64le(r);
	ret->length = reader_u64le(r);
}

enum status wire_get_finding(struct str message, struct wire_finding *ret)
{
	uint32_t count;
	struct reader r = open_message(message, MSG_BROKER_FINDING, 1, &count);
	/* texts are not cleared first: they are long, and get_chars() ends each of them */
	struct wire_finding m;
	struct finding *f = &m.finding;

	m.id = reader_u32le(&r);
	get_evidence(&r, f);
	uint16_t rule = reader_u16le(&r), source = reader_u16le(&r), path = reader_u16le(&r);

	get_chars(&r, rule, f->rule, sizeof f->rule);
	get_chars(&r, source, f->source, sizeof f->source);
	get_chars(&r, path, f->path, sizeof f->path);
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

static void put_outcome(struct buf *to, uint32_t id, const struct outcome *o)
{
	buf_add_u32le(to, id);
	buf_add_u8(to, (uint8_t)o->verdict);
	buf_add_u8(to, (uint8_t)o->reason);
	buf_add_u8(to, (uint8_t)o->type);
	buf_add_u8(to, o->trusted);
	buf_add_u32le(to, o->missed);
	buf_add_u32le(to, o->reason_depth);
	buf_add_u32le(to, o->objects);
	buf_add_u64le(to, o->reason_at);
	buf_add_u64le(to, o->bytes);
	buf_add_u64le(to, o->size);
}

void wire_put_done(struct buf *to, const struct wire_done *m)
{
	begin(to, MSG_BROKER_DONE, m->count);
	for (uint32_t i = 0; i < m->count; i++)
		put_outcome(to, m->objects[i].id, &m->objects[i].outcome);
}

/* What is not scanned is never clean, and says why. */
static bool is_consistent(const struct outcome *o)
{
	if (o->missed >> REASON_COUNT != 0)
		return false;
	if (o->missed != 0 && (o->missed & 1u << o->reason) == 0)
		return false;
	return o->missed == 0 ? o->verdict != VERDICT_NOT_SCANNED : o->verdict != VERDICT_CLEAN;
}

static struct outcome get_outcome(struct reader *r)
{
	struct outcome o = {0};

	o.verdict = get_below(r, VERDICT_COUNT);
	o.reason = get_below(r, REASON_COUNT);
	o.type = get_below(r, TYPE_COUNT);
	o.trusted = get_bool(r);
	o.missed = reader_u32le(r);
	o.reason_depth = reader_u32le(r);
	o.objects = reader_u32le(r);
	o.reason_at = reader_u64le(r);
	o.bytes = reader_u64le(r);
	o.size = reader_u64le(r);
	if (!is_consistent(&o))
		r->bad = true;
	return o;
}

enum status wire_get_done(struct str message, struct wire_done *ret)
{
	struct wire_done m;
	struct reader r = open_message(message, MSG_BROKER_DONE, WIRE_DONE_MAX, &m.count);

	for (uint32_t i = 0; !r.bad && i < m.count; i++) {
		m.objects[i].id = reader_u32le(&r);
		m.objects[i].outcome = get_outcome(&r);
	}
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

/* The part before the first NUL, and of that what fits. */
static struct str cut(struct str s, size_t most)
{
	return str_first(str_first(s, str_find(s, '\0')), most);
}

void wire_put_diagnostic(struct buf *to, const struct diagnostic *m)
{
	struct str texts[] = {
		cut(m->source, WIRE_SOURCE_MAX),
		cut(m->text, WIRE_LINE_MAX),
		cut(str_of(m->message), WIRE_TEXT_MAX),
		cut(str_of(m->hint ? m->hint : ""), WIRE_TEXT_MAX),
	};

	begin(to, MSG_PARENT_DIAGNOSTIC, 1);
	buf_add_u32le(to, m->line);
	buf_add_u32le(to, m->col);
	buf_add_u32le(to, m->width);
	buf_add_u8(to, (uint8_t)m->severity);
	buf_add_u8(to, m->hint != NULL);
	for (size_t i = 0; i < LEN(texts); i++)
		buf_add_u16le(to, (uint16_t)texts[i].len);
	for (size_t i = 0; i < LEN(texts); i++)
		buf_add_str(to, texts[i]);
}

enum status wire_get_diagnostic(struct str message, struct wire_texts *texts,
				struct diagnostic *ret)
{
	struct diagnostic m = {0};
	uint32_t count;
	struct reader r = open_message(message, MSG_PARENT_DIAGNOSTIC, 1, &count);
	uint16_t len[4];

	m.line = reader_u32le(&r);
	m.col = reader_u32le(&r);
	m.width = reader_u32le(&r);
	m.severity = get_below(&r, SEVERITY_WARNING + 1);
	m.message = texts->message;
	m.hint = get_bool(&r) ? texts->hint : NULL;
	for (size_t i = 0; i < LEN(len); i++)
		len[i] = reader_u16le(&r);
	if (len[0] > WIRE_SOURCE_MAX || len[1] > WIRE_LINE_MAX || (m.hint == NULL && len[3] > 0))
		r.bad = true;
	m.source = get_text(&r, len[0]);
	m.text = get_text(&r, len[1]);
	get_chars(&r, len[2], texts->message, sizeof texts->message);
	get_chars(&r, len[3], texts->hint, sizeof texts->hint);
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_compiled(struct buf *to, const struct wire_compiled *m)
{
	begin(to, MSG_PARENT_COMPILED, 1);
	buf_add_u32le(to, m->counts.sources);
	buf_add_u32le(to, m->counts.accepted);
	buf_add_u32le(to, m->counts.malformed);
	buf_add_u32le(to, m->counts.skipped);
	buf_add_u32le(to, m->counts.ignored);
	buf_add_u64le(to, m->result.bytes);
	buf_add(to, m->result.digest, sizeof m->result.digest);
	buf_add_u32le(to, m->result.hash_rules);
	buf_add_u32le(to, m->result.condition_rules);
	buf_add_u64le(to, m->result.hash_bytes);
}

enum status wire_get_compiled(struct str message, struct wire_compiled *ret)
{
	struct wire_compiled m = {0};
	uint32_t count;
	struct reader r = open_message(message, MSG_PARENT_COMPILED, 1, &count);

	m.counts.sources = reader_u32le(&r);
	m.counts.accepted = reader_u32le(&r);
	m.counts.malformed = reader_u32le(&r);
	m.counts.skipped = reader_u32le(&r);
	m.counts.ignored = reader_u32le(&r);
	m.result.bytes = reader_u64le(&r);
	const uint8_t *digest = reader_take(&r, sizeof m.result.digest);

	if (digest != NULL)
		memcpy(m.result.digest, digest, sizeof m.result.digest);
	m.result.hash_rules = reader_u32le(&r);
	m.result.condition_rules = reader_u32le(&r);
	m.result.hash_bytes = reader_u64le(&r);
	if (close_message(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}
