#include "image/names.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/reader.h"
#include "image/layout.h"
#include "image/opened.h"
#include "image/sort.h"

/*
 * A level of a name's key is 7 bytes of it, and in the lowest byte how many
 * of them are the name's: MORE when it goes on behind them. So a name sorts
 * before those it begins, zero bytes included.
 */
enum { LEVEL_BYTES = 7, MORE = LEVEL_BYTES + 1 };

struct name_keys {
	struct sort_keys keys;
	const struct ruleset *rs;
};

static struct str name_of(const struct ruleset *rs, uint32_t i)
{
	struct str name = i < rs->hashes.len ? rs->hashes.items[i].name
					     : rs->rules.items[i - rs->hashes.len].name;

	return str_first(name, IMAGE_NAME_MAX);
}

static uint64_t key_at(const struct sort_keys *keys, uint32_t index, unsigned level)
{
	struct str left = str_from(name_of(((const struct name_keys *)keys)->rs, index),
				   (size_t)level * LEVEL_BYTES);
	uint8_t bytes[8] = {0};

	memcpy(bytes, left.data, min_size(left.len, LEVEL_BYTES));
	bytes[LEVEL_BYTES] = (uint8_t)min_size(left.len, MORE);
	return get_u64be(bytes);
}

static bool is_last(const struct sort_keys *keys, uint64_t key, unsigned level)
{
	(void)keys;
	(void)level;
	return (key & 0xff) != MORE;
}

static void add_leb128(struct buf *to, size_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_add_u8(to, (uint8_t)(v | 0x80));
	buf_add_u8(to, (uint8_t)v);
}

static size_t shared_bytes(struct str a, struct str b)
{
	size_t most = min_size(min_size(a.len, b.len), UINT8_MAX), n = 0;

	while (n < most && a.data[n] == b.data[n])
		n++;
	return n;
}

/* Append name number `id`, of which `before` is the one before. */
static void encode(struct buf *names, struct buf *blocks, uint32_t id, struct str before,
		   struct str name)
{
	size_t shared = 0;

	if (id % IMAGE_NAMES_IN_BLOCK == 0) {
		buf_add_u32le(blocks, (uint32_t)names->len);
	} else {
		shared = shared_bytes(before, name);
		buf_add_u8(names, (uint8_t)shared);
	}
	add_leb128(names, name.len - shared);
	buf_add_str(names, str_from(name, shared));
}

static uint32_t encode_all(const struct ruleset *rs, const struct sort_item *items, size_t count,
			   struct buf *names, struct buf *blocks, uint32_t *ret_ids)
{
	struct str before = STR("");
	uint32_t unique = 0;

	for (size_t i = 0; i < count; i++) {
		if (items[i].is_first) {
			struct str name = name_of(rs, items[i].index);

			encode(names, blocks, unique++, before, name);
			before = name;
		}
		ret_ids[items[i].index] = unique - 1;
	}
	return unique;
}

/* The buffers are the writer's afterwards. */
static enum status add_sections(struct image_writer *w, struct buf *names, struct buf *blocks,
				uint32_t unique)
{
	uint8_t count[4];
	enum status status = names->bad || blocks->bad ? E_LIMIT : OK;

	if (status == OK)
		status = image_writer_give(w, IMAGE_TAG_NAMES, 1, names->data, names->len);
	else
		buf_done(names);
	if (status == OK)
		status = image_writer_give(w, IMAGE_TAG_NAME_BLOCKS, 4, blocks->data,
					   blocks->len / 4);
	else
		buf_done(blocks);
	put_u32le(count, unique);
	return status == OK ? image_writer_add(w, IMAGE_TAG_NAME_COUNT, 4, count, 1) : status;
}

enum status names_add(struct image_writer *w, const struct ruleset *rs, uint32_t *ret_ids)
{
	struct name_keys keys = {{key_at, is_last}, rs};
	size_t count = rs->hashes.len + rs->rules.len;
	struct buf names, blocks;

	if (count > UINT32_MAX)
		return E_LIMIT;
	struct sort_item *items = calloc(count ? count : 1, sizeof *items);
	if (items == NULL)
		return E_NOMEM;
	for (size_t i = 0; i < count; i++)
		items[i].index = (uint32_t)i;
	enum status status = sort_items(items, count, &keys.keys);
	if (status == OK) {
		buf_init(&names, UINT32_MAX);
		buf_init(&blocks, UINT32_MAX);
		uint32_t unique = encode_all(rs, items, count, &names, &blocks, ret_ids);
		status = add_sections(w, &names, &blocks, unique);
	}
	free(items);
	return status;
}

/* Decode one name over the one before it. */
static bool decode(struct reader *r, bool is_block_start, char name[RULE_NAME_MAX], size_t *len)
{
	size_t shared = is_block_start ? 0 : reader_u8(r);
	uint8_t low = reader_u8(r);
	size_t more = low & 0x7f;

	/* IMAGE_NAME_MAX needs two bytes of LEB128 at most */
	if ((low & 0x80) != 0)
		more |= (size_t)reader_u8(r) << 7;
	if (shared > *len || more > IMAGE_NAME_MAX - shared)
		return false;
	const uint8_t *bytes = reader_take(r, more);
	if (bytes == NULL)
		return false;
	memcpy(name + shared, bytes, more);
	*len = shared + more;
	name[*len] = '\0';
	return true;
}

enum status names_get(const struct image *img, uint32_t id, char ret_name[RULE_NAME_MAX])
{
	uint32_t block = id / IMAGE_NAMES_IN_BLOCK;
	struct reader r = reader_of(img->names, img->name_bytes);
	char name[RULE_NAME_MAX];
	size_t len = 0;

	if (block >= img->block_count)
		return E_MALFORMED;
	reader_seek(&r, get_u32le(img->blocks + 4 * (size_t)block));
	for (uint32_t i = 0; i <= id % IMAGE_NAMES_IN_BLOCK; i++) {
		if (!decode(&r, i == 0, name, &len))
			return E_MALFORMED;
	}
	memcpy(ret_name, name, len + 1);
	return OK;
}

struct names_iter names_iter(const struct image *img)
{
	return (struct names_iter){.img = img, .count = image_name_count(img)};
}

bool names_next(struct names_iter *it)
{
	const struct image *img = it->img;
	uint32_t block = it->next / IMAGE_NAMES_IN_BLOCK;
	bool is_start = it->next % IMAGE_NAMES_IN_BLOCK == 0;
	struct reader r = reader_of(img->names, img->name_bytes);

	if (it->status != OK || it->next >= it->count)
		return false;
	reader_seek(&r, it->at);
	if (is_start && (block >= img->block_count ||
			 get_u32le(img->blocks + 4 * (size_t)block) != it->at))
		it->status = E_MALFORMED;
	else if (!decode(&r, is_start, it->name, &it->len))
		it->status = E_MALFORMED;
	if (it->status != OK)
		return false;
	it->at = r.pos;
	it->next++;
	return true;
}
