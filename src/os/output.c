#include "os/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/file.h"

/* A name is free at the first try unless something went wrong before. */
enum { TRIES = 100 };

static enum status fail(struct error *e, const char *what)
{
	enum status code = errno == EACCES || errno == EPERM || errno == EROFS ? E_DENIED : E_IO;

	return error_at(e, code, 0, "%s: %s", what, strerror(errno));
}

static int open_folder(const char *path, const char *name)
{
	if (name == path)
		return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_FREE char *folder = strndup(path, (size_t)(name - path));

	return folder == NULL ? -1 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool choose_name(struct output *o)
{
	uint64_t random;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return false;
	snprintf(o->temporary, sizeof o->temporary, ".candor-%016llx", (unsigned long long)random);
	return true;
}

/* For file systems that have no files without names. */
static int open_named(struct output *o)
{
	for (int i = 0; i < TRIES && choose_name(o); i++) {
		int fd = openat(o->folder, o->temporary,
				O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

/* A device or a pipe is not to be replaced by a file, as root could. */
static bool can_be_replaced(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, 0) != 0 || S_ISREG(st.st_mode);
}

enum status output_begin(struct output *o, const char *path, struct error *e)
{
	const char *slash = strrchr(path, '/');
	struct output out = {.fd = -1, .name = slash ? slash + 1 : path};

	if (out.name[0] == '\0')
		return error_at(e, E_IO, 0, "not the name of a file");
	out.folder = open_folder(path, out.name);
	if (out.folder < 0)
		return fail(e, "cannot open the folder");
	if (!can_be_replaced(out.folder, out.name)) {
		close(out.folder);
		return error_at(e, E_IO, 0, "exists and is not a regular file");
	}
	out.fd = openat(out.folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
	if (out.fd < 0)
		out.fd = open_named(&out);
	if (out.fd < 0) {
		enum status status = fail(e, "cannot create a file in the folder");
		close(out.folder);
		return status;
	}
	*o = out;
	return OK;
}

/* Give the file a name beside the one that it shall have: a link never replaces. */
static bool link_beside(struct output *o)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", o->fd);
	for (int i = 0; i < TRIES && choose_name(o); i++) {
		if (linkat(AT_FDCWD, path, o->folder, o->temporary, AT_SYMLINK_FOLLOW) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	o->temporary[0] = '\0';
	return false;
}

enum status output_commit(struct output *o, struct error *e)
{
	enum status status = OK;

	if (fsync(o->fd) != 0)
		status = fail(e, "cannot write");
	else if (o->temporary[0] == '\0' && !link_beside(o))
		status = fail(e, "cannot name the file");
	else if (renameat(o->folder, o->temporary, o->folder, o->name) != 0)
		status = fail(e, "cannot rename");
	else
		o->temporary[0] = '\0';
	/* so that the new name survives a power cut; where that cannot be had, the file is good */
	if (status == OK)
		(void)fsync(o->folder);
	output_abandon(o);
	return status;
}

void output_abandon(struct output *o)
{
	if (o->temporary[0] != '\0')
		unlinkat(o->folder, o->temporary, 0);
	close(o->fd);
	close(o->folder);
	*o = (struct output){.fd = -1, .folder = -1};
}
