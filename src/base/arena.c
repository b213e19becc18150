#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_APART 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_APART 1
#endif
#endif

/*
 * In sanitizer builds every allocation is a block of its own, so that a read
 * one byte past an object is caught although production packs them together.
 */
#ifdef ARENA_APART
enum { BLOCK_BYTES = 0 };
#else
enum { BLOCK_BYTES = 64 * 1024 };
#endif

struct block {
	struct block *next;
	size_t size, used;
	_Alignas(max_align_t) uint8_t data[];
};

struct arena {
	struct block *blocks; /* newest first */
	size_t used, ceiling;
};

struct arena *arena_new(size_t ceiling)
{
	struct arena *a = calloc(1, sizeof *a);

	if (a != NULL)
		a->ceiling = ceiling;
	return a;
}

static void free_blocks(struct block *b)
{
	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	free_blocks(a->blocks);
	free(a);
}

void arena_clear(struct arena *a)
{
	struct block *keep = a->blocks;

	a->used = 0;
	if (keep == NULL)
		return;
	free_blocks(keep->next);
	keep->next = NULL;
	keep->used = 0;
	if (keep->size > BLOCK_BYTES) {
		free(keep);
		a->blocks = NULL;
	}
}

static struct block *add_block(struct arena *a, size_t need)
{
	size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
	size_t total;

	if (!add_size(size, sizeof(struct block), &total))
		return NULL;
	struct block *b = malloc(total);
	if (b == NULL)
		return NULL;
	b->size = size;
	b->used = 0;
	b->next = a->blocks;
	a->blocks = b;
	return b;
}

static void *take(struct arena *a, size_t size, size_t align)
{
	struct block *b = a->blocks;
	size_t pad = b ? -b->used & (align - 1) : 0;

	if (size > a->ceiling - a->used)
		return NULL;
	if (b == NULL || b->size - b->used < pad || size > b->size - b->used - pad) {
		b = add_block(a, size);
		pad = 0;
	}
	if (b == NULL)
		return NULL;
	void *p = b->data + b->used + pad;
	b->used += pad + size;
	a->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = take(a, size, _Alignof(max_align_t));

	if (p != NULL)
		memset(p, 0, size);
	return p;
}

void *arena_bytes(struct arena *a, size_t size)
{
	return take(a, size, 1);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (!mul_size(count, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

struct str arena_str(struct arena *a, struct str s)
{
	char *p = s.len < SIZE_MAX ? arena_bytes(a, s.len + 1) : NULL;

	if (p == NULL)
		return (struct str){NULL, 0};
	if (s.len > 0)
		memcpy(p, s.data, s.len);
	p[s.len] = '\0';
	return (struct str){p, s.len};
}

struct str arena_format(struct arena *a, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	char *p = len < 0 ? NULL : arena_bytes(a, (size_t)len + 1);
	if (p == NULL)
		return (struct str){NULL, 0};
	va_start(args, fmt);
	vsnprintf(p, (size_t)len + 1, fmt, args);
	va_end(args);
	return (struct str){p, (size_t)len};
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
