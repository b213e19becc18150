#include "db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

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

enum status databases_copy(const struct databases *from, struct databases *ret, struct error *e)
{
	struct databases d = {.counts = from->counts};

	for (size_t i = 0; i < from->images.len; i++) {
		int fd = fcntl(from->images.items[i], F_DUPFD_CLOEXEC, 0);
		enum status status = fd >= 0 ? add_image(&d, from->names.items[i], fd, e)
					     : error_at(e, E_IO, 0, "cannot keep an image open: %s",
							strerror(errno));

		if (status != OK) {
			databases_close(&d);
			return status;
		}
	}
	*ret = d;
	return OK;
}

typedef enum status compile_fn(struct source_list *list, const struct source_settings *settings,
			       int out_fd, struct report *report, struct compiled *ret,
			       struct error *e);

static void add_counts(struct compile_counts *to, const struct compile_counts *more)
{
	to->sources += more->sources;
	to->accepted += more->accepted;
	to->malformed += more->malformed;
	to->skipped += more->skipped;
	to->ignored += more->ignored;
}

static enum status add_compiled(struct databases *d, compile_fn *compile, struct source_list *list,
				const struct source_settings *settings, struct report *report,
				struct error *e)
{
	struct compiled compiled;
	int made;
	enum status status = file_anonymous("candor-image", &made, e);

	if (status != OK)
		return status;
	AUTO_FD fd = made;
	status = compile(list, settings, fd, report, &compiled, e);
	if (status != OK)
		return status;
	add_counts(&d->counts, &compiled.counts);
	return add_image(d, "rules", take_fd(&fd), e);
}

enum status databases_add_listed(struct databases *d, struct source_list *list,
				 const struct source_settings *settings, struct report *report,
				 struct error *e)
{
	return add_compiled(d, sources_compile_as_listed, list, settings, report, e);
}

enum status databases_open(const char *const *names, size_t count,
			   const struct source_settings *settings, struct report *report,
			   struct databases *ret, struct error *e)
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
		status = add_compiled(&d, sources_compile, &sources, settings, report, e);
	sources_done(&sources);
	if (status != OK) {
		databases_close(&d);
		return error_about(e, status, subject);
	}
	*ret = d;
	return OK;
}
