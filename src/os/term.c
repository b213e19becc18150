#include "os/term.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"

bool term_standard_descriptors(void)
{
	int fd;

	/* open() gives the lowest free number */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool term_is_live(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

bool term_has_colour(int fd)
{
	const char *no_colour = getenv("NO_COLOR");

	return term_is_live(fd) && (no_colour == NULL || no_colour[0] == '\0');
}

bool term_reader_gone(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};

	return poll(&p, 1, 0) > 0 && (p.revents & POLLERR) != 0;
}

unsigned term_columns(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* Bytes of the first character of `s`, which is not empty, and the columns it takes. */
static size_t measure(struct str s, size_t *ret_columns)
{
	uint32_t point;
	size_t len = utf8_next(s, &point);
	int columns = len > 0 ? wcwidth((wchar_t)point) : 1;

	*ret_columns = columns >= 0 ? (size_t)columns : 1;
	return len > 0 ? len : 1;
}

size_t term_width(struct str s)
{
	size_t total = 0, columns;

	while (s.len > 0) {
		s = str_from(s, measure(s, &columns));
		total += columns;
	}
	return total;
}

struct str term_tail(struct str s, size_t columns)
{
	size_t total = term_width(s), first;

	while (total > columns) {
		s = str_from(s, measure(s, &first));
		total -= first;
	}
	return s;
}
