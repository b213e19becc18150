/*
 * Messages about what was found in an object.
 */
#include "cell/wire.h"

#include "cell/wire-parts.h"

void wire_put_finding(struct buf *to, const struct wire_finding *m)
{
	const struct finding *f = &m->finding;
	const struct str texts[] = {
		str_of(f->rule),   str_of(f->source),	 str_of(f->path),
		str_of(f->author), str_of(f->reference),
	};

	wire_begin(to, MSG_BROKER_FINDING, 1);
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
	wire_put_texts(to, texts, LEN(texts));
}

static void get_evidence(struct reader *r, struct finding *ret)
{
	enum { KINDS = 1 + SUBJECT_COUNT * DIGEST_COUNT };

	ret->image = reader_u32le(r);
	ret->ref.index = reader_u32le(r);
	ret->ref.kind = wire_below(r, KINDS);
	ret->effect = wire_below(r, EFFECT_SUSPECT + 1);
	ret->type = wire_below(r, TYPE_COUNT);
	ret->view = wire_below(r, VIEW_COUNT);
	ret->line = reader_u32le(r);
	ret->depth = reader_u32le(r);
	ret->has_match = wire_bool(r);
	ret->offset = reader_u64le(r);
	ret->length = reader_u64le(r);
}

enum status wire_get_finding(struct str message, struct wire_finding *ret)
{
	uint32_t count;
	struct reader r = wire_open(message, MSG_BROKER_FINDING, 1, &count);
	/* texts are not cleared first: they are long, and wire_chars() ends each of them */
	struct wire_finding m;
	struct finding *f = &m.finding;

	m.id = reader_u32le(&r);
	get_evidence(&r, f);
	uint16_t len[5];

	for (size_t i = 0; i < LEN(len); i++)
		len[i] = reader_u16le(&r);
	wire_chars(&r, len[0], f->rule, sizeof f->rule);
	wire_chars(&r, len[1], f->source, sizeof f->source);
	wire_chars(&r, len[2], f->path, sizeof f->path);
	wire_chars(&r, len[3], f->author, sizeof f->author);
	wire_chars(&r, len[4], f->reference, sizeof f->reference);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_begin_details(struct buf *to, uint32_t id)
{
	wire_begin(to, MSG_BROKER_DETAIL, 0);
	buf_add_u32le(to, id);
}

/* What a detail takes but its texts. */
enum { DETAIL_HEAD = 39, DETAIL_TEXTS = 4 };

bool wire_add_detail(struct buf *to, const struct detail *d)
{
	const struct str texts[DETAIL_TEXTS] = {
		str_first(d->name, WIRE_PATH_MAX),
		str_first(d->text, DETAIL_TEXT_MAX),
		str_first(d->source, WIRE_PATH_MAX),
		str_first(d->path, WIRE_PATH_MAX),
	};
	size_t len = DETAIL_HEAD;
	unsigned count;

	for (size_t i = 0; i < DETAIL_TEXTS; i++)
		len += texts[i].len;
	if (to->bad || to->len + len > WIRE_MAX)
		return false;
	count = 1u + to->data[2] + ((unsigned)to->data[3] << 8);
	to->data[2] = (uint8_t)count;
	to->data[3] = (uint8_t)(count >> 8);
	buf_add_u8(to, (uint8_t)d->kind);
	buf_add_u8(to, (uint8_t)d->state);
	buf_add_u8(to, d->is_hex);
	buf_add_u32le(to, d->image);
	buf_add_u64le(to, (uint64_t)d->number);
	buf_add_u64le(to, d->offset);
	buf_add_u64le(to, d->length);
	wire_put_texts(to, texts, DETAIL_TEXTS);
	return true;
}

static void get_detail(struct reader *r, struct detail *ret)
{
	uint16_t len[DETAIL_TEXTS];

	ret->kind = wire_below(r, DETAIL_COUNT);
	ret->state = wire_below(r, DETAIL_STATE_COUNT);
	ret->is_hex = wire_bool(r);
	ret->image = reader_u32le(r);
	ret->number = (int64_t)reader_u64le(r);
	ret->offset = reader_u64le(r);
	ret->length = reader_u64le(r);
	for (size_t i = 0; i < DETAIL_TEXTS; i++) {
		len[i] = reader_u16le(r);
		if (len[i] > (i == 1 ? (size_t)DETAIL_TEXT_MAX : (size_t)WIRE_PATH_MAX))
			r->bad = true;
	}
	ret->name = wire_bytes(r, len[0]);
	ret->text = wire_bytes(r, len[1]);
	ret->source = wire_bytes(r, len[2]);
	ret->path = wire_bytes(r, len[3]);
}

enum status wire_get_details(struct str message, struct wire_details *ret)
{
	uint32_t count, id;
	struct reader r = wire_open(message, MSG_BROKER_DETAIL, UINT16_MAX, &count);
	struct detail detail;

	id = reader_u32le(&r);
	struct reader all = r;
	for (uint32_t i = 0; i < count && !r.bad; i++)
		get_detail(&r, &detail);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = (struct wire_details){.id = id, .left = count, .rest = all};
	return OK;
}

bool wire_next_detail(struct wire_details *details, struct detail *ret)
{
	if (details->left == 0)
		return false;
	details->left--;
	get_detail(&details->rest, ret);
	return true;
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
	wire_begin(to, MSG_BROKER_DONE, m->count);
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

	o.verdict = wire_below(r, VERDICT_COUNT);
	o.reason = wire_below(r, REASON_COUNT);
	o.type = wire_below(r, TYPE_COUNT);
	o.trusted = wire_bool(r);
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
	struct reader r = wire_open(message, MSG_BROKER_DONE, WIRE_DONE_MAX, &m.count);

	for (uint32_t i = 0; !r.bad && i < m.count; i++) {
		m.objects[i].id = reader_u32le(&r);
		m.objects[i].outcome = get_outcome(&r);
	}
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}
