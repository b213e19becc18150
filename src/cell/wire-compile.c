/*
 * Messages out of a jail that compiles, and the answers to them.
 */
#include "cell/wire.h"

#include <string.h>

#include "cell/wire-parts.h"

/* The part before the first NUL, and of that what fits. */
static struct str cut(struct str s, size_t most)
{
	return str_until_nul(str_first(s, most));
}

void wire_put_diagnostic(struct buf *to, const struct diagnostic *m)
{
	struct str texts[] = {
		cut(m->source, WIRE_SOURCE_MAX),
		cut(m->text, WIRE_LINE_MAX),
		cut(str_of(m->message), WIRE_TEXT_MAX),
		cut(str_of(m->hint ? m->hint : ""), WIRE_TEXT_MAX),
	};

	wire_begin(to, MSG_PARENT_DIAGNOSTIC, 1);
	buf_add_u32le(to, m->line);
	buf_add_u32le(to, m->col);
	buf_add_u32le(to, m->width);
	buf_add_u8(to, (uint8_t)m->severity);
	buf_add_u8(to, m->hint != NULL);
	wire_put_texts(to, texts, LEN(texts));
}

enum status wire_get_diagnostic(struct str message, struct wire_texts *texts,
				struct diagnostic *ret)
{
	struct diagnostic m = {0};
	uint32_t count;
	struct reader r = wire_open(message, MSG_PARENT_DIAGNOSTIC, 1, &count);
	uint16_t len[4];

	m.line = reader_u32le(&r);
	m.col = reader_u32le(&r);
	m.width = reader_u32le(&r);
	m.severity = wire_below(&r, SEVERITY_WARNING + 1);
	m.message = texts->message;
	m.hint = wire_bool(&r) ? texts->hint : NULL;
	for (size_t i = 0; i < LEN(len); i++)
		len[i] = reader_u16le(&r);
	if (len[0] > WIRE_SOURCE_MAX || len[1] > WIRE_LINE_MAX || (m.hint == NULL && len[3] > 0))
		r.bad = true;
	m.source = wire_text(&r, len[0]);
	m.text = wire_text(&r, len[1]);
	wire_chars(&r, len[2], texts->message, sizeof texts->message);
	wire_chars(&r, len[3], texts->hint, sizeof texts->hint);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_compiled(struct buf *to, const struct wire_compiled *m)
{
	wire_begin(to, MSG_PARENT_COMPILED, 1);
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
	struct reader r = wire_open(message, MSG_PARENT_COMPILED, 1, &count);

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
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_include(struct buf *to, const struct wire_include *m)
{
	const struct str path = str_first(m->path, WIRE_PATH_MAX);

	wire_begin(to, MSG_PARENT_INCLUDE, 1);
	buf_add_u32le(to, m->from);
	wire_put_texts(to, &path, 1);
}

enum status wire_get_include(struct str message, struct wire_include *ret)
{
	struct wire_include m;
	uint32_t count;
	struct reader r = wire_open(message, MSG_PARENT_INCLUDE, 1, &count);

	m.from = reader_u32le(&r);
	uint16_t len = reader_u16le(&r);

	if (len > WIRE_PATH_MAX)
		r.bad = true;
	m.path = wire_text(&r, len);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}

void wire_put_included(struct buf *to, const struct wire_included *m)
{
	const struct str texts[] = {cut(m->name, WIRE_PATH_MAX), cut(m->reason, WIRE_TEXT_MAX)};

	wire_begin(to, MSG_JAIL_INCLUDED, 1);
	buf_add_u32le(to, m->status);
	buf_add_u64le(to, m->size);
	wire_put_texts(to, texts, LEN(texts));
}

enum status wire_get_included(struct str message, struct wire_included *ret)
{
	struct wire_included m;
	uint32_t count;
	struct reader r = wire_open(message, MSG_JAIL_INCLUDED, 1, &count);
	uint32_t status = reader_u32le(&r);

	if (status > E_INTERNAL)
		return E_MALFORMED;
	m.status = status;
	m.size = reader_u64le(&r);
	uint16_t name = reader_u16le(&r), reason = reader_u16le(&r);

	if (name > WIRE_PATH_MAX || reason > WIRE_TEXT_MAX)
		r.bad = true;
	m.name = wire_text(&r, name);
	m.reason = wire_text(&r, reason);
	if (wire_close(&r) != OK)
		return E_MALFORMED;
	*ret = m;
	return OK;
}
