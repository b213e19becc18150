#include "api/databases.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "image/layout.h"
#include "os/file.h"
#include "os/walk.h"

struct databases {
	struct {
		VEC(int);
	} images;
	struct {
		VEC(struct compile_source);
	} sources; /* descriptors and names are owned */
};

struct databases *databases_new(void)
{
	return calloc(1, sizeof(struct databases));
}

static void close_sources(struct databases *d)
{
	for (size_t i = 0; i < d->sources.len; i++) {
		close(d->sources.items[i].fd);
		free((char *)d->sources.items[i].name);
	}
	vec_done(&d->sources);
}

void databases_free(struct databases *d)
{
	if (d == NULL)
		return;
	close_sources(d);
	for (size_t i = 0; i < d->images.len; i++)
		close(d->images.items[i]);
	vec_done(&d->images);
	free(d);
}

static bool is_image(int fd)
{
	char magic[sizeof IMAGE_MAGIC - 1];

	return pread(fd, magic, sizeof magic, 0) == (ssize_t)sizeof magic &&
	       memcmp(magic, IMAGE_MAGIC, sizeof magic) == 0;
}

/* Takes the descriptor, also on failure. `name` is copied. */
static enum status add_source(struct databases *d, int taken, const char *name, struct error *e)
{
	AUTO_FD fd = taken;
	char *copy = strdup(name);
	struct compile_source source = {.fd = fd, .name = copy};

	if (copy == NULL || !vec_push(&d->sources, &source)) {
		free(copy);
		return error_at(e, E_NOMEM, 0, "out of memory");
	}
	take_fd(&fd);
	return OK;
}

static enum status add_file(struct databases *d, const char *path, struct error *e)
{
	const char *slash = strrchr(path, '/');
	uint64_t size;
	int opened;
	enum status status = file_open(path, &opened, &size, e);

	if (status != OK)
		return status;
	AUTO_FD fd = opened;
	if (!is_image(fd))
		return add_source(d, take_fd(&fd), slash != NULL ? slash + 1 : path, e);
	if (!vec_push(&d->images, &fd))
		return error_at(e, E_NOMEM, 0, "out of memory");
	take_fd(&fd);
	return OK;
}

/* A file of a folder: taken when its suffix is of a rule language. */
static enum status add_entry(struct databases *d, struct walk *w, const struct walk_entry *entry,
			     size_t prefix, struct error *e)
{
	uint64_t size;
	int fd;

	if (entry->kind != WALK_FILE || !front_knows_suffix(str_of(entry->name)))
		return OK;
	if (walk_open_file(w, entry, &fd, &size, e) != WALK_OPENED)
		return error_at(e, E_IO, 0, "a file in the folder cannot be opened");
	const char *name = entry->path + prefix;
	return add_source(d, fd, name + strspn(name, "/"), e);
}

static enum status add_folder(struct databases *d, const char *path, struct error *e)
{
	struct walk_options options = {.follow = true};
	struct walk *w = walk_new(&options);
	struct walk_entry entry;
	size_t before = d->sources.len;
	enum status status = OK;

	if (w == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	walk_start(w, path);
	while (status == OK && walk_next(w, &entry))
		status = add_entry(d, w, &entry, strlen(path), e);
	walk_free(w);
	if (status == OK && d->sources.len == before)
		return error_at(e, E_UNSUPPORTED, 0, "no files with rules in the folder");
	return status;
}

enum status databases_add(struct databases *d, const char *path, struct error *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(d, path, e);
	return add_file(d, path, e);
}

enum status databases_compile(struct databases *d, struct report *report,
			      struct compile_counts *ret_counts, struct error *e)
{
	struct compile_counts counts = {0};
	struct build_result built;
	int made;

	if (d->sources.len == 0) {
		*ret_counts = counts;
		return OK;
	}
	enum status status = file_anonymous("candor-rules", &made, e);
	if (status != OK)
		return status;
	AUTO_FD fd = made;
	compile_order(d->sources.items, d->sources.len);
	const struct compile_options options = {
		.sources = d->sources.items,
		.source_count = d->sources.len,
		.out_fd = fd,
		.report = report,
	};
	status = compile_image(&options, &counts, &built, e);
	if (status != OK)
		return status;
	if (!vec_push(&d->images, &fd))
		return error_at(e, E_NOMEM, 0, "out of memory");
	take_fd(&fd);
	close_sources(d);
	*ret_counts = counts;
	return OK;
}

const int *databases_images(const struct databases *d, size_t *ret_count)
{
	*ret_count = d->images.len;
	return d->images.items;
}
