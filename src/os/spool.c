#include "os/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include "os/file.h"
#include "os/interrupt.h"

enum { CHUNK = 128 << 10 };
#define MEMORY_MOST ((uint64_t)64 << 20)

struct spooling {
	int from, to;
	uint64_t len, most;
	bool on_disk;
};

static enum status fail(struct error *e, const char *what)
{
	return error_at(e, E_IO, 0, "%s: %s", what, strerror(errno));
}

static enum status move_to_disk(struct spooling *s, struct error *e)
{
	const char *folder = secure_getenv("TMPDIR");
	AUTO_FD fd = open(folder ? folder : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	off_t at = 0;

	if (fd < 0)
		return fail(e, "cannot create a temporary file");
	while ((uint64_t)at < s->len) {
		if (sendfile(fd, s->to, &at, s->len - (uint64_t)at) <= 0)
			return fail(e, "cannot write a temporary file");
	}
	close(s->to);
	s->to = take_fd(&fd);
	s->on_disk = true;
	return OK;
}

/* Copy what there is now; *ret_end at the end of the input. */
static enum status copy(struct spooling *s, uint8_t *chunk, bool *ret_end, struct error *e)
{
	ssize_t n = read(s->from, chunk, CHUNK);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return OK;
	if (n < 0)
		return fail(e, "cannot read");
	if ((uint64_t)n > s->most - s->len)
		return error_at(e, E_LIMIT, s->most, "larger than %llu bytes",
				(unsigned long long)s->most);
	*ret_end = n == 0;
	s->len += (uint64_t)n;
	return file_write_all(s->to, chunk, (size_t)n, e);
}

static enum status copy_all(struct spooling *s, struct error *e)
{
	AUTO_FREE uint8_t *chunk = malloc(CHUNK);
	enum status status = chunk != NULL ? OK : error_at(e, E_NOMEM, 0, "out of memory");
	bool is_end = false;

	while (status == OK && !is_end) {
		struct pollfd p = {.fd = s->from, .events = POLLIN};

		/* woken by a signal, and often enough to see one that came just before */
		if (interrupt_pending())
			return error_at(e, E_IO, 0, "interrupted");
		if (poll(&p, 1, 200) <= 0)
			continue;
		if (!s->on_disk && s->len >= MEMORY_MOST)
			status = move_to_disk(s, e);
		if (status == OK)
			status = copy(s, chunk, &is_end, e);
	}
	return status;
}

/* A second, read-only opening of a file that has no name; itself where /proc is missing. */
static int reopen(int fd)
{
	char name[32];

	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	int again = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return again >= 0 ? again : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

enum status spool(int fd, uint64_t most, int *ret_fd, uint64_t *ret_size, struct error *e)
{
	struct spooling s = {.from = fd, .to = -1, .most = most};
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(e, "cannot read");
	if (S_ISREG(st.st_mode) && lseek(fd, 0, SEEK_CUR) == 0) {
		s.to = fd;
		s.len = (uint64_t)st.st_size;
	} else {
		enum status status = file_anonymous("candor-input", &s.to, e);

		if (status == OK)
			status = copy_all(&s, e);
		if (status != OK) {
			if (s.to >= 0)
				close(s.to);
			return status;
		}
	}
	int again = reopen(s.to);
	if (s.to != fd)
		close(s.to);
	if (again < 0)
		return fail(e, "cannot open again");
	*ret_size = s.len;
	*ret_fd = again;
	return OK;
}
