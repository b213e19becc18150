#include "image/image.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/reader.h"
#include "image/opened.h"
#include "os/file.h"

static enum status check_header(struct image *img, struct error *e)
{
	struct reader r = reader_of(img->data, (size_t)img->size);
	const uint8_t *magic = reader_take(&r, 8);
	uint32_t version = reader_u32le(&r);
	uint32_t zero = reader_u32le(&r);
	const uint8_t *digest = reader_take(&r, sizeof img->digest);
	uint64_t size = reader_u64le(&r);

	img->row_count = reader_u32le(&r);
	zero |= reader_u32le(&r);
	if (magic != NULL && memcmp(magic, IMAGE_MAGIC, 8) != 0)
		return error_at(e, E_MALFORMED, 0, "not a Candor image");
	if (!r.bad && version != IMAGE_VERSION)
		return error_at(e, E_UNSUPPORTED, IMAGE_AT_VERSION,
				"image format %u; this program reads format %d", version,
				IMAGE_VERSION);
	if (r.bad || size > img->size)
		return error_at(e, E_TRUNCATED, img->size, "image cut short");
	if (size < img->size || zero != 0)
		return error_at(e, E_MALFORMED, IMAGE_AT_SIZE, "image header is damaged");
	if (img->row_count > IMAGE_SECTIONS_MAX)
		return error_at(e, E_MALFORMED, IMAGE_AT_SECTIONS, "%u sections are too many",
				img->row_count);
	memcpy(img->digest, digest, sizeof img->digest);
	return OK;
}

/* Read one row; *end is where the section before it ends. */
static bool read_row(struct reader *r, struct image_row *row, uint64_t *end)
{
	uint64_t bytes;

	row->tag = reader_u32le(r);
	row->element_size = reader_u32le(r);
	row->offset = reader_u64le(r);
	row->count = reader_u64le(r);
	if (r->bad || row->element_size == 0 || row->count == 0)
		return false;
	if (row->offset != (*end + IMAGE_ALIGN - 1) / IMAGE_ALIGN * IMAGE_ALIGN)
		return false;
	return !__builtin_mul_overflow(row->element_size, row->count, &bytes) &&
	       add_u64(row->offset, bytes, end);
}

static enum status read_rows(struct image *img, struct error *e)
{
	struct reader r = reader_of(img->data, (size_t)img->size);
	uint64_t end = IMAGE_HEADER_BYTES + (uint64_t)img->row_count * IMAGE_ROW_BYTES;

	reader_skip(&r, IMAGE_HEADER_BYTES);
	for (uint32_t i = 0; i < img->row_count; i++) {
		struct image_row *row = &img->rows[i];
		size_t at = r.pos;

		if (!read_row(&r, row, &end) || (i > 0 && row->tag <= row[-1].tag))
			return error_at(e, E_MALFORMED, at, "section table is damaged");
		if (end > img->size)
			return error_at(e, E_MALFORMED, at, "section lies behind the end");
	}
	if (end != img->size)
		return error_at(e, E_MALFORMED, min_u64(end, img->size),
				"bytes behind the last section");
	return OK;
}

const struct image_row *image_row(const struct image *img, uint32_t tag)
{
	uint32_t low = 0, high = img->row_count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (img->rows[middle].tag < tag)
			low = middle + 1;
		else
			high = middle;
	}
	return low < img->row_count && img->rows[low].tag == tag ? &img->rows[low] : NULL;
}

const void *image_section(const struct image *img, uint32_t tag, size_t element_size,
			  uint64_t *ret_count)
{
	const struct image_row *row = image_row(img, tag);

	*ret_count = 0;
	if (row == NULL || row->element_size != element_size)
		return NULL;
	*ret_count = row->count;
	return img->data + row->offset;
}

/* A section of at most UINT32_MAX elements; larger ones count as absent. */
static const uint8_t *borrow(const struct image *img, uint32_t tag, size_t element_size,
			     uint32_t *ret_count)
{
	uint64_t count;
	const uint8_t *data = image_section(img, tag, element_size, &count);

	if (count > UINT32_MAX)
		count = 0;
	*ret_count = (uint32_t)count;
	return count > 0 ? data : NULL;
}

/* Find the sections of one kind; false when they do not fit together. */
static bool find_table(struct image *img, uint8_t kind)
{
	struct hash_table *t = &img->tables[kind - 1];
	const struct image_row *sizes = image_row(img, IMAGE_TAG_HASH_SIZES(kind));
	const struct image_row *origins = image_row(img, IMAGE_TAG_HASH_ORIGINS(kind));
	uint32_t names, lines, starts;

	t->digest_bytes = (uint8_t)digest_info((kind - 1u) % DIGEST_COUNT)->bytes;
	t->size_bytes = sizes != NULL && sizes->element_size == 8 ? 8 : 4;
	t->origin_bytes = (uint8_t)(origins == NULL                ? 4
				    : origins->element_size == 1 ? 1
				    : origins->element_size == 2 ? 2
								 : 4);
	t->sizes = borrow(img, IMAGE_TAG_HASH_SIZES(kind), t->size_bytes, &t->size_count);
	t->starts = borrow(img, IMAGE_TAG_HASH_STARTS(kind), 4, &starts);
	t->digests = borrow(img, IMAGE_TAG_HASH_DIGESTS(kind), t->digest_bytes, &t->entry_count);
	t->names = borrow(img, IMAGE_TAG_HASH_NAMES(kind), 4, &names);
	t->lines = borrow(img, IMAGE_TAG_HASH_LINES(kind), 4, &lines);
	uint32_t origin_count;
	t->origins = borrow(img, IMAGE_TAG_HASH_ORIGINS(kind), t->origin_bytes, &origin_count);
	if (t->size_count == 0 ? starts != 0 : starts != (uint64_t)t->size_count + 1)
		return false;
	return names == t->entry_count && lines == names && origin_count == names;
}

static enum status find_sections(struct image *img, struct error *e)
{
	uint32_t bytes;

	for (uint8_t kind = 1; kind <= IMAGE_HASH_KINDS; kind++) {
		if (!find_table(img, kind))
			return error_at(e, E_MALFORMED, IMAGE_HEADER_BYTES,
					"sections of digest kind %u do not fit together", kind);
	}
	img->texts = borrow(img, IMAGE_TAG_TEXT, 1, &bytes);
	img->text_bytes = bytes;
	img->names = borrow(img, IMAGE_TAG_NAMES, 1, &bytes);
	img->name_bytes = bytes;
	img->blocks = borrow(img, IMAGE_TAG_NAME_BLOCKS, 4, &img->block_count);
	img->origins = borrow(img, IMAGE_TAG_ORIGINS, IMAGE_ORIGIN_BYTES, &img->origin_count);
	img->sources = borrow(img, IMAGE_TAG_SOURCES, IMAGE_SOURCE_BYTES, &img->source_count);
	return OK;
}

enum status image_open_memory(const void *data, size_t len, struct image **ret, struct error *e)
{
	if ((uintptr_t)data % IMAGE_ALIGN != 0)
		return error_at(e, E_INTERNAL, 0, "image is not aligned in memory");
	struct image *img = calloc(1, sizeof *img);
	if (img == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	img->data = data;
	img->size = len;
	enum status status = check_header(img, e);
	if (status == OK)
		status = read_rows(img, e);
	if (status == OK)
		status = find_sections(img, e);
	if (status == OK)
		*ret = img;
	else
		free(img);
	return status;
}

enum status image_open_fd(int fd, struct image **ret, struct error *e)
{
	uint64_t size;
	struct image *img;
	enum status status = file_size(fd, &size, e);

	if (status != OK)
		return status;
	if (size < IMAGE_HEADER_BYTES)
		return error_at(e, E_TRUNCATED, size, "too short for an image");
	void *map = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return error_at(e, E_IO, 0, "cannot map: %s", strerror(errno));
	status = image_open_memory(map, (size_t)size, &img, e);
	if (status != OK) {
		munmap(map, (size_t)size);
		return status;
	}
	img->is_mapped = true;
	*ret = img;
	return OK;
}

void image_close(struct image *img)
{
	if (img == NULL)
		return;
	if (img->is_mapped)
		munmap((void *)(uintptr_t)img->data, (size_t)img->size);
	free(img);
}

const uint8_t *image_digest(const struct image *img)
{
	return img->digest;
}

uint64_t image_size(const struct image *img)
{
	return img->size;
}

bool image_text(const struct image *img, uint32_t offset, struct str *ret)
{
	struct reader r = reader_of(img->texts, img->text_bytes);

	reader_seek(&r, offset);
	uint32_t len = reader_u32le(&r);
	const uint8_t *bytes = reader_take(&r, len);
	if (bytes == NULL)
		return false;
	*ret = (struct str){(const char *)bytes, len};
	return true;
}
