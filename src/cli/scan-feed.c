#include "cli/scan-feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "os/file.h"
#include "os/interrupt.h"
#include "os/records.h"
#include "os/spool.h"

struct feed {
	const struct scan_request *request;
	struct walk *walk;
	bool walking;
	struct walk_entry waiting; /* a file that could not be opened for lack of descriptors */
	bool is_waiting;
	size_t path;            /* the next of the command line */
	int list_fd;            /* -1: none */
	struct records records; /* names from it */
	bool list_ended;
};

static enum status open_list(struct feed *f, struct error *e)
{
	const char *list = f->request->list;

	f->list_ended = list == NULL;
	if (list == NULL)
		return OK;
	f->list_fd = strcmp(list, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					    : open(list, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->list_fd < 0)
		return error_at(e, E_IO, 0, "%s", strerror(errno));
	records_init(&f->records, f->list_fd, f->request->separator);
	return OK;
}

enum status feed_new(const struct scan_request *request, struct feed **ret, struct error *e)
{
	struct feed *f = calloc(1, sizeof *f);

	if (f == NULL)
		return error_at(e, E_NOMEM, 0, "out of memory");
	f->request = request;
	f->list_fd = -1;
	f->walk = walk_new(&request->walk);
	enum status status =
		f->walk != NULL ? open_list(f, e) : error_at(e, E_NOMEM, 0, "out of memory");
	if (status != OK) {
		feed_free(f);
		return status;
	}
	*ret = f;
	return OK;
}

void feed_free(struct feed *f)
{
	if (f == NULL)
		return;
	walk_free(f->walk);
	if (f->list_fd >= 0) {
		records_done(&f->records);
		close(f->list_fd);
	}
	free(f);
}

static bool refuse(struct feed_item *item, enum reason reason)
{
	item->kind = FEED_REFUSED;
	item->reason = reason;
	return true;
}

/* The same for what waits for its input, which may be because the user wants no more of it. */
static bool refuse_input(struct feed_item *item, enum status status)
{
	enum reason reason = status == E_LIMIT ? REASON_LIMIT : REASON_UNREADABLE;

	return refuse(item, interrupt_pending() ? REASON_STOPPED : reason);
}

/* Standard input, as a file. */
static bool give_input(struct feed *f, struct feed_item *item)
{
	item->path = "-";
	item->is_named = true;
	enum status status = spool(STDIN_FILENO, f->request->limits.file_bytes, &item->fd,
				   &item->size, &item->error);
	if (status != OK)
		return refuse_input(item, status);
	item->kind = FEED_FILE;
	return true;
}

/* Open the file that the walk has met. */
static bool give_file(struct feed *f, const struct walk_entry *entry, bool can_wait,
		      struct feed_item *item)
{
	item->path = entry->path;
	item->is_named = entry->is_start;
	item->met = WALK_FILE;
	item->kind = FEED_FILE;
	switch (walk_open_file(f->walk, entry, &item->fd, &item->size, &item->error)) {
	case WALK_OPENED:
		return true;
	case WALK_GONE:
		item->kind = FEED_MET;
		item->met = WALK_VANISHED;
		return true;
	case WALK_REPLACED:
		return refuse(item, REASON_CHANGED);
	case WALK_NO_DESCRIPTOR:
		if (can_wait) {
			f->waiting = *entry;
			f->is_waiting = true;
			item->kind = FEED_WAIT;
			return true;
		}
		error_at(&item->error, E_LIMIT, 0, "too many open files");
		return refuse(item, REASON_UNREADABLE);
	case WALK_REFUSED:
		break;
	}
	return refuse(item, REASON_UNREADABLE);
}

static bool give_entry(struct feed *f, const struct walk_entry *entry, bool can_wait,
		       struct feed_item *item)
{
	if (entry->kind == WALK_FILE)
		return give_file(f, entry, can_wait, item);
	item->path = entry->path;
	item->is_named = entry->is_start;
	item->met = entry->kind;
	item->error = entry->error;
	if (entry->kind == WALK_UNREADABLE)
		return refuse(item, REASON_UNREADABLE);
	item->kind = FEED_MET;
	return true;
}

/* The next name of the list. True when it gave an item, which tells of an error. */
static bool next_of_list(struct feed *f, const char **ret_name, struct feed_item *item)
{
	*ret_name = NULL;
	if (f->list_ended)
		return false;
	if (records_next(&f->records, ret_name, &item->error) == OK) {
		f->list_ended = *ret_name == NULL;
		return false;
	}
	/* names that follow one which is no name cannot be trusted to be names */
	f->list_ended = true;
	item->path = f->request->list;
	item->is_named = true;
	return refuse_input(item, E_IO);
}

bool feed_next(struct feed *f, bool can_wait, struct feed_item *ret)
{
	const struct scan_request *r = f->request;

	*ret = (struct feed_item){.path = "", .fd = -1};
	if (f->is_waiting) {
		f->is_waiting = false;
		return give_file(f, &f->waiting, can_wait, ret);
	}
	for (;;) {
		struct walk_entry entry;
		const char *name = NULL;

		if (f->walking && walk_next(f->walk, &entry))
			return give_entry(f, &entry, can_wait, ret);
		f->walking = false;
		if (f->path < r->paths.len) {
			name = r->paths.items[f->path++];
			if (strcmp(name, "-") == 0)
				return give_input(f, ret);
		} else if (next_of_list(f, &name, ret)) {
			return true;
		}
		if (name == NULL)
			return false;
		walk_start(f->walk, name);
		f->walking = true;
	}
}

bool feed_can_count(const struct scan_request *r)
{
	struct stat st;

	for (size_t i = 0; i < r->paths.len; i++) {
		if (strcmp(r->paths.items[i], "-") == 0)
			return false;
	}
	return r->list == NULL ||
	       (strcmp(r->list, "-") != 0 && stat(r->list, &st) == 0 && S_ISREG(st.st_mode));
}

static void count_walk(struct walk *w, struct feed_count *count)
{
	struct walk_entry entry;

	while (walk_next(w, &entry)) {
		if (entry.kind != WALK_FILE)
			continue;
		atomic_fetch_add_explicit(&count->files, 1, memory_order_relaxed);
		atomic_fetch_add_explicit(&count->bytes, (uint64_t)entry.st.st_size,
					  memory_order_relaxed);
	}
}

void feed_count(const struct scan_request *r, struct feed_count *count)
{
	struct feed_item item;
	struct feed *f;
	const char *name;

	if (feed_new(r, &f, NULL) != OK)
		return;
	for (; f->path < r->paths.len; f->path++) {
		walk_start(f->walk, r->paths.items[f->path]);
		count_walk(f->walk, count);
	}
	while (!next_of_list(f, &name, &item) && name != NULL) {
		walk_start(f->walk, name);
		count_walk(f->walk, count);
	}
	feed_free(f);
	atomic_store(&count->is_complete, true);
}
