#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static enum status fail(struct error *e, const char *what)
{
	enum status code = errno == EACCES || errno == EPERM ? E_DENIED : E_IO;

	return error_at(e, code, 0, "%s: %s", what, strerror(errno));
}

/* What was opened, if it is a regular file. */
static enum status take_regular(int opened, int *ret_fd, uint64_t *ret_size, struct error *e)
{
	AUTO_FD fd = opened;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return fail(e, "cannot open");
	if (!S_ISREG(st.st_mode))
		return error_at(e, E_IO, 0, "not a regular file");
	*ret_size = (uint64_t)st.st_size;
	*ret_fd = take_fd(&fd);
	return OK;
}

enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY };

enum status file_open(const char *path, int *ret_fd, uint64_t *ret_size, struct error *e)
{
	return take_regular(open(path, OPEN_FLAGS), ret_fd, ret_size, e);
}

enum status file_open_below(int folder, const char *path, int *ret_fd, uint64_t *ret_size,
			    struct error *e)
{
	const struct open_how how = {
		.flags = OPEN_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);

	if (fd < 0 && errno == EXDEV)
		return error_at(e, E_DENIED, 0, "outside the folder of the rules");
	return take_regular(fd, ret_fd, ret_size, e);
}

enum status file_size(int fd, uint64_t *ret, struct error *e)
{
	struct stat st;

	if (syscall(SYS_fstat, fd, &st) != 0)
		return fail(e, "cannot measure");
	if (!S_ISREG(st.st_mode))
		return error_at(e, E_IO, 0, "not a regular file");
	*ret = (uint64_t)st.st_size;
	return OK;
}

bool file_stamp_read(int fd, struct file_stamp *ret)
{
	struct stat st;

	if (syscall(SYS_fstat, fd, &st) != 0)
		return false;
	*ret = (struct file_stamp){(uint64_t)st.st_size, st.st_mtim};
	return true;
}

bool file_stamp_eq(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->size == b->size && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

enum status file_read_all(int fd, struct buf *to, struct error *e)
{
	off_t at = 0;

	for (;;) {
		size_t room = min_size(to->ceiling - to->len, 1u << 20);
		/* one byte over the ceiling tells a full buffer from one that is too small */
		uint8_t extra;
		uint8_t *p = room > 0 ? buf_reserve(to, room) : &extra;

		if (p == NULL)
			return error_at(e, E_NOMEM, to->len, "out of memory");
		ssize_t n = pread(fd, p, room > 0 ? room : 1, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(e, "cannot read");
		if (n == 0)
			return OK;
		if (room == 0)
			return error_at(e, E_LIMIT, to->len, "larger than %zu bytes", to->ceiling);
		to->len += (size_t)n;
		at += n;
	}
}

enum status file_write_all(int fd, const void *data, size_t len, struct error *e)
{
	const uint8_t *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			/* somebody else who has this pipe or terminal made it non-blocking */
			struct pollfd ready = {.fd = fd, .events = POLLOUT};

			poll(&ready, 1, -1);
			continue;
		}
		if (n < 0)
			return fail(e, "cannot write");
		p += n;
		len -= (size_t)n;
	}
	return OK;
}

static enum status read_fd(struct input *in, uint64_t at, void *to, size_t len, size_t *ret_len)
{
	struct file_input *f = (struct file_input *)in;
	uint8_t *p = to;
	size_t got = 0;

	*ret_len = 0;
	if (at >= in->size)
		return OK;
	len = (size_t)min_u64(len, in->size - at);
	while (got < len) {
		ssize_t n = pread(f->fd, p + got, len - got, (off_t)(at + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return E_IO;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*ret_len = got;
	return OK;
}

void file_input_init(struct file_input *f, int fd, uint64_t size)
{
	*f = (struct file_input){.in = {.size = size, .read = read_fd}, .fd = fd};
}

enum status file_anonymous(const char *name, int *ret_fd, struct error *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0) {
		const char *folder = secure_getenv("TMPDIR");

		fd = open(folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	}
	if (fd < 0)
		return fail(e, "cannot create a temporary file");
	*ret_fd = fd;
	return OK;
}
