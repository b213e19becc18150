#include "db/include-opener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "os/file.h"

/* A source that is compiled, as it was listed: the two are in different orders. */
static const struct source_file *listed(const struct include_opener *o, uint32_t source)
{
	for (size_t i = 0; i < o->list->len; i++) {
		if (o->list->items[i].fd == o->sources[source].fd)
			return &o->list->items[i];
	}
	return NULL;
}

/* Its path: that of rules in memory is in the working folder, whatever they are called. */
static const char *path_of(const struct include_opener *o, uint32_t source)
{
	const struct source_file *s = listed(o, source);

	if (s == NULL)
		return o->sources[source].name;
	return s->is_text ? "" : s->path;
}

static bool has_folder(const struct include_opener *o, uint32_t source)
{
	const struct source_file *s = listed(o, source);

	return s == NULL || !s->is_text;
}

/* The source that file `from` began with, and its path; false for a number that is nobody's. */
static bool find_from(const struct include_opener *o, uint32_t from, uint32_t *ret_source,
		      const char **ret_path)
{
	if (from < o->source_count) {
		*ret_source = from;
		*ret_path = path_of(o, from);
		return true;
	}
	if (from - o->source_count >= o->opened.len)
		return false;
	const struct opened_include *known = &o->opened.items[from - o->source_count];

	*ret_source = known->source;
	*ret_path = known->path;
	return true;
}

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

/* `path` is "FOLDER/rest" with the folder of the source. */
static enum status open_below(const char *source, const char *path, int *ret_fd, uint64_t *ret_size,
			      struct error *e)
{
	size_t len = folder_len(source);
	AUTO_FREE char *folder = len > 0 ? strndup(source, len) : strdup(".");

	if (folder == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	AUTO_FD below = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (below < 0)
		return error_at(e, E_IO, 0, "cannot open its folder: %s", strerror(errno));
	return file_open_below(below, path + len, ret_fd, ret_size, e);
}

static enum status open_include(struct compile_opener *opener, uint32_t from, struct str name,
				struct compile_include *ret, struct error *e)
{
	struct include_opener *o = (struct include_opener *)opener;
	struct opened_include file = {0};
	const char *outer;

	if (!find_from(o, from, &file.source, &outer))
		return error_at(e, E_INTERNAL, 0, "included by nobody");
	bool is_absolute = name.len > 0 && name.data[0] == '/';

	if (!o->anywhere && !has_folder(o, file.source))
		return error_at(e, E_DENIED, 0, "rules in memory have no folder of their own");
	if (is_absolute && !o->anywhere)
		return error_at(e, E_DENIED, 0, "outside the folder of the rules");
	int len = is_absolute ? 0 : (int)folder_len(outer);
	if (asprintf(&file.path, "%.*s%.*s", len, outer, STR_ARG(name)) < 0)
		return error_at(e, E_NOMEM, 0, "out of memory");
	enum status status = o->anywhere ? file_open(file.path, &ret->fd, &ret->size, e)
					 : open_below(path_of(o, file.source), file.path, &ret->fd,
						      &ret->size, e);

	if (status == OK && !vec_push(&o->opened, &file)) {
		close(ret->fd);
		status = error_at(e, E_NOMEM, 0, "out of memory");
	}
	if (status != OK) {
		free(file.path);
		return status;
	}
	ret->name = file.path;
	return OK;
}

void include_opener_init(struct include_opener *o, const struct compile_source *sources,
			 size_t source_count, const struct source_list *list)
{
	*o = (struct include_opener){
		.base.open = open_include,
		.sources = sources,
		.source_count = source_count,
		.list = list,
	};
}

void include_opener_done(struct include_opener *o)
{
	for (size_t i = 0; i < o->opened.len; i++)
		free(o->opened.items[i].path);
	vec_done(&o->opened);
}
