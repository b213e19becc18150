#include "cell/magic-database.h"

#include <limits.h>
#include <magic.h>
#include <stdint.h>

#include "base/buf.h"
#include "os/file.h"

static int open_compiled(struct str path)
{
	struct buf name;
	uint64_t size;
	int fd = -1;

	buf_init(&name, PATH_MAX);
	buf_add_str(&name, path);
	if (path.len < 4 || !str_eq(str_from(path, path.len - 4), STR(".mgc")))
		buf_add_str(&name, STR(".mgc"));
	buf_add(&name, "", 1);
	if (name.bad || file_open((const char *)name.data, &fd, &size, NULL) != OK)
		fd = -1;
	buf_done(&name);
	return fd;
}

int magic_database_open(void)
{
	const char *list = magic_getpath(NULL, 0);
	struct str rest = list != NULL ? str_of(list) : (struct str){NULL, 0}, path;

	while (str_next_field(&rest, ':', &path)) {
		int fd = open_compiled(path);

		if (fd >= 0)
			return fd;
	}
	return -1;
}
