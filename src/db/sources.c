#include "db/sources.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "db/include-opener.h"
#include "os/file.h"
#include "os/walk.h"

static struct source_file *find(const struct source_list *list, const struct stat *st)
{
	for (size_t i = 0; i < list->len; i++) {
		struct source_file *s = &list->items[i];

		if (s->device == st->st_dev && s->inode == st->st_ino)
			return s;
	}
	return NULL;
}

static void source_done(struct source_file *s)
{
	free(s->path);
	free(s->name);
	free(s->space);
	close(s->fd);
}

/* `fd` is the list's, also on failure. */
static enum status add_file(struct source_list *list, const char *path, const char *name, int fd,
			    struct error *e)
{
	struct source_file s = {.fd = fd};
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return error_at(e, E_IO, 0, "not a regular file");
	}
	s.device = st.st_dev;
	s.inode = st.st_ino;
	s.path = strdup(path);
	s.name = strdup(name);
	struct source_file *known = find(list, &st);
	if (s.path == NULL || s.name == NULL || (known == NULL && !vec_push(list, &s))) {
		source_done(&s);
		return error_at(e, E_NOMEM, 0, "out of memory");
	}
	if (known == NULL)
		return OK;
	/* of two names the image gets the same one, whichever came first */
	if (strcmp(s.name, known->name) < 0) {
		struct source_file swap = *known;

		*known = s;
		s = swap;
	}
	source_done(&s);
	return OK;
}

void sources_make_room(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static const char *below(const char *path, const char *start)
{
	size_t len = strlen(start);

	if (strncmp(path, start, len) == 0)
		path += len;
	while (*path == '/')
		path++;
	return path;
}

struct gathering {
	struct source_list *list;
	struct walk *walk;
	const char *start;
	size_t found;
};

static enum status add_entry(struct gathering *g, const struct walk_entry *entry, struct error *e)
{
	uint64_t size;
	int fd;

	if (entry->kind == WALK_UNREADABLE) {
		*e = entry->error;
		return E_IO;
	}
	if (entry->kind != WALK_FILE || !front_knows_suffix(str_of(entry->name)))
		return OK;
	g->found++;
	switch (walk_open_file(g->walk, entry, &fd, &size, e)) {
	case WALK_OPENED:
		return add_file(g->list, entry->path, below(entry->path, g->start), fd, e);
	case WALK_GONE:
		return OK;
	case WALK_NO_DESCRIPTOR:
		return error_at(e, E_LIMIT, 0, "too many sources: no descriptor is left");
	default:
		return error_at(e, E_IO, 0, "cannot open %s", entry->name);
	}
}

static enum status add_folder(struct source_list *list, const char *path, struct error *e)
{
	const struct walk_options options = {.follow = true};
	struct gathering g = {.list = list, .walk = walk_new(&options), .start = path};
	struct walk_entry entry;
	enum status status = OK;

	if (g.walk == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	walk_start(g.walk, path);
	while (status == OK && walk_next(g.walk, &entry))
		status = add_entry(&g, &entry, e);
	walk_free(g.walk);
	if (status == OK && g.found == 0)
		return error_at(e, E_IO, 0, "no rule source in this folder");
	return status;
}

enum status sources_add_open(struct source_list *list, const char *path, int fd, struct error *e)
{
	const char *slash = strrchr(path, '/');

	return add_file(list, path, slash ? slash + 1 : path, fd, e);
}

enum status sources_add(struct source_list *list, const char *path, struct error *e)
{
	struct stat st;
	uint64_t size;
	int fd;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return add_folder(list, path, e);
	enum status status = file_open(path, &fd, &size, e);
	return status == OK ? sources_add_open(list, path, fd, e) : status;
}

void sources_done(struct source_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		source_done(&list->items[i]);
	vec_done(list);
}

/* Sources of the same name keep an order that does not depend on the command line's. */
static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct source_file *)a)->path, ((const struct source_file *)b)->path);
}

/* Passes messages on with the paths of sources in place of their stored names. */
struct naming {
	struct report report;
	const struct source_list *list;
	struct report *to;
};

static struct str path_of(const struct source_list *list, struct str name)
{
	const char *path = NULL;

	for (size_t i = 0; i < list->len; i++) {
		const struct source_file *s = &list->items[i];

		if (!str_eq(str_of(s->name), name))
			continue;
		if (path != NULL)
			return name;
		path = s->path;
	}
	return path != NULL ? str_of(path) : name;
}

static void pass_on(struct report *r, const struct diagnostic *d)
{
	struct naming *n = (struct naming *)r;
	struct diagnostic named = *d;

	named.source = path_of(n->list, d->source);
	n->to->diagnostic(n->to, &named);
}

static enum status compile_list(struct source_list *list, const struct source_settings *settings,
				const struct compile_options *order, struct compiled *ret,
				struct error *e)
{
	struct compile_options options = *order;
	struct include_opener opener;

	include_opener_init(&opener, order->sources, order->source_count, list);
	if (settings != NULL) {
		options.settings = settings->front;
		opener.anywhere = settings->include_anywhere;
	}
	if (settings == NULL || !settings->include_nothing)
		options.opener = &opener.base;
	enum status status = compile_image(&options, &ret->counts, &ret->result, e);

	include_opener_done(&opener);
	if (status == OK && ret->counts.sources < list->len)
		return error_at(e, E_SYNTAX, 0, "%zu of %zu sources are in no known rule language",
				list->len - ret->counts.sources, list->len);
	return status;
}

enum status sources_compile(struct source_list *list, const struct source_settings *settings,
			    int out_fd, struct report *report, struct compiled *ret,
			    struct error *e)
{
	struct compile_source *sources = calloc(list->len + 1, sizeof *sources);
	struct naming naming = {{pass_on}, list, report};

	if (sources == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	qsort(list->items, list->len, sizeof *list->items, by_path);
	for (size_t i = 0; i < list->len; i++) {
		sources[i].fd = list->items[i].fd;
		sources[i].name = list->items[i].name;
	}
	compile_order(sources, list->len);
	const struct compile_options options = {
		.sources = sources,
		.source_count = list->len,
		.out_fd = out_fd,
		.report = &naming.report,
	};
	enum status status = compile_list(list, settings, &options, ret, e);
	free(sources);
	return status;
}

/* `fd` is the list's, also on failure. */
static enum status add_last(struct source_list *list, const char *path, const char *space, int fd,
			    bool is_text, struct error *e)
{
	struct source_file s = {.fd = fd, .is_text = is_text};

	s.path = strdup(path);
	s.name = strdup(path);
	s.space = strdup(space);
	if (s.path == NULL || s.name == NULL || s.space == NULL || !vec_push(list, &s)) {
		source_done(&s);
		return error_at(e, E_NOMEM, 0, "out of memory");
	}
	return OK;
}

enum status sources_add_space(struct source_list *list, const char *path, const char *space,
			      struct error *e)
{
	uint64_t size;
	int fd;
	enum status status = file_open(path, &fd, &size, e);

	return status == OK ? add_last(list, path, space, fd, false, e) : status;
}

enum status sources_add_text(struct source_list *list, struct str text, const char *name,
			     const char *space, struct error *e)
{
	int made;
	enum status status = file_anonymous("candor-rules", &made, e);

	if (status != OK)
		return status;
	AUTO_FD fd = made;
	status = file_write_all(fd, text.data, text.len, e);
	return status == OK ? add_last(list, name, space, take_fd(&fd), true, e) : status;
}

enum status sources_compile_as_listed(struct source_list *list,
				      const struct source_settings *settings, int out_fd,
				      struct report *report, struct compiled *ret, struct error *e)
{
	struct compile_source *sources = calloc(list->len + 1, sizeof *sources);

	if (sources == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	for (size_t i = 0; i < list->len; i++) {
		sources[i].fd = list->items[i].fd;
		sources[i].name = list->items[i].path;
		sources[i].space = list->items[i].space;
	}
	const struct compile_options options = {
		.sources = sources,
		.source_count = list->len,
		.out_fd = out_fd,
		.report = report,
	};
	enum status status = compile_list(list, settings, &options, ret, e);
	free(sources);
	return status;
}

#define TEXT(called)                                                                             \
	{                                                                                        \
		.name = {called, sizeof called - 1}, .type = VARIABLE_TEXT, .text = {"", 0}      \
	}

const struct source_settings *sources_object_variables(void)
{
	static const struct ir_variable variables[] = {
		TEXT("filename"), TEXT("filepath"), TEXT("extension"),
		TEXT("filetype"), TEXT("owner"),
	};
	static const struct front_settings front = {
		.variables = variables,
		.variable_count = LEN(variables),
	};
	static const struct source_settings settings = {.front = &front};

	return &settings;
}
