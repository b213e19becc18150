#include "cli/database.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/diagnostics.h"
#include "cli/sources.h"
#include "image/layout.h"
#include "os/file.h"

#define BUILTIN "builtin.candor"

struct opening {
	struct { VEC(int); } fds;
	struct source_list sources;
};

void database_close(int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
}

enum status database_open_builtin(int *ret_fd, struct error *e)
{
	char beside[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", beside, sizeof beside - sizeof BUILTIN);
	char *slash = len > 0 ? memrchr(beside, '/', (size_t)len) : NULL;
	uint64_t size;

	if (slash != NULL) {
		memcpy(slash + 1, BUILTIN, sizeof BUILTIN);
		if (file_open(beside, ret_fd, &size, NULL) == OK)
			return OK;
	}
	return file_open(CANDOR_DATA "/" BUILTIN, ret_fd, &size, e);
}

static bool is_image(int fd)
{
	char magic[sizeof IMAGE_MAGIC - 1];

	return pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic &&
	       memcmp(magic, IMAGE_MAGIC, sizeof magic) == 0;
}

/* `fd` is taken, also on failure. */
static enum status add_image(struct opening *o, int fd, struct error *e)
{
	if (vec_push(&o->fds, &fd))
		return OK;
	close(fd);
	return error_at(e, E_NOMEM, 0, "out of memory");
}

static enum status add_name(struct opening *o, const char *name, struct error *e)
{
	uint64_t size;
	int fd;

	if (strcmp(name, "builtin") == 0) {
		enum status status = database_open_builtin(&fd, e);
		return status == OK ? add_image(o, fd, e) : status;
	}
	if (file_open(name, &fd, &size, NULL) != OK)
		return sources_add(&o->sources, name, e);
	return is_image(fd) ? add_image(o, fd, e) : sources_add_open(&o->sources, name, fd, e);
}

static enum status compile_all(struct opening *o, struct error *e)
{
	struct compiled compiled;
	int fd;
	enum status status = file_anonymous("candor-image", &fd, e);

	if (status != OK)
		return status;
	status = sources_compile(&o->sources, fd, &compiled, e);
	if (status != OK) {
		close(fd);
		return status;
	}
	if (compiled.counts.malformed > 0)
		fprintf(stderr, "candor: %u malformed rules were left out\n",
			compiled.counts.malformed);
	return add_image(o, fd, e);
}

static enum status open_all(struct opening *o, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error e = {0};
		enum status status = add_name(o, names[i], &e);

		if (status != OK)
			return complain_of(names[i], status, &e);
	}
	if (o->sources.len == 0)
		return OK;
	struct error e = {0};
	enum status status = compile_all(o, &e);
	return status == OK ? OK : complain_of("rules", status, &e);
}

enum status database_open(const char *const *names, size_t count, int **ret_fds, size_t *ret_count)
{
	static const char *const builtin[] = {"builtin"};
	struct opening o = {0};
	enum status status =
		count > 0 ? open_all(&o, names, count) : open_all(&o, builtin, LEN(builtin));

	sources_done(&o.sources);
	if (status != OK) {
		database_close(o.fds.items, o.fds.len);
		return status;
	}
	*ret_fds = o.fds.items;
	*ret_count = o.fds.len;
	return OK;
}
