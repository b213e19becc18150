#include "image/write.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/num.h"
#include "image/layout.h"

struct section {
	uint32_t tag, element_size;
	uint64_t count, offset;
	uint8_t *data;
};

struct image_writer {
	struct { VEC(struct section); } sections;
	struct arena *arena; /* keys of `offsets` */
	struct map offsets;
	struct buf texts;
	const uint32_t *name_ids;
	size_t name_count;
};

enum status image_writer_new(struct image_writer **ret)
{
	struct image_writer *w = calloc(1, sizeof *w);
	uint32_t empty;

	if (w == NULL)
		return E_NOMEM;
	map_init(&w->offsets);
	buf_init(&w->texts, UINT32_MAX);
	w->arena = arena_new(UINT32_MAX);
	if (w->arena == NULL || image_writer_text(w, STR(""), &empty) != OK) {
		image_writer_free(w);
		return E_NOMEM;
	}
	*ret = w;
	return OK;
}

void image_writer_free(struct image_writer *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->sections.len; i++)
		free(w->sections.items[i].data);
	vec_done(&w->sections);
	map_done(&w->offsets);
	buf_done(&w->texts);
	arena_free(w->arena);
	free(w);
}

static bool has_tag(const struct image_writer *w, uint32_t tag)
{
	for (size_t i = 0; i < w->sections.len; i++) {
		if (w->sections.items[i].tag == tag)
			return true;
	}
	return false;
}

enum status image_writer_give(struct image_writer *w, uint32_t tag, size_t element_size, void *data,
			      uint64_t count)
{
	struct section s = {tag, (uint32_t)element_size, count, 0, data};
	size_t bytes;
	enum status status = OK;

	if (element_size == 0 || element_size > UINT32_MAX || has_tag(w, tag) ||
	    !mul_size(element_size, (size_t)count, &bytes))
		status = E_INTERNAL;
	else if (w->sections.len >= IMAGE_SECTIONS_MAX)
		status = E_LIMIT;
	else if (count > 0 && !vec_push(&w->sections, &s))
		status = E_NOMEM;
	if (status != OK || count == 0)
		free(data);
	return status;
}

enum status image_writer_add(struct image_writer *w, uint32_t tag, size_t element_size,
			     const void *data, uint64_t count)
{
	size_t bytes;

	if (!mul_size(element_size, (size_t)count, &bytes))
		return E_INTERNAL;
	void *copy = malloc(bytes ? bytes : 1);
	if (copy == NULL)
		return E_NOMEM;
	if (bytes > 0)
		memcpy(copy, data, bytes);
	return image_writer_give(w, tag, element_size, copy, count);
}

enum status image_writer_text(struct image_writer *w, struct str s, uint32_t *ret_offset)
{
	const uint32_t *known = map_get(&w->offsets, s);

	if (known != NULL) {
		*ret_offset = *known;
		return OK;
	}
	struct str key = arena_str(w->arena, s);
	if (s.len > UINT32_MAX - 4 || w->texts.len > UINT32_MAX - 4 - s.len)
		return E_LIMIT;
	uint32_t offset = (uint32_t)w->texts.len;
	if (key.data == NULL || buf_reserve(&w->texts, s.len + 4) == NULL ||
	    !map_put(&w->offsets, key, offset))
		return E_NOMEM;
	buf_add_u32le(&w->texts, (uint32_t)s.len);
	buf_add_str(&w->texts, s);
	*ret_offset = offset;
	return OK;
}

uint32_t image_writer_name_id(const struct image_writer *w, uint32_t rule)
{
	return rule < w->name_count ? w->name_ids[rule] : UINT32_MAX;
}

void image_writer_set_name_ids(struct image_writer *w, const uint32_t *ids, size_t count)
{
	w->name_ids = ids;
	w->name_count = count;
}

uint64_t image_writer_bytes(const struct image_writer *w)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < w->sections.len; i++)
		sum += w->sections.items[i].count * w->sections.items[i].element_size;
	return sum;
}

static int by_tag(const void *a, const void *b)
{
	uint32_t x = ((const struct section *)a)->tag, y = ((const struct section *)b)->tag;

	return x < y ? -1 : x > y;
}

/* Header and section table, the digest still zero. */
static enum status lay_out(struct image_writer *w, struct buf *head, uint64_t *ret_bytes)
{
	uint64_t at = IMAGE_HEADER_BYTES + w->sections.len * IMAGE_ROW_BYTES;

	qsort(w->sections.items, w->sections.len, sizeof *w->sections.items, by_tag);
	buf_add(head, IMAGE_MAGIC, 8);
	buf_add_u32le(head, IMAGE_VERSION);
	buf_add_zeros(head, IMAGE_AT_SIZE - IMAGE_AT_VERSION - 4);
	buf_add_u64le(head, 0);
	buf_add_u32le(head, (uint32_t)w->sections.len);
	buf_add_u32le(head, 0);
	for (size_t i = 0; i < w->sections.len; i++) {
		struct section *s = &w->sections.items[i];

		s->offset = (at + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN;
		at = s->offset + s->count * s->element_size;
		buf_add_u32le(head, s->tag);
		buf_add_u32le(head, s->element_size);
		buf_add_u64le(head, s->offset);
		buf_add_u64le(head, s->count);
	}
	if (head->bad)
		return E_NOMEM;
	put_u64le(head->data + IMAGE_AT_SIZE, at);
	*ret_bytes = at;
	return OK;
}

/* Everything behind the digest goes to `out`, in order. */
static enum status write_rest(const struct image_writer *w, const struct buf *head,
			      struct build_sink *out)
{
	static const uint8_t zeros[IMAGE_ALIGN];
	uint64_t at = head->len;
	enum status status = out->write(out, head->data + IMAGE_AT_SIZE, head->len - IMAGE_AT_SIZE);

	for (size_t i = 0; i < w->sections.len && status == OK; i++) {
		const struct section *s = &w->sections.items[i];
		size_t bytes = (size_t)s->count * s->element_size;

		status = out->write(out, zeros, (size_t)(s->offset - at));
		if (status == OK)
			status = out->write(out, s->data, bytes);
		at = s->offset + bytes;
	}
	return status;
}

struct digest_sink {
	struct build_sink sink;
	struct digester *digester;
};

static enum status digest_bytes(struct build_sink *sink, const void *data, size_t len)
{
	return digester_add(((struct digest_sink *)sink)->digester, data, len);
}

static enum status digest_rest(const struct image_writer *w, const struct buf *head, uint8_t *ret)
{
	struct digest_sink d = {.sink = {.write = digest_bytes}};
	enum status status = digester_new(&d.digester);

	if (status != OK)
		return status;
	status = digester_begin(d.digester, 1u << DIGEST_SHA256);
	if (status == OK)
		status = write_rest(w, head, &d.sink);
	if (status == OK)
		status = digester_end(d.digester, DIGEST_SHA256, ret);
	digester_free(d.digester);
	return status;
}

enum status image_writer_finish(struct image_writer *w, struct build_sink *out, uint64_t *ret_bytes,
				uint8_t ret_digest[32])
{
	struct buf head;
	uint64_t bytes;
	enum status status = image_writer_add(w, IMAGE_TAG_TEXT, 1, w->texts.data, w->texts.len);

	if (status != OK)
		return status;
	buf_init(&head, IMAGE_HEADER_BYTES + IMAGE_SECTIONS_MAX * IMAGE_ROW_BYTES);
	status = lay_out(w, &head, &bytes);
	if (status == OK)
		status = digest_rest(w, &head, head.data + IMAGE_AT_DIGEST);
	if (status == OK)
		status = out->write(out, head.data, IMAGE_AT_SIZE);
	if (status == OK)
		status = write_rest(w, &head, out);
	if (status == OK) {
		*ret_bytes = bytes;
		memcpy(ret_digest, head.data + IMAGE_AT_DIGEST, 32);
	}
	buf_done(&head);
	return status;
}
