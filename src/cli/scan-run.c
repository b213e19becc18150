#include "cli/scan-run.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/owners.h"
#include "cli/progress.h"
#include "cli/scan-feed.h"
#include "os/interrupt.h"

#define MS_NS ((uint64_t)1000000)
#define LOOK_NS (20 * MS_NS)   /* how often answers are taken while there is room for questions */
#define FLUSH_NS (100 * MS_NS) /* how long a line may be held back */
#define STOP_NS (2000 * MS_NS) /* for what is under way when the user stops the scan */
enum { WAIT_MS = 100 };

struct slot {
	struct scan_file file; /* path is owned; NULL: the slot is free */
	uint32_t next_free;    /* index + 1 */
};

struct scan {
	struct pool_events events; /* first: the pool hands it back */
	const struct scan_run *run;
	struct pool *pool;
	struct feed *feed;
	struct printer printer;
	struct progress progress;
	struct tally tally;
	struct owners owners;
	struct {
		VEC(struct slot);
	} slots;
	uint32_t first_free; /* index + 1; 0: none */
	uint64_t looked_ns, flushed_ns;
};

/* Tell the user on standard error, below what was told on standard output. */
static void complain(const struct scan_run *run, const char *subject, const char *what)
{
	struct buf line;

	display_lines(run->out);
	display_flush(run->out);
	buf_init(&line, 8 << 20);
	buf_add_str(&line, STR("candor: "));
	text_escape(&line, str_of(subject));
	buf_add_str(&line, STR(": "));
	text_escape(&line, str_of(what));
	fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&line)));
	buf_done(&line);
}

/* A slot for a file under way; false when out of memory. */
static bool take_slot(struct scan *s, const char *path, uint64_t size, uint32_t *ret)
{
	struct slot fresh = {0};
	char *copy = strdup(path);

	if (copy == NULL)
		return false;
	if (s->first_free == 0) {
		if (!vec_push(&s->slots, &fresh)) {
			free(copy);
			return false;
		}
		struct scan_file *file = &s->slots.items[s->slots.len - 1].file;

		buf_init(&file->findings, SCAN_FINDINGS_CEILING);
		buf_init(&file->undecided, SCAN_FINDINGS_CEILING);
		s->first_free = (uint32_t)s->slots.len;
	}
	*ret = s->first_free - 1;
	struct slot *slot = &s->slots.items[*ret];
	s->first_free = slot->next_free;
	slot->file.path = copy;
	slot->file.size = size;
	return true;
}

static void free_slot(struct scan *s, uint32_t i)
{
	struct slot *slot = &s->slots.items[i];

	free((char *)slot->file.path);
	slot->file.path = NULL;
	slot->file.finding_count = slot->file.undecided_count = 0;
	slot->file.worst = VERDICT_CLEAN;
	buf_clear(&slot->file.findings);
	buf_clear(&slot->file.undecided);
	slot->next_free = s->first_free;
	s->first_free = i + 1;
}

static void on_finding(struct pool_events *ev, uint64_t cookie, const struct finding *f)
{
	struct scan *s = (struct scan *)ev;
	struct scan_file *file = &s->slots.items[cookie].file;

	file->finding_count++;
	if (f->effect == EFFECT_DETECT)
		file->worst = VERDICT_DETECTED;
	else if (file->worst != VERDICT_DETECTED)
		file->worst = VERDICT_SUSPICIOUS;
	s->printer.finding(&s->printer, file, f);
}

static void on_detail(struct pool_events *ev, uint64_t cookie, const struct detail *d)
{
	struct scan *s = (struct scan *)ev;
	struct scan_file *file = &s->slots.items[cookie].file;

	if (d->kind != DETAIL_RULE || d->state != DETAIL_UNDECIDED)
		return;
	file->undecided_count++;
	s->printer.undecided(&s->printer, file, d);
}

static void on_done(struct pool_events *ev, uint64_t cookie, const struct outcome *o)
{
	struct scan *s = (struct scan *)ev;

	tally_add(&s->tally, o, s->run->request->accepted);
	s->printer.done(&s->printer, &s->slots.items[cookie].file, o, "");
	free_slot(s, (uint32_t)cookie);
}

/* A file, or a folder, that never came to a worker. */
static void tell_not_scanned(struct scan *s, const char *path, enum reason reason, uint64_t size,
			     const char *detail)
{
	struct outcome o = outcome_not_scanned(reason, size);
	struct scan_file file = {.path = path, .size = size};

	tally_add(&s->tally, &o, s->run->request->accepted);
	s->printer.done(&s->printer, &file, &o, detail);
}

static void submit(struct scan *s, const struct feed_item *item)
{
	uint32_t slot;

	if (!take_slot(s, item->path, item->size, &slot)) {
		close(item->fd);
		tell_not_scanned(s, item->path, REASON_MEMORY, item->size, "");
		return;
	}
	const struct pool_object object = {
		.fd = item->fd,
		.size = item->size,
		.cookie = slot,
		.path = s->slots.items[slot].file.path,
		.owner = pool_needs_subject(s->pool) ? owners_of_file(&s->owners, item->fd) : NULL,
	};
	enum status status = pool_submit_object(s->pool, &object);
	if (status == OK)
		return;
	free_slot(s, slot);
	tell_not_scanned(s, item->path, reason_of_status(status), item->size, "");
}

static void take_item(struct scan *s, const struct feed_item *item)
{
	switch (item->kind) {
	case FEED_FILE:
		submit(s, item);
		break;
	case FEED_REFUSED:
		/* a wrong name is for the user to mend, who may not see the output */
		if (item->is_named && item->reason == REASON_UNREADABLE && !s->run->out->is_live)
			complain(s->run, item->path, item->error.text);
		tell_not_scanned(s, item->path, item->reason, 0, item->error.text);
		break;
	case FEED_MET:
		s->tally.met[item->met]++;
		if (item->is_named && tally_is_skipped_kind(item->met))
			complain(s->run, item->path,
				 "not scanned: it is no file or folder of a disk");
		break;
	case FEED_WAIT:
		break;
	}
}

/* Let the output out and look whether it is still wanted. */
static bool show(struct scan *s, uint64_t now)
{
	if (now - s->flushed_ns < FLUSH_NS)
		return true;
	s->flushed_ns = now;
	return display_flush(s->run->out);
}

/* Take what the workers say for up to timeout_ms. */
static bool look(struct scan *s, int timeout_ms)
{
	struct error e = {0};

	if (pool_wait(s->pool, timeout_ms, &e) != OK) {
		complain(s->run, "scan", e.text);
		return false;
	}
	s->looked_ns = clock_ns();
	return show(s, s->looked_ns);
}

/* Give the workers all that they take now. *ret_end: there is no more. False when the scan is over.
 */
static bool fill(struct scan *s, bool *ret_end)
{
	struct feed_item item;

	while (!*ret_end && pool_room(s->pool) > 0) {
		if (interrupt_pending())
			return false;
		*ret_end = !feed_next(s->feed, pool_busy(s->pool) > 0, &item);
		if (*ret_end)
			return true;
		take_item(s, &item);
		progress_draw(&s->progress, &s->tally, item.path);
		if (item.kind == FEED_WAIT)
			return true;
		if (clock_ns() - s->looked_ns >= LOOK_NS && !look(s, 0))
			return false;
	}
	return true;
}

/* A file that is under way, for the live line. */
static const char *at_hand(const struct scan *s)
{
	for (size_t i = 0; i < s->slots.len; i++) {
		if (s->slots.items[i].file.path != NULL)
			return s->slots.items[i].file.path;
	}
	return "";
}

/* Everything that the feed gives. False when the scan ended before. */
static bool scan_all(struct scan *s)
{
	bool is_end = false;

	while (!is_end || pool_busy(s->pool) > 0) {
		if (!fill(s, &is_end) || interrupt_pending() || !show(s, clock_ns()))
			return false;
		if (pool_busy(s->pool) == 0)
			continue;
		/* nothing that is known already is held back while the workers think */
		if (!display_flush(s->run->out) || !look(s, WAIT_MS))
			return false;
		progress_draw(&s->progress, &s->tally, at_hand(s));
	}
	return true;
}

/* The user wants to stop: what is under way may end, for a moment. */
static void wind_up(struct scan *s)
{
	uint64_t end = clock_ns() + STOP_NS;

	while (pool_busy(s->pool) > 0 && clock_ns() < end) {
		if (!look(s, WAIT_MS))
			break;
	}
}

static void tell_unfinished(struct scan *s, enum reason reason)
{
	for (size_t i = 0; i < s->slots.len; i++) {
		struct scan_file *file = &s->slots.items[i].file;
		struct outcome o = outcome_not_scanned(reason, file->size);

		if (file->path == NULL)
			continue;
		/* what was found stays found */
		if (file->finding_count > 0)
			o.verdict = file->worst;
		tally_add(&s->tally, &o, s->run->request->accepted);
		s->printer.done(&s->printer, file, &o, "");
		free_slot(s, (uint32_t)i);
	}
}

static enum status start(struct scan *s, struct error *e)
{
	struct pool_options options = s->run->pool;
	const struct scan_request *r = s->run->request;

	options.events = &s->events;
	options.wishes.wishes = WISH_UNDECIDED;
	enum status status = feed_new(r, &s->feed, e);
	if (status != OK)
		return status;
	/* before the pool: the counting child is to hold none of its descriptors */
	progress_begin(&s->progress, r, s->run->out);
	interrupt_catch();
	return pool_new(&options, &s->pool, e);
}

static void finish(struct scan *s)
{
	const struct scan_end end = {
		.tally = &s->tally,
		.elapsed_ns = clock_ns() - s->progress.start_ns,
		.confinement = pool_confinement(s->pool),
		.databases = s->run->databases,
		.database_count = s->run->database_count,
		.image_fds = s->run->pool.image_fds,
		.image_count = s->run->pool.image_count,
	};

	s->printer.end(&s->printer, &end);
	if (!display_flush(s->run->out)) {
		s->tally.failed = true;
		if (!s->run->out->reader_gone)
			complain(s->run, "scan", s->run->out->error.text);
	}
}

static void release(struct scan *s)
{
	progress_end(&s->progress);
	pool_free(s->pool);
	feed_free(s->feed);
	for (size_t i = 0; i < s->slots.len; i++) {
		free((char *)s->slots.items[i].file.path);
		buf_done(&s->slots.items[i].file.findings);
		buf_done(&s->slots.items[i].file.undecided);
	}
	vec_done(&s->slots);
	owners_done(&s->owners);
}

int scan_run(const struct scan_run *run)
{
	struct scan s = {
		.events = {.finding = on_finding, .detail = on_detail, .done = on_done},
		.run = run,
		.printer = run->request->json ? printer_json(run->out) : printer_text(run->out),
	};
	struct error e = {0};

	s.printer.quiet = run->request->quiet;
	s.printer.accepted = run->request->accepted;
	if (start(&s, &e) != OK) {
		complain(run, "scan", e.text);
		release(&s);
		return EXIT_TROUBLE;
	}
	bool is_complete = scan_all(&s);
	s.tally.interrupted = !is_complete && interrupt_pending();
	s.tally.failed = !is_complete && !s.tally.interrupted;
	if (s.tally.interrupted)
		wind_up(&s);
	bool is_stopped = s.tally.interrupted || run->out->error.code != OK;
	tell_unfinished(&s, is_stopped ? REASON_STOPPED : REASON_INTERNAL);
	finish(&s);
	release(&s);
	return tally_exit_status(&s.tally);
}
