#include "db/database.h"

#include <limits.h>

#include "db/sources.h"
#include "image/layout.h"
#include "os/file.h"

#define BUILTIN "builtin.candor"

void databases_close(struct databases *d)
{
	for (size_t i = 0; i < d->images.len; i++)
		close(d->images.items[i]);
	for (size_t i = 0; i < d->names.len; i++)
		free((char *)d->names.items[i]);
	vec_done(&d->images);
	vec_done(&d->names);
}

static enum status open_builtin(int *ret_fd, struct error *e)
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

enum status database_open_image(const char *name, int *ret_fd, struct error *e)
{
	uint64_t size;

	if (strcmp(name, "builtin") == 0)
		return open_builtin(ret_fd, e);
	return file_open(name, ret_fd, &size, e);
}

static bool is_image(int fd)
{
	char magic[sizeof IMAGE_MAGIC - 1];

	return pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic &&
	       memcmp(magic, IMAGE_MAGIC, sizeof magic) == 0;
}

/* `taken` is taken, also on failure. */
static enum status add_image(struct databases *d, const char *name, int taken, struct error *e)
{
	AUTO_FD fd = taken;
	const char *copy = strdup(name);

	if (copy == NULL || !vec_push(&d->names, &copy)) {
		free((char *)copy);
		return error_at(e, E_NOMEM, 0, "out of memory");
	}
	if (!vec_push(&d->images, &fd))
		return error_at(e, E_NOMEM, 0, "out of memory");
	take_fd(&fd);
	return OK;
}

static enum status add_name(struct databases *d, struct source_list *sources, const char *name,
			    struct error *e)
{
	uint64_t size;
	int fd;

	if (strcmp(name, "builtin") == 0) {
		enum status status = open_builtin(&fd, e);
		return status == OK ? add_image(d, name, fd, e) : status;
	}
	if (file_open(name, &fd, &size, NULL) != OK)
		return sources_add(sources, name, e);
	return is_image(fd) ? add_image(d, name, fd, e) : sources_add_open(sources, name, fd, e);
}

static enum status compile_all(struct databases *d, struct source_list *sources,
			       bool include_anywhere, struct report *report, struct error *e)
{
	struct source_settings settings = *sources_object_variables();
	struct compiled compiled;
	int made;
	enum status status = file_anonymous("candor-image", &made, e);

	if (status != OK)
		return status;
	AUTO_FD fd = made;
	settings.include_anywhere = include_anywhere;
	status = sources_compile(sources, &settings, fd, report, &compiled, e);
	if (status != OK)
		return status;
	d->counts = compiled.counts;
	return add_image(d, "rules", take_fd(&fd), e);
}

enum status databases_open(const char *const *names, size_t count, bool include_anywhere,
			   struct report *report, struct databases *ret, struct error *e)
{
	static const char *const builtin[] = {"builtin"};
	struct databases d = {0};
	struct source_list sources = {0};
	const char *subject = "rules";
	enum status status = OK;

	if (count == 0) {
		names = builtin;
		count = LEN(builtin);
	}
	for (size_t i = 0; i < count && status == OK; i++) {
		status = add_name(&d, &sources, names[i], e);
		if (status != OK)
			subject = names[i];
	}
	if (status == OK && sources.len > 0)
		status = compile_all(&d, &sources, include_anywhere, report, e);
	sources_done(&sources);
	if (status != OK) {
		databases_close(&d);
		return error_about(e, status, subject);
	}
	*ret = d;
	return OK;
}
