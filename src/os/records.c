#include "os/records.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "os/interrupt.h"

enum { CHUNK = 64 << 10 };

void records_init(struct records *r, int fd, char separator)
{
	*r = (struct records){.fd = fd, .separator = separator};
	buf_init(&r->held, RECORD_CEILING + CHUNK + 1);
}

void records_done(struct records *r)
{
	buf_done(&r->held);
}

/* Wait until there is something to read: poll() is woken by a signal, and looks for one before. */
static bool wait_readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	while (!interrupt_pending()) {
		if (poll(&p, 1, 200) > 0)
			return true;
	}
	return false;
}

static enum status fill(struct records *r, struct error *e)
{
	if (r->from > 0)
		memmove(r->held.data, r->held.data + r->from, r->held.len - r->from);
	r->held.len -= r->from;
	r->from = 0;
	if (r->held.len > RECORD_CEILING)
		return error_at(e, E_LIMIT, 0, "a name is longer than %d bytes", RECORD_CEILING);
	uint8_t *p = buf_reserve(&r->held, CHUNK + 1);
	if (p == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	if (!wait_readable(r->fd))
		return error_at(e, E_IO, 0, "interrupted");
	ssize_t n = read(r->fd, p, CHUNK);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return OK;
	if (n < 0)
		return error_at(e, E_IO, 0, "%s", strerror(errno));
	if (n == 0) {
		r->at_end = true;
		p[0] = (uint8_t)r->separator;
		n = 1;
	}
	r->held.len += (size_t)n;
	return OK;
}

/* The next text in what was read, empty ones left out; NULL when it is not all there. */
static char *cut(struct records *r, size_t *ret_len)
{
	while (r->from < r->held.len) {
		char *start = (char *)r->held.data + r->from;
		char *end = memchr(start, r->separator, r->held.len - r->from);

		if (end == NULL)
			return NULL;
		r->from += (size_t)(end - start) + 1;
		if (end == start)
			continue;
		*end = '\0';
		*ret_len = (size_t)(end - start);
		return start;
	}
	return NULL;
}

enum status records_next(struct records *r, const char **ret, struct error *e)
{
	for (;;) {
		size_t len;
		const char *text = r->held.len > 0 ? cut(r, &len) : NULL;

		if (text != NULL && strlen(text) != len)
			return error_at(e, E_LIMIT, 0, "a name with a NUL inside");
		if (text != NULL || r->at_end) {
			*ret = text;
			return OK;
		}
		enum status status = fill(r, e);
		if (status != OK)
			return status;
	}
}
