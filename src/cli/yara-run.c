#include "cli/yara-run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/yara-print.h"
#include "os/file.h"
#include "os/interrupt.h"
#include "os/memory.h"
#include "os/walk.h"

enum { WAIT_MS = 100 };

struct run {
	struct pool_events events; /* first: the pool hands it back */
	const struct yara_request *request;
	struct display *out;
	struct pool *pool;
	struct {
		VEC(struct yara_sheet *);
	} sheets;	/* of files under way; NULL: free */
	uint64_t total; /* rules that held so far */
	const char *folder; /* that is walked, as it was named */
	struct buf shown;   /* the file at hand, as yara names it */
	bool is_many;	/* a folder or a list: errors are told, and no more */
	bool has_failed;
	bool is_over; /* nothing more is to be scanned */
};

static void fail(struct run *r, const char *path, const char *why)
{
	display_flush(r->out);
	fprintf(stderr, "error scanning %s: %s\n", path, why);
	r->has_failed = true;
}

static void put_count(struct run *r, const char *path, uint64_t count)
{
	struct buf *to = display_lines(r->out);

	if (r->is_many)
		buf_addf(to, "%s: ", path);
	buf_addf(to, "%llu\n", (unsigned long long)count);
}

/* A file that cannot be opened; of many, it is counted as one without a match. */
static void refuse(struct run *r, const char *path)
{
	if (r->request->count && r->is_many)
		put_count(r, path, 0);
	fail(r, path, "could not open file");
}

static void on_finding(struct pool_events *ev, uint64_t cookie, const struct finding *f)
{
	/* the details say more */
	(void)ev;
	(void)cookie;
	(void)f;
}

static void on_detail(struct pool_events *ev, uint64_t cookie, const struct detail *d)
{
	struct run *r = (struct run *)ev;

	yara_sheet_add(r->sheets.items[cookie], d);
}

static void tell_warnings(struct run *r, const struct yara_sheet *sheet)
{
	if (sheet->warnings.len == 0)
		return;
	fwrite(sheet->warnings.data, 1, sheet->warnings.len, stderr);
	if (r->request->fail_on_warnings)
		r->has_failed = true;
}

static void on_done(struct pool_events *ev, uint64_t cookie, const struct outcome *o)
{
	struct run *r = (struct run *)ev;
	struct yara_sheet *sheet = r->sheets.items[cookie];
	struct buf *to = display_lines(r->out);
	uint64_t count = yara_sheet_print(sheet, &r->total, to);

	if (r->request->count)
		put_count(r, sheet->path, count);
	tell_warnings(r, sheet);
	if (o->missed != 0)
		fail(r, sheet->path, reason_text(o->reason));
	else if (sheet->is_incomplete)
		fail(r, sheet->path, "not enough memory for its matches");
	if (!display_flush(r->out))
		r->is_over = true;
	free((char *)sheet->path);
	yara_sheet_done(sheet);
	free(sheet);
	r->sheets.items[cookie] = NULL;
}

/* A sheet for a file; false when out of memory. */
static bool take_sheet(struct run *r, const char *path, uint64_t *ret_cookie)
{
	struct yara_sheet *sheet = malloc(sizeof *sheet);
	char *copy = strdup(path);
	size_t i = 0;

	while (i < r->sheets.len && r->sheets.items[i] != NULL)
		i++;
	if (sheet == NULL || copy == NULL ||
	    (i == r->sheets.len && !vec_push(&r->sheets, &sheet))) {
		free(sheet);
		free(copy);
		return false;
	}
	yara_sheet_init(sheet, r->request, copy);
	r->sheets.items[i] = sheet;
	*ret_cookie = i;
	return true;
}

/* Take what the workers say; false when the run is over. */
static bool look(struct run *r)
{
	struct error e = {0};

	if (pool_wait(r->pool, WAIT_MS, &e) != OK) {
		fail(r, r->request->target, e.text);
		r->is_over = true;
	}
	if (interrupt_pending()) {
		r->has_failed = true;
		r->is_over = true;
	}
	return !r->is_over;
}

static void submit(struct run *r, const char *path, struct pool_object *object)
{
	while (pool_room(r->pool) == 0 && look(r))
		;
	if (!r->is_over && take_sheet(r, path, &object->cookie) &&
	    pool_submit_object(r->pool, object) == OK)
		return;
	close(object->fd);
	if (object->regions > 0)
		close(object->regions_fd);
	if (!r->is_over)
		fail(r, path, "not enough memory");
}

static void scan_open(struct run *r, const char *path, int fd, uint64_t size)
{
	struct pool_object object = {.fd = fd, .size = size};

	submit(r, path, &object);
}

/* Leaves out the folders of a folder unless all is asked for. */
static bool leaves_out(struct walk_filter *f, const char *path, const char *name, bool is_folder)
{
	(void)f;
	(void)path;
	(void)name;
	return is_folder;
}

/* What is in "folder/" is called "folder//name": a walk leaves the slashes at the end out. */
static const char *shown_name(struct run *r, const char *path)
{
	struct str folder = str_of(r->folder);
	size_t len = folder.len;

	while (len > 0 && folder.data[len - 1] == '/')
		len--;
	if (len == folder.len || strlen(path) <= len)
		return path;
	buf_clear(&r->shown);
	buf_add_str(&r->shown, folder);
	buf_add_str(&r->shown, str_of(path + len));
	buf_add_u8(&r->shown, '\0');
	return r->shown.bad ? path : (const char *)r->shown.data;
}

static void scan_found(struct run *r, struct walk *w, const struct walk_entry *entry,
		       const char *name)
{
	struct error e = {0};
	uint64_t size;
	int fd;

	for (;;) {
		switch (walk_open_file(w, entry, &fd, &size, &e)) {
		case WALK_OPENED:
			scan_open(r, name, fd, size);
			return;
		case WALK_NO_DESCRIPTOR:
			if (pool_busy(r->pool) > 0 && look(r))
				continue;
			break;
		case WALK_GONE:
		case WALK_REPLACED:
		case WALK_REFUSED:
			break;
		}
		refuse(r, name);
		return;
	}
}

static void scan_entry(struct run *r, struct walk *w, const struct walk_entry *entry)
{
	const char *name = shown_name(r, entry->path);

	if (entry->kind == WALK_UNREADABLE) {
		fail(r, name, "could not open file");
	} else if (entry->kind == WALK_FILE && r->request->size_max > 0 &&
		   (uint64_t)entry->st.st_size > r->request->size_max) {
		fprintf(stderr, "skipping %s (%llu bytes) because it's larger than %llu bytes.\n",
			name, (unsigned long long)entry->st.st_size,
			(unsigned long long)r->request->size_max);
	} else if (entry->kind == WALK_FILE) {
		scan_found(r, w, entry, name);
	}
}

static void scan_folder(struct run *r, const char *path)
{
	struct walk_filter filter = {leaves_out};
	const struct walk_options options = {
		.follow = !r->request->no_follow,
		.filter = r->request->recursive ? NULL : &filter,
	};
	struct walk *w = walk_new(&options);
	struct walk_entry entry;

	if (w == NULL) {
		fail(r, path, "not enough memory");
		return;
	}
	r->folder = path;
	walk_start(w, path);
	while (!r->is_over && walk_next(w, &entry))
		scan_entry(r, w, &entry);
	walk_free(w);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A device is taken for a file without bytes, as yara does; it is not opened. */
static bool is_device(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode));
}

/* A name of digits only that is no file is a process. */
static bool is_process(const char *name)
{
	uint64_t pid;

	return str_u64(str_of(name), &pid) && pid > 0 && pid <= INT32_MAX;
}

static void scan_process(struct run *r, const char *name)
{
	struct process_memory memory;
	struct error e = {0};

	if (process_memory_open((pid_t)strtol(name, NULL, 10), &memory, &e) != OK) {
		fail(r, name,
		     e.code == E_DENIED ? "can not attach to process (try running as root)"
					: e.text);
		return;
	}
	struct pool_object object = {
		.fd = memory.fd,
		.size = memory.bytes,
		.regions_fd = memory.regions_fd,
		.regions = memory.regions,
	};

	submit(r, name, &object);
}

static void scan_file(struct run *r, const char *path)
{
	uint64_t size;
	int fd;

	if (file_open(path, &fd, &size, NULL) == OK)
		scan_open(r, path, fd, size);
	else if (is_device(path) && file_anonymous("candor-empty", &fd, NULL) == OK)
		scan_open(r, path, fd, 0);
	else if (!r->is_many && is_process(path))
		scan_process(r, path);
	else
		refuse(r, path);
}

static void scan_list(struct run *r, const char *path)
{
	FILE *list = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (list == NULL) {
		fprintf(stderr, "error: could not open file \"%s\".\n", path);
		r->is_many = false; /* which makes it the exit status */
		r->has_failed = true;
		return;
	}
	while (!r->is_over && (len = getline(&line, &room, list)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (is_folder(line))
			scan_folder(r, line);
		else
			scan_file(r, line);
	}
	free(line);
	fclose(list);
}

static struct scan_wishes wishes_of(const struct yara_request *q)
{
	struct scan_wishes w = {.wishes = WISH_RULES | WISH_ALONE, .data_max = DETAIL_DATA_PRESET};

	w.wishes |= q->negate || q->rules_max > 0 ? WISH_NEGATED : 0u;
	w.wishes |= q->show_tags || q->tags.len > 0 ? WISH_TAGS : 0u;
	w.wishes |= q->show_meta ? WISH_METAS : 0u;
	w.wishes |= q->show_strings || q->show_length || q->show_key ? WISH_MATCHES : 0u;
	w.wishes |= q->no_log ? 0u : WISH_LOG;
	w.wishes |= q->show_modules ? WISH_MODULES : 0u;
	w.wishes |= q->fast ? WISH_FIRST_ONLY : 0u;
	return w;
}

static bool start(struct run *r, const struct pool_options *options)
{
	struct pool_options o = *options;
	struct error e = {0};

	r->is_many = r->request->is_list || is_folder(r->request->target);
	o.jobs = r->is_many ? r->request->jobs : 1;
	o.wishes = wishes_of(r->request);
	o.all_matches = true;
	o.events = &r->events;
	scan_limits_preset(&o.limits);
	o.limits.time = max_u64(1, min_u64(r->request->timeout, 86400));
	interrupt_catch();
	if (pool_new(&o, &r->pool, &e) == OK)
		return true;
	fprintf(stderr, "error: %s\n", e.text);
	return false;
}

static void scan_all(struct run *r)
{
	const char *target = r->request->target;

	if (r->request->is_list)
		scan_list(r, target);
	else if (r->is_many)
		scan_folder(r, target);
	else
		scan_file(r, target);
	while (!r->is_over && pool_busy(r->pool) > 0)
		(void)look(r);
}

static void release(struct run *r)
{
	pool_free(r->pool);
	for (size_t i = 0; i < r->sheets.len; i++) {
		struct yara_sheet *sheet = r->sheets.items[i];

		if (sheet == NULL)
			continue;
		free((char *)sheet->path);
		yara_sheet_done(sheet);
		free(sheet);
	}
	vec_done(&r->sheets);
	buf_done(&r->shown);
}

int yara_run(const struct yara_request *request, const struct pool_options *pool,
	     struct display *out)
{
	struct run r = {
		.events = {.finding = on_finding, .detail = on_detail, .done = on_done},
		.request = request,
		.out = out,
	};
	int status = YARA_EXIT_FAILURE;

	buf_init(&r.shown, 8 << 20);
	if (request->is_list && is_folder(request->target)) {
		fprintf(stderr, "error: cannot use a directory as scan list.\n");
		return status;
	}
	if (start(&r, pool)) {
		scan_all(&r);
		/* of many files each error is told, and the others are scanned */
		bool is_failure = r.has_failed && (!r.is_many || r.is_over);

		if (!display_flush(out) && !out->reader_gone)
			fprintf(stderr, "error: %s\n", out->error.text);
		status = is_failure || out->error.code != OK ? YARA_EXIT_FAILURE : 0;
	}
	release(&r);
	return status;
}
