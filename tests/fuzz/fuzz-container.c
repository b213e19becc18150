/*
 * Containers of rule sources: whatever is in one, members lie inside the file or what was
 * unpacked of it, have safe names, and there are none when anything is wrong.
 */
#include "lang/container.h"
#include "signature-text.h"

enum { CEILING = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(struct str part, const void *from, size_t len)
{
	const char *start = from;

	return part.len == 0 || (start != NULL && part.data >= start && part.len <= len &&
				 (size_t)(part.data - start) <= len - part.len);
}

static void try(const char *name, struct str bytes)
{
	const struct source_text src = {str_of(name), bytes};
	const struct container *container = container_for(src.name);
	struct contents c;
	struct error e = {0};

	promise(container != NULL);
	enum status status = container_open(container, &src, CEILING, &c, &e);
	promise(status == OK ? e.code == OK : c.members.len == 0 && e.code == status);
	promise(c.unpacked.len <= CEILING);
	for (size_t i = 0; i < c.members.len; i++) {
		const struct member *m = &c.members.items[i];

		promise(m->name.len > 0 && m->name.data[0] != '.');
		promise(memchr(m->name.data, '/', m->name.len) == NULL);
		promise(is_inside(m->text, bytes.data, bytes.len) ||
			is_inside(m->text, c.unpacked.data, c.unpacked.len));
	}
	contents_done(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = {(const char *)data, size};

	try("a.cld", bytes); /* the one kind whose MD5 is not checked */
	try("a.cvd", bytes);
	return 0;
}
